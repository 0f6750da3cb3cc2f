/* Colours under the words of a query: a copy of the text lies over the textarea, whose own letters are
   not drawn then; caret, selection and everything that is read aloud stay the textarea's.

   Long texts stay as they are: a copy of each letter would be felt with each key. */

const LONGEST = 20000;
const PIECE = /(--[^\n]*|\/\*[^]*?(?:\*\/|$))|('(?:[^']|'')*(?:'|$))|("(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$))|\b(\d+(?:\.\d+)?)\b|([A-Za-z_]\w*)/g;
const MORE = ["ALL", "BY", "CROSS", "DISTINCT", "EXCEPT", "EXISTS", "FALSE", "FILTER", "FULL", "GROUP", "INNER",
  "INTERSECT", "IS", "NULL", "OFFSET", "ORDER", "OUTER", "PARTITION", "RIGHT", "ROWS", "TRUE", "UNION"];

/* The text in pieces, each with what it is: "note", "text", "name", "number", "word", "call" or "". */
export function pieces(text, words, calls) {
  const found = [];
  let at = 0;
  for (const match of text.matchAll(PIECE)) {
    const [piece, note, string, , number, word] = match;
    if (match.index > at) found.push(["", text.slice(at, match.index)]);
    at = match.index + piece.length;
    found.push([kindOf(text, at, { note, string, number, word }, words, calls), piece]);
  }
  if (at < text.length) found.push(["", text.slice(at)]);
  return found;
}

function kindOf(text, end, { note, string, number, word }, words, calls) {
  if (note) return "note";
  if (string) return "text";
  if (number) return "number";
  if (!word) return "name";
  if (words.has(word.toUpperCase())) return "word";
  return calls.has(word.toLowerCase()) && /^\s*\(/.test(text.slice(end, end + 20)) ? "call" : "";
}

export function coloured(editor, box, { keywords, functions }, mirrorOf) {
  const words = new Set([...MORE, ...keywords.flatMap((phrase) => phrase.split(" "))]);
  const calls = new Set(functions);
  const frame = document.createElement("div");
  frame.className = "editor__frame editor__colours";
  frame.setAttribute("aria-hidden", "true");
  box.parentElement.append(frame);
  let layer = null;

  const follow = () => { if (layer) layer.style.transform = `translateY(${-box.scrollTop}px)`; };
  const draw = () => {
    const short = box.value.length <= LONGEST;
    editor.classList.toggle("editor--coloured", short);
    if (!short) { frame.replaceChildren(); return; }
    layer.replaceChildren(...pieces(box.value, words, calls).map(([kind, text]) => span(kind, text)), "\u200b");
    frame.replaceChildren(layer);
    follow();
  };
  const fit = () => {
    layer = mirrorOf(box);
    layer.classList.add("editor__layer");
    Object.assign(frame.style, {
      left: `${box.offsetLeft}px`, top: `${box.offsetTop}px`,
      width: `${box.offsetWidth}px`, height: `${box.offsetHeight}px`,
    });
    draw();
  };
  box.addEventListener("input", draw);
  box.addEventListener("scroll", follow);
  new ResizeObserver(fit).observe(box);
  fit();
}

function span(kind, text) {
  if (!kind) return text;
  const part = document.createElement("span");
  part.className = `code__${kind}`;
  part.textContent = text;
  return part;
}
