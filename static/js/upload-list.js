// <upload-list>: sends each chosen file by itself, shows how it went and what the checks found, then commits what was received.
// Without this script the form inside posts all files at once.
import { droppedFiles, ofAPerson } from "./dropped-files.js";
import { FileSender, Hasher } from "./file-sender.js";
import { csrfToken, make, say } from "./session.js";

const PARALLEL = 3;
const STEP = 10; // per cent between announcements
const LOOK = 3000; // ms between two looks at the checks
const GLYPH = { waiting: "○", sending: "◔", paused: "‖", received: "✓", locked: "!", duplicate: "!", refused: "✕", failed: "✕" };

const size = (bytes) => {
  if (bytes < 1024 ** 2) return `${Math.max(1, Math.round(bytes / 1024))} kB`;
  const [figure, unit] = bytes < 1024 ** 3 ? [bytes / 1024 ** 2, "MB"] : [bytes / 1024 ** 3, "GB"];
  return `${figure.toFixed(1).replace(/\.0$/, "")} ${unit}`;
};
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const left = (seconds) => (seconds < 60 ? "less than a minute left" : `about ${Math.round(seconds / 60)} min left`);
const same = ({ file }) => `${file.webkitRelativePath || file.name} ${file.size} ${file.lastModified}`;

class UploadList extends HTMLElement {
  #entries = [];
  #stop;
  #started = 0; // when the bytes began to move, and how many were there already
  #before = 0;
  #step = 0;
  #ready = false;
  #known = null; // the unfinished files of the batch, asked for once
  #hasher = null;
  #paused = false;
  #looking = null;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    if (!this.#ready) this.#prepare();
    const zone = this.querySelector(".dropzone");
    for (const input of this.querySelectorAll('input[type="file"]')) input.addEventListener("change", () => this.#chosen(input), { signal });
    for (const type of ["dragenter", "dragover"]) zone.addEventListener(type, (event) => { event.preventDefault(); zone.classList.add("over"); }, { signal });
    for (const type of ["dragleave", "drop"]) zone.addEventListener(type, (event) => { event.preventDefault(); zone.classList.remove("over"); }, { signal });
    zone.addEventListener("drop", async (event) => this.add(await droppedFiles(event.dataTransfer)), { signal });
    window.addEventListener("paste", (event) => event.clipboardData?.files.length && this.add(event.clipboardData.files), { signal });
    window.addEventListener("beforeunload", (event) => this.#count("sending") && event.preventDefault(), { signal });
    window.addEventListener("chartline:unlocked", () => this.#pump(), { signal });
    window.addEventListener("online", () => this.#entries.filter(({ state }) => state === "failed").forEach((entry) => this.#again(entry)), { signal });
    this.list.addEventListener("keydown", (event) => this.#key(event), { signal });
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
    for (const hidden of this.querySelectorAll(".dropzone [hidden], .dropzone + p [hidden]")) hidden.removeAttribute("hidden");
    this.noun = this.getAttribute("noun") ?? "file";
    this.list = this.querySelector(".file-list");
    this.button = this.querySelector('button[type="submit"]');
    this.bar = make("progress", { max: "100", value: "0", "aria-label": "All files" });
    this.text = make("span", { class: "progress-text" });
    this.pause = make("button", { class: "button small", type: "button", hidden: true }, "Pause");
    this.pause.addEventListener("click", () => this.#hold(!this.#paused));
    this.total = make("div", { class: "progress upload-total", hidden: true }, this.bar, this.text, this.pause);
    this.list.before(this.total);
    this.#show();
  }

  #chosen(input) {
    const all = [...input.files];
    const files = input.webkitdirectory ? all.filter(ofAPerson) : all;
    input.value = "";
    if (files.length < all.length) say(`${plural(all.length - files.length, "system file")} left out`);
    this.add(files);
  }

  /** Take files; one that is listed already is not taken twice. `opener`, if set, opens the batch first. */
  async add(chosen) {
    const files = [...chosen];
    if (!files.length || this.opener && !await this.opener()) return;
    const known = new Set(this.#entries.map(same));
    const limit = Number(this.getAttribute("max-bytes")) || Infinity;
    let again = 0;
    for (const file of files) {
      if (known.has(same({ file }))) { again += 1; continue; }
      const entry = { file, key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, state: "waiting", sent: 0, detail: "", chart: null };
      if (file.size > limit) Object.assign(entry, { state: "refused", final: true, detail: `Larger than ${size(limit)}. Split it and try again.` });
      else if (!file.size) Object.assign(entry, { state: "refused", final: true, detail: "The file is empty." });
      else if (/\.[ct]sv$/i.test(file.name)) Object.assign(entry, { state: "refused", final: true, detail: "A list is no chart. Add it as the manifest of the batch." });
      entry.row = make("li", { tabindex: "-1" }, make("span", { class: "file-name" }, file.name), make("span", { class: "file-size" }, size(file.size)), make("span", { class: "file-state" }), make("span", { class: "file-actions" }));
      this.#entries.push(entry);
      this.list.append(entry.row);
      this.#draw(entry);
    }
    if (again) say(`${plural(again, "file")} listed already`);
    this.#pump();
  }

  #draw(entry) {
    const { row, state, file } = entry;
    const changed = row.dataset.state !== state;
    row.dataset.state = state;
    const share = Math.min(100, Math.floor((100 * entry.sent) / file.size) || 0);
    const words = {
      waiting: entry.sent ? `Waiting at ${share} %` : "Waiting", sending: entry.cut ? `Connection lost at ${share} %, trying again` : share < 100 ? `${share} %` : "Checking",
      paused: `Paused at ${share} %`, received: entry.detail || "Received", locked: entry.detail, duplicate: entry.detail || "Sent before", refused: entry.detail || "Refused", failed: entry.detail || "Not sent: the connection failed.",
    }[state];
    const place = row.querySelector(".file-state");
    if (changed) {
      place.replaceChildren(
        make("span", { "aria-hidden": "true" }, GLYPH[state]),
        ...(state === "sending" ? [make("progress", { max: "100", value: "0", "aria-label": `Sending ${file.name}` })] : []),
        make("span", { class: "words" }),
        ...(state === "locked" ? [make("a", { href: entry.url, target: "_blank" }, "Give the password", make("span", { class: "visually-hidden" }, ` of ${file.name} (opens a new tab)`))] : []));
      const actions = row.querySelector(".file-actions");
      const action = (text, does, style = "") => {
        const button = make("button", { class: `button small${style}`, type: "button" }, text, make("span", { class: "visually-hidden" }, ` ${file.name}`));
        button.addEventListener("click", does);
        return button;
      };
      const retry = state === "failed" || (state === "refused" && !entry.final);
      const hadFocus = actions.contains(document.activeElement);
      actions.replaceChildren(
        ...(retry ? [action("Retry", () => this.#again(entry))] : []),
        action(state === "sending" ? "Cancel" : "Remove", () => this.#remove(entry), " quiet"));
      if (hadFocus) actions.querySelector("button").focus();
    }
    place.querySelector(".words").textContent = words;
    const bar = place.querySelector("progress");
    if (bar) bar.value = share;
    this.#show();
  }

  #key(event) {
    const entry = event.key === "Delete" && this.#entries.find(({ row }) => row.contains(event.target));
    if (entry) this.#remove(entry);
  }

  #again(entry) {
    Object.assign(entry, { state: "waiting", detail: "" });
    this.#draw(entry);
    this.#pump();
  }

  #remove(entry) {
    const next = entry.row.nextElementSibling ?? entry.row.previousElementSibling;
    this.#entries = this.#entries.filter((other) => other !== entry);
    entry.sender?.giveUp();
    entry.row.remove();
    (next?.querySelector(".file-actions button") ?? this.#input()).focus();
    say(`${entry.file.name} removed`);
    this.#show();
    this.#pump();
  }

  #hold(paused) {
    this.#paused = paused;
    this.pause.textContent = paused ? "Go on" : "Pause";
    for (const entry of this.#entries) {
      if (paused && ["waiting", "sending"].includes(entry.state)) { entry.state = "paused"; entry.sender?.stop(); this.#draw(entry); }
      else if (!paused && entry.state === "paused") { entry.state = "waiting"; this.#draw(entry); }
    }
    say(paused ? "Paused" : "Going on");
    this.#pump();
  }

  #count(...states) {
    return this.#entries.filter((entry) => states.includes(entry.state)).length;
  }

  #pump() {
    if (this.#paused || document.documentElement.hasAttribute("data-locked")) return;
    const waiting = this.#entries.filter((entry) => entry.state === "waiting");
    for (const entry of waiting.slice(0, Math.max(0, PARALLEL - this.#count("sending")))) this.#send(entry);
  }

  async #unfinished() {
    const answer = await fetch(this.getAttribute("uploads-url"), { headers: { Accept: "application/json" } }).catch(() => null);
    return answer?.ok ? (await answer.json()).uploads : [];
  }

  async #send(entry) {
    entry.state = "sending";
    entry.cut = false;
    if (!this.#started) { this.#started = performance.now(); this.#before = this.#sent(); }
    this.#draw(entry);
    this.#hasher ??= new Hasher(this.getAttribute("hash-url"));
    this.#known ??= this.#unfinished();
    const known = await this.#known;
    entry.sender ??= new FileSender(entry.file, {
      urls: { file: this.getAttribute("file-url"), uploads: this.getAttribute("uploads-url") },
      key: entry.key, hasher: this.#hasher, partBytes: Number(this.getAttribute("part-bytes")), known,
      onSent: (sent) => this.#moved(entry, sent),
    });
    try {
      if (entry.state !== "sending") return; // paused or removed meanwhile
      const { outcome, detail, chart } = await entry.sender.send();
      this.#finish(entry, { state: ["received", "duplicate"].includes(outcome) ? outcome : "refused", detail, final: true, chart: chart ?? null, sent: entry.file.size });
      this.#look();
    } catch (trouble) {
      if (trouble.state === "locked") {
        this.#finish(entry, { state: "waiting" });
        window.dispatchEvent(new Event("chartline:locked"));
      } else if (trouble.state !== "stopped") this.#finish(entry, { state: trouble.state ?? "failed", detail: trouble.state ? trouble.message : "" });
    }
  }

  #moved(entry, sent) {
    if (entry.state !== "sending") return;
    entry.cut = sent === null;
    entry.sent = sent ?? entry.sent;
    const { url } = entry.sender.upload ?? {};
    const line = url && document.querySelector(`[data-upload="${url}"]`); // the page's list of what was left unfinished
    if (line) (line.parentElement.childElementCount > 1 ? line : line.closest("[role=group]") ?? line).remove();
    this.#draw(entry);
  }

  #finish(entry, result) {
    Object.assign(entry, result);
    this.#draw(entry);
    this.#pump();
  }

  /** Ask what the checks found until they are through with every file. */
  #look() {
    const checking = () => this.#entries.filter((entry) => entry.chart !== null && !entry.checked);
    if (this.#looking || !checking().length || !this.hasAttribute("checks-url")) return;
    this.#looking = setTimeout(async () => {
      const asked = new URLSearchParams(checking().map(({ chart }) => ["chart", chart]));
      const answer = await fetch(`${this.getAttribute("checks-url")}?${asked}`, { headers: { Accept: "application/json", "X-Background": "1" } }).catch(() => null);
      const { checks } = answer?.ok ? await answer.json() : { checks: {} };
      for (const entry of checking()) {
        const found = checks[entry.chart];
        if (!found || found.state === "checking") continue;
        entry.checked = found.state !== "locked"; // its password may be given in another tab
        Object.assign(entry, { detail: found.detail, charts: found.charts ?? 1, url: found.url });
        if (!["ready", "locked"].includes(found.state)) Object.assign(entry, { state: found.state === "duplicate" ? "duplicate" : "refused", chart: null });
        else entry.state = found.state === "ready" ? "received" : "locked";
        this.#draw(entry);
      }
      this.#looking = null;
      this.#look();
    }, checking().every(({ state }) => state === "locked") ? 5 * LOOK : LOOK);
  }

  #sent() {
    return this.#entries.reduce((sum, { sent }) => sum + sent, 0);
  }

  #show() {
    const good = this.#entries.filter(({ state }) => state === "received" || state === "locked");
    const received = good.reduce((sum, { charts = 1 }) => sum + charts, 0); // a ZIP is as many as it holds
    const held = received && Number(this.getAttribute("held") ?? 0); // those go along
    const moving = this.#count("waiting", "sending");
    const paused = this.#count("paused");
    const trouble = this.#count("refused", "failed", "duplicate", "locked");
    const bytes = this.#entries.reduce((sum, { file }) => sum + file.size, 0);
    const sent = this.#sent();
    const share = bytes ? Math.floor((100 * sent) / bytes) : 0;
    const counts = [`${plural(received, this.noun)} received`, trouble && `${trouble} need${trouble === 1 ? "s" : ""} attention`].filter(Boolean).join(", ");
    this.total.hidden = !this.#entries.length;
    this.bar.value = share;
    this.bar.hidden = this.pause.hidden = !moving && !paused;
    if (moving) {
      const fresh = sent - this.#before;
      const seconds = fresh > 0 ? ((performance.now() - this.#started) / 1000) * ((bytes - sent) / fresh) : 0;
      this.text.textContent = `${share} %${seconds > 5 ? `, ${left(seconds)}` : ""} · ${counts}`;
      if (share >= this.#step + STEP) { this.#step = share - (share % STEP); say(`${this.#step} percent sent`); }
    } else if (paused) {
      this.text.textContent = `Paused at ${share} % · ${counts}`;
      this.#started = 0;
    } else if (this.#entries.length) {
      this.text.textContent = counts;
      if (this.#started) say(`All sent. ${counts}.`);
      this.#started = this.#step = 0;
    }
    const able = received > 0 && !moving && !paused;
    this.button.setAttribute("aria-disabled", String(!able));
    this.button.textContent = received ? `Send ${plural(received + held, this.noun)}` : `Send ${this.noun}s`;
    this.dispatchEvent(new CustomEvent("chartline:uploads", { bubbles: true, detail: { waiting: this.#count("waiting", "paused"), sending: this.#count("sending"), received, refused: trouble } }));
  }

  #commit(event) {
    if (this.button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      say(this.#count("waiting", "sending", "paused") ? "Still sending. Wait until all files are received." : `Choose at least one ${this.noun} first.`);
      if (!this.#entries.length) this.#input().focus();
      return;
    }
    const form = event.target;
    form.action = this.getAttribute("commit-url");
    form.enctype = "application/x-www-form-urlencoded";
    for (const old of form.querySelectorAll("input[data-chart]")) old.remove();
    for (const { state, chart } of this.#entries) if (["received", "locked"].includes(state) && chart != null) form.append(make("input", { type: "hidden", name: "chart", value: chart, "data-chart": true }));
    for (const input of this.querySelectorAll('input[type="file"]')) input.disabled = true;
  }
}
customElements.define("upload-list", UploadList);
