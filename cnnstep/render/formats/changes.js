
// Numbers of a small walk that can be changed. The engine has told what every step reads; this only multiplies, adds
// and writes, with as many digits as the engine prints.
const MOST = 1e6;
let first = null;

// Kind → a step with its numbers, and what is written of it.
const KINDS = {
  sum: {
    value(n) {
      const step = window_(n), weights = data.weights[step.of], products = step.patch.map((x, i) => x * weights[i]);
      const [divisor, bias] = [data.divisors[step.of], data.bias[step.of]], sum = added(products);
      return { ...step, weights, products, divisor, bias, sum, value: (divisor === 1 ? sum : sum / divisor) + bias };
    },
    sentence: sumSentence,
  },
  pool: {
    value(n) {
      const step = window_(n), places = data.counted[n % data.windows.length], cells = places.map((i) => step.patch[i]);
      if (data.way === "average") return { ...step, way: data.way, cells, value: added(cells) / cells.length };
      const value = Math[data.way](...cells);
      return { ...step, way: data.way, cells, value, chosen: places[cells.indexOf(value)], ties: cells.filter((x) => x === value).length };
    },
    sentence: (step) => pooled(step.name, step),
  },
  activation: {
    value(n) {
      const x = data.x[n];
      return { n, name: data.names[n], x, value: FUNCTIONS[data.function].value(x, data.parameter) };
    },
    sentence(step) {
      const rule = FUNCTIONS[data.function], x = short(step.x), value = short(step.value);
      const piece = data.pieces.findLast(([start]) => start === null || step.x >= start)[1];
      const minus = operand(short(step.x ? -step.x : step.x));
      const words = { x: signed(x), operand: operand(x), minus, a: signed(short(data.parameter)) };
      const filled = piece.replace(/\{(\w+)\}/g, (_, name) => words[name]);
      let true_ = step.x === 0 ? binary(step.value) : null;
      if (piece === "{x}") true_ = exact(x);
      if (rule.exact) true_ = rule.exact(exact(x), exact(short(data.parameter)));
      const start = same(exact(x), binary(step.x)) ? "=" : "≈", call = `${data.function}(${signed(x)})`;
      const middle = [call, signed(value)].includes(filled) ? call : `${call} =${GLUE}${filled}`;
      return `${step.name}${GLUE}${start} ${middle} ${relation(true_, value)}${GLUE}${answer(value)}`;
    },
  },
  softmax: {
    value(n) {
      const maximum = Math.max(...data.x), shifted = data.x.map((x) => x - maximum), powers = shifted.map(Math.exp);
      const sum = powers.reduce((a, b) => a + b, 0), shares = powers.map((x) => x / sum);
      return { n, maximum, sum, rows: [shifted, powers, shares], value: shares };
    },
    sentence({ n, maximum, sum, rows: [shifted, powers, shares] }) {
      const each = (shown, found, after) => `   z[0]: ${shown} ${relation(found, short(after))} ${answer(short(after))}`;
      const stage = [
        () => ` = max(${data.x.map((x) => signed(short(x))).join(", ")}) ${relation(binary(maximum), short(maximum))} ${answer(short(maximum))}`,
        () => each(`${bracketed(short(data.x[0]))} − ${bracketed(short(maximum))}`,
          plus(exact(short(data.x[0])), times([-1n, 1n], exact(short(maximum)))), shifted[0]),
        () => each(`e^(${signed(short(shifted[0]))})`, shifted[0] ? null : [1n, 1n], powers[0]),
        () => {
          const shown = powers.map(formatter(powers)), isWhole = shown.every((text, i) => same(exact(text), binary(powers[i])));
          return ` ${isWhole ? "=" : "≈"} ${terms(powers, short(sum))} ${answer(short(sum))}`;
        },
        () => each(`${bracketed(short(powers[0]))} / ${bracketed(short(sum))}`, over(exact(short(powers[0])), exact(short(sum))), shares[0]),
        () => ` ≈ ${terms(shares, "1")} ${answer("1")}`,
      ][n];
      return data.formulas[n] + stage();
    },
  },
};

// The window of a step: where the engine says that it reads, and outside of the input what stands there.
function window_(n) {
  const of = Math.floor(n / data.windows.length), places = [];
  for (let channel = data.starts[of]; channel < data.starts[of] + data.depth; channel++) {
    places.push(...data.windows[n % data.windows.length].map((place) => (place < 0 ? place : place + channel * data.size)));
  }
  return { n, of, name: data.names[n], depth: data.depth, places, patch: places.map(read) };
}
const read = (place) => (place < 0 ? data.edge : data.x[place]);

// Write numbers into the cells that hold them; padding keeps its brackets, and what is still to come its dot.
function write(table, values, isFloat, { all = values, shaded = false } = {}) {
  const show = cellFormat(all, isFloat), far = Math.max(...all.map(Math.abs)) || 1;
  const cells = [...table.querySelectorAll("td")];
  cells.forEach((cell, i) => {
    if (cell.matches(".pending") || cell.textContent === "()") return;
    const text = signed(show(values[i]));
    const unseen = cell.querySelector(".unseen");  // where colours stand for numbers
    (unseen ?? cell).textContent = cell.matches(".padding") ? `(${text})` : text;
    if (!shaded && !unseen) return;
    const [back, ink] = data.shades[Math.round((values[i] / far + 1) / 2 * (data.shades.length - 1))];
    cell.style.background = back;
    cell.style.color = ink;
  });
  const caption = table.closest("figure").querySelector("figcaption")?.firstChild;
  if (caption) caption.textContent = caption.textContent.replace(/ ×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+$/, "");
  const widest = Math.max(...cells.map((cell) => cell.textContent.length), ...all.map((value) => show(value).length));
  const held = table.closest(".held"), before = parseFloat(held.style.getPropertyValue("--w"));
  held.style.setProperty("--w", `${Math.max(before, 0.58 * widest + 0.9).toFixed(2)}em`);
}

const within = (elements, selector) => elements.flatMap((each) => [...each.querySelectorAll(selector)]);

function rewrite(elements, step, n) {
  const tables = (part) => within(elements, `table[data-part="${part}"]`);
  const sheet = Math.floor(n / data.group), pieces = step.places ? data.depth : 1;
  const part = (values, i) => values.slice(i * values.length / pieces, (i + 1) * values.length / pieces);
  tables("input").forEach((table) => write(table, ring(n).map(read), data.isFloat));
  for (const name of ["patch", "weights", "products"]) {
    const all = step[name], shaded = name === "weights" || name === "products";
    tables(name).forEach((table, i) => write(table, part(all, i), data.isFloat, { all, shaded }));
  }
  const isSoftmax = data.kind === "softmax", makesFractions = data.way === "average" || !FUNCTIONS[data.function]?.exact;
  const isFloat = data.isFloat || isSoftmax || (data.kind !== "sum" && data.way !== "max" && data.way !== "min" && makesFractions);
  const outputs = isSoftmax ? step.rows : [data.outputs.slice(sheet * data.group, (sheet + 1) * data.group)];
  tables("output").forEach((table, i) => write(table, outputs[i], isFloat, { shaded: !isSoftmax }));
  told(elements, step);
}

// The sums beside the rows, the sentence, the frame over what was chosen; what is not worked out anew goes.
function told(elements, step) {
  const marks = within(elements, ".total.sign, .captioned .total");
  if (data.kind === "pool") marks.forEach((mark) => { mark.textContent = signed(short(step.value)); });
  if (data.kind === "sum") marks.forEach((mark, i) => {
    const each = step.products.length / step.depth;
    mark.textContent = signed(short(added(step.products.slice(i * each, (i + 1) * each))));
  });
  for (const row of elements.filter((each) => each.matches(".linked"))) equate(row);
  const sentence = elements.find((each) => each.matches("p") && each.querySelector(":scope > .total"));
  if (sentence) sentence.innerHTML = KINDS[data.kind].sentence(step);
  if (data.kind === "pool") chosen(elements, step);
}

// The curve with its point, the derivative and the bars are the engine's: they go where their cell is another.
const isKept = (each, step) =>
  data.kind === "softmax" ? !each.matches(".sheet") : data.kind !== "activation" || step.x === first.x[step.n] || !(each.querySelector("svg") || each.dataset.reveals === "working");

// = where every printed product is that of the printed numbers, ≈ where one is rounded.
function equate(row) {
  const read = (text) => (text === LOST ? null : exact(text));
  const numbers = (part) => within([row], `table[data-part="${part}"] td`).map((cell) => read(cell.textContent.replace(/[()]/g, "")));
  const [patch, weights, made] = ["patch", "weights", "products"].map(numbers);
  const sign = within([row], ".sign").find((each) => "=≈".includes(each.textContent));
  if (sign) sign.textContent = made.every((each, i) => each && patch[i] && weights[i] && same(times(patch[i], weights[i]), each)) ? "=" : "≈";
}

function chosen(elements, { chosen: at, ties, patch, cells }) {
  if (at === undefined) return;
  const [row, column] = [Math.floor(at / data.columns), at % data.columns];
  const [frame] = within(elements, '.held:has(table[data-part="patch"]) .frame');
  frame.style.setProperty("--top", row);
  frame.style.setProperty("--left", column);
  const beyond = patch.length - cells.length;
  const tie = ties > 1 ? `; ${ties} cells tie, the first in reading order is taken` : "";
  const outside = beyond ? `; ${beyond} cell${beyond > 1 ? "s" : ""} of the window outside the input: padding is ignored, it is not a zero` : "";
  const note = elements.find((each) => each.dataset.reveals === "working");
  note.textContent = `it stands in row ${row}, column ${column} of the window${tie}${outside}`;
}

// Where the cells of a grid stand in what can be changed: of the input, or of the weights.
const ring = (n) => {
  if (data.kind === "softmax") return data.ring;
  if (data.kind === "activation") return data.ring.map((place) => place + Math.floor(n / data.group) * data.group);
  const channel = data.starts[Math.floor(n / data.windows.length)];
  return data.ring.map((place) => (place < 0 ? place : place + channel * data.size));
};

function places(part, n) {
  if (part === "input") return ring(n).map((place) => ["x", place]);
  const step = window_(n);
  return part === "patch" ? step.places.map((place) => ["x", place]) : step.places.map((_, i) => [step.of, i]);
}

function markEditable(elements, n) {
  for (const part of ["input", "patch", "weights"]) {
    const cells = within(elements, `table[data-part="${part}"] td`);
    const where = cells.length ? places(part, n) : [];
    cells.forEach((cell, i) => {
      const [of, place] = where[i];
      if (place < 0) return;
      cell.classList.add("change");
      cell.dataset.of = of;
      cell.dataset.place = place;
      cell.classList.toggle("changed", of === "x" ? data.x[place] !== first.x[place] : data.weights[of][place] !== first.weights[of][place]);
    });
  }
}

change = (elements, n) => {
  if (!data) return elements;
  const step = isChanged() && KINDS[data.kind].value(n);
  if (step) rewrite(elements, step, n);
  markEditable(elements, n);
  return step ? elements.filter((each) => isKept(each, step)) : elements;
};

const isChanged = () => [data.x, ...(data.weights ?? [])].some((row, i) => {
  const before = i ? first.weights[i - 1] : first.x;
  return row.some((value, at) => value !== before[at]);
});

function compute() {
  const numbers = [data.x, data.weights ?? [], data.bias ?? [], data.edge ?? 0].flat(2);
  data.isFloat = first.isFloat || !numbers.every(Number.isInteger) || (data.divisors ?? []).some((each) => each !== 1);
  if (data.kind !== "softmax") data.outputs = data.names.map((_, n) => KINDS[data.kind].value(n).value);
  $("chip").hidden = $("reset").hidden = !isChanged();
  show(now);
}

// A field in the place of a cell: Enter takes the number, Escape leaves what stood there.
function open(cell, isByKey) {
  if (cell.querySelector("input")) return;
  const { of, place } = cell.dataset, values = of === "x" ? data.x : data.weights[of];
  const field = document.createElement("input");
  field.value = signed(String(values[place]));
  field.setAttribute("aria-label", `${of === "x" ? "input" : "weight"} number ${Number(place) + 1}`);
  field.inputMode = "decimal";
  cell.replaceChildren(field);
  field.select();
  let isOver = false;
  const close = (isTaken) => {
    if (isOver) return;
    const text = field.value.trim().replace("−", "-").replace(",", ".");
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) + 0 : NaN;
    const fits = Math.abs(value) <= MOST && (value === 0 || Math.abs(value) >= 1 / MOST);
    if (isTaken && !fits) {
      field.setAttribute("aria-invalid", "true");
      spoken.textContent = `a number up to ${MOST} is wanted, such as 3 or −0.5`;
      return;
    }
    isOver = true;
    if (isTaken) values[place] = value;
    cell.textContent = "";
    compute();
    // who came by keys goes on from this cell; for others the arrows are steps again
    const back = isByKey && stage.querySelector(`td.change[data-of="${of}"][data-place="${place}"]`);
    (back || stage).focus({ preventScroll: true });
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") close(true);
    if (event.key === "Escape") close(false);
    event.stopPropagation();
  });
  field.addEventListener("blur", () => { close(true); close(false); });
}

function reset() {
  data = structuredClone(first);
  compute();
}

function changing(found) {
  if (!found) return;
  first = found;
  data = structuredClone(found);
  $("reset").addEventListener("click", reset);
  $("changing").hidden = false;
  stage.addEventListener("click", (event) => {
    const cell = event.target.closest("td.change");
    if (cell) { pause(); open(cell, false); }
  });
  stage.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!cell.matches("td.change") || !(event.key === "Enter" || /^[-\d.]$/.test(event.key))) return;
    pause();
    open(cell, true);
    event.stopPropagation();
    if (event.key === "Enter") event.preventDefault();
  });
}
