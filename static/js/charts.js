/* Draws the figures of a page with plotly.js: loads it once, near the window first, one by one
   with a paint between, in the colours of the theme. A figure names colours by their tokens
   ("--chart-focus"); here they become colours, so that the server knows nothing of themes. */

import { THEME_EVENT } from "./theme.js";

const CONFIG = {
  displayModeBar: false,
  displaylogo: false,
  doubleClick: false,
  locale: "en",
  plotlyServerURL: "",
  responsive: false,
  scrollZoom: false,
  showSendToCloud: false,
  showTips: false,
};
const TICK_GAP = 14;
const CHARACTER = 6.6;
const MOST_TICKS = 10;

/* In milliseconds. So long charts may be drawn without a paint in between, as each paint of a page
   costs about as much as a chart; the first of a page are shown sooner. */
const BUDGET = 100;

/* In milliseconds. What takes longer in one go is felt as a halt. */
const HALT = 50;

/* Where tiles lie below one another and few are in sight, as in the frame of a dashboard. */
const narrow = matchMedia("(max-width: 720px)");

/* Of a chart on paper, in pixels: it fits into A4 and Letter alike. */
const ON_PAPER = 600;

const known = new Map();
const waiting = new Set();
const figures = new WeakMap();
let library = null;
let expected = false;
let drawing = false;
let printing = false;

const address = () => document.querySelector("script[data-plotly]").dataset.plotly;

function load() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address();
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => reject(new Error("plotly.js did not load")));
    document.head.append(script);
  });
  return library;
}

/** A wide page asks for the library with all else. A narrow one fetches it once the page is there,
    and reads it, which halts a phone for a moment, when its reader goes on to the charts. */
function expect() {
  if (library || expected) return;
  expected = true;
  const begin = () => load().catch(() => {}); // draw() says what went wrong, of a chart in sight
  if (!narrow.matches) {
    begin();
    return;
  }
  const fetched = document.createElement("link");
  Object.assign(fetched, { rel: "prefetch", as: "script", href: address() });
  const fetch = () => library ?? document.head.append(fetched);
  if (document.readyState === "complete") fetch();
  else addEventListener("load", () => setTimeout(fetch), { once: true });
  for (const doing of ["scroll", "pointerdown", "keydown"]) {
    addEventListener(doing, begin, { once: true, passive: true, capture: true });
  }
}

/** What a token means here, as the browser says: it alone knows what light-dark() comes to. Each
    answer makes it compute styles anew, so it is kept until the theme changes. */
function colour(token) {
  if (!known.has(token)) {
    const probe = document.createElement("span");
    probe.hidden = true;
    probe.style.color = `var(${token})`;
    document.body.append(probe);
    known.set(token, getComputedStyle(probe).color);
    probe.remove();
  }
  return known.get(token);
}

function font() {
  if (!known.has("font")) known.set("font", getComputedStyle(document.body).fontFamily);
  return known.get("font");
}

function resolve(value) {
  if (typeof value === "string") return /^--[a-z0-9-]+$/.test(value) ? colour(value) : value;
  if (Array.isArray(value)) return value.map(resolve);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, resolve(v)]));
  }
  return value;
}

function template() {
  const axis = {
    color: colour("--ink-3"),
    gridcolor: colour("--chart-grid"),
    linecolor: colour("--chart-axis"),
    zerolinecolor: colour("--chart-axis"),
    fixedrange: true,
    tickcolor: "rgba(0,0,0,0)",
    ticklen: 6,
    ticks: "outside",
    zeroline: false,
  };
  return {
    layout: {
      colorway: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => colour(`--chart-${n}`)),
      dragmode: false,
      font: { family: font, size: 12, color: colour("--ink-3") },
      hoverlabel: {
        align: "left",
        bgcolor: colour("--overlay"),
        bordercolor: colour("--line-strong"),
        font: { family: font, size: 12, color: colour("--ink") },
      },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      xaxis: axis,
      yaxis: axis,
    },
  };
}

/** Leave labels out until the rest fit side by side; the last one, the present, stays. */
function thin(axis, width) {
  const labels = axis?.ticktext;
  if (!labels || axis.tickangle !== 0) return;
  const longest = Math.max(...labels.map((label) => label.length)) * CHARACTER + TICK_GAP;
  const fitting = Math.min(MOST_TICKS, Math.max(1, Math.floor(width / longest)));
  const step = Math.ceil(labels.length / fitting);
  const last = labels.length - 1;
  const kept = labels.map((_, n) => n).filter((n) => (last - n) % step === 0);
  axis.ticktext = kept.map((n) => labels[n]);
  axis.tickvals = kept.map((n) => axis.tickvals[n]);
}

function prepare(plot, { width, tall }) {
  const figure = resolve(figures.get(plot));
  figure.layout.template = template();
  const margin = figure.layout.margin ?? {};
  thin(figure.layout.xaxis, width - (margin.l ?? 0) - (margin.r ?? 0));
  figure.layout.width = width;
  figure.layout.autosize = false;
  if (tall) figure.layout.height = tall;
  return figure;
}

/** What a drawing has to fit; how tall it is only where its tile says so. */
function size(plot) {
  if (printing) return { width: ON_PAPER, tall: 0 };
  const tall = plot.closest(".board__tall, .wall__grid") ? plot.clientHeight : 0;
  return { width: plot.clientWidth, tall };
}

const said = ({ width, tall }) => `${width} ${tall}`;

async function draw(plot, fit) {
  const Plotly = await load();
  if (!plot.isConnected) return;
  const figure = prepare(plot, fit);
  await Plotly.react(plot, figure.data, figure.layout, CONFIG);
  plot.querySelector(".chart__hold")?.remove();
  plot.dataset.drawn = said(fit);
  if (!plot.dataset.follows) {
    plot.dataset.follows = "yes";
    plot.on("plotly_click", ({ points }) => follow(plot, points[0]));
  }
}

/** A mark leads where its value in the table does: a bar says it at the start of its words, a line
    is called by it. */
function follow(plot, point) {
  const name = String(point.hovertext ?? point.data.name ?? "").replace(/…$/, "");
  const called = String(point.data.name ?? "").replace(/…$/, "");
  const links = [...plot.closest("[data-chart]").querySelectorAll("a[data-mark]")];
  const words = (link) => link.textContent.trim();
  const found = links.find((link) => words(link) === name || words(link) === called)
    ?? links.find((link) => name.startsWith(`${words(link)}:`))
    ?? links.find((link) => called && words(link).startsWith(called));
  if (found) found.click();
}

/** A chart that cannot be drawn still has its figures: the table takes its place. */
function giveUp(plot, error) {
  console.warn(error);
  plot.hidden = true;
  const table = plot.closest("[data-chart]").querySelector("details");
  if (table) table.open = true;
}

/** Lets what a reader does come in between. */
const breath = () => globalThis.scheduler?.yield?.() ?? new Promise((done) => setTimeout(done));

const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

/** Those that wait, the one nearest to the window's top first, each with what it has to fit: all
    is measured before anything is drawn, as a drawing makes the next measure dear. */
function queue() {
  const distance = (plot) => {
    const { top, bottom } = plot.getBoundingClientRect();
    return bottom < 0 ? innerHeight - bottom : top;
  };
  return [...waiting]
    .map((plot) => ({ plot, far: distance(plot), fit: size(plot) }))
    .sort((a, b) => a.far - b.far);
}

/** Draws until a paint is due, and halts the page for no longer than one chart takes. */
async function drawSome(budget) {
  const began = performance.now();
  let halted = began;
  let longest = 0;
  for (const { plot, fit } of queue()) {
    const start = performance.now();
    waiting.delete(plot);
    await draw(plot, fit).catch((error) => giveUp(plot, error));
    const now = performance.now();
    if (now - began >= budget) return;
    longest = Math.max(longest, now - start);
    if (now - halted + longest < HALT) continue;
    await breath();
    halted = performance.now();
  }
}

async function drawAll() {
  if (drawing) return;
  drawing = true;
  const anew = [...waiting].every((plot) => "drawn" in plot.dataset);
  let budget = anew ? BUDGET : HALT;
  try {
    while (waiting.size) {
      await drawSome(budget);
      budget = BUDGET;
      if (waiting.size) await painted();
    }
  } finally {
    drawing = false;
  }
}

const sight = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    sight.unobserve(target);
    waiting.add(target);
  }
  drawAll();
}, { rootMargin: "600px 0px" });

let frame = 0;
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const { drawn } = target.dataset;
    if (drawn !== undefined && drawn !== said(size(target))) waiting.add(target);
  }
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(drawAll);
});

function redraw() {
  known.clear();
  document.querySelectorAll(".chart__plot[data-drawn]").forEach((plot) => waiting.add(plot));
  drawAll();
}

/** On paper every chart is light and as wide as the paper, also those that nobody scrolled to.
    The browser does not wait: one that cannot be drawn now leaves its place to its table. */
function toPaper(on) {
  if (on === printing) return;
  printing = on;
  document.documentElement.toggleAttribute("data-printing", on);
  if (!on) return redraw();
  known.clear();
  for (const plot of document.querySelectorAll(".chart__plot")) {
    if (!window.Plotly || !figures.has(plot)) continue;
    const figure = prepare(plot, size(plot));
    window.Plotly.react(plot, figure.data, figure.layout, CONFIG).catch(console.warn);
    plot.querySelector(".chart__hold")?.remove();
    plot.dataset.drawn = said(size(plot));
  }
}

/** Find new charts, and new figures in charts that were there before. */
export function enhance(root) {
  for (const chart of document.querySelectorAll("[data-chart]")) {
    const plot = chart.querySelector(".chart__plot");
    const source = chart.querySelector(".chart__data");
    if (!plot || !source || source.dataset.read !== undefined) continue;
    source.dataset.read = "";
    figures.set(plot, JSON.parse(source.textContent));
    if ("drawn" in plot.dataset) waiting.add(plot);
    else {
      expect();
      sight.observe(plot);
      widths.observe(plot);
    }
  }
  drawAll();
  return root;
}

/** Before a swap takes a chart away, what plotly keeps of it goes too. */
function release(root) {
  for (const plot of root.querySelectorAll?.(".chart__plot[data-drawn]") ?? []) {
    sight.unobserve(plot);
    widths.unobserve(plot);
    waiting.delete(plot);
    window.Plotly?.purge(plot);
  }
}

export function start() {
  document.addEventListener(THEME_EVENT, redraw);
  addEventListener("beforeprint", () => toPaper(true));
  addEventListener("afterprint", () => toPaper(false));
  matchMedia("print").addEventListener("change", ({ matches }) => toPaper(matches));
  document.addEventListener("htmx:beforeCleanupElement", (event) => release(event.target));
}
