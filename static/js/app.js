/* Starts the behaviours that a page needs. Each is an addition: the page works without it. */

import { startPopovers } from "./popovers.js";
import { startTheme } from "./theme.js";

const LAZY = [
  ["[data-chart]", "./charts.js"],
  ["[data-filters]", "./filters.js"],
  ["[data-panel]", "./panel.js"],
  ["[data-upload]", "./upload.js"],
];
const started = new Set();

function startLazy(root) {
  for (const [selector, path] of LAZY) {
    if (!root.matches?.(selector) && !root.querySelector(selector)) continue;
    import(path).then((module) => {
      if (!started.has(path)) {
        started.add(path);
        module.start(document);
      }
      module.enhance?.(root);
    });
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (button) button.closest("[data-message]").remove();
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

startPopovers();
startTheme();
startLazy(document);
document.addEventListener("htmx:afterSwap", (event) => startLazy(event.detail.elt ?? document));

// What is wrong comes first: the summary of a form's errors takes the focus.
document.querySelector("[data-focus]")?.focus();
