/* Details beside the page: a link with data-panel opens its page's content in the drawer.
   Without script the link leads to the same content as a page. */

const panel = () => document.getElementById("panel");
let opener = null;

/* Answers whether something came; what did not is shown, or explained, by its page. */
async function fill(host, href) {
  let filled = false;
  const note = () => (filled = true);
  host.addEventListener("htmx:afterSwap", note);
  host.setAttribute("aria-busy", "true");
  try {
    await window.htmx.ajax("GET", href, { target: host, swap: "innerHTML", source: host });
  } catch {
    return false;
  } finally {
    host.removeAttribute("aria-busy");
    host.removeEventListener("htmx:afterSwap", note);
  }
  return filled;
}

async function openPanel(link) {
  const host = panel();
  if (!host.contains(link)) opener = link; // inside it one goes on, and comes back to where one was
  document.querySelectorAll(".tile--open").forEach((tile) => tile.classList.remove("tile--open"));
  if (!(await fill(host, link.href))) {
    location.assign(link.href);
    return;
  }
  if (!host.childElementCount) return;
  host.hidden = false;
  link.closest(".tile")?.classList.add("tile--open");
  const heading = host.querySelector(".panel__title");
  heading?.setAttribute("tabindex", "-1");
  (heading ?? host).focus();
}

function closePanel() {
  const host = panel();
  if (!host || host.hidden) return;
  host.hidden = true;
  host.replaceChildren();
  document.querySelectorAll(".tile--open").forEach((tile) => tile.classList.remove("tile--open"));
  if (opener?.id && !opener.isConnected) opener = document.getElementById(opener.id);
  // A menu has closed over the link: its summary is what the reader can see.
  const seen = opener?.checkVisibility() ? opener : opener?.closest("details")?.querySelector("summary");
  seen?.focus();
  opener = null;
}

export function start(root) {
  root.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    const link = event.target.closest("a[data-panel]");
    if (link && window.htmx && panel()) {
      event.preventDefault();
      openPanel(link);
    } else if (event.target.closest("[data-panel-close]") && !panel()?.hidden) {
      event.preventDefault();
      closePanel();
    }
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) closePanel();
  });
}
