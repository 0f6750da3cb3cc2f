/* Mouse, pen and finger on a tile's handle and its corner: one code for the three, since a handle
   never scrolls the page. Nothing moves before the pointer is let go but a mark of where to. */

const ROW = 64;
const EDGE = 48; // so near to the window's edge the page moves along

/* The tile under a pointer, and on which side of it the one that is held would go. */
function aim(event, held, tiles) {
  const under = document.elementsFromPoint(event.clientX, event.clientY);
  const over = under.map((one) => one.closest("#board .tile")).find((one) => one && one !== held);
  if (!over) return null;
  const box = over.getBoundingClientRect();
  const across = box.width > document.getElementById("board").clientWidth * 0.9;
  const later = across
    ? event.clientY > box.top + box.height / 2
    : event.clientX > box.left + box.width / 2;
  const others = tiles().filter((one) => one !== held);
  return { over, across, later, to: others.indexOf(over) + (later ? 1 : 0) };
}

/* The tab under a pointer, unless it is the one that is open. */
function tabUnder(event) {
  const under = document.elementsFromPoint(event.clientX, event.clientY);
  return under.find((one) => one.matches("#tabs [data-tab]:not([aria-current])"));
}

function unmark() {
  document.querySelector(".tabs__link--goal")?.classList.remove("tabs__link--goal");
  for (const one of document.querySelectorAll(".tile--before, .tile--later")) {
    one.classList.remove("tile--before", "tile--later", "tile--across");
  }
}

function mark(goal) {
  unmark();
  goal?.over.classList.add(goal.later ? "tile--later" : "tile--before");
  goal?.over.classList.toggle("tile--across", goal.across);
}

function along(event) {
  if (event.clientY < EDGE) scrollBy(0, -EDGE / 2);
  else if (event.clientY > innerHeight - EDGE) scrollBy(0, EDGE / 2);
}

/* Follow a pointer to its end; Escape, or what the browser takes over, calls it off. */
function follow({ pointerId }, { move, end }) {
  const stop = new AbortController();
  const finish = (kept) => {
    stop.abort();
    end(kept);
  };
  const own = (act) => (event) => event.pointerId === pointerId && act(event);
  const options = { signal: stop.signal };
  document.addEventListener("pointermove", own(move), options);
  document.addEventListener("pointerup", own(() => finish(true)), options);
  document.addEventListener("pointercancel", own(() => finish(false)), options);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    finish(false);
  }, { ...options, capture: true });
}

function drag(event, tile, { arrange, shift, stand, tiles }) {
  const before = stand(tile);
  let goal = null;
  let tab = null;
  follow(event, {
    move: (at) => {
      tile.classList.add("tile--held");
      along(at);
      tab = tabUnder(at);
      goal = tab ? null : aim(at, tile, tiles);
      mark(goal);
      tab?.classList.add("tabs__link--goal");
    },
    end: (kept) => {
      unmark();
      tile.classList.remove("tile--held");
      if (kept && tab) shift(tile, tab.dataset.tab);
      else if (kept && goal) arrange(tile, before, { ...before, to: goal.to });
    },
  });
}

function stretch(event, tile, { arrange, size, stand }) {
  const before = stand(tile);
  const column = tile.parentElement.clientWidth / 12;
  const rows = tile.offsetHeight / ROW;
  let then = before;
  follow(event, {
    move: (at) => {
      tile.classList.add("tile--sized");
      const down = at.clientY - event.clientY;
      then = {
        ...before,
        width: Math.max(2, Math.min(12, before.width + Math.round((at.clientX - event.clientX) / column))),
        height: Math.abs(down) < ROW / 2 ? before.height : Math.max(2, Math.round(rows + down / ROW)),
      };
      size(tile, then.width, then.height);
    },
    end: (kept) => {
      tile.classList.remove("tile--sized");
      arrange(tile, before, kept ? then : before);
    },
  });
}

/* From the palette onto the board; a finger taps instead, since the palette scrolls under it. */
function bring(event, form, { add, tiles }) {
  let goal = null;
  follow(event, {
    move: (at) => {
      along(at);
      goal = aim(at, null, tiles);
      mark(goal);
    },
    end: (kept) => {
      unmark();
      if (kept && goal) add(form, goal.to);
    },
  });
}

export function pull(event, board) {
  if (event.button) return;
  const form = event.target.closest("form[data-add]");
  if (form && event.pointerType !== "touch") bring(event, form, board);
  const grip = event.target.closest("[data-grip]");
  const corner = event.target.closest("[data-corner]");
  const tile = (grip ?? corner)?.closest(".tile");
  if (!tile) return;
  if (corner) event.preventDefault(); // selects no text
  (grip ? drag : stretch)(event, tile, board);
}
