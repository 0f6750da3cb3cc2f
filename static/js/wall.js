/* A screen on the wall: the next screen of tiles after so many seconds, or the same one anew where
   there is one alone. What the portal does not answer leaves the last figures in their place and
   says so. P or space pauses, the arrows step, F fills the screen. */

const screen = () => document.getElementById("wall");
const still = matchMedia("(prefers-reduced-motion: reduce)");

let timer = null;
let asking = false;

function sayLost(lost) {
  document.querySelector("[data-wall-lost]").hidden = !lost;
}

async function show(address) {
  if (asking) return;
  asking = true;
  try {
    await window.htmx.ajax("GET", location.pathname + address, {
      target: "#wall", select: "#wall", swap: "outerHTML",
    });
  } catch {
    sayLost(true);
  } finally {
    asking = false;
  }
}

/** Paused it only fetches newer figures of what it shows. */
function tick() {
  const paused = timer !== null && isPaused();
  show(paused ? screen().dataset.here : screen().dataset.after);
}

const button = () => document.querySelector("[data-wall-pause]");
const isPaused = () => button().getAttribute("aria-pressed") === "true";
const pause = (on) => button().setAttribute("aria-pressed", String(on));

function run() {
  clearInterval(timer);
  timer = setInterval(tick, Number(screen().dataset.every) * 1000);
}

function step(way) {
  show(screen().dataset[way]);
  run();
}

function fill() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(console.warn);
}

const KEYS = {
  p: () => pause(!isPaused()),
  " ": () => pause(!isPaused()),
  f: fill,
  ArrowLeft: () => step("before"),
  ArrowRight: () => step("after"),
};

export function start(root) {
  pause(still.matches);
  button().hidden = false;
  button().addEventListener("click", () => pause(!isPaused()));
  const full = root.querySelector("[data-wall-full]");
  full.hidden = !document.fullscreenEnabled;
  full.addEventListener("click", fill);
  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-wall-step]");
    if (!link) return;
    event.preventDefault();
    step(link.dataset.wallStep);
  });
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, button, summary, a, [tabindex='0']")) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  // Something else has answered, such as the page for signing in: keep what is here.
  root.addEventListener("htmx:beforeSwap", (event) => {
    const ours = event.detail.xhr.responseText.includes('id="wall"');
    if (!ours) event.detail.shouldSwap = false;
    sayLost(!ours);
  });
  root.addEventListener("htmx:sendError", () => sayLost(true));
  run();
}
