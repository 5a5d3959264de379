// The cells of a page, by mouse and by keys: what belongs to one is marked, one of the output frames its window and
// leads to its step.
// Each table is one stop of Tab: at the cell of the step, or at the first; arrows move on from there.
function reachable(block) {
  for (const table of block.querySelectorAll(".held table")) {
    table.setAttribute("role", "grid");
    const cells = [...table.querySelectorAll("td")], entry = cells.find((cell) => cell.matches(".current")) ?? cells[0];
    for (const cell of cells) cell.tabIndex = cell === entry ? 0 : -1;
  }
  return block;
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
  for (const old of stage.querySelectorAll(".ghost")) old.remove();
  if (!cell) return;
  for (const other of partners(cell)) other?.classList.add("hot");
  const step = stepOf(cell);
  cell.title = step === null ? "" : counts[step];
  if (step !== null && step !== now) foretell(step, cell);
}

// The window of another output cell: the frames of its own step, moved by as much as another part is shown there.
function foretell(step, cell) {
  const there = steps[step][1].map((id) => parsed(blocks[id])).flatMap((block) => [...block.querySelectorAll(".held")]);
  [...where.querySelectorAll(".held")].forEach((held, i) => {
    if (held.contains(cell) || !there[i]) return;
    const [from, to] = [there[i], held].map((each) => (each.dataset.first ?? "0,0").split(",").map(Number));
    for (const frame of there[i].querySelectorAll(".frame")) {
      frame.classList.add("ghost");
      if (held.dataset.first) shift(frame, held.querySelector("tbody"), from[0] - to[0], from[1] - to[1]);
      if (frame.style.getPropertyValue("--rows") !== "0") held.append(frame);
    }
  });
  cell.classList.add("hot");
}

// A frame moved by rows and columns; what of it is beyond the cells that are shown is cut.
function shift(frame, body, down, along) {
  const sides = [["--top", "--rows", down, body.rows.length], ["--left", "--columns", along, body.rows[0].cells.length - 1]];
  const cut = sides.map(([start, size, by, most]) => {
    const first = Number(frame.style.getPropertyValue(start)) + by, last = first + Number(frame.style.getPropertyValue(size));
    return [Math.max(0, first), Math.min(most, last)];
  });
  const isSeen = cut.every(([first, last]) => first < last);
  sides.forEach(([start, size], i) => {
    frame.style.setProperty(start, cut[i][0]);
    frame.style.setProperty(size, isSeen ? cut[i][1] - cut[i][0] : 0);
  });
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

stage.addEventListener("pointerover", (event) => mark(event.target.closest("td")));
stage.addEventListener("pointerleave", () => mark(null));
stage.addEventListener("focusin", (event) => mark(event.target.closest("td")));
stage.addEventListener("focusout", () => mark(null));
stage.addEventListener("click", (event) => go(event.target.closest("td")));

// To the step of a cell of the output.
function go(cell) {
  const step = cell && stepOf(cell);
  if (step === null) return false;
  pause();
  show(step);
  return true;
}

// What the mouse does, by keys: arrows move from cell to cell, Enter goes to the step, Escape leaves.
const ARROWS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
stage.addEventListener("keydown", (event) => {
  const cell = event.target, way = ARROWS[event.key];
  if (!cell.matches("td") || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape") stage.focus();
  else if (way) cell.closest("table").rows[cell.parentElement.rowIndex + way[0]]?.cells[cell.cellIndex + way[1]]?.focus();
  else if (event.key !== "Enter" || !go(cell)) return;
  event.stopPropagation();
  event.preventDefault();
});
