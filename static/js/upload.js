/* A file input that is a place to drop on, and says how far the upload has come.

   The form sends itself as ever; here it is sent by hand, so that there is progress to show. What the
   input's data- attributes hold is said in the reader's language. */

const language = document.documentElement.lang || undefined;
const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });

function size(bytes) {
  const small = bytes < 1e5;
  const unit = small ? "kilobyte" : "megabyte";
  const format = new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 });
  return format.format(small ? Math.ceil(bytes / 1e3) : bytes / 1e6);
}

const inputOf = (zone) => zone.querySelector("[type=file]");

function showFile(zone) {
  const [file] = inputOf(zone).files;
  const name = zone.querySelector("[data-upload-name]");
  name.hidden = !file;
  zone.querySelector("[data-upload-title]").hidden = Boolean(file);
  if (file) name.textContent = `${file.name}, ${size(file.size)}`;
}

function accepts(input, file) {
  const kinds = (input.accept || "").split(",").map((kind) => kind.trim().toLowerCase());
  const name = file.name.toLowerCase();
  return kinds.filter(Boolean).length === 0
    || kinds.some((kind) => (kind.startsWith(".") ? name.endsWith(kind) : file.type === kind));
}

/* A file beyond the cap is refused here: the server would cut the connection while it comes. */
function refusal(zone) {
  const input = inputOf(zone);
  const [file] = input.files;
  const most = Number(input.dataset.most);
  return file && most && file.size > most ? input.dataset.tooLarge : "";
}

function tell(zone, sentence) {
  let said = zone.parentElement.querySelector("[data-upload-error]");
  if (!said) {
    said = document.createElement("p");
    said.className = "field__error";
    said.dataset.uploadError = "";
    said.setAttribute("role", "alert");
    zone.after(said);
  }
  said.hidden = !sentence;
  said.textContent = sentence;
  return !sentence;
}

/* The zone that a drag is over; a page may have one that takes what is dropped anywhere. */
function zoneOf(event) {
  const own = event.target.closest?.("[data-upload]");
  if (own) return own;
  const carries = [...(event.dataTransfer?.types ?? [])].includes("Files");
  return carries ? document.querySelector("[data-drop-page] [data-upload]") : null;
}

function drop(zone, dropped) {
  const input = inputOf(zone);
  const files = [...dropped].filter((file) => accepts(input, file));
  if (!files.length) {
    if (dropped.length) tell(zone, input.dataset.wrongKind ?? "");
    return;
  }
  const carrier = new DataTransfer();
  files.slice(0, input.multiple ? files.length : 1).forEach((file) => carrier.items.add(file));
  input.files = carrier.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  zone.closest("form")?.querySelector("button:not([type=button])")?.focus();
}

/* The bar with a line of words; its first and its last word are announced. */
function showProgress(zone) {
  const input = inputOf(zone);
  const part = document.createElement("div");
  part.className = "progress upload__progress";
  part.dataset.uploadProgress = "";
  part.innerHTML = "<p class=\"progress__head\"><span class=\"progress__label\" role=\"status\">"
    + "</span><span class=\"progress__value\" aria-hidden=\"true\"></span></p>"
    + "<progress class=\"progress__bar\" max=\"1\" value=\"0\"></progress>";
  const [bar] = part.getElementsByTagName("progress");
  bar.setAttribute("aria-label", zone.querySelector("[data-upload-name]").textContent);
  zone.parentElement.querySelector("[data-upload-progress]")?.remove();
  zone.after(part);
  const say = (words) => { part.querySelector("[role=status]").textContent = words; };
  requestAnimationFrame(() => say(input.dataset.sending ?? ""));
  return {
    at(share) {
      bar.value = share;
      part.querySelector(".progress__value").textContent = percent.format(share);
    },
    sent() {
      bar.removeAttribute("value"); // how long the look at it takes, nobody knows
      part.querySelector(".progress__value").textContent = "";
      say(input.dataset.sent ?? "");
    },
    remove() { part.remove(); },
  };
}

function busy(form, on) {
  form.dataset.uploading = on ? "on" : "";
  form.querySelectorAll("button").forEach((button) => { button.disabled = on; });
}

/* What the server answers on this address takes the place of the page: the form with its errors. */
function replace(html, url) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  const next = answer.querySelector(".app__body");
  const here = document.querySelector(".app__body");
  if (!next || !here) return false;
  here.replaceWith(next);
  document.title = answer.title;
  history.replaceState(null, "", url);
  window.htmx?.process(next);
  document.dispatchEvent(new CustomEvent("htmx:afterSwap", { detail: { elt: next } }));
  next.querySelector("[data-focus]")?.focus();
  return true;
}

function send(form, zone) {
  const request = new XMLHttpRequest();
  const progress = showProgress(zone);
  const address = new URL(form.action || location.href, location.href).href;
  const fail = () => {
    progress.remove();
    busy(form, false);
    tell(zone, inputOf(zone).dataset.broken ?? "");
  };
  request.upload.addEventListener("progress", ({ lengthComputable, loaded, total }) => {
    if (lengthComputable) progress.at(loaded / total);
  });
  request.upload.addEventListener("load", () => progress.sent());
  request.addEventListener("error", fail);
  request.addEventListener("load", () => {
    if (request.status < 400 && request.responseURL !== address) {
      location.assign(request.responseURL);
    } else if (!replace(request.responseText, request.responseURL)) fail();
  });
  request.open("POST", address);
  request.setRequestHeader("Accept", "text/html");
  request.send(new FormData(form));
  busy(form, true);
}

export function start(root) {
  for (const kind of ["dragenter", "dragover"]) {
    root.addEventListener(kind, (event) => {
      const zone = zoneOf(event);
      if (!zone) return;
      event.preventDefault();
      zone.classList.add("upload--over");
    });
  }
  root.addEventListener("dragleave", (event) => {
    const left = event.target.closest?.("[data-upload]");
    const zone = left ?? document.querySelector(".upload--over");
    const still = left ? zone.contains(event.relatedTarget) : event.relatedTarget;
    if (zone && !still) zone.classList.remove("upload--over");
  });
  root.addEventListener("drop", (event) => {
    const zone = zoneOf(event);
    if (!zone) return;
    event.preventDefault();
    zone.classList.remove("upload--over");
    drop(zone, event.dataTransfer.files);
  });
  root.addEventListener("change", (event) => {
    const zone = event.target.closest("[data-upload]");
    if (!zone) return;
    showFile(zone);
    tell(zone, refusal(zone));
  });
  root.addEventListener("submit", (event) => {
    const form = event.target;
    const zone = form.querySelector("[data-upload]");
    if (!zone || !inputOf(zone).files.length) return;
    event.preventDefault();
    if (tell(zone, refusal(zone)) && form.dataset.uploading !== "on") send(form, zone);
  });
  // Back from the next page, the form may be sent anew.
  window.addEventListener("pageshow", () => {
    root.querySelectorAll("form[data-uploading]").forEach((form) => busy(form, false));
    root.querySelectorAll("[data-upload-progress]").forEach((part) => part.remove());
  });
}

export function enhance(root) {
  root.querySelectorAll("[data-upload]").forEach(showFile);
}
