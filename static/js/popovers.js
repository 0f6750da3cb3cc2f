/* <details name="pop">: the browser opens one at a time; here they also close, and arrows move. */

const POP = 'details[name="pop"]';
const ITEMS = "a[href], button:not([disabled]), input:not([disabled]), select";

const open = () => document.querySelector(`${POP}[open]`);

function items(pop) {
  return [...pop.querySelectorAll(ITEMS)].filter((item) => item.checkVisibility());
}

function move(pop, key) {
  const list = items(pop);
  if (!list.length) return;
  const at = list.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? list.length - 1 : at - 1, Home: 0, End: -1 };
  list.at(next[key] % list.length).focus();
}

/** Keep a sheet inside the window: it hangs to the side where there is room. */
function place(pop) {
  const sheet = pop.querySelector(".menu__sheet, .filter__sheet");
  if (!sheet || !pop.open) return;
  sheet.classList.remove("is-left", "is-right");
  const box = sheet.getBoundingClientRect();
  if (box.left < 0) sheet.classList.add("is-left");
  else if (box.right > document.documentElement.clientWidth) sheet.classList.add("is-right");
}

export function startPopovers() {
  document.addEventListener("click", (event) => {
    const pop = open();
    if (!pop) return;
    const inside = pop.contains(event.target);
    const chosen = event.target.closest(".menu__item");
    if (!inside || chosen) pop.open = false;
  });

  document.addEventListener("keydown", (event) => {
    const pop = open();
    if (!pop) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      pop.open = false;
      pop.querySelector("summary").focus();
    } else if (/^(Arrow(Up|Down)|Home|End)$/.test(event.key)) {
      const typing = event.target.matches("select, [type=date], [type=search], [type=radio]");
      if (typing && !(event.target.matches("[type=search]") && event.key === "ArrowDown")) return;
      if (!pop.contains(event.target)) return;
      event.preventDefault();
      move(pop, event.key);
    }
  });

  // A click on words inside goes through whatever holds the pop, which may take the focus: that is
  // no leaving.
  document.addEventListener("focusout", (event) => {
    const pop = event.target.closest?.(POP), next = event.relatedTarget;
    if (pop?.open && next && !pop.contains(next) && !next.contains(pop)) pop.open = false;
  });

  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.(POP)) place(event.target);
  }, true);
}
