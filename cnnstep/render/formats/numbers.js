// Numbers as the engine prints them: exact fractions, sums with one rounding, as many digits, and sentences of them.
const GLUE = "\u00a0", SHOWN = 360, MOST_CELLS = 64, LOST = "≈0";
let data = null;  // what is worked on: whether its whole numbers are fractions, too; columns of a window, a bias

// Fractions of whole numbers without end: [above, below].
const exact = (text) => {
  const [digits, power = "0"] = text.replaceAll("−", "-").split("e");
  const [whole, rest = ""] = digits.split(".");
  const tens = 10n ** BigInt(Math.abs(Number(power)));
  const [above, below] = [BigInt(whole + rest), 10n ** BigInt(rest.length)];
  return Number(power) < 0 ? [above, below * tens] : [above * tens, below];
};
const binary = (value) => {
  let below = 1n;
  while (!Number.isInteger(value)) { value *= 2; below *= 2n; }
  return [BigInt(value), below];
};
const plus = ([a, b], [c, d]) => [a * d + c * b, b * d];
const times = ([a, b], [c, d]) => [a * c, b * d];
const over = ([a, b], [c, d]) => (c < 0n ? [-a * d, -b * c] : [a * d, b * c]);
const same = ([a, b], [c, d]) => a * d === c * b;
const total = (fractions) => fractions.reduce(plus, [0n, 1n]);
const relation = (fraction, text) => (fraction && same(fraction, exact(text)) ? "=" : "≈");

// The root of a fraction, where it is one.
function rootOf([above, below]) {
  const divisor = greatest(above, below), [a, b] = [above / divisor, below / divisor], root = [wholeRoot(a), wholeRoot(b)];
  return root[0] ** 2n === a && root[1] ** 2n === b ? root : null;
}
const greatest = (a, b) => (b ? greatest(b, a % b) : a || 1n);
function wholeRoot(square) {
  if (square < 2n) return square;
  let root = BigInt(Math.floor(Math.sqrt(Number(square)))) + 1n, next = (root + square / root) / 2n;
  while (next < root) [root, next] = [next, (next + square / next) / 2n];
  while (root ** 2n > square) root--;
  return root;
}

// The sum with one rounding, by Shewchuk's partial sums.
function added(values) {
  const parts = [];
  for (let x of values) {
    let kept = 0;
    for (let y of parts) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y, low = y - (high - x);
      if (low) parts[kept++] = low;
      x = high;
    }
    parts.length = kept;
    parts.push(x);
  }
  let n = parts.length, high = n ? parts[--n] : 0, low = 0;
  while (n > 0) {
    const x = high, y = parts[--n];
    high = x + y;
    low = y - (high - x);
    if (low) break;
  }
  if (n > 0 && low && Math.sign(low) === Math.sign(parts[n - 1]) && high + 2 * low - high === 2 * low) high += 2 * low;
  return high;
}

// A half is rounded to the even digit, as the engine prints it; toFixed rounds it up.
function fixed(value, decimals) {
  const more = Math.min(60, 100 - decimals), long = Math.abs(value).toFixed(decimals + more), cut = long.length - more;
  const isHalf = /^50*$/.test(long.slice(cut)), isEven = "02468".includes(long[cut - 1]);
  return isHalf && isEven ? (value < 0 ? "-" : "") + long.slice(0, cut) : value.toFixed(decimals);
}
const plain = (value, decimals) => {
  const text = fixed(value, decimals);
  return /[1-9]/.test(text) ? text : text.replace("-", "");
};
const scientific = (value, decimals) => value.toExponential(decimals).replace(/e([+-])(\d)$/, "e$10$2");

function formatter(values, isFloat = true) {
  const floats = isFloat ? values : [];
  if (floats.every((v) => Number.isInteger(v) && Math.abs(v) < 1e9)) {
    return (v) => (Number.isInteger(v) ? String(v) : plain(v, 4));
  }
  const largest = Math.max(...floats.map(Math.abs));
  for (let decimals = 1; largest < 1e9 && decimals <= 4; decimals++) {
    if (floats.every((v) => Number(fixed(v, decimals)) === v)) return (v) => plain(v, decimals);
  }
  if (!(largest >= 1e-4 && largest < 1e9)) return (v) => scientific(v, 3);
  const decimals = Math.max(1, 3 - Math.floor(Math.log10(largest)));
  return (v) => {
    const text = plain(v, decimals);
    return !/[1-9]/.test(text) && Math.abs(v) > 1e-12 * largest ? scientific(v, 1) : text;
  };
}
// The numbers of a grid: integers and short decimals exact, of others two significant digits.
function cellFormat(values, isFloat) {
  const floats = isFloat ? values : [];
  if (floats.every((v) => Number.isInteger(v) && Math.abs(v) < 1e9)) return (v) => String(v);
  const largest = Math.max(...floats.map(Math.abs)), most = floats.every((v) => Number.isInteger(v * 16)) ? 4 : 3;
  for (let decimals = 1; decimals <= most && largest * 10 ** decimals < 1e5; decimals++) {
    if (floats.every((v) => Number(fixed(v, decimals)) === v)) return (v) => plain(v, decimals);
  }
  const size = (v) => Number(v.toExponential(1).split("e")[1]), least = Math.max(2, 1 - size(largest));
  return (v) => {
    const text = v ? fixed(v, Math.min(least, Math.max(0, 1 - size(v)))) : "0";
    return !v || /[1-9]/.test(text) ? text : Math.abs(v) > 1e-12 * largest ? LOST : "0";
  };
}
const trimmed = (text) => (text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text);
const short = (value) => trimmed(formatter([value], !Number.isSafeInteger(value) || data.isFloat)(value));
const signed = (text) => text.replaceAll("-", "−");
const isNegative = (text) => /^[-−]/.test(text);
const bracketed = (text) => (isNegative(text) ? `(${signed(text)})` : text);
const operand = (text) => (text.includes("e") ? `(${signed(text)})` : bracketed(text));
const listed = (values, isFloat) => values.map(formatter(values, isFloat)).map(trimmed);

// What a sentence is made of: text, or the value at its end.
const answer = (text) => `<span class="total" data-reveals="value">${signed(text)}</span>`;
const product = (text) => `<span class="product" data-reveals="products">${text}</span>`;
const bare = (html) => html.replace(/<[^>]*>/g, "");
const joined = (terms) => terms.map(({ text, minus }, i) => {
  const sign = i ? ` ${minus ? "−" : "+"}${GLUE}` : minus ? "−" : "";
  return sign + text;
}).join("");

function terms(values, text) {
  const shown = values.map(formatter(values));
  const told = shown.map((each, i) => (i ? bracketed(each) : signed(each))).join(" + ");
  return `${told} ${relation(total(shown.map(exact)), text)}`;
}

const zero = [0n, 1n], smaller = ([a, b], [c, d]) => a * d < c * b;
const FUNCTIONS = {
  relu: { value: (x) => Math.max(x, 0), exact: (x) => (smaller(x, zero) ? zero : x) },
  relu6: {
    value: (x) => Math.min(Math.max(x, 0), 6),
    exact: (x) => (smaller(x, zero) ? zero : smaller(x, [6n, 1n]) ? x : [6n, 1n]),
  },
  "leaky-relu": {
    value: (x, a) => Math.max(x, 0) + a * Math.min(x, 0), exact: (x, a) => (smaller(x, zero) ? times(a, x) : x),
  },
  elu: { value: (x, a) => Math.max(x, 0) + a * Math.expm1(Math.min(x, 0)) },
  silu: { value: (x) => x * (1 / (1 + Math.exp(-x))) },
  softplus: { value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) },
  sigmoid: { value: (x) => 1 / (1 + Math.exp(-x)) },
  tanh: { value: Math.tanh },
};

function products({ patch, weights }) {
  const [a, w] = [listed(patch, data.isFloat), listed(weights, data.isFloat)];
  const text = joined(a.map((x, i) => ({ text: `${bracketed(x)}·${bracketed(w[i])}` })));
  return { text, total: total(a.map((x, i) => times(exact(x), exact(w[i])))) };
}

function partial(step, isRows) {
  const each = isRows ? data.columns : step.products.length / step.depth;
  const starts = [...step.products.keys()].filter((i) => i % each === 0);
  const texts = listed(starts.map((i) => added(step.products.slice(i, i + each))), data.isFloat);
  const parts = texts.map((text) => ({ text: text.replace(/^[-−]/, ""), minus: exact(text)[0] < 0n }));
  return { label: isRows ? `row${GLUE}sums ` : "", text: product(joined(parts)), total: total(texts.map(exact)) };
}

function worded(step, way) {
  const [bias, divisor, value] = [step.bias, step.divisor, step.value].map(short), label = way.label ?? "";
  const hasBias = data.isBiased && (step.bias || step.depth > 1);
  const named = hasBias ? ` +${GLUE}bias${GLUE}${bracketed(bias)}` : "";
  if (step.divisor === 1) {
    const equals = relation(plus(way.total, exact(bias)), value);
    return `${step.name}${GLUE}= ${label}${way.text}${named} ${equals}${GLUE}${answer(value)}`;
  }
  const sum = short(step.sum), by = `${GLUE}/${GLUE}${divisor}`, more = hasBias ? ` +${GLUE}${bracketed(bias)}` : "";
  const told = `${label}(${way.text})${by}${named} ${relation(way.total, sum)}${GLUE}${product(signed(sum))}${by}${more}`;
  const result = relation(plus(over(exact(sum), exact(divisor)), exact(bias)), value);
  return `${step.name}${GLUE}= ${told} ${result}${GLUE}${answer(value)}`;
}

function sumSentence(step) {
  const ways = [step.depth > 1 ? partial(step, false) : products(step)];
  if (step.products.length > data.columns) ways.push(partial(step, true));
  const count = `${step.products.length}${GLUE}product${step.products.length > 1 ? "s" : ""}`;
  ways.push({ text: `the${GLUE}sum${GLUE}of${GLUE}${count}`, total: total(step.products.map(binary)) });
  const told = ways.map((way) => worded(step, way));
  return told.find((html) => bare(html).length <= SHOWN) ?? told.at(-1);
}

// What a window becomes: its cells in words, or of very many what kind of number it is.
function pooled(name, step) {
  const ways = [...(step.cells.length <= MOST_CELLS ? [true] : []), false].map((isListed) => pooledIn(name, step, isListed));
  return ways.find((html) => bare(html).length <= SHOWN) ?? ways.at(-1);
}

function pooledIn(name, { way, cells, value }, isListed) {
  const texts = listed(cells, data.isFloat).map(signed), result = short(value);
  if (way !== "average") {
    const best = isListed ? exact(texts.find((text, i) => cells[i] === value)) : binary(value);
    const what = isListed ? `${way}(${texts.join(", ")})` : `the ${way === "max" ? "largest" : "smallest"} of ${cells.length} cells`.replaceAll(" ", GLUE);
    return `${name}${GLUE}= ${what} ${relation(best, result)}${GLUE}${answer(result)}`;
  }
  const sum = short(added(cells)), divided = `${GLUE}/${GLUE}${cells.length}`;
  const equals = relation(total(isListed ? texts.map(exact) : cells.map(binary)), sum);
  const sign = relation(over(exact(sum), [BigInt(cells.length), 1n]), result);
  const what = isListed ? `(${texts.map(bracketed).join(` +${GLUE}`)})` : `the sum of ${cells.length} cells`.replaceAll(" ", GLUE);
  return `${name}${GLUE}= ${what}${divided} ${equals}${GLUE}${signed(sum)}${divided} ${sign}${GLUE}${answer(result)}`;
}
