// What a cell of a network is made of. Each kind of layer works out its step from what stands in the page: what it reads,
// what contributes most, and the sentence, in the words of `cnnstep why`.
let nodes = [];

const FEW_INPUTS = 9, STRONGEST = 4, MOST_SUMS = 5, MOST_LISTED = 64;
const range = (length, first = 0) => Array.from({ length }, (_, i) => first + i);
const cross = (lists) => lists.reduce((rows, list) => rows.flatMap((row) => list.map((each) => [...row, each])), [[]]);
const indexOf = (cell, shape) => cell.reduce((at, place, axis) => at * shape[axis] + place, 0);
function placeOf(index, shape) {
  const place = [];
  for (const size of [...shape].reverse()) { place.unshift(index % size); index = Math.floor(index / size); }
  return place;
}
const valueAt = (node, cell) => node.values[indexOf(cell, node.shape)];
const addressOf = (number, cell) => `${nodes[number].called}[${cell.join(",")}]`;
const largestOf = (values) => values.reduce((best, value, i) => (Math.abs(value) > Math.abs(values[best]) ? i : best), 0);
const byMagnitude = (values) => range(values.length).sort((i, j) => Math.abs(values[j]) - Math.abs(values[i]) || i - j);
const percent = (share) => `${fixed(100 * share, 0)}%`;

// The window of a cell: its positions on each axis, where they are read in a channel (−1 for padding), what is outside.
function windowAt(node, cell) {
  const spatial = cell.slice(1), shape = nodes[node.inputs[0]].shape.slice(1);
  const each = node.axes.map(({ positions, kernel }, a) => range(kernel).map((k) => positions[spatial[a]][0] + k * positions[spatial[a]][1]));
  const reads = cross(node.axes.map((axis, a) => axis.reads[spatial[a]]));
  const positions = cross(each);
  return {
    each, positions,
    places: reads.map((read) => (read.includes(-1) ? -1 : indexOf(read, shape))),
    isOutside: positions.map((at) => at.some((place, a) => place < 0 || place >= shape[a])),
  };
}

// Products that are largest in magnitude: never one of padding, unless all are.
function strongest(products, isOutside) {
  return largestOf(products.map((product, i) => (isOutside[i % isOutside.length] ? 0 : product || Number.MIN_VALUE)));
}

function strongestFirst(name, step, strong, rest, others) {
  const values = [...strong, rest], show = formatter([...values, step.bias], data.isFloat);
  const texts = values.map(show), bias = trimmed(show(step.bias)), value = short(step.value);
  const parts = texts.map((text, i) => {
    const told = i < strong.length ? "" : `${GLUE}(${others.replaceAll(" ", GLUE)})`;
    return { text: trimmed(text).replace(/^[-−]/, "") + told, minus: exact(text)[0] < 0n };
  });
  const named = data.isBiased ? ` +${GLUE}bias${GLUE}${bracketed(bias)}` : "";
  const sign = relation(plus(total(texts.map(exact)), exact(bias)), value);
  return `${name}${GLUE}= ${product(joined(parts))}${named} ${sign}${GLUE}${answer(value)}`;
}

// Of several channels each adds a part: the largest first, then the others together, and the bias.
const isListed = (step) => step.divisor === 1 && step.connected.length > 1;
function contributions(name, step) {
  const order = byMagnitude(step.connected.map((i) => step.totals[i])).map((i) => step.connected[i]);
  const shown = order.length > MOST_SUMS + 1 ? order.slice(0, MOST_SUMS) : order, left = order.slice(shown.length);
  const each = step.places.length, rest = added(left.flatMap((i) => step.products.slice(i * each, (i + 1) * each)));
  const rows = shown.map((i) => ({ label: `channel ${step.channels[i]}`, value: step.totals[i], channel: i }));
  if (left.length) rows.push({ label: `${left.length} others`, value: rest });
  if (data.isBiased) rows.push({ label: "bias", value: step.bias });
  const show = formatter(rows.map(({ value }) => value), data.isFloat), value = short(step.value);
  for (const row of rows) row.text = show(row.value);
  return [...rows, { label: name, text: `${relation(total(rows.map(({ text }) => exact(text))), value)} ${value}`, isTotal: true }];
}

function largestProduct(step) {
  const i = step.strongest, [x, weight, made] = [step.patch[i], step.weights[i], step.products[i]].map(short);
  const sign = relation(times(exact(x), exact(weight)), made);
  const many = step.connected ? step.connected.length * (step.products.length / step.depth) : step.products.length;
  return `${signed(x)}·${bracketed(weight)} ${sign} ${signed(made)}, of ${many.toLocaleString("en")} products`;
}

function weighted(node, patch, weights, unit) {
  const products = patch.map((x, i) => x * weights[i]), sum = added(products);
  const divisor = node.divisors?.[unit] ?? 1, bias = node.bias[unit];
  return { patch, weights, products, sum, divisor, bias, value: (divisor === 1 ? sum : sum / divisor) + bias };
}

const LAYERS = {
  sum: {
    step(node, cell) {
      const source = nodes[node.inputs[0]], [unit] = cell, { places, positions, isOutside, each } = windowAt(node, cell);
      const channels = range(node.depth, node.starts[unit]), size = source.values.length / source.shape[0];
      const patch = channels.flatMap((channel) => places.map((at) => (at < 0 ? node.edge : source.values[at + channel * size])));
      const many = patch.length, step = weighted(node, patch, [...node.weights.subarray(unit * many, (unit + 1) * many)], unit);
      const rows = range(node.depth).map((i) => [i * places.length, (i + 1) * places.length]);
      const read = rows.map(([from, to]) => step.weights.slice(from, to).some((weight) => weight));
      const connected = range(node.depth).filter((i) => read[i]);
      const best = strongest(step.products, isOutside);
      return {
        ...step, depth: node.depth, columns: node.axes.at(-1).kernel, channels, isOutside, each, places, strongest: best,
        connected: connected.length ? connected : [0], totals: rows.map(([from, to]) => added(step.products.slice(from, to))),
        source: { node: node.inputs[0], cell: [channels[Math.floor(best / places.length)], ...positions[best % places.length]] },
      };
    },
    sentence: (name, step) => (isListed(step) ? [] : sumSentence({ ...step, name })),
    brief: largestProduct,
  },
  dense: {
    step(node, [unit]) {
      const source = nodes[node.inputs[0]], many = source.values.length;
      const step = weighted(node, [...source.values], [...node.weights.subarray(unit * many, (unit + 1) * many)], unit);
      const best = largestOf(step.products);
      return { ...step, depth: 1, columns: many, strongest: best, source: { node: node.inputs[0], cell: placeOf(best, source.shape) } };
    },
    sentence(name, step) {
      if (step.patch.length <= FEW_INPUTS) return sumSentence({ ...step, name });
      const order = byMagnitude(step.products).slice(0, STRONGEST), rest = step.products.filter((_, i) => !order.includes(i));
      const others = `the other ${rest.length.toLocaleString("en")}`;
      return strongestFirst(name, step, order.map((i) => step.products[i]), added(rest), others);
    },
    brief: largestProduct,
  },
  pool: {
    step(node, cell) {
      const source = nodes[node.inputs[0]], [channel] = cell, { places, positions, isOutside, each } = windowAt(node, cell);
      const size = source.values.length / source.shape[0];
      const patch = places.map((at) => (at < 0 ? 0 : source.values[at + channel * size]));
      const counts = cross(node.axes.map((axis, a) => axis.counted[cell[a + 1]])).map((each) => each.every(Boolean));
      const taken = range(patch.length).filter((i) => counts[i]), cells = taken.map((i) => patch[i]);
      const value = node.way === "average" ? added(cells) / cells.length : cells.reduce((a, b) => Math[node.way](a, b));
      const best = node.way === "average" ? largestOf(patch.map((x, i) => (counts[i] ? x || Number.MIN_VALUE : 0))) : taken[cells.indexOf(value)];
      return {
        way: node.way, patch, cells, value, isOutside, each, chosen: node.way === "average" ? undefined : best,
        columns: node.axes.at(-1).kernel, channels: [channel], source: { node: node.inputs[0], cell: [channel, ...positions[best]] },
      };
    },
    sentence: (name, step) => pooled(name, step),
    brief: (step) => `the largest ${step.way === "max" ? "" : "in magnitude "}of ${step.cells.length}`,
  },
  activation: {
    step(node, cell) {
      const parameter = node.parameters[node.parameters.length > 1 ? cell[0] : 0];
      const step = sameCell(node, cell), piece = node.pieces.findLast(([start]) => start === null || step.x >= start);
      return { ...step, node, parameter, isItself: piece[1] };
    },
    sentence(name, { node, x, value, parameter, isItself }) {
      const [argument, result, rule] = [short(x), short(value), FUNCTIONS[node.function === "prelu" ? "leaky-relu" : node.function]];
      let real = x === 0 ? binary(value) : null;
      if (isItself) real = exact(argument);
      else if (node.isRational) real = rule?.exact ? rule.exact(exact(argument), exact(short(parameter))) : binary(value);
      return `${name} = ${node.function}(${signed(argument)}) ${relation(real, result)}${GLUE}${answer(result)}`;
    },
    brief: ({ node, x, value }) => (x === value ? "the same number" : `${node.function} of ${signed(short(x))}`),
  },
  batchnorm: {
    step(node, cell) {
      const known = Object.fromEntries(BATCH.map((name) => [name, node[name][cell[0]]]));
      return { ...sameCell(node, cell), ...known, epsilon: node.epsilon };
    },
    sentence(name, step) {
      const parts = ["x", ...BATCH.slice(0, 4), "epsilon"], texts = Object.fromEntries(parts.map((part) => [part, short(step[part])]));
      if (step.epsilon >= 1e-9) texts.epsilon = trimmed(fixed(step.epsilon, 12));
      const { x, mean, variance, scale, shift, epsilon } = Object.fromEntries(parts.map((part) => [part, bracketed(texts[part])]));
      const read = Object.fromEntries(parts.map((part) => [part, exact(texts[part])])), value = short(step.value);
      const root = rootOf(plus(read.variance, read.epsilon)), distance = plus(read.x, times([-1n, 1n], read.mean));
      const isKnown = root || distance[0] === 0n || read.scale[0] === 0n;
      const real = isKnown ? plus(over(times(read.scale, distance), root ?? [1n, 1n]), read.shift) : null;
      const isExact = parts.every((part) => same(read[part], exact(String(step[part]))));
      const way = `${scale}·(${x} − ${mean}) / √(${variance} + ${epsilon}) + ${shift}`;
      return `${name}${GLUE}${isExact ? "=" : "≈"} ${way} ${relation(real, value)}${GLUE}${answer(value)}`;
    },
    brief: ({ factor, x, offset }) => `${bracketed(short(factor))}·${bracketed(short(x))} + ${bracketed(short(offset))}`,
  },
  softmax: {
    step(node, cell) {
      const source = nodes[node.inputs[0]], z = [...source.values], maximum = Math.max(...z);
      const powers = z.map((x) => Math.exp(x - maximum)), sum = powers.reduce((a, b) => a + b, 0), at = indexOf(cell, node.shape);
      return { z, maximum, powers, sum, at, shares: [...node.values], value: node.values[at], source: { node: node.inputs[0], cell: placeOf(at, source.shape) } };
    },
    sentence(_, { z, at, maximum, sum, value }) {
      const [x, top, below, result] = [z[at], maximum, sum, value].map(short);
      return `p[${at}] = e^(${bracketed(x)} − ${bracketed(top)}) / ${bracketed(below)} ≈ ${answer(result)}`;
    },
    brief: () => "the same place, among the others",
  },
  flatten: {
    step(node, cell) {
      const source = nodes[node.inputs[0]], from = placeOf(cell[0], source.shape);
      return { value: node.values[cell[0]], cell, from, sizes: source.shape, source: { node: node.inputs[0], cell: from } };
    },
    sentence(name, { value, cell, from, sizes }) {
      const place = from.slice(1).reduce((told, at, i) => (i ? `(${told})·${sizes[i + 1]} + ${at}` : `${told}·${sizes[1]} + ${at}`), `${from[0]}`);
      const text = short(value), sign = same(exact(text), exact(String(value))) ? "=" : "≈";
      return `${name} = x[${from.join(",")}] ${sign} ${answer(text)}${sizes.length > 1 ? `, for ${place} = ${cell[0]}` : ""}`;
    },
    brief: () => "the same number",
  },
  add: {
    step(node, cell) {
      const terms = node.inputs.map((input) => valueAt(nodes[input], cell));
      const whole = terms.reduce((sum, term) => sum + Math.abs(term), 0), best = largestOf(terms);
      const value = terms.reduce((sum, term) => sum + term);
      return { node, terms, value, shares: whole ? terms.map((term) => Math.abs(term) / whole) : [], source: { node: node.inputs[best], cell } };
    },
    sentence(name, { node, terms, value, shares }) {
      const texts = terms.map(short), result = short(value), names = node.inputs.map((input) => nodes[input].called);
      const first = texts.every((text, i) => same(exact(text), binary(terms[i]))) ? "=" : "≈";
      const told = texts.map((text, i) => (i ? bracketed(text) : signed(text))).join(" + ");
      const isOneSign = Math.min(...terms) >= 0 || Math.max(...terms) <= 0;
      const note = `shares${isOneSign ? "" : " of the magnitudes"}: ${shares.map((share, i) => `${names[i]} ${percent(share)}`).join(", ")}`;
      const sum = `${name} = ${names.join(" + ")} ${first} ${told} ${relation(total(texts.map(exact)), result)}${GLUE}${answer(result)}`;
      return shares.length ? [sum, note] : sum;
    },
    brief: () => "",
  },
  concat: {
    step(node, cell) {
      let which = 0, channel = cell[0];
      while (channel >= nodes[node.inputs[which]].shape[0]) channel -= nodes[node.inputs[which++]].shape[0];
      return { isCopied: true, value: valueAt(node, cell), source: { node: node.inputs[which], cell: [channel, ...cell.slice(1)] } };
    },
    sentence(name, { value, source }) {
      const text = short(value), sign = same(exact(text), binary(value)) ? "=" : "≈";
      return `${name} = ${addressOf(source.node, source.cell)} ${sign} ${answer(text)}`;
    },
    brief: () => "",
  },
  // Of any other kind the engine has told where each cell comes from, unless there were too many.
  other: {
    step(node, cell) {
      const at = indexOf(cell, node.shape), from = node.sources?.[at] ?? -1, input = node.inputs[node.branches?.[at] ?? 0];
      return { value: node.values[at], node, source: from < 0 ? null : { node: input, cell: placeOf(from, nodes[input].shape) } };
    },
    sentence: (name, { node, value }) => `${name} ≈ ${answer(short(value))}, made by ${node.brief}`,
    brief: ({ source }) => `${signed(short(valueAt(nodes[source.node], source.cell)))} there`,
  },
};
const BATCH = ["mean", "variance", "scale", "shift", "factor", "offset"];

function sameCell(node, cell) {
  const source = { node: node.inputs[0], cell };
  return { x: valueAt(nodes[source.node], cell), value: valueAt(node, cell), source };
}

// The step of a cell, with what its sentence needs to know of its layer.
function stepAt(number, cell) {
  const node = nodes[number];
  return { number, cell, kind: LAYERS[node.kind], step: LAYERS[node.kind].step(node, cell) };
}

function sentenceOf({ number, kind, step }, name) {
  const node = nodes[number];
  data = { isFloat: node.isFloat || nodes[node.inputs[0]].isFloat || Boolean(node.weights?.isFloat), columns: step.columns, isBiased: node.isBiased };
  return [kind.sentence(name, step)].flat();
}

// From a cell back, always by the largest contribution, to a pixel.
function trailOf(number, cell, most = Infinity) {
  const way = [];
  while (number && way.length < most) {
    const found = stepAt(number, cell);
    way.push(found);
    if (!found.step.source) break;
    ({ node: number, cell } = found.step.source);
  }
  return way;
}

// What made a cell: its own layer and those that belong to it, an activation after a sum; the last of them is the core.
function madeOf(way) {
  const name = nodes[way[0].number].name;
  return way.filter(({ number }) => nodes[number].name === name);
}

// What contributes most to the core, and where it stands.
function largestTold({ number, kind, step }, linked = (text) => text) {
  if (!step.source) return "where it comes from is not in this page";
  const source = linked(addressOf(step.source.node, step.source.cell));
  data = { isFloat: nodes[step.source.node].isFloat || nodes[number].isFloat };
  if (step.products && !step.products.some((each) => each)) return `all ${step.products.length.toLocaleString("en")} products are 0: nothing contributes`;
  if (step.isCopied) return `it is copied from ${source}`;
  if (step.terms) return step.terms.some((term) => term) ? `its largest term is ${source}` : "all terms are 0: nothing contributes";
  return `${step.products ? "its largest contribution is" : "it comes from"} ${source}: ${kind.brief(step)}`;
}
