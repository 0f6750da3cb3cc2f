/* The palette: a dialog with a combobox, after the pattern of the ARIA Authoring Practices. The
   focus stays in the box; the arrows move through the options, Enter opens the lit one. Without
   script the link to it leads to the page of results. */

const WAIT = 150;

const dialog = document.getElementById("palette");
const box = dialog.querySelector("[role=combobox]");
const body = dialog.querySelector("[data-palette-body]");
const said = dialog.querySelector("[data-palette-said]");

let timer = 0;
let turn = 0; // an answer counts only if nothing was asked since
let waiting = false; // what is shown does not answer what is typed
let wanted = false; // Enter was pressed while waiting

const options = () => [...body.querySelectorAll("[role=option]")];
const lit = () => body.querySelector("[aria-selected=true]");

function light(option) {
  lit()?.setAttribute("aria-selected", "false");
  if (!option) {
    box.removeAttribute("aria-activedescendant");
    return;
  }
  option.setAttribute("aria-selected", "true");
  box.setAttribute("aria-activedescendant", option.id);
}

function step(by) {
  const all = options();
  if (!all.length) return;
  const at = all.indexOf(lit());
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length;
  light(all[next]);
  all[next].scrollIntoView({ block: "nearest" });
}

function send({ url, name, value }) {
  const form = document.createElement("form");
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
  form.method = "post";
  form.action = url;
  for (const [key, text] of [["csrfmiddlewaretoken", token], [name, value]]) {
    if (!key) continue;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: key, value: text });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

function choose(option, aside) {
  if (!option) {
    if (box.value.trim()) box.form.submit();
  } else if ("sends" in option.dataset) send(option.dataset);
  else if (aside) window.open(option.dataset.url, "_blank", "noopener");
  else {
    const here = location.href.split("#")[0];
    location.assign(option.dataset.url);
    if (option.dataset.url.includes("#") && location.href.split("#")[0] === here) dialog.close();
  }
}

function show(html) {
  body.innerHTML = html;
  const all = options();
  box.setAttribute("aria-expanded", String(all.length > 0));
  light(box.value.trim() ? all[0] : null);
  said.textContent = box.value.trim() ? body.querySelector("[data-said]").dataset.said : "";
  waiting = false;
  if (wanted) choose(lit());
  wanted = false;
}

async function ask() {
  const mine = ++turn;
  const page = `${box.form.action}?q=${encodeURIComponent(box.value)}`;
  try {
    const url = `${dialog.dataset.url}?q=${encodeURIComponent(box.value)}`;
    const answer = await fetch(url, { headers: { "HX-Request": "true" } });
    const html = await answer.text();
    if (mine !== turn || !dialog.open) return;
    // Signed out since, or refused: the page says what is the matter.
    if (!answer.ok || answer.redirected) location.assign(page);
    else show(html);
  } catch {
    if (mine === turn && dialog.open) location.assign(page);
  }
}

function askSoon() {
  waiting = true;
  wanted = false;
  turn += 1;
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT);
}

export function open() {
  if (dialog.open) {
    dialog.close();
    return;
  }
  box.value = "";
  said.textContent = "";
  dialog.showModal();
  box.focus();
  waiting = true;
  wanted = false;
  ask();
}

box.addEventListener("input", askSoon);

box.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown") step(1);
  else if (event.key === "ArrowUp") step(-1);
  else if (event.key === "Enter" && waiting) wanted = true;
  else if (event.key === "Enter") choose(lit(), event.ctrlKey || event.metaKey);
  else return;
  event.preventDefault();
});

// Escape belongs to the dialog alone: what lies beneath stays open.
dialog.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  dialog.close();
});

dialog.addEventListener("close", () => {
  clearTimeout(timer);
  turn += 1;
});

body.addEventListener("pointermove", (event) => {
  const option = event.target.closest("[role=option]");
  if (option && option !== lit()) light(option);
});

// The focus stays in the box while an option is pressed.
body.addEventListener("mousedown", (event) => {
  if (event.target.closest("[role=option]")) event.preventDefault();
});

dialog.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) choose(option, event.ctrlKey || event.metaKey);
  else if (event.target === dialog || event.target.closest("[data-palette-close]")) dialog.close();
});

// Who comes back finds the page as it was before.
window.addEventListener("pagehide", () => dialog.close());
