/* Writing SQL in a textarea: names are completed, words have colours, the place of an error is marked,
   Tab indents.

   Without script the textarea stays what it is. What can be written is in a data block of the page:
   {"tables": [[name, [[column, type], …]], …], "functions": […], "keywords": […]}. A table whose columns
   are null is asked for at "columns" once the query names it. The focus stays in
   the text; the arrows move through the suggestions, Enter or Tab takes one, Escape closes them, and
   Escape followed by Tab leaves the text. */

import { coloured } from "./sqlcolours.js";

const WORD = /[A-Za-z_][\w]*$/;
const PART = '(?:"[^"]+"|`[^`]+`|[A-Za-z_]\\w*)';
const NAMED = `(${PART}(?:\\.${PART})?)(?:\\s+(?:as\\s+)?([A-Za-z_]\\w*))?`;
const READ = new RegExp(`\\b(?:from|join)\\s+${NAMED}|,\\s*${NAMED}`, "gi");
const OWNER = new RegExp(`(${PART}(?:\\.${PART})?)\\.$`);
const MOST = 40;

const language = document.documentElement.lang || undefined;

function plain(name) {
  return name.replace(/["`]/g, "").toLowerCase();
}

/* The tables that the query names, by table, by its name without the schema, and by alias. */
function tablesIn(text, tables) {
  const known = new Map(tables.map((table) => [plain(table[0]), table]));
  const found = new Map();
  for (const [, name, alias, other, second] of text.matchAll(READ)) {
    const full = plain(name ?? other);
    const table = known.get(full);
    if (!table) continue;
    found.set(full, table);
    found.set(full.slice(full.lastIndexOf(".") + 1), table);
    if (alias ?? second) found.set(plain(alias ?? second), table);
  }
  return found;
}

/* The tables that the query names and whose columns are not known yet. */
export function unknown(text, words) {
  return [...new Set(tablesIn(text, words.tables).values())].filter(([, columns]) => columns === null);
}

/* What fits what stands before the caret: [{ text, kind }], and how many letters it replaces. */
export function suggestions(text, caret, words, asked = false) {
  const before = text.slice(0, caret);
  const typed = before.match(WORD)?.[0] ?? "";
  const none = { typed, found: [] };
  // Inside a text or a comment nothing is a name.
  const rest = before.slice(before.lastIndexOf("\n") + 1).replace(/'[^']*'/g, "");
  if (rest.includes("'") || rest.includes("--")) return none;
  const owner = before.slice(0, caret - typed.length).match(OWNER)?.[1];
  const read = tablesIn(text, words.tables);
  if (owner) {
    const table = read.get(plain(owner)) ?? words.tables.find(([name]) => plain(name) === plain(owner));
    const within = words.tables.filter(([name]) => plain(name).startsWith(`${plain(owner)}.`));
    const all = [
      ...(table?.[1] ?? []).map(([name, type]) => ({ text: name, kind: type })),
      ...within.map(([name]) => ({ text: name.slice(name.indexOf(".") + 1), kind: "table" })),
    ];
    return { typed, found: fitting(typed, all) };
  }
  if (!typed && !asked) return none;
  const named = /\b(?:from|join)\s+\w*$/i.test(before);
  const tables = words.tables.map(([name]) => ({ text: name, kind: "table" }));
  if (named) return { typed, found: fitting(typed, tables) };
  const columns = new Map();
  for (const [, own] of read.values()) for (const [name, type] of own ?? []) columns.set(name, type);
  const all = [
    ...[...columns].map(([name, type]) => ({ text: name, kind: type })),
    ...tables,
    ...words.functions.map((name) => ({ text: name, kind: "function" })),
    ...words.keywords.map((name) => ({ text: name, kind: "" })),
  ];
  return { typed, found: fitting(typed, all) };
}

/* Those that begin so, then those that hold it; a word that stands there already is none. */
function fitting(typed, all) {
  const wanted = typed.toLowerCase();
  const name = (one) => plain(one.text);
  const begin = all.filter((one) => name(one).startsWith(wanted));
  const hold = wanted ? all.filter((one) => !name(one).startsWith(wanted) && name(one).includes(wanted)) : [];
  const found = [...begin, ...hold].slice(0, MOST);
  return found.length === 1 && name(found[0]) === wanted ? [] : found;
}

/* Where letters stand: a copy of the text in the same letters, measured. */
const COPIED = ["fontFamily", "fontSize", "fontWeight", "lineHeight", "letterSpacing", "tabSize",
  "paddingTop", "paddingRight", "paddingBottom", "paddingLeft", "borderTopWidth", "borderLeftWidth",
  "borderRightWidth", "boxSizing", "overflowWrap", "whiteSpace"];

function mirrorOf(box) {
  const mirror = document.createElement("div");
  const style = getComputedStyle(box);
  mirror.className = "editor__mirror";
  mirror.setAttribute("aria-hidden", "true");
  for (const name of COPIED) mirror.style[name] = style[name];
  mirror.style.width = `${box.clientWidth + parseFloat(style.borderLeftWidth) + parseFloat(style.borderRightWidth)}px`;
  return mirror;
}

function placeOf(box, offset) {
  const mirror = mirrorOf(box);
  const mark = document.createElement("span");
  mark.textContent = "\u200b";
  mirror.append(box.value.slice(0, offset), mark);
  box.parentElement.append(mirror);
  const place = { left: mark.offsetLeft, top: mark.offsetTop - box.scrollTop, height: mark.offsetHeight };
  mirror.remove();
  return place;
}

function write(box, from, to, text) {
  box.setSelectionRange(from, to);
  // So that it can be undone; a browser that does not know it any more replaces the letters.
  if (!document.execCommand("insertText", false, text)) {
    box.setRangeText(text, from, to, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/* The place of an error, from its line and column to the end of the word. */
function rangeOf(text, line, column) {
  const lines = text.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  const word = text.slice(start).match(/^("[^"\n]*"|\w+|\S)/)?.[0] ?? " ";
  return [start, Math.min(start + word.length, text.length)];
}

function markError(editor, box) {
  const [line, column] = [Number(editor.dataset.line), Number(editor.dataset.column)];
  if (!line || !column) return;
  const frame = document.createElement("div");
  const layer = mirrorOf(box);
  const [start, end] = rangeOf(box.value, line, column);
  const mark = document.createElement("mark");
  mark.className = "editor__wrong";
  mark.textContent = box.value.slice(start, end) || " ";
  layer.classList.add("editor__layer");
  layer.append(box.value.slice(0, start), mark, box.value.slice(end));
  frame.className = "editor__frame";
  frame.setAttribute("aria-hidden", "true");
  Object.assign(frame.style, {
    left: `${box.offsetLeft}px`, top: `${box.offsetTop}px`,
    width: `${box.offsetWidth}px`, height: `${box.offsetHeight}px`,
  });
  frame.append(layer);
  box.parentElement.append(frame);
  const follow = () => { layer.style.transform = `translateY(${-box.scrollTop}px)`; };
  box.addEventListener("scroll", follow);
  box.addEventListener("input", () => frame.remove(), { once: true });
  addEventListener("resize", () => frame.remove(), { once: true });
  editor.querySelector("[data-sql-go]")?.addEventListener("click", (event) => {
    event.preventDefault();
    box.focus();
    box.setSelectionRange(start, end);
  });
  follow();
}

class Editor {
  constructor(editor) {
    this.editor = editor;
    this.box = editor.querySelector("textarea");
    this.words = JSON.parse(editor.querySelector("script[type='application/json']").textContent);
    this.list = editor.querySelector("[data-sql-list]");
    this.said = editor.querySelector("[data-sql-said]");
    this.found = [];
    this.lit = -1;
    this.leaves = false; // Escape was pressed: Tab goes on to the next control
    this.box.setAttribute("aria-autocomplete", "list");
    this.box.setAttribute("aria-controls", this.list.id);
    this.box.addEventListener("input", () => { this.look(); this.learn(); });
    this.box.addEventListener("keydown", (event) => this.press(event));
    this.box.addEventListener("blur", () => this.close());
    this.box.addEventListener("click", () => this.close());
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the focus stays in the text
      const option = event.target.closest("[role=option]");
      if (option) this.take(Number(option.dataset.place));
    });
    editor.querySelector("[data-sql-keys]").hidden = false;
    coloured(editor, this.box, this.words, mirrorOf);
    markError(editor, this.box);
    this.learn();
  }

  /* Ask for the columns of tables that the query has begun to name; each is asked for once. */
  async learn() {
    if (!this.words.columns) return;
    const wanted = unknown(this.box.value, this.words);
    if (!wanted.length) return;
    for (const table of wanted) table[1] = [];
    const names = new URLSearchParams(wanted.map(([name]) => ["table", name]));
    const answer = await fetch(`${this.words.columns}?${names}`, { headers: { accept: "application/json" } });
    if (!answer.ok) return; // then names are typed by hand
    const { columns } = await answer.json();
    for (const table of wanted) table[1] = (columns[table[0]] ?? []).map((name) => [name, ""]);
    this.editor.dataset.sqlKnows = wanted.map(([name]) => name).join(" ");
    if (document.activeElement === this.box && WORD.test(this.box.value.slice(0, this.box.selectionStart))) this.look();
  }

  get open() { return !this.list.hidden; }

  look(asked = false) {
    const { selectionStart: caret, selectionEnd: end, value } = this.box;
    const { typed, found } = caret === end ? suggestions(value, caret, this.words, asked) : { typed: "", found: [] };
    if (!found.length) { this.close(); return; }
    this.found = found;
    this.typed = typed;
    this.list.replaceChildren(...found.map((one, place) => this.option(one, place)));
    this.list.hidden = false;
    const spot = placeOf(this.box, caret - typed.length);
    const right = Math.max(this.box.clientWidth - this.list.offsetWidth, 0);
    this.list.style.left = `${this.box.offsetLeft + Math.min(spot.left, right)}px`;
    this.list.style.top = `${this.box.offsetTop + spot.top + spot.height + 4}px`;
    this.light(0);
    this.said.textContent = this.said.dataset.told.replace("%n", new Intl.NumberFormat(language).format(found.length));
  }

  option({ text, kind }, place) {
    const option = document.createElement("li");
    const name = document.createElement("span");
    const more = document.createElement("span");
    option.id = `${this.list.id}-${place}`;
    option.className = "editor__option";
    option.dataset.place = place;
    option.setAttribute("role", "option");
    name.textContent = text;
    more.className = "editor__kind";
    more.textContent = kind;
    option.append(name, more);
    return option;
  }

  light(place) {
    const options = [...this.list.children];
    this.lit = (place + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.lit)));
    options[this.lit].scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", options[this.lit].id);
  }

  take(place) {
    const caret = this.box.selectionStart;
    const { text, kind } = this.found[place];
    const call = kind === "function" && this.box.value[caret] !== "(";
    this.close();
    write(this.box, caret - this.typed.length, caret, call ? `${text}(` : text);
    this.close(); // what is written looks for more
  }

  close() {
    if (!this.open) return;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.said.textContent = "";
    this.box.removeAttribute("aria-activedescendant");
  }

  press(event) {
    const { key } = event;
    const command = event.ctrlKey || event.metaKey;
    if (key === "Enter" && command) {
      event.preventDefault();
      this.box.form.requestSubmit(this.box.form.querySelector("button[name=look]"));
    } else if (key === " " && event.ctrlKey) {
      event.preventDefault();
      this.look(true);
    } else if (this.open && (key === "ArrowDown" || key === "ArrowUp")) {
      event.preventDefault();
      this.light(this.lit + (key === "ArrowDown" ? 1 : -1));
    } else if (this.open && (key === "Enter" || (key === "Tab" && !event.shiftKey))) {
      event.preventDefault();
      this.take(this.lit);
    } else if (key === "Escape") {
      if (this.open) event.stopPropagation();
      this.close();
      this.leaves = true;
      return;
    } else if (key === "Tab" && !event.shiftKey && !command && !this.leaves) {
      event.preventDefault();
      write(this.box, this.box.selectionStart, this.box.selectionEnd, "  ");
      this.close();
    } else if (["ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"].includes(key)) {
      this.close();
    }
    this.leaves = false;
  }
}

export function start() {}

export function enhance(root) {
  for (const editor of root.querySelectorAll("[data-sql]:not([data-sql-started])")) {
    editor.dataset.sqlStarted = "";
    new Editor(editor);
  }
}
