/* The builder in place: tiles are dragged, sized and moved by keys, every change is saved at once,
   and the page says so. What others saved in between is shown before anything goes over it. */

import { pull } from "./builderpointer.js";
import { faults, settings } from "./buildersettings.js";

const WIDEST = 12;
const LEAST = 2;
const ROW = 64;

const host = () => document.getElementById("builder");
const words = () => document.getElementById("builder-words").dataset;
const tiles = () => [...document.querySelectorAll("#board .tile")];

let queue = Promise.resolve();
let mine = []; // what is on the page and not saved: {url, values, redraw}
let origin = null; // where a tile was when its handle took the focus

/* What a tile is: place, width in columns, height in rows (0: as tall as what it shows). */
const stand = (tile) => ({
  to: tiles().indexOf(tile),
  width: Number(tile.dataset.width),
  height: Number(tile.dataset.height),
});

const between = (number, low, high) => Math.max(low, Math.min(high, number));

function size(tile, width, height) {
  const old = stand(tile);
  const wide = between(width, LEAST, WIDEST);
  const tall = height < LEAST ? 0 : between(height, LEAST, WIDEST);
  tile.classList.replace(`board__${old.width}`, `board__${wide}`);
  tile.classList.remove("board__tall", `board__h${old.height}`);
  if (tall) tile.classList.add("board__tall", `board__h${tall}`);
  Object.assign(tile.dataset, { width: wide, height: tall, size: tall ? `${wide} × ${tall}` : wide });
}

function place(tile, to) {
  const others = tiles().filter((one) => one !== tile);
  const next = others[between(to, 0, others.length)];
  if (next) next.before(tile);
  else others.at(-1)?.after(tile);
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/* What a change made of a tile, for who does not see it. */
function tell(tile, before) {
  const now = stand(tile);
  const moved = before.to !== now.to || before.width === now.width && before.height === now.height;
  const text = moved ? words().place : now.height ? words().tall : words().natural;
  document.getElementById("builder-told").textContent = fill(text, {
    ...now,
    name: tile.querySelector("[data-grip]").dataset.name,
    place: now.to + 1,
    of: tiles().length,
  });
}

function mark(text, failed = false) {
  const said = document.getElementById("builder-saved");
  said.textContent = text;
  said.classList.toggle("builder__saved--not", failed);
}

/* Every form of the page speaks of the revision and the places that are there now. */
function settle({ revision, undo, redo }) {
  host().dataset.revision = revision;
  for (const input of host().querySelectorAll('input[name="revision"]')) input.value = revision;
  document.getElementById("builder-undo").disabled = !undo;
  document.getElementById("builder-redo").disabled = !redo;
  const all = tiles();
  for (const [n, tile] of all.entries()) {
    for (const [name, to] of [["earlier", n - 1], ["later", n + 1]]) {
      const button = tile.querySelector(`[id^="${name}-"]`);
      button.disabled = to < 0 || to === all.length;
      button.form.elements.to.value = to;
    }
  }
}

async function post(url, values) {
  const token = host().querySelector('[name="csrfmiddlewaretoken"]').value;
  const body = new URLSearchParams(values); // an object, or pairs where a name has several values
  body.set("revision", host().dataset.revision);
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  const response = await fetch(url, { method: "POST", headers, body });
  return { ok: response.ok, answer: await response.json() };
}

/** Draw the board anew, as the portal has it. */
function redraw() {
  return window.htmx.ajax("GET", location.pathname + location.search, {
    target: "#builder", select: "#builder", swap: "outerHTML",
  });
}

/** Save one change; they go one after the other, each over what the one before it left. */
function send(url, values, again = false, form = null) {
  queue = queue.then(() => save({ url, values, again, form }));
  return queue;
}

async function save(change) {
  mine.push(change);
  if (mine.length > 1) return null; // waits for a word on what stands in the way
  try {
    mark(words().saving);
    const { ok, answer } = await post(change.url, change.values);
    if (!ok && !answer.errors) {
      trouble(answer);
      return null;
    }
    mine.shift();
    if (change.form) faults(change.form, answer);
    if (!ok) {
      mark(words().notSaved, true);
      return null;
    }
    settle(answer);
    open(answer.tab || undefined);
    if (change.again) await redraw();
    mark(answer.told ?? words().saved);
    if (answer.told) document.getElementById("builder-told").textContent = answer.told;
    return answer;
  } catch {
    trouble({ said: words().offline });
  }
  return null;
}

/* The tab that is open is in the address; a change may open another. */
function open(tab) {
  if (tab === undefined || tab === host().dataset.tab) return;
  host().dataset.tab = tab; // what is added before the board is drawn anew goes there, too
  const address = new URL(location.href);
  if (tab) address.searchParams.set("tab", tab);
  else address.searchParams.delete("tab");
  history.replaceState(history.state, "", address);
}

/* A form whose deed needs nothing more: what it adds is shown, with its settings beside it. */
async function submit(form) {
  const given = Object.fromEntries(new FormData(form));
  delete given.csrfmiddlewaretoken;
  if (form.matches("[data-add]") && host().dataset.tab) given.tab = host().dataset.tab;
  const answer = await send(form.action, given, true, form);
  if (answer?.tile && form.matches("[data-add]")) reveal(answer.tile).click();
}

/* The way to the settings of a tile, in sight and with the focus. */
function reveal(key) {
  const link = document.getElementById(`change-${key}`);
  link.closest(".tile").scrollIntoView({ block: "nearest" });
  link.focus();
  return link;
}

/* Nothing is lost: what is on the page stays there until somebody says whose it shall be. */
function trouble({ said, since = [], again = false, revision }) {
  mark(words().notSaved, true);
  const note = document.getElementById("builder-words").content.cloneNode(true);
  note.querySelector("[data-said]").textContent = said;
  note.querySelector("[data-since]").replaceChildren(
    ...since.map((line) => Object.assign(document.createElement("li"), { textContent: line })),
  );
  const acts = { again: revision && again, theirs: true, retry: !revision };
  for (const [name, offered] of Object.entries(acts)) {
    const button = note.querySelector(`[data-${name}]`);
    button.hidden = !offered;
    button.addEventListener("click", () => settleTrouble(name, revision));
  }
  const place = document.getElementById("builder-trouble");
  place.replaceChildren(note);
  place.scrollIntoView({ block: "nearest" });
}

async function settleTrouble(name, revision) {
  document.getElementById("builder-trouble").replaceChildren();
  const waiting = name === "theirs" ? [] : mine;
  mine = [];
  if (revision) host().dataset.revision = revision;
  for (const change of waiting) send(change.url, change.values);
  await queue;
  if (!mine.length) await redraw();
}

/** Put a tile on another tab, which is open then with the tile in sight. */
async function shift(tile, tab) {
  const grip = tile.querySelector("[data-grip]");
  const link = document.querySelector(`#tabs [data-tab="${tab}"]`);
  const { name } = grip.dataset;
  const on = link.textContent;
  open(tab);
  if (!await send(grip.dataset.grip, { tab }, true)) return;
  const moved = document.getElementById(grip.id);
  moved?.closest(".tile").scrollIntoView({ block: "nearest" });
  moved?.focus();
  document.getElementById("builder-told").textContent = fill(words().shifted, { name, tab: on });
}

/* The tab before or after the one that is open. */
function besides(step) {
  const all = [...document.querySelectorAll("#tabs [data-tab]")];
  const here = all.findIndex((one) => one.hasAttribute("aria-current"));
  return all[here + step]?.dataset.tab;
}

const TABS = { PageUp: -1, PageDown: 1 };
const MOVES = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/** Put a tile as it shall be and save it, unless it is so already. */
function arrange(tile, before, then) {
  const grip = tile.querySelector("[data-grip]");
  const focused = document.activeElement;
  place(tile, then.to);
  size(tile, then.width, then.height);
  if (tile.contains(focused)) focused.focus(); // one that is moved loses it
  const now = stand(tile);
  tell(tile, before);
  const changed = ["to", "width", "height"].filter((name) => now[name] !== before[name]);
  if (!changed.length) return;
  send(grip.dataset.grip, Object.fromEntries(changed.map((name) => [name, now[name]])));
}

function byKey(event, tile) {
  const now = stand(tile);
  const step = MOVES[event.key];
  const tab = TABS[event.key] && besides(TABS[event.key]);
  if (tab) {
    event.preventDefault();
    shift(tile, tab);
  } else if (event.key === "Escape" && origin?.tile === tile) {
    event.preventDefault();
    arrange(tile, now, origin.stood);
  } else if (step && !event.shiftKey) {
    event.preventDefault();
    arrange(tile, now, { ...now, to: between(now.to + step, 0, tiles().length - 1) });
  } else if (step && event.key.endsWith("t")) {
    event.preventDefault();
    arrange(tile, now, { ...now, width: now.width + step });
  } else if (step) {
    event.preventDefault();
    const rows = now.height || between(Math.round(tile.offsetHeight / ROW), LEAST, WIDEST);
    arrange(tile, now, { ...now, height: rows + step });
  }
}

function undoKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const key = event.key.toLowerCase();
  const back = key === "z" && !event.shiftKey;
  if (!back && !(key === "z" && event.shiftKey) && key !== "y") return;
  event.preventDefault();
  document.getElementById(back ? "builder-undo" : "builder-redo")?.click();
}

async function add(form, to) {
  const given = [...new FormData(form)].filter(([name]) => name !== "tab");
  given.push(["to", to], ...(host().dataset.tab ? [["tab", host().dataset.tab]] : []));
  const answer = await send(form.action, given, true, form);
  if (answer?.tile) reveal(answer.tile).click();
}

const board = { add, arrange, shift, size, stand, tiles };

export function start(root) {
  root.addEventListener("focusin", (event) => {
    const tile = event.target.closest("[data-grip]")?.closest(".tile");
    if (tile && origin?.tile !== tile) origin = { tile, stood: stand(tile) };
    else if (!tile) origin = null;
  });
  root.addEventListener("keydown", (event) => {
    const tile = event.target.closest("[data-grip]")?.closest(".tile");
    if (tile && !event.ctrlKey && !event.metaKey && !event.altKey) byKey(event, tile);
    undoKey(event);
  });
  root.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-save]");
    if (!form || !host()) return;
    event.preventDefault();
    submit(form);
  });
  settings(root, { send, reveal });
  root.addEventListener("pointerdown", (event) => pull(event, board));
}
