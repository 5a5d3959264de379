// The page of a network: point at a cell of its picture to see what it reads, open one to see what it is made of, go back
// along the largest contributions to a pixel.
const $ = (id) => document.getElementById(id);
const [picture, spot, trail, panel] = ["picture", "spot", "trail", "step"].map($);
const SVG = "http://www.w3.org/2000/svg", TYPES = { int8: Int8Array, int16: Int16Array, int32: Int32Array, float32: Float32Array, float64: Float64Array };
const SMALLEST = 6, MOST_BACK = 6;
let facts = null, way = [], at = 0, before = [], pointed = null;

async function unpack() {
  const bytes = Uint8Array.from(atob($("numbers").textContent.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const all = await new Response(stream).arrayBuffer(), length = new DataView(all).getUint32(0, true);
  const found = JSON.parse(new TextDecoder().decode(new Uint8Array(all, 4, length)));
  const read = ({ at, type, length: many }) => new TYPES[type](all.slice(4 + length + at, 4 + length + at + many * TYPES[type].BYTES_PER_ELEMENT));
  for (const node of found.nodes) {
    node.isFloat = node.values.isFloat;
    for (const [key, value] of Object.entries(node)) if (value?.type) node[key] = Object.assign(read(value), { isFloat: value.isFloat });
  }
  return found;
}

// Where a picture shows what: each map, strip or bar with its node, and the rows and columns of its cells.
const shown = () => [...picture.querySelectorAll("svg")].find((svg) => svg.getBoundingClientRect().width) ?? picture.querySelector("svg");
function areas(svg) {
  svg.areas ??= [...svg.querySelectorAll("[data-name]")].map((element) => {
    const [kind, number, item = 0] = element.dataset.name.split("-"), node = nodes[number], { shape } = node;
    const [x, y, width, height] = ["x", "y", "width", "height"].map((side) => Number(element.getAttribute(side)));
    const area = { element, kind, number: Number(number), item: Number(item), x, y, width, height };
    if (kind === "map") return { ...area, rows: shape.length > 2 ? shape.at(-2) : 1, columns: shape.at(-1) };
    const many = node.values.length, fits = (across) => Math.abs(width / across - height / Math.ceil(many / across));
    const across = kind === "units" ? range(many, 1).reduce((best, each) => (fits(each) < fits(best) ? each : best)) : 1;
    return { ...area, rows: kind === "units" ? Math.ceil(many / across) : 1, columns: across };
  });
  return svg.areas;
}

// The cell in a row and a column of an area; of a film the picture shows the frame in the middle.
function cellIn({ kind, number, item, columns }, row, column) {
  const { shape } = nodes[number], lead = shape.length > 3 ? [Math.floor(shape[1] / 2)] : [];
  if (kind === "units") return placeOf(Math.min(row * columns + column, nodes[number].values.length - 1), shape);
  if (kind === "bar") return placeOf(item, shape);
  return shape.length > 2 ? [item, ...lead, row, column] : [item, column];
}

// The area that shows a cell, and its row and column there.
function areaOf(svg, number, cell) {
  const flat = indexOf(cell, nodes[number].shape);
  const area = areas(svg).find((each) => each.number === number && (each.kind === "units" || each.item === (each.kind === "bar" ? flat : cell[0])));
  if (!area) return null;
  if (area.kind === "units") return { area, row: Math.floor(flat / area.columns), column: flat % area.columns };
  return area.kind === "bar" ? { area, row: 0, column: 0 } : { area, row: cell.length > 2 ? cell.at(-2) : 0, column: cell.at(-1) };
}

function boxIn(area, rows, columns) {
  const [high, wide] = [area.height / area.rows, area.width / area.columns];
  const box = { x: area.x + columns[0] * wide, y: area.y + rows[0] * high, width: (columns[1] - columns[0]) * wide, height: (rows[1] - rows[0]) * high };
  const [more, deeper] = [Math.max(0, SMALLEST - box.width), Math.max(0, SMALLEST - box.height)];
  return { x: box.x - more / 2, y: box.y - deeper / 2, width: box.width + more, height: box.height + deeper };
}

function boxOf(svg, number, cell) {
  const found = areaOf(svg, number, cell);
  return found && boxIn(found.area, [found.row, found.row + 1], [found.column, found.column + 1]);
}

// What the step of a cell reads, as boxes on the picture: windows on maps, or all of a layer.
function boxesRead(svg, { number, step }) {
  const node = nodes[number];
  if (step.each) {
    const channels = (step.connected ?? [0]).map((i) => step.channels[i]);
    const maps = areas(svg).filter((each) => each.number === node.inputs[0] && channels.includes(each.item));
    const [rows, columns] = [step.each.length > 1 ? step.each.at(-2) : [0], step.each.at(-1)].map((each) => [each[0], each.at(-1) + 1]);
    return maps.filter(({ kind }) => kind === "map").map((area) => boxIn(area, rows, columns));
  }
  if (step.terms) return node.inputs.map((input) => boxOf(svg, input, step.source.cell)).filter(Boolean);
  if (node.kind === "dense" || node.kind === "softmax") return wholes(svg, node.inputs[0]);
  return step.source ? [boxOf(svg, step.source.node, step.source.cell)].filter(Boolean) : [];
}

// What the cell sees of the input, where it reads something else.
function fieldsSeen(svg, { number, cell, step }) {
  const { fields } = nodes[number];
  if (!fields || !step.source?.node) return [];
  const [rows, columns] = fields.length > 1 ? [fields.at(-2)[cell.at(-2)], fields.at(-1)[cell.at(-1)]] : [[0, 1], fields[0][cell[1]]];
  return areas(svg).filter((each) => each.number === 0 && each.kind === "map").map((area) => boxIn(area, rows, columns));
}

// All that is drawn of a layer, or of the one whose numbers it passes on.
function wholes(svg, number) {
  const found = areas(svg).filter((each) => each.number === number);
  if (!found.length && nodes[number].passesOn) return wholes(svg, nodes[number].inputs[0]);
  return found.map((area) => boxIn(area, [0, area.rows], [0, area.columns]));
}

// The step whose windows can be shown: of a cell what it was before all that works on it alone, or is not drawn.
function drawnCore(svg, trail) {
  const isDrawn = (number) => areas(svg).some((each) => each.number === number);
  const from = madeOf(trail).length - 1, found = trail.findIndex(({ step }, i) => i >= from && (step.patch || !step.source || isDrawn(step.source.node)));
  return trail[found < 0 ? from : found];
}

function mark(name, number, cell) {
  for (const svg of picture.querySelectorAll("svg")) {
    svg.querySelector(`.${name}`)?.remove();
    const target = number !== null && boxOf(svg, number, cell);
    if (!target) continue;
    const group = svg.appendChild(document.createElementNS(SVG, "g")), core = number ? drawnCore(svg, trailOf(number, cell, MOST_BACK)) : null;
    const reads = core ? boxesRead(svg, core) : [], fields = core ? fieldsSeen(svg, core) : [];
    group.setAttribute("class", `marks ${name}`);
    const middle = ({ y, height }) => y + height / 2;
    for (const kind of ["halo", "line"]) {
      for (const box of reads) add(group, "line", kind, { x1: box.x + box.width, y1: middle(box), x2: target.x, y2: middle(target) });
      for (const box of [...fields, ...reads, target]) add(group, "rect", kind, box);
    }
  }
}

function add(group, name, kind, attributes) {
  const element = group.appendChild(document.createElementNS(SVG, name));
  element.setAttribute("class", kind);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value.toFixed(1));
}

function shortOf(node, value) {
  data = { isFloat: node.isFloat };
  return short(value);
}

// The cells of a way back, one for each layer that makes something new; the last is a pixel.
function steps(number, cell) {
  const all = trailOf(number, cell), last = all.at(-1)?.step.source;
  const kept = all.filter((each, i) => !nodes[each.number].passesOn && nodes[all[i - 1]?.number]?.name !== nodes[each.number].name);
  return [...kept.map((each) => ({ number: each.number, cell: each.cell })), ...(last ? [{ number: last.node, cell: last.cell }] : number ? [] : [{ number, cell }])];
}

function open(number, cell) {
  if (way.length) before.push({ way, at });
  way = steps(number, cell);
  if (!way.length || way[0].number !== number) way.unshift({ number, cell });
  show(0);
}

function show(index, { isQuiet = false } = {}) {
  at = index;
  const { number, cell } = way[at];
  pointed = { number, cell };
  trail.innerHTML = way.map((each, i) => button(each.number, each.cell, ` data-at="${i}"${i === at ? ' aria-current="step"' : ""}`)).join(` <span aria-hidden="true">←</span> `);
  panel.innerHTML = told(number, cell);
  mark("chosen", number, cell);
  mark("hovered", null);
  say(number, cell);
  const box = shown() && boxOf(shown(), number, cell), over = picture.scrollWidth - picture.clientWidth;
  if (box && over > 0) picture.scrollLeft = (box.x / shown().viewBox.baseVal.width) * picture.scrollWidth - picture.clientWidth / 2;
  if (isQuiet) return;
  try {
    history.replaceState(null, "", `#${addressOf(number, cell)}`);
  } catch { /* inside another page, or too often: the address is a convenience */ }
}

function say(number, cell) {
  const node = nodes[number];
  spot.textContent = `${addressOf(number, cell)} = ${signed(shortOf(node, valueAt(node, cell)))}`;
}

function back() {
  if (at) return show(at - 1);
  const last = before.pop();
  if (last) { ({ way } = last); show(last.at); }
}

// A cell by pointer or by keys.
function cellUnder(event) {
  const area = areas(shown()).find((each) => each.element === event.target);
  if (!area) return null;
  const box = area.element.getBoundingClientRect();
  const [row, column] = [[event.clientY - box.top, box.height, area.rows], [event.clientX - box.left, box.width, area.columns]]
    .map(([from, size, many]) => Math.max(0, Math.min(many - 1, Math.floor((from / size) * many))));
  return { number: area.number, cell: cellIn(area, row, column) };
}

function point(found) {
  pointed = found;
  mark("hovered", found.number, found.cell);
  say(found.number, found.cell);
}

function move(down, along) {
  const found = areaOf(shown(), pointed.number, pointed.cell);
  if (!found) return;
  const { area } = found, rows = found.row + down, columns = found.column + along;
  const isInside = rows >= 0 && rows < area.rows && columns >= 0 && columns < area.columns;
  if (isInside) return point({ number: area.number, cell: cellIn(area, rows, columns) });
  const same = areas(shown()).filter((each) => each.number === area.number), next = same[same.indexOf(area) + (down + along > 0 ? 1 : -1)];
  if (next) point({ number: next.number, cell: cellIn(next, (rows + next.rows) % next.rows, (columns + next.columns) % next.columns) });
}

// To the layer that is drawn before or behind, to about the same place.
function layer(step) {
  const drawn = [...new Set(areas(shown()).map((each) => each.number))], here = drawn.indexOf(pointed.number);
  const number = drawn[Math.max(0, Math.min(drawn.length - 1, here + step))], found = areaOf(shown(), pointed.number, pointed.cell);
  const [first] = areas(shown()).filter((each) => each.number === number);
  const [row, column] = [[found?.row ?? 0, found?.area.rows ?? 1, first.rows], [found?.column ?? 0, found?.area.columns ?? 1, first.columns]]
    .map(([place, of, many]) => Math.floor(((place + 0.5) / of) * many));
  point({ number, cell: cellIn(first, row, column) });
}

const keys = {
  ArrowRight: () => move(0, 1), ArrowLeft: () => move(0, -1), ArrowDown: () => move(1, 0), ArrowUp: () => move(-1, 0),
  PageDown: () => layer(1), PageUp: () => layer(-1), Enter: () => open(pointed.number, pointed.cell), " ": () => open(pointed.number, pointed.cell),
};
picture.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Backspace") { event.preventDefault(); back(); }
});
picture.addEventListener("pointermove", (event) => {
  const found = cellUnder(event);
  if (!found) { mark("hovered", null); return; }
  if (found.number !== pointed?.number || String(found.cell) !== String(pointed.cell)) point(found);
});
picture.addEventListener("pointerleave", () => { mark("hovered", null); if (way.length) { pointed = way[at]; say(pointed.number, pointed.cell); } });
picture.addEventListener("click", (event) => { const found = cellUnder(event); if (found) open(found.number, found.cell); });
trail.addEventListener("click", (event) => { if (event.target.dataset.at) show(Number(event.target.dataset.at)); });
panel.addEventListener("click", (event) => {
  const goes = event.target.dataset.cell;
  if (goes) show(Math.min(at + 1, way.length - 1));
});

function ofHash() {
  const [, name, cell] = decodeURIComponent(location.hash).match(/^#(.+)\[([\d,]+)\]$/) ?? [];
  const number = nodes.findLastIndex((node) => node.called === name || node.name === name), place = cell?.split(",").map(Number);
  const fits = number >= 0 && place.length === nodes[number].shape.length && place.every((each, axis) => each < nodes[number].shape[axis]);
  return fits ? { number, cell: place } : null;
}

unpack().then((found) => {
  facts = found;
  ({ nodes } = found);
  const last = nodes.length - 1, strongest = nodes[last].values.reduce((best, value, i, all) => (value > all[best] ? i : best), 0);
  const first = ofHash() ?? { number: last, cell: placeOf(strongest, nodes[last].shape) };
  way = steps(first.number, first.cell);
  show(0, { isQuiet: true });
  document.body.dataset.ready = "yes";
}).catch((trouble) => {
  panel.textContent = `This browser cannot unpack the numbers (${trouble.message}); the picture is shown.`;
});
