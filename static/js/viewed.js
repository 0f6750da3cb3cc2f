/* Says for how long a page was in sight: once after ten seconds, and again when it is left. Time in
   a tab that nobody sees does not count. */

const QUALIFIED_AFTER = 10;

const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];

export function start(root) {
  const { viewed } = root.querySelector("[data-viewed]").dataset;
  let seen = 0;
  let since = null;
  let told = 0;
  let alarm;

  const seconds = () => Math.floor((seen + (since === null ? 0 : performance.now() - since)) / 1000);

  function tell() {
    if (seconds() <= told) return;
    told = seconds();
    // Nobody misses it: a page that is left while offline is simply not counted.
    fetch(viewed, {
      method: "POST",
      keepalive: true,
      headers: { "X-CSRFToken": token() },
      body: new URLSearchParams({ seconds: told }),
    }).catch(() => {});
  }

  function look() {
    if (document.hidden) {
      clearTimeout(alarm);
      if (since === null) return;
      seen += performance.now() - since;
      since = null;
      tell();
    } else if (since === null) {
      since = performance.now();
      const left = QUALIFIED_AFTER * 1000 - seen;
      if (left > 0) alarm = setTimeout(tell, left + 50);
    }
  }

  document.addEventListener("visibilitychange", look);
  look();
}
