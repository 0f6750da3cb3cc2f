/* The theme changes at once; the server keeps it for the next page. */

export const THEME_EVENT = "ace:theme";

function show(form, theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const button of form.querySelectorAll("[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  document.dispatchEvent(new CustomEvent(THEME_EVENT));
}

/* Kept is 204 alone. Else the form goes its own way: to the sign-in page, or to what went wrong. */
async function keep(form, submitter) {
  const theme = submitter.value;
  const options = { method: "POST", redirect: "manual", headers: { "HX-Request": "true" } };
  const answer = await fetch(form.action, { ...options, body: new FormData(form, submitter) })
    .catch(() => null);
  if (answer?.status === 204) return;
  const said = Object.assign(document.createElement("input"), { type: "hidden", name: "theme" });
  said.value = theme;
  form.append(said);
  form.submit();
}

export function startTheme() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-form]");
    if (!form || !event.submitter) return;
    event.preventDefault();
    show(form, event.submitter.value);
    keep(form, event.submitter);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    document.dispatchEvent(new CustomEvent(THEME_EVENT));
  });
}
