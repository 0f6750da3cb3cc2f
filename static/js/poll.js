/* A part of the page that asks for itself every few seconds: only while somebody looks at it, and
   with a word when the connection is lost. The next answer that arrives takes the word away. */

const polls = (event) => event.detail.elt?.matches?.("[data-poll]");

function sayLost(lost) {
  const line = document.querySelector("[data-poll-lost]");
  if (line) line.hidden = !lost;
}

export function start(root) {
  root.addEventListener("htmx:beforeRequest", (event) => {
    if (polls(event) && document.hidden) event.preventDefault();
  });
  root.addEventListener("htmx:beforeSwap", (event) => {
    // Something else has answered, such as the page for signing in: keep what is here.
    if (!polls(event) || event.detail.xhr.responseText.includes(`id="${event.detail.elt.id}"`)) return;
    event.detail.shouldSwap = false;
  });
  root.addEventListener("htmx:afterRequest", (event) => {
    if (polls(event)) sayLost(!event.detail.successful);
  });
  document.addEventListener("visibilitychange", () => {
    const part = document.querySelector("[data-poll]");
    if (!document.hidden && part) window.htmx.trigger(part, "wake");
  });
}
