// Plays the steps that stand compressed in the page. Each step is a list of blocks; a block that is
// the same as before stays, any other is changed in place, so that frames slide to where they go.
"use strict";

const $ = (id) => document.getElementById(id);
const [stage, slider, count, play, speed, spoken] = ["stage", "slider", "count", "play", "speed", "spoken"].map($);
const facts = JSON.parse($("facts").textContent);
const [head, where, work] = stage.children;
let steps = [], counts = [], blocks = [], pictures = [], now = 0, timer = 0, hides = 0;
let change = (elements) => elements;  // the blocks of a step, when numbers are changed

async function unpack() {
  const bytes = Uint8Array.from(atob($("steps").textContent.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

// Change one element into another of the same kind, keeping what both have.
function morph(old, fresh) {
  if (old.nodeName !== fresh.nodeName || old.childNodes.length !== fresh.childNodes.length) {
    old.replaceWith(fresh);
    return;
  }
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes]) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const pairs = [...old.childNodes].map((child, i) => [child, fresh.childNodes[i]]);
  for (const [child, other] of pairs) morph(child, other);
}

function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html.replace(/picture:(\d+);/g, (_, number) => pictures[number]);
  return template.content.firstElementChild;
}

// What a class predicts before it sees: question marks in the place of the value, or of the products too. Every
// element says itself what it gives away; what has no text of its own to mask is left out.
function masked(block) {
  if (!hides) return block;
  const which = facts.hidden[hides].map((kind) => `[data-reveals="${kind}"]`).join();
  if (block.matches(which)) return null;
  for (const found of block.querySelectorAll(which)) {
    if (!found.matches("td, th, span")) { found.remove(); continue; }
    found.textContent = "?";
    found.removeAttribute("style");
    found.classList.add("masked");
  }
  return block;
}

function built(step) {
  const elements = steps[step].flatMap((ids, area) => ids.map((id) => Object.assign(parsed(blocks[id]), { area })));
  return change(elements, step).map(masked).filter(Boolean).map(reachable);
}

function fill(section, wanted) {
  wanted.forEach((block, i) => {
    if (section.children[i]) morph(section.children[i], block);
    else section.append(block);
  });
  while (section.children.length > wanted.length) section.lastElementChild.remove();
}

function show(step, { silent = false } = {}) {
  if (!steps.length) return;
  now = Math.max(0, Math.min(steps.length - 1, Math.trunc(step)));
  mark(null);
  const wanted = built(now), place = counts[now];
  [head, where, work].forEach((section, area) => fill(section, wanted.filter((block) => block.area === area)));
  slider.value = now;
  slider.setAttribute("aria-valuetext", place);
  count.textContent = place;
  bringIntoView();
  if (silent) return;
  const sum = stage.querySelector("p:has(> .total)")?.textContent ?? "";
  spoken.textContent = `${place}: ${sum}`.replaceAll("\u00a0", " ");
  try {
    history.replaceState(null, "", `#${now + 1}`);
  } catch { /* inside another page, or too often: the address is a convenience */ }
}

// Where a grid is wider than its room, the cells of this step are what is seen of it.
function bringIntoView() {
  for (const figure of stage.querySelectorAll("figure")) {
    const cells = figure.querySelectorAll("td.current, .focus td.window"), middle = cells[Math.floor(cells.length / 2)];
    const isOver = middle && figure.scrollWidth > figure.clientWidth;
    if (isOver) figure.scrollLeft = middle.offsetLeft + middle.offsetWidth / 2 - figure.clientWidth / 2;
  }
  const cell = where.querySelector("td.current"), over = where.scrollHeight - where.clientHeight;
  if (cell && over > 0) cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// As large as it fits on the screen, for those who sit far from it; a reader's own zoom is left alone. Where there is
// room for two columns the window and the map stand beside what is worked out, unless rows are so long that all shrinks.
const WIDE = matchMedia("(min-width: 1100px)"), LARGEST = 2.6, GAIN = 1.2;
let zoom = devicePixelRatio;

function sizeOf(layout) {
  stage.className = `still ${layout}`;
  stage.style.fontSize = "1rem";
  return Math.min(...[0, 0.25, 0.5, 0.75, 1].map((part) => {
    show(Math.round(part * (steps.length - 1)), { silent: true });
    const sides = [...stage.querySelectorAll(".row > *")].map((each) => each.getBoundingClientRect());
    const wide = Math.max(...sides.map((side) => side.right)) - Math.min(...sides.map((side) => side.left));
    const bar = document.querySelector("nav").offsetHeight;
    return Math.min((innerWidth - 64) / Math.max(1, wide), (innerHeight - bar - 100) / stage.offsetHeight);
  }));
}

function fit() {
  if (devicePixelRatio !== zoom) { zoom = devicePixelRatio; return; }
  if (stage.querySelector("input")) return;  // a keyboard on the screen makes it smaller: not while someone types
  const smallest = WIDE.matches ? 0.65 : 0.8;  // where nothing fits a phone is scrolled
  const here = now, isTwo = WIDE.matches && where.children.length && work.children.length;
  const found = (isTwo ? ["two", "two stacked"] : ["one"]).map((layout) => [sizeOf(layout), layout]);
  let [size, layout] = found.reduce((best, each) => (each[0] > best[0] ? each : best));
  const alone = isTwo ? sizeOf("one") : 0;
  if (alone > GAIN * size || (size < smallest && alone > size)) [size, layout] = [alone, "one"];
  stage.className = `still ${layout}`;
  for (size = Math.min(LARGEST, size); ; size *= 0.95) {
    stage.style.fontSize = `${Math.max(smallest, size).toFixed(2)}rem`;
    show(here, { silent: true });
    // sentences that break make the page higher than it was measured
    if (size < smallest || stage.offsetHeight <= innerHeight - document.querySelector("nav").offsetHeight - 60) break;
  }
  requestAnimationFrame(() => requestAnimationFrame(() => stage.classList.remove("still")));
}

function pause() {
  clearTimeout(timer);
  if (timer) show(now);
  timer = 0;
  label("▶", "play");
}

function label(sign, word) {
  play.innerHTML = `<span aria-hidden="true">${sign}</span> <span class="word">${word}</span>`;
}

const delay = () => 1000 / Math.max(0.1, Math.min(50, Number(speed.value) || 2));

function toggle() {
  if (timer) return pause();
  if (now === steps.length - 1) show(0, { silent: true });
  label("❚❚", "pause");
  const next = () => {
    show(now + 1, { silent: true });
    if (now === steps.length - 1) pause();
    else timer = setTimeout(next, delay());
  };
  timer = setTimeout(next, delay());
}

const row = facts.columns || 1;
const keys = {
  ArrowRight: () => show(now + 1), l: () => show(now + 1), n: () => show(now + 1), " ": () => show(now + 1),
  ArrowLeft: () => show(now - 1), h: () => show(now - 1), p: () => show(now - 1),
  ArrowDown: () => show(now + row), j: () => show(now + row),
  ArrowUp: () => show(now - row), k: () => show(now - row),
  PageDown: () => show(now + 10), PageUp: () => show(now - 10),
  Home: () => show(0), End: () => show(steps.length - 1),
  Enter: toggle, m: () => hide(1), M: () => hide(2), "+": () => faster(2), "-": () => faster(0.5),
};

function faster(times) {
  speed.value = Math.max(0.25, Math.min(32, speed.value * times));
}

// The same key shows again what it has hidden.
function hide(level) {
  hides = hides === level || (hides && level === 1) ? 0 : level;
  show(now);
  $("hide").querySelector(".word").textContent = hides ? "show all" : "hide the value";
  $("hide").querySelector(".short").textContent = hides ? "!" : "?";
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input");
  const pressing = event.target.matches("button, summary, a, td") && [" ", "Enter"].includes(event.key);
  if (typing || pressing || event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
  event.preventDefault();
  if (event.key !== "Enter") pause();
  keys[event.key]();
});

slider.addEventListener("input", () => { pause(); show(Number(slider.value)); });
$("first").addEventListener("click", () => { pause(); show(0); });
$("back").addEventListener("click", () => { pause(); show(now - 1); });
$("next").addEventListener("click", () => { pause(); show(now + 1); });
$("last").addEventListener("click", () => { pause(); show(steps.length - 1); });
$("hide").addEventListener("click", () => hide(1));
play.addEventListener("click", toggle);
window.addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1 || 0));

unpack().then((found) => {
  ({ blocks, steps, counts, pictures } = found);
  if (found.changes) changing(found.changes);
  document.querySelector("nav").hidden = false;
  slider.max = steps.length - 1;
  for (const section of [head, where, work]) section.replaceChildren();
  show(Number(location.hash.slice(1)) - 1 || 0, { silent: true });
  fit();
  addEventListener("resize", fit);
  document.body.dataset.ready = "yes";
}).catch((trouble) => {
  spoken.className = "";
  spoken.removeAttribute("id");
  spoken.textContent = `This browser cannot unpack the steps (${trouble.message}); the first one is shown.`;
});
