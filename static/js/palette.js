// The command palette: what can be done on this page, where one can go, and numbers of batches, charts and encounters.
import { actions, controlsOf, keysOf, press, reachable, shown } from "./keys.js";
import { make } from "./session.js";

const SHOWN = 12;
const RECENT = 8;
const STORE = "chartline-recent"; // ids of actions and addresses of pages, never of records
const NUMBER = /^[bce]?-?\s*\d{1,9}$/i;
const PAUSE = 150; // ms until a typed number is asked for
let dialog;

const recent = () => {
  try { return JSON.parse(localStorage.getItem(STORE)) ?? []; } catch { return []; }
};
function remember(id) {
  try { localStorage.setItem(STORE, JSON.stringify([id, ...recent().filter((old) => old !== id)].slice(0, RECENT))); } catch { /* private window: nothing is remembered */ }
}

/** How well the letters of `query` are found in `text`, in order; 0 if they are not. */
export function fit(text, query) {
  const low = text.toLowerCase();
  let score = 1;
  let at = -1;
  for (const letter of query.toLowerCase().replace(/\s+/g, "")) {
    const next = low.indexOf(letter, at + 1);
    if (next < 0) return 0;
    const startsWord = next === 0 || /\W/.test(low[next - 1]);
    score += next === at + 1 ? 6 : startsWord ? 4 : 0.5 / (next - at);
    at = next;
  }
  return low.includes(query.toLowerCase()) ? score + 10 : score;
}

const nameOf = (element) => {
  const copy = element.cloneNode(true);
  for (const extra of copy.querySelectorAll("[aria-hidden='true'], svg, kbd, .count")) extra.remove();
  return copy.textContent.trim().replace(/\s+/g, " ");
};

function commands() {
  const found = [];
  for (const { id, label, group, isListed } of actions.values()) {
    if (id.startsWith("site.palette")) continue;
    for (const element of controlsOf(id)) {
      if (!reachable(element, true) || element.closest("dialog:not([open])")) continue;
      const { number } = element.dataset;
      if (element.dataset.actions && (isListed || keysOf(id).some((key) => key.includes("#")))) continue; // it needs its number, or its place
      found.push({ id: number ? `${id}.${number}` : id, label: number ? `${label}: ${nameOf(element)}` : label, note: group, keys: keysOf(id, number), run: () => press({ id, number, element }) });
      if (!number) break;
    }
  }
  return found;
}

function pages(known) {
  const links = [...document.querySelectorAll("header.shell nav a[href], header.shell .menu-list a[href]")];
  const found = new Map();
  for (const link of links) {
    if (link.dataset.action && known.has(link.dataset.action)) continue;
    found.set(link.pathname, { id: link.pathname, label: nameOf(link), note: "Go to", keys: [], run: () => link.click() });
  }
  for (const link of links) if (known.has(link.dataset.action)) found.delete(link.pathname);
  return [...found.values()];
}

class Palette {
  #rows = [];
  #at = 0;
  #asked;
  #timer;

  constructor(control, typed) {
    this.findUrl = control.dataset.findUrl;
    const doable = commands();
    this.all = [...doable, ...pages(new Set(doable.map(({ id }) => id)))];
    this.input = make("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-rows", "aria-autocomplete": "list", "aria-label": "Command, page or number", autocomplete: "off", autocapitalize: "off", spellcheck: "false", placeholder: "Command, page or number" });
    this.list = make("ul", { id: "palette-rows", role: "listbox", "aria-label": "Found" });
    this.status = make("p", { class: "hint", role: "status" });
    this.dialog = make("dialog", { class: "palette", "aria-label": "Find a command, page or number" }, this.input, this.list, this.status);
    this.input.addEventListener("input", () => this.#typed());
    this.dialog.addEventListener("keydown", (event) => this.#key(event));
    this.dialog.addEventListener("click", (event) => this.#click(event));
    this.dialog.addEventListener("close", () => { this.#asked?.abort(); this.dialog.remove(); });
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.input.value = typed;
    this.#typed();
  }

  #found(query) {
    const last = recent();
    const place = (row) => (last.includes(row.id) ? last.indexOf(row.id) : RECENT);
    return this.all.map((row, order) => ({ row, order, score: query ? fit(row.label, query) : 1 }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || place(a.row) - place(b.row) || a.order - b.order)
      .map(({ row }) => row);
  }

  #typed() {
    const query = this.input.value.trim();
    clearTimeout(this.#timer);
    this.#asked?.abort();
    this.#show(this.#found(query));
    if (NUMBER.test(query)) this.#timer = setTimeout(() => this.#ask(query), PAUSE);
  }

  async #ask(query) {
    const asked = (this.#asked = new AbortController());
    try {
      const response = await fetch(`${this.findUrl}?q=${encodeURIComponent(query)}`, { credentials: "same-origin", headers: { Accept: "application/json", "X-Requested-With": "fetch" }, signal: asked.signal });
      if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
      if (!response.ok) throw new Error(String(response.status));
      const records = (await response.json()).results.map(({ label, what, url }) => ({ label, note: what, keys: [], run: () => location.assign(url) }));
      this.#show([...records, ...this.#found(query)]);
    } catch (error) {
      if (error.name !== "AbortError") this.status.textContent = "Numbers could not be looked up.";
    }
  }

  #show(rows) {
    this.#rows = rows.slice(0, SHOWN);
    this.list.replaceChildren(...this.#rows.map(({ label, note, keys }, n) => make("li", { role: "option", id: `palette-${n}`, "aria-selected": "false" },
      make("span", {}, label), make("span", { class: "muted" }, note), keys[0] ? make("kbd", { "aria-hidden": "true" }, shown(keys[0])) : null)));
    this.list.hidden = !rows.length; // an empty listbox is no listbox
    this.input.setAttribute("aria-expanded", String(rows.length > 0));
    this.status.textContent = rows.length ? `${this.#rows.length} found` : "Nothing found.";
    this.#mark(0);
  }

  #mark(at) {
    this.list.children[this.#at]?.setAttribute("aria-selected", "false");
    this.#at = at;
    const option = this.list.children[at];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    const count = this.#rows.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && count) this.#mark((this.#at + step + count) % count);
    else if (event.key === "Enter" && !event.isComposing) this.#run(this.#at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #click(event) {
    const option = event.target.closest("[role=option]");
    if (option) this.#run([...this.list.children].indexOf(option));
    else if (event.target === this.dialog) this.dialog.close();
  }

  /** The focus goes back first, so that what is done finds the page as it was. */
  #run(at) {
    const row = this.#rows[at];
    if (!row) return;
    this.dialog.close();
    if (row.id) remember(row.id);
    row.run();
  }
}

export function open(control, typed = "") {
  if (dialog?.open) return dialog.close();
  if (document.documentElement.hasAttribute("data-locked") || document.querySelector("dialog:modal")) return;
  ({ dialog } = new Palette(control, typed));
}
