// Plays the steps that stand compressed in the page. Each step is a list of blocks; a block that is
// the same as before stays, any other is changed in place, so that frames slide to where they go.
"use strict";

const $ = (id) => document.getElementById(id);
const [stage, slider, count, play, speed, spoken] = ["stage", "slider", "count", "play", "speed", "spoken"].map($);
const facts = JSON.parse($("facts").textContent);
let steps = [], blocks = [], pictures = [], now = 0, timer = 0, hides = 0;
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
  return change(steps[step].map((id) => parsed(blocks[id])), step).map(masked).filter(Boolean);
}

function show(step, { silent = false } = {}) {
  if (!steps.length) return;
  now = Math.max(0, Math.min(steps.length - 1, Math.trunc(step)));
  const wanted = built(now);
  wanted.forEach((block, i) => {
    if (stage.children[i]) morph(stage.children[i], block);
    else stage.append(block);
  });
  while (stage.children.length > wanted.length) stage.lastElementChild.remove();
  const place = `step ${now + 1} of ${steps.length}`;
  slider.value = now;
  slider.setAttribute("aria-valuetext", place);
  count.textContent = place;
  mark(null);
  if (silent) return;
  const sum = stage.querySelector(":scope > p:has(.total)")?.textContent ?? "";
  spoken.textContent = `${place}: ${sum}`.replaceAll("\u00a0", " ");
  try {
    history.replaceState(null, "", `#${now + 1}`);
  } catch { /* inside another page, or too often: the address is a convenience */ }
}

// As large as it fits on the screen, for those who sit far from it; a reader's own zoom is left alone.
let zoom = devicePixelRatio;
function fit() {
  if (devicePixelRatio !== zoom) { zoom = devicePixelRatio; return; }
  if (stage.querySelector("input")) return;  // a keyboard on the screen makes it smaller: not while someone types
  const here = now;
  stage.classList.add("still");
  stage.style.fontSize = "1rem";
  const rooms = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    show(Math.round(part * (steps.length - 1)), { silent: true });
    const ends = [...stage.querySelectorAll(".row > :last-child, p > span")].map((end) => end.getBoundingClientRect().right);
    const high = stage.lastElementChild.getBoundingClientRect().bottom - stage.getBoundingClientRect().top;
    const bar = document.querySelector("nav").offsetHeight;
    return Math.min((innerWidth - 40) / Math.max(...ends, 1), (innerHeight - bar - 80) / high);
  });
  stage.style.fontSize = `${Math.max(0.8, Math.min(2.6, Math.min(...rooms))).toFixed(2)}rem`;
  show(here, { silent: true });
  requestAnimationFrame(() => requestAnimationFrame(() => stage.classList.remove("still")));
}

function pause() {
  clearTimeout(timer);
  if (timer) show(now);
  timer = 0;
  label("▶", "play");
}

function label(sign, word) {
  play.innerHTML = `<span aria-hidden="true">${sign}</span> ${word}`;
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

// The cells that belong together: the same place in patch, kernel and products, and in the window.
function partners(cell) {
  const [table, row] = [cell.closest("table"), cell.closest(".row")];
  if (!table || !row) return [];
  const tables = [...row.querySelectorAll("table")];
  const cells = [...table.querySelectorAll("td")];
  if (row.classList.contains("linked")) {
    const at = cells.indexOf(cell);
    const same = tables.map((t) => [...t.querySelectorAll("td")]).filter((c) => c.length === cells.length);
    return [...same.map((c) => c[at]), ...inWindow(cells.length).map((c) => c[at])];
  }
  const window = [...table.querySelectorAll("td.window, td.padding.in")];
  const at = window.indexOf(cell);
  if (at < 0) return [];
  const linked = [...stage.querySelectorAll(".row.linked table")].map((t) => [...t.querySelectorAll("td")]);
  return [cell, ...linked.filter((c) => c.length === window.length).map((c) => c[at])];
}

function inWindow(length) {
  const windows = [...stage.querySelectorAll("table.focus")].map((t) => [...t.querySelectorAll("td.window, td.padding.in")]);
  return windows.filter((cells) => cells.length === length);
}

function mark(cell) {
  for (const old of stage.querySelectorAll(".hot")) old.classList.remove("hot");
  if (cell) for (const other of partners(cell)) other?.classList.add("hot");
}

// The step that a cell of the output belongs to, if the walk visits it.
function stepOf(cell) {
  const table = cell.closest("table");
  const here = table?.querySelector("td.current");
  if (!here || !facts.columns) return null;
  const [down, along] = [cell.parentElement.rowIndex - here.parentElement.rowIndex, cell.cellIndex - here.cellIndex];
  const step = now + down * facts.columns + along;
  return step >= 0 && step < steps.length ? step : null;
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
  $("hide").textContent = hides ? "show all" : "hide the value";
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input");
  const pressing = event.target.matches("button, summary, a, td.change") && [" ", "Enter"].includes(event.key);
  if (typing || pressing || event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
  event.preventDefault();
  if (event.key !== "Enter") pause();
  keys[event.key]();
});

stage.addEventListener("pointerover", (event) => {
  const cell = event.target.closest("td");
  mark(cell);
  const step = cell && stepOf(cell);
  if (cell) cell.title = step === null ? "" : `step ${step + 1}`;
});
stage.addEventListener("pointerleave", () => mark(null));
stage.addEventListener("click", (event) => {
  const cell = event.target.closest("td");
  const step = cell && stepOf(cell);
  if (step !== null && cell) { pause(); show(step); }
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
  ({ blocks, steps, pictures } = found);
  if (found.changes) changing(found.changes);
  document.querySelector("nav").hidden = false;
  slider.max = steps.length - 1;
  stage.replaceChildren();
  now = Number(location.hash.slice(1)) - 1 || 0;
  fit();
  addEventListener("resize", fit);
  document.body.dataset.ready = "yes";
}).catch((trouble) => {
  spoken.className = "";
  spoken.removeAttribute("id");
  spoken.textContent = `This browser cannot unpack the steps (${trouble.message}); the first one is shown.`;
});
