/* A tile's settings beside the board: each change is saved once it rests, and the board follows. A
   new tile is added by Done. What is wrong is said beside its field; nothing that was typed is lost. */

const REST = 500;
let timer = 0;
let kept = ""; // what the form said when it was saved last

const spelled = (form) => new URLSearchParams(new FormData(form)).toString();

function fault(form, name, text) {
  const field = form.querySelector(`[name="${name}"]`)?.closest(".field");
  if (!field) return;
  const note = Object.assign(document.createElement("div"), { className: "field__error", textContent: text });
  note.dataset.fault = "";
  note.setAttribute("role", "alert");
  field.classList.add("field--error");
  field.append(note);
}

/** Say what is wrong beside its field, or that nothing is any more. */
export function faults(form, { errors, said }) {
  form.querySelectorAll("[data-fault]").forEach((one) => one.remove());
  form.querySelectorAll(".field--error").forEach((one) => one.classList.remove("field--error"));
  for (const [name, text] of Object.entries(errors ?? {})) fault(form, name, text);
  const general = form.querySelector("[data-general]");
  if (!general) return;
  general.textContent = errors ? said : "";
  general.hidden = !general.textContent;
}

export function settings(root, { send, reveal }) {
  const save = (form) => {
    clearTimeout(timer);
    kept = spelled(form);
    return send(form.getAttribute("action"), [...new FormData(form)], true, form);
  };
  root.addEventListener("htmx:afterSwap", (event) => {
    const form = event.target.querySelector?.("form[data-settings]");
    if (form) kept = form.matches("[data-switched]") ? "" : spelled(form);
  });
  root.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-settings]");
    if (!form || form.matches("[data-fresh]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => save(form), REST);
  });
  root.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-settings]");
    if (!form) return;
    event.preventDefault();
    const fresh = form.matches("[data-fresh]");
    const answer = fresh || kept !== spelled(form) ? await save(form) : {};
    if (!answer) return;
    form.closest(".panel").querySelector("[data-panel-close]").click();
    if (fresh) reveal(answer.tile);
  });
}
