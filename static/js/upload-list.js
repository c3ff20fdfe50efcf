// <upload-list>: sends each chosen file by itself, shows how it went, then commits what was received.
// Without this script the form inside posts all files at once.
import { csrfToken, make, say } from "./session.js";

const PARALLEL = 2;
const STEP = 10; // per cent between announcements
const GLYPH = { waiting: "○", sending: "◔", received: "✓", duplicate: "!", refused: "✕", failed: "✕" };

const size = (bytes) => {
  if (bytes < 1024 ** 2) return `${Math.max(1, Math.round(bytes / 1024))} kB`;
  const [figure, unit] = bytes < 1024 ** 3 ? [bytes / 1024 ** 2, "MB"] : [bytes / 1024 ** 3, "GB"];
  return `${figure.toFixed(1).replace(/\.0$/, "")} ${unit}`;
};
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const left = (seconds) => (seconds < 60 ? "less than a minute left" : `about ${Math.round(seconds / 60)} min left`);

class UploadList extends HTMLElement {
  #entries = [];
  #stop;
  #started = 0;
  #step = 0;
  #ready = false;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    if (!this.#ready) this.#prepare();
    const zone = this.querySelector(".dropzone");
    const input = this.#input();
    input.addEventListener("change", () => { this.add(input.files); input.value = ""; }, { signal });
    for (const type of ["dragenter", "dragover"]) zone.addEventListener(type, (event) => { event.preventDefault(); zone.classList.add("over"); }, { signal });
    for (const type of ["dragleave", "drop"]) zone.addEventListener(type, (event) => { event.preventDefault(); zone.classList.remove("over"); }, { signal });
    zone.addEventListener("drop", (event) => this.add(event.dataTransfer.files), { signal });
    window.addEventListener("paste", (event) => event.clipboardData?.files.length && this.add(event.clipboardData.files), { signal });
    window.addEventListener("beforeunload", (event) => this.#count("sending") && event.preventDefault(), { signal });
    window.addEventListener("chartline:unlocked", () => this.#pump(), { signal });
    this.querySelector("form").addEventListener("submit", (event) => this.#commit(event), { signal });
  }

  disconnectedCallback() {
    this.#stop.abort(); // a lock detaches us; files on their way go on
  }

  #input() {
    return this.querySelector('input[type="file"]');
  }

  #prepare() {
    this.#ready = true;
    this.#input().required = false;
    this.querySelector(".drop-hint")?.removeAttribute("hidden");
    this.noun = this.getAttribute("noun") ?? "file";
    this.list = this.querySelector(".file-list");
    this.button = this.querySelector('button[type="submit"]');
    this.bar = make("progress", { max: "100", value: "0", "aria-label": "All files" });
    this.text = make("span", { class: "progress-text" });
    this.total = make("div", { class: "progress upload-total", hidden: true }, this.bar, this.text);
    this.list.before(this.total);
    this.#show();
  }

  /** Take files; one that is listed already is not taken twice. */
  add(files) {
    const known = new Set(this.#entries.map(({ file }) => `${file.name} ${file.size} ${file.lastModified}`));
    const limit = Number(this.getAttribute("max-bytes")) || Infinity;
    let again = 0;
    for (const file of files) {
      if (known.has(`${file.name} ${file.size} ${file.lastModified}`)) { again += 1; continue; }
      const entry = { file, key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, state: "waiting", sent: 0, detail: "", chart: null };
      if (file.size > limit) Object.assign(entry, { state: "refused", final: true, detail: `Larger than ${size(limit)}. Split it and try again.` });
      else if (!file.size) Object.assign(entry, { state: "refused", final: true, detail: "The file is empty." });
      entry.row = this.#row(entry);
      this.#entries.push(entry);
      this.list.append(entry.row);
      this.#draw(entry);
    }
    if (again) say(`${plural(again, "file")} listed already`);
    if (!this.#started) this.#started = performance.now();
    this.#pump();
  }

  #row(entry) {
    return make("li", {}, make("span", { class: "file-name" }, entry.file.name), make("span", { class: "file-size" }, size(entry.file.size)), make("span", { class: "file-state" }), make("span", { class: "file-actions" }));
  }

  #draw(entry) {
    const { row, state, file } = entry;
    const changed = row.dataset.state !== state;
    row.dataset.state = state;
    const share = Math.min(100, Math.floor((100 * entry.sent) / file.size) || 0);
    const words = {
      waiting: "Waiting", sending: share < 100 ? `${share} %` : "Checking", received: entry.detail || "Received",
      duplicate: entry.detail || "Sent before", refused: entry.detail || "Refused", failed: "Not sent: the connection failed.",
    }[state];
    const place = row.querySelector(".file-state");
    if (changed) {
      place.replaceChildren(
        make("span", { "aria-hidden": "true" }, GLYPH[state]),
        ...(state === "sending" ? [make("progress", { max: "100", value: "0", "aria-label": `Sending ${file.name}` })] : []),
        make("span", { class: "words" }));
      const actions = row.querySelector(".file-actions");
      const again = make("button", { class: "button small", type: "button" }, "Retry", make("span", { class: "visually-hidden" }, ` ${file.name}`));
      again.addEventListener("click", () => this.#again(entry));
      const remove = make("button", { class: "button small quiet", type: "button" }, state === "sending" ? "Cancel" : "Remove", make("span", { class: "visually-hidden" }, ` ${file.name}`));
      remove.addEventListener("click", () => this.#remove(entry));
      const retry = state === "failed" || (state === "refused" && !entry.final);
      const hadFocus = actions.contains(document.activeElement);
      actions.replaceChildren(...(retry ? [again] : []), remove);
      if (hadFocus) actions.querySelector("button").focus();
    }
    place.querySelector(".words").textContent = words;
    const bar = place.querySelector("progress");
    if (bar) bar.value = share;
    this.#show();
  }

  #again(entry) {
    Object.assign(entry, { state: "waiting", sent: 0, detail: "" });
    this.#draw(entry);
    this.#pump();
  }

  #remove(entry) {
    const next = entry.row.nextElementSibling ?? entry.row.previousElementSibling;
    this.#entries = this.#entries.filter((other) => other !== entry);
    entry.request?.abort();
    entry.row.remove();
    (next?.querySelector(".file-actions button") ?? this.#input()).focus();
    say(`${entry.file.name} removed`);
    this.#show();
    this.#pump();
  }

  #count(...states) {
    return this.#entries.filter((entry) => states.includes(entry.state)).length;
  }

  #pump() {
    if (document.documentElement.hasAttribute("data-locked")) return;
    const waiting = this.#entries.filter((entry) => entry.state === "waiting");
    for (const entry of waiting.slice(0, PARALLEL - this.#count("sending"))) this.#send(entry);
  }

  #send(entry) {
    const request = new XMLHttpRequest();
    entry.request = request;
    entry.state = "sending";
    request.open("POST", this.getAttribute("file-url"));
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("Idempotency-Key", entry.key);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => { entry.sent = Math.min(event.loaded, entry.file.size); this.#draw(entry); });
    request.addEventListener("load", () => this.#answered(entry, request));
    request.addEventListener("error", () => this.#finish(entry, { state: "failed" }));
    const data = new FormData();
    data.append("file", entry.file);
    request.send(data);
    this.#draw(entry);
  }

  #answered(entry, { status, response }) {
    if (status === 423) {
      Object.assign(entry, { state: "waiting", sent: 0 });
      this.#draw(entry);
      window.dispatchEvent(new Event("chartline:locked"));
    } else if (response?.outcome) {
      const state = ["received", "duplicate"].includes(response.outcome) ? response.outcome : "refused";
      this.#finish(entry, { state, detail: response.detail, chart: response.chart ?? null });
    } else if (status === 413) this.#finish(entry, { state: "refused", final: true, detail: "Too large for the server." });
    else this.#finish(entry, { state: "failed" });
  }

  #finish(entry, result) {
    Object.assign(entry, { sent: entry.file.size }, result);
    this.#draw(entry);
    this.#pump();
  }

  #show() {
    const received = this.#count("received");
    const moving = this.#count("waiting", "sending");
    const trouble = this.#count("refused", "failed", "duplicate");
    const bytes = this.#entries.reduce((sum, { file }) => sum + file.size, 0);
    const sent = this.#entries.reduce((sum, { sent: done }) => sum + done, 0);
    const share = bytes ? Math.floor((100 * sent) / bytes) : 0;
    const counts = [`${plural(received, this.noun)} received`, trouble && `${trouble} need${trouble === 1 ? "s" : ""} attention`].filter(Boolean).join(", ");
    this.total.hidden = !this.#entries.length;
    this.bar.value = share;
    this.bar.hidden = !moving;
    if (moving) {
      const seconds = sent ? ((performance.now() - this.#started) / 1000) * ((bytes - sent) / sent) : 0;
      this.text.textContent = `${share} %${seconds > 5 ? `, ${left(seconds)}` : ""} · ${counts}`;
      if (share >= this.#step + STEP) { this.#step = share - (share % STEP); say(`${this.#step} percent sent`); }
    } else if (this.#entries.length) {
      this.text.textContent = counts;
      if (this.#started) say(`All sent. ${counts}.`);
      this.#started = this.#step = 0;
    }
    const able = received > 0 && !moving;
    this.button.setAttribute("aria-disabled", String(!able));
    this.button.textContent = received ? `Send ${plural(received, this.noun)}` : `Send ${this.noun}s`;
    this.dispatchEvent(new CustomEvent("chartline:uploads", { bubbles: true, detail: { waiting: this.#count("waiting"), sending: this.#count("sending"), received, refused: trouble } }));
  }

  #commit(event) {
    if (this.button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      say(this.#count("waiting", "sending") ? "Still sending. Wait until all files are received." : `Choose at least one ${this.noun} first.`);
      if (!this.#entries.length) this.#input().focus();
      return;
    }
    const form = event.target;
    form.action = this.getAttribute("commit-url");
    form.enctype = "application/x-www-form-urlencoded";
    for (const old of form.querySelectorAll("input[data-chart]")) old.remove();
    for (const { state, chart } of this.#entries) if (state === "received" && chart != null) form.append(make("input", { type: "hidden", name: "chart", value: chart, "data-chart": true }));
    this.#input().disabled = true;
  }
}
customElements.define("upload-list", UploadList);
