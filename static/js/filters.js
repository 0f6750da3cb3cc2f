/* A filter form: each change redraws the board in place and is kept in the address.
   htmx does the request (hx-get, hx-target, hx-push-url on the form); this keeps what the form
   shows and what it sends in step with what was chosen. */

const shownText = (filter) => filter.querySelector("[data-filter-shown]");
const OPTIONS = "[type=checkbox], [type=radio]:not([data-filter-all])";
const TYPED = "input:not([type=checkbox], [type=radio], [data-filter-find], [data-filter-search])";

function show(filter, words) {
  const text = shownText(filter);
  filter.classList.toggle("filter--on", words !== "");
  text.textContent = words || text.dataset.all;
}

function showChoice(filter) {
  const boxes = [...filter.querySelectorAll(OPTIONS)];
  const chosen = boxes.filter((box) => box.checked);
  if (chosen.length < 2) show(filter, chosen.length ? label(chosen[0]) : "");
  else {
    const many = shownText(filter).dataset.many;
    show(filter, many.replace("%n", chosen.length).replace("%all", boxes.length));
  }
}

const label = (input) => input.closest("label").querySelector(".check__text").textContent;

function showBetween(filter) {
  const ends = [...filter.querySelectorAll(TYPED)].map((input) => input.value.trim());
  show(filter, ends.some(Boolean) ? ends.map((end) => end || "…").join(" – ") : "");
}

function showRange(filter) {
  const chosen = filter.querySelector("[type=radio]:checked");
  const [from, to] = filter.querySelectorAll("[type=date]");
  const own = chosen?.matches("[data-filter-own]");
  const dates = [from.value, to.value].filter(Boolean).join(" – ");
  if (chosen) shownText(filter).textContent = own && dates ? dates : label(chosen);
}

const SHOW = {
  choice: showChoice,
  between: showBetween,
  text: (filter) => show(filter, filter.querySelector(TYPED).value.trim()),
};

function find(input) {
  const wanted = input.value.trim().toLocaleLowerCase();
  for (const option of input.closest("[data-filter]").querySelectorAll(".check")) {
    option.hidden = !option.textContent.toLocaleLowerCase().includes(wanted);
  }
}

export function start(root) {
  root.addEventListener("input", (event) => {
    if (event.target.matches("[data-filter-find]")) find(event.target);
  });

  // Before htmx hears of it (capture): own dates need the choice "own", and both ends.
  root.addEventListener("change", (event) => {
    const filter = event.target.closest("[data-filter]");
    if (!filter) return;
    if (event.target.matches("[data-filter-find], [data-filter-search]")) {
      event.stopPropagation();
      return;
    }
    if (filter.dataset.filter in SHOW) {
      SHOW[filter.dataset.filter](filter);
      return;
    }
    const own = filter.querySelector("[data-filter-own]");
    const [from, to] = filter.querySelectorAll("[type=date]");
    if (event.target.matches("[type=date]")) own.checked = true;
    showRange(filter);
    if (own.checked && !(from.value && to.value)) event.stopPropagation();
  }, true);

  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-filter-clear]");
    if (!button) return;
    const filter = button.closest("[data-filter]");
    const set = [...filter.querySelectorAll(`${OPTIONS}, ${TYPED}`)].filter((input) =>
      input.matches(OPTIONS) ? input.checked : input.value);
    for (const input of set) {
      if (input.matches(OPTIONS)) input.checked = false;
      else input.value = "";
    }
    const all = filter.querySelector("[data-filter-all]");
    if (all) all.checked = true;
    set[0]?.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // Empty values and own dates that do not count have no place in the address; that a filter which
  // begins with a choice has none any more does.
  root.addEventListener("htmx:configRequest", (event) => {
    const form = event.target.closest("[data-filters]");
    if (!form) return;
    const { parameters } = event.detail;
    for (const name of [...parameters.keys()]) {
      const left = parameters.getAll(name).filter((value) => value !== "");
      parameters.delete(name);
      for (const value of left) parameters.append(name, value);
    }
    for (const { name } of form.querySelectorAll("[data-filter-kept]")) {
      const said = [...parameters.keys()].some((key) => key === name || key.startsWith(`${name}-`));
      if (!said) parameters.append(name, "");
    }
    const own = form.querySelector("[data-filter-own]");
    if (own && !own.checked) ["from", "to"].forEach((name) => parameters.delete(name));
  });
}
