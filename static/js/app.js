/* Starts the behaviours that a page needs. Each is an addition: the page works without it. */

import { start as startFilters } from "./filters.js";
import { startPopovers } from "./popovers.js";
import { startTheme } from "./theme.js";

const LAZY = [
  ["[data-chart]", () => import("./charts.js")],
  ["[data-panel]", () => import("./panel.js")],
  ["[data-keys]", () => import("./keys.js")],
  ["[data-upload]", () => import("./upload.js")],
  ["[data-poll]", () => import("./poll.js")],
  ["[data-viewed]", () => import("./viewed.js")],
  ["[data-builder]", () => import("./builder.js")],
  ["[data-wall]", () => import("./wall.js")],
  ["[data-sql]", () => import("./sql.js")],
];
const started = new Map();

/** What is known already is not asked for again: an import that is answered at once still comes
    after the next paint, and a chart with new figures would show the old ones till then. */
function startLazy(root) {
  for (const [selector, load] of LAZY) {
    if (!root.matches?.(selector) && !root.querySelector(selector)) continue;
    if (started.has(selector)) {
      started.get(selector).enhance?.(root);
      continue;
    }
    load().then((module) => {
      if (!started.has(selector)) {
        started.set(selector, module);
        module.start(document);
        document.documentElement.dataset.started = [...started.keys()].join(" ");
      }
      module.enhance?.(root);
    });
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (button) button.closest("[data-message]").remove();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-search]");
  const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey;
  if (!link || elsewhere || !document.getElementById("palette")) return;
  event.preventDefault();
  import("./jump.js").then(
    (palette) => palette.open(),
    () => location.assign(link.href),
  );
});

document.addEventListener("keydown", (event) => {
  const search = document.querySelector("[data-search]");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const slash = event.key === "/" && !typing;
  const palette = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
  if (search && (slash || palette)) {
    event.preventDefault();
    search.click();
  }
});

startFilters(document); // at once: htmx would send a change that it has not set right
startPopovers();
startTheme();
startLazy(document);
document.addEventListener("htmx:afterSwap", (event) => startLazy(event.detail.elt ?? document));

// What is wrong comes first: the summary of a form's errors takes the focus.
document.querySelector("[data-focus]")?.focus();
