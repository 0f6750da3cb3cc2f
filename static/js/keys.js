/* Keys for a page that is worked without the mouse: J and K walk the list, the others are named on
   what they press. Nothing happens while somebody types. */

function walk(step) {
  const links = [...document.querySelectorAll("[data-key-list] a.inbox__item")];
  const here = links.findIndex((link) => link.getAttribute("aria-current"));
  const next = here < 0 ? 0 : here + step;
  links[Math.max(0, Math.min(next, links.length - 1))]?.click();
}

export function start(root) {
  root.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    if (!/^[a-z]$/.test(key)) return;
    if (key === "j" || key === "k") {
      event.preventDefault();
      walk(key === "j" ? 1 : -1);
      return;
    }
    const target = root.querySelector(`[data-key="${key}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("textarea, input")) target.focus();
    else target.click();
  });
}
