/* A file input that is a place to drop on, and says how far the upload has come. */

const size = new Intl.NumberFormat(document.documentElement.lang || undefined, {
  style: "unit",
  unit: "megabyte",
  maximumFractionDigits: 1,
});

function showFile(zone) {
  const [file] = zone.querySelector("[type=file]").files;
  const name = zone.querySelector("[data-upload-name]");
  name.hidden = !file;
  zone.querySelector("[data-upload-title]").hidden = Boolean(file);
  if (file) name.textContent = `${file.name}, ${size.format(file.size / 1e6)}`;
}

/* A file beyond the cap is refused here: the server would cut the connection while it comes. */
function refusal(zone) {
  const input = zone.querySelector("[type=file]");
  const [file] = input.files;
  const most = Number(input.dataset.most);
  return file && most && file.size > most ? input.dataset.tooLarge : "";
}

function tell(zone) {
  const sentence = refusal(zone);
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

function accepts(input, file) {
  const kinds = (input.accept || "").split(",").map((kind) => kind.trim().toLowerCase());
  const name = file.name.toLowerCase();
  return kinds.filter(Boolean).length === 0
    || kinds.some((kind) => (kind.startsWith(".") ? name.endsWith(kind) : file.type === kind));
}

function bar(zone) {
  let progress = zone.parentElement.querySelector("[data-upload-progress]");
  if (!progress) {
    progress = document.createElement("progress");
    progress.className = "progress__bar";
    progress.max = 1;
    progress.dataset.uploadProgress = "";
    progress.setAttribute("aria-label", zone.querySelector("[data-upload-name]").textContent);
    zone.after(progress);
  }
  return progress;
}

export function start(root) {
  for (const kind of ["dragenter", "dragover"]) {
    root.addEventListener(kind, (event) => {
      const zone = event.target.closest?.("[data-upload]");
      if (!zone) return;
      event.preventDefault();
      zone.classList.add("upload--over");
    });
  }
  root.addEventListener("dragleave", (event) => {
    const zone = event.target.closest?.("[data-upload]");
    if (zone && !zone.contains(event.relatedTarget)) zone.classList.remove("upload--over");
  });
  root.addEventListener("drop", (event) => {
    const zone = event.target.closest?.("[data-upload]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.remove("upload--over");
    const input = zone.querySelector("[type=file]");
    const files = [...event.dataTransfer.files].filter((file) => accepts(input, file));
    if (!files.length) return;
    const carrier = new DataTransfer();
    files.slice(0, input.multiple ? files.length : 1).forEach((file) => carrier.items.add(file));
    input.files = carrier.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  root.addEventListener("change", (event) => {
    const zone = event.target.closest("[data-upload]");
    if (zone) {
      showFile(zone);
      tell(zone);
    }
  });
  // A form that htmx sends tells how far it is; a plain form shows that it runs.
  root.addEventListener("submit", (event) => {
    const zone = event.target.querySelector("[data-upload]");
    if (!zone?.querySelector("[type=file]").files.length) return;
    if (tell(zone)) bar(zone);
    else event.preventDefault();
  });
  root.addEventListener("htmx:xhr:progress", (event) => {
    const zone = event.target.querySelector?.("[data-upload]");
    const { lengthComputable, loaded, total } = event.detail;
    if (zone && lengthComputable) bar(zone).value = loaded / total;
  });
}

export function enhance(root) {
  root.querySelectorAll("[data-upload]").forEach(showFile);
}
