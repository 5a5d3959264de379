// What a cell of a network is made of, in words and panels: digits of the strongest channel, heat of all.
const STRIP = 30, WIDEST = 7, MOST_CLASSES = 10, LONGEST = 2.5;

const shade = (value, far) => facts.shades[Math.round((value / far + 1) / 2 * (facts.shades.length - 1))];
const farthest = (values) => values.reduce((far, value) => Math.max(far, Math.abs(value)), 0) || 1;
const sign = (text) => `<span class="sign" aria-hidden="true">${text}</span>`;

function heat(values, columns, name, caption = "") {
  const far = farthest(values), cells = values.map((value) => `<i style="background:${shade(value, far)[0]}"></i>`).join("");
  const shown = caption && `<figcaption aria-hidden="true">${caption}</figcaption>`;
  return `<figure>${shown}<div class="heat" role="img" aria-label="${name}" style="--n:${columns}">${cells}</div></figure>`;
}

function grid(values, columns, caption, { role = "", isShaded = false, framed = -1, texts = null, isOutside = [] } = {}) {
  const far = farthest(values), show = texts ? (_, i) => texts[i] : cellFormat(values, data.isFloat), rows = Math.ceil(values.length / columns);
  const written = values.map((value, i) => signed(show(value, i))), widest = Math.max(...written.map((text) => text.length));
  const cell = (value, i) => {
    const [back, ink] = isShaded ? shade(value, far) : [], style = isShaded ? ` style="background:${back};color:${ink}"` : "";
    const name = [isOutside[i] ? "padding" : role, i === framed ? "framed" : ""].join(" ").trim();
    return `<td${name ? ` class="${name}"` : ""}${style}>${isOutside[i] ? `(${written[i]})` : written[i]}</td>`;
  };
  const head = range(columns).map((column) => `<th scope="col">${column}</th>`).join("");
  const body = range(rows).map((row) => `<tr><th scope="row">${row}</th>${range(columns).map((column) => cell(values[row * columns + column], row * columns + column)).join("")}</tr>`).join("");
  const width = `--n:${columns};--w:${Math.max(1.9, 0.58 * (widest + 2 * isOutside.some(Boolean)) + 0.9).toFixed(2)}em`;
  const table = `<table aria-label="${caption}"><thead><tr><th></th>${head}</tr></thead><tbody>${body}</tbody></table>`;
  return `<figure><figcaption aria-hidden="true">${caption}</figcaption><div class="held" style="${width}">${table}</div></figure>`;
}

const linked = ([patch, kernel, products]) => `<div class="row linked">${patch}${sign("×")}${kernel}${sign("=")}${products}</div>`;

// What each channel adds, as heat and as a bar left or right of zero.
function listOf(rows, maps) {
  const far = farthest(rows.slice(0, -1).map(({ value }) => value));
  const bar = (value) => `<b class="signed" style="--zero:${LONGEST}em;padding-left:${(LONGEST * Math.min(1, 1 + value / far)).toFixed(2)}em"><i style="width:${(LONGEST * Math.abs(value) / far).toFixed(2)}em"></i></b>`;
  const told = rows.map(({ label, value, text, channel, isTotal }) => {
    const shown = channel === undefined ? "" : linked(maps(channel)), name = isTotal ? "total" : "number";
    return `<tr><th scope="row">${escaped(label)}</th><td>${shown}</td><td class="${name}">${signed(text)}</td><td>${isTotal ? "" : bar(value)}</td></tr>`;
  });
  const head = ["from", "patch × kernel = products", "sum", "bar"].map((text) => `<th scope="col">${text}</th>`).join("");
  return `<table class="sheet contributions" aria-label="what each channel adds"><thead class="unseen"><tr>${head}</tr></thead><tbody>${told.join("")}</tbody></table>`;
}

const PANELS = {
  sum(step, node, name) {
    const { columns } = step, each = step.places.length, part = (values, i) => values.slice(i * each, (i + 1) * each);
    const best = step.connected[byMagnitude(step.connected.map((i) => step.totals[i]))[0]], parts = [step.patch, step.weights, step.products];
    const of = node.depth > 1 ? ` of channel ${step.channels[best]}` : "", isSmall = columns <= WIDEST && each <= WIDEST ** 2;
    const looks = [["patch", { role: "window", isOutside: step.isOutside }], ["kernel", { role: "kernel", isShaded: true }], ["products", { isShaded: true }]];
    const maps = (i) => looks.map(([name], n) => heat(part(parts[n], i), columns, `${name} of channel ${step.channels[i]}`));
    const digits = looks.map(([name, look], i) => (isSmall ? grid(part(parts[i], best), columns, name + of, look) : heat(part(parts[i], best), columns, name + of, name + of)));
    return linked(digits) + (isListed(step) ? listOf(contributions(name, step), maps) : "");
  },
  dense(step) {
    const parts = { x: step.patch, weights: step.weights, products: step.products }, columns = Math.min(STRIP, step.patch.length);
    const strips = Object.entries(parts).map(([name, values]) => heat(values, columns, name, name));
    const isFew = step.products.length <= FEW_INPUTS, order = isFew ? range(step.products.length) : byMagnitude(step.products).slice(0, STRONGEST), input = nodes[step.source.node];
    const body = order.map((i) => {
      const numbers = [step.patch, step.weights, step.products].map((values) => `<td>${signed(short(values[i]))}</td>`).join("");
      return `<tr><th scope="row">${addressOf(step.source.node, placeOf(i, input.shape))}</th>${numbers}</tr>`;
    });
    const head = ["input", "x", "weight", "product"].map((name) => `<th scope="col">${name}</th>`).join("");
    const name = isFew ? "products" : `the ${order.length} strongest of ${step.patch.length.toLocaleString("en")} products`;
    return `<div class="row">${isFew ? "" : `<div class="strips">${strips.join("")}</div>`}<figure><figcaption aria-hidden="true">${name}</figcaption><table class="sheet" aria-label="${name}"><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></figure></div>`;
  },
  pool(step) {
    const isSmall = step.columns <= WIDEST && step.patch.length <= WIDEST ** 2;
    const window = isSmall ? grid(step.patch, step.columns, "window", { role: "window", isOutside: step.isOutside, framed: step.chosen }) : heat(step.patch, step.columns, "window", "window");
    return `<div class="row">${window}</div>`;
  },
  softmax({ z, maximum, powers, shares, at }) {
    const order = z.length > MOST_CLASSES ? byMagnitude(shares).slice(0, MOST_CLASSES) : range(z.length);
    const columns = [z, z.map((x) => x - maximum), powers, shares].map((values) => order.map((i) => values[i]));
    const shows = columns.map((values) => cellFormat(values, true));
    const rows = ["z", "z − m", "e^(z − m)", "p"].map((name, n) => {
      const numbers = columns[n].map((value, i) => `<td${order[i] === at ? ' class="current"' : ""}>${signed(shows[n](value))}</td>`);
      return `<tr><th scope="row">${name}</th>${numbers.join("")}</tr>`;
    });
    const head = order.map((i) => `<th scope="col">${i}${facts.labels[i] ? ` ${escaped(facts.labels[i])}` : ""}</th>`).join("");
    return `<table class="sheet" aria-label="from z to p"><thead><tr><th scope="col">class</th>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
  },
};

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const button = (number, cell, more = "") => `<button type="button" data-cell="${number}:${cell.join(",")}"${more}>${escaped(addressOf(number, cell))}</button>`;

function told(number, cell) {
  const node = nodes[number], made = number ? madeOf(trailOf(number, cell, 3)) : [];
  const value = signed(shortOf(node, number ? made[0].step.value : valueAt(node, cell)));
  const title = (about) => `<p><span class="title">${escaped(addressOf(number, cell))} = <span class="total">${value}</span></span>   ${escaped(about)}</p>`;
  if (!number) return title("a pixel of the input");
  const core = made.at(-1), numbers = [...new Set([core.number, number])].join("–");
  const about = `${made.map((each) => nodes[each.number].brief).reverse().join(", ")}   layer ${numbers}`;
  const name = (each, i) => (i && i === made.length - 1 ? "sum" : addressOf(each.number, each.cell));
  const sentences = made.flatMap((each, i) => sentenceOf(each, escaped(name(each, i)))).map((html, i) => `<p class="sentence">${html}</p>`);
  const kind = nodes[core.number].kind, unknown = kind === "other" ? `<p class="label">this page has no arithmetic of such layers; in a terminal: cnnstep why ${escaped(facts.typed)} "${escaped(addressOf(number, cell))}"</p>` : "";
  const end = `<p class="largest">${largestTold(core, () => button(core.step.source.node, core.step.source.cell))}</p>${unknown}`;
  sentenceOf(core, "");
  return title(about) + sentences.join("") + end + (PANELS[kind]?.(core.step, nodes[core.number], name(core, made.length - 1)) ?? "");
}
