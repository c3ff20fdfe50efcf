// <fact-strip>: what is known of the field in hand: shown on the pages, confirmed, chosen, or taken from them by keys.
// It writes into the form's fields and into its hidden "confirmed" and "marked"; <precode-form> keeps them all.
import { announceKeys, comboOf, keysOf, shown, withKeys } from "./keys.js";
import { make, post, say } from "./session.js";

const PLAIN_DIGITS = "select, [name='patient_name']"; // where a digit is not typed: it chooses
const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const paging = () => import("./fact-pages.js");

class FactStrip extends HTMLElement {
  #known;
  #form;
  #viewer;
  #pages; // the marks on the pages, once they are wanted
  #hand; // name of the field in hand
  #at = 0; // which of its passages is shown
  #taken = new Map(); // field → candidates that a person took from the pages and has still to choose from
  #passed = new Set(); // fields that were gone by without a value
  #stop;

  connectedCallback() {
    this.#known = JSON.parse(document.getElementById("known-facts").textContent);
    this.#form = this.closest("form");
    this.#viewer = document.querySelector("page-viewer");
    this.hidden = false;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#form.addEventListener("focusin", (event) => this.#enter(event.target), { signal });
    this.#form.addEventListener("keydown", (event) => this.#keydown(event), { signal });
    this.#form.addEventListener("input", (event) => this.#changed(event.target), { signal });
    this.#form.addEventListener("change", (event) => this.#changed(event.target), { signal });
    this.#form.addEventListener("click", (event) => this.#finishing(event), { capture: true, signal });
    this.addEventListener("click", (event) => this.#click(event.target.closest("[data-do], [data-number]")), { signal });
    this.addEventListener("pointerdown", (event) => event.target.closest('[data-do="link"]') && event.preventDefault(), { signal }); // what is selected stays so
    document.addEventListener("passage:marked", ({ detail }) => this.#take(detail.passages), { signal });
    this.#viewer?.addEventListener("pointerover", () => this.#withPages(), { once: true, signal });
    for (const name of this.#names) this.#badge(name);
    const focused = document.activeElement;
    const told = document.querySelector("[data-focus]"); // something is to be read first: the pages stay where they are
    this.#enter(focused?.form === this.#form && this.#known[focused.name] ? focused : this.#field(this.#next(-1) ?? this.#names[0]), { follow: !told });
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  get #names() {
    return Object.keys(this.#known);
  }

  #field(name) {
    return this.#form.elements.namedItem(name);
  }

  async #withPages() {
    if (!this.#viewer) return undefined;
    this.#pages ??= new (await paging()).FactPages(this.#viewer);
    return this.#pages;
  }

  // -- what is known ---------------------------------------------------------------------------------------
  #candidates(name) {
    return [...(this.#taken.get(name) ?? []), ...this.#known[name].candidates].slice(0, NUMBERS.length);
  }

  /** The candidate that stands in the field, else none. */
  #chosen(name) {
    const value = this.#field(name).value.trim();
    return value ? this.#candidates(name).find((one) => one.value === value) : undefined;
  }

  #isOpen(name) {
    const { filled } = this.#known[name];
    return filled !== "" && this.#field(name).value.trim() === filled && !this.#confirmed.has(name);
  }

  get #confirmed() {
    return new Set(this.#field("confirmed").value.split(" ").filter(Boolean));
  }

  get #open() {
    return this.#names.filter((name) => this.#isOpen(name));
  }

  #needsALook(name) {
    const { required, candidates } = this.#known[name];
    if (this.#isOpen(name)) return true;
    return !this.#field(name).value.trim() && (required || (candidates.length > 0 && !this.#passed.has(name)));
  }

  /** The next field that needs a look, from one place on and then from the beginning. */
  #next(from) {
    const names = this.#names;
    return [...names.slice(from + 1), ...names.slice(0, Math.max(0, from + 1))].find((name) => this.#needsALook(name));
  }

  // -- what is shown -----------------------------------------------------------------------------------------
  #enter(field, { follow = true } = {}) {
    if (!this.#known[field?.name] || field.name === this.#hand) return;
    this.#field(this.#hand)?.removeAttribute("data-in-hand");
    this.#hand = field.name;
    field.setAttribute("data-in-hand", "");
    this.#at = 0;
    this.#draw({ follow });
  }

  /** The passages of the field in hand: those of the candidate in it first, and which candidate each belongs to. */
  get #passages() {
    const chosen = this.#chosen(this.#hand);
    const candidates = this.#candidates(this.#hand);
    const first = candidates.filter((one) => one === chosen);
    return [...first, ...candidates.filter((one) => one !== chosen)].flatMap((one) => one.passages.map((passage) => ({ passage, one })));
  }

  async #draw({ follow = false } = {}) {
    const name = this.#hand;
    const passages = this.#passages;
    const current = passages[this.#at];
    this.#list(current?.one);
    for (const control of this.querySelectorAll('[data-do="next"]')) control.disabled = !passages.length;
    if (!passages.length && !this.#pages) return;
    const pages = await this.#withPages();
    if (name !== this.#hand) return;
    pages?.draw(passages.map(({ passage }) => passage), current?.passage);
    if (follow && current) pages?.follow(current.passage);
  }

  #list(current) {
    const { label, filled } = this.#known[this.#hand];
    const candidates = this.#candidates(this.#hand);
    const chosen = this.#chosen(this.#hand);
    this.querySelector("[data-fact-name]").textContent = label;
    this.querySelector("[data-fact-said]").textContent = candidates.length
      ? (chosen?.value === filled ? `read on ${lower(chosen.said)}` : candidates.length > 1 ? `${candidates.length} found` : "found, not sure")
      : this.#isOpen(this.#hand) ? "where it was read is no longer of this visit" : "nothing found on the pages";
    this.querySelector("[data-fact-candidates]").replaceChildren(...candidates.map((one, place) => this.#row(one, place + 1, one === current, one === chosen)));
    announceKeys(this);
    const left = this.#open.length;
    this.querySelector("[data-fact-left]").textContent = left ? `${left} to confirm` : "";
  }

  #row(one, number, isShown, isChosen) {
    const keys = keysOf("fact.choose", number);
    const key = this.#field(this.#hand).matches(PLAIN_DIGITS) ? keys[0] : keys.at(-1);
    const quote = one.passages[0]?.quote;
    const words = quote && quote !== one.shown ? `${one.said} “${brief(quote)}”` : one.said;
    const row = make("button", { type: "button", class: "candidate", "data-action": "fact.choose", "data-number": number, "aria-current": isShown ? "true" : false },
      key ? make("kbd", { "aria-hidden": "true" }, shown(key)) : null, make("strong", {}, isChosen ? `✓ ${one.shown}` : one.shown), make("span", {}, words));
    return make("li", {}, row);
  }

  #badge(name) {
    const badge = this.#form.querySelector(`[data-fact-badge="${name}"]`);
    const { candidates } = this.#known[name];
    const chosen = this.#chosen(name);
    const marked = this.#marked[name];
    const isMarked = marked && (!marked.value || marked.value === this.#field(name).value.trim());
    const isOpen = this.#isOpen(name);
    const isDone = !isOpen && Boolean(isMarked || chosen);
    badge.classList.toggle("open", isOpen);
    badge.classList.toggle("done", isDone);
    if (isMarked) badge.textContent = `✓ page ${marked.passages[0].number}`;
    else if (isOpen && !chosen) badge.textContent = "To confirm: not on these pages";
    else if (chosen) badge.textContent = `${isOpen ? "To confirm:" : "✓"} ${lower(chosen.said)}`;
    else if (this.#field(name).value.trim()) badge.textContent = candidates.length ? "changed" : "";
    else badge.textContent = candidates.length > 1 ? `${candidates.length} found` : candidates.length ? `Found: ${lower(candidates[0].said)}` : "";
  }

  // -- what is done ------------------------------------------------------------------------------------------
  #keydown(event) {
    const field = event.target;
    if (!this.#known[field.name] || event.defaultPrevented || event.isComposing) return;
    const combo = comboOf(event);
    if (keysOf("fact.confirm").includes(combo)) {
      event.preventDefault();
      this.#confirm();
    } else if (field.matches(PLAIN_DIGITS)) {
      const number = NUMBERS.find((one) => keysOf("fact.choose", one).includes(combo));
      if (!number || !this.#candidates(field.name)[number - 1]) return;
      event.preventDefault();
      this.#choose(number);
    }
  }

  #click(control) {
    if (!control) return undefined;
    const { do: what, number } = control.dataset;
    if (number) return this.#choose(Number(number));
    return { confirm: () => this.#confirm(), next: () => this.#step(1), previous: () => this.#step(-1), link: () => this.#link(), mark: () => this.#mark() }[what]();
  }

  /** The field in hand is right as it stands: on to the next that needs a look, at last to the button that finishes. */
  #confirm() {
    const name = this.#hand;
    const field = this.#field(name);
    if (!field.value.trim()) this.#passed.add(name);
    else if (this.#known[name].candidates.length || this.#known[name].filled) this.#write("confirmed", [...this.#confirmed.add(name)].join(" "));
    this.#badge(name);
    const next = this.#next(this.#names.indexOf(name));
    const target = next ? this.#field(next) : this.#finish;
    if (!next) this.#list();
    target.focus();
    if (next === name) return say(`${this.#known[name].label} is still needed.`);
    if (next) target.select?.();
    return say(next ? this.#words(next) : "All fields are done.");
  }

  #words(name) {
    const candidates = this.#candidates(name);
    const chosen = this.#chosen(name);
    if (this.#isOpen(name) && chosen) return `${this.#known[name].label}: ${chosen.shown}, ${chosen.said}`;
    return candidates.length ? `${this.#known[name].label}: ${candidates.length} found. ${candidates.map((one, place) => `${place + 1}: ${one.shown}`).join(", ")}` : "";
  }

  /** A candidate goes into the field and its passage is shown; the person confirms what they then see. */
  #choose(number) {
    const one = this.#candidates(this.#hand)[number - 1];
    if (!one) return;
    this.#fill(one.value);
    this.#at = 0;
    this.#write("confirmed", [...this.#confirmed.add(this.#hand)].join(" "));
    if (one.marked) this.#keepMark(one);
    this.#badge(this.#hand);
    this.#draw({ follow: true });
    this.#field(this.#hand).focus({ preventScroll: true });
    say(`${this.#known[this.#hand].label}: ${one.shown}, ${one.said}. Go on${withKeys("fact.confirm")}.`);
  }

  /** A value into the field in hand, as if it were typed; a further modifier stands behind those that are there. */
  #fill(value) {
    const field = this.#field(this.#hand);
    const words = field.value.split(/[\s,]+/).filter(Boolean);
    field.value = this.#hand === "modifiers" && words.length ? [...new Set([...words, ...value.split(" ")])].join(" ") : value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #write(name, value) {
    const field = this.#field(name);
    if (field.value === value) return;
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #changed(field) {
    if (!this.#known[field.name]) return;
    this.#passed.delete(field.name);
    this.#badge(field.name);
    if (field.name === this.#hand) {
      this.#at = 0;
      this.#draw();
    }
  }

  async #step(by) {
    const passages = this.#passages;
    if (!passages.length) return say(`Nothing found for ${this.#known[this.#hand].label}`);
    this.#at = (this.#at + by + passages.length) % passages.length;
    await this.#draw();
    const { passage, one } = passages[this.#at];
    (await this.#withPages())?.bring(passage);
    if (!this.isConnected) return undefined;
    return say(`${one.shown}: ${passage.quote}, page ${passage.number}. ${this.#at + 1} of ${passages.length}`);
  }

  // -- words taken from the pages ------------------------------------------------------------------------------
  async #mark() {
    (await this.#withPages())?.begin();
  }

  async #link() {
    const pages = await this.#withPages();
    const passages = (await pages?.marked()) ?? [];
    if (!passages.length) return say(`Select words on the page first, or mark them${withKeys("evidence.mark")}.`);
    return this.#take(passages);
  }

  /** The server reads what stands under the boxes, as the field could have it. */
  async #take(passages) {
    const name = this.#hand;
    const data = new FormData(this.#form);
    let answer;
    try {
      const response = await post(this.getAttribute("read-url"), {
        encounter: data.get("encounter"), assignment: data.get("assignment"), field: name,
        passages: JSON.stringify(passages.map(({ page, boxes, quote }) => ({ page, boxes, quote }))),
      });
      if (!response.ok || response.redirected) throw new Error(response.status);
      answer = await response.json();
    } catch {
      return this.isConnected && say("The words could not be read. Try again.");
    }
    this.#pages?.clear();
    if (name !== this.#hand || !this.isConnected) return undefined;
    return this.#took(answer);
  }

  #took({ values, passages }) {
    const { label } = this.#known[this.#hand];
    const said = `Page ${passages[0].number}, by hand`;
    const quote = passages.map((passage) => passage.quote).join(" ").trim();
    const rows = values.map(({ value, shown: text }) => ({ value, shown: text, said, passages, marked: true }));
    const field = this.#field(this.#hand);
    if (!quote) {
      this.#keepMark({ value: "", passages });
      say(`A place on page ${passages[0].number} is linked to ${label}. Type what stands there.`);
    } else if (!rows.length) return say(`“${brief(quote)}” is nothing that ${label} could be.`);
    else this.#taken.set(this.#hand, rows);
    if (rows.length === 1) return this.#choose(1);
    this.#at = 0;
    this.#badge(this.#hand);
    this.#draw();
    field.focus({ preventScroll: true });
    return rows.length ? say(this.#words(this.#hand)) : undefined;
  }

  get #marked() {
    return JSON.parse(this.#field("marked").value || "{}");
  }

  #keepMark({ value, passages }) {
    this.#write("marked", JSON.stringify({ ...this.#marked, [this.#hand]: { value, passages } }));
  }

  // -- finishing -----------------------------------------------------------------------------------------------
  get #finish() {
    return this.#form.querySelector('[data-action="precode.finish"]');
  }

  /** Nothing that was filled in is taken over before somebody has looked at it. */
  #finishing(event) {
    if (!event.target.closest?.('[data-action="precode.finish"]')) return;
    const [first, ...more] = this.#open;
    if (!first) return;
    event.preventDefault();
    event.stopPropagation();
    const field = this.#field(first);
    field.focus();
    field.select?.();
    say(`${more.length + 1} to confirm. ${this.#words(first)}`);
  }
}

const lower = (text) => text[0].toLowerCase() + text.slice(1);
const brief = (text) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
customElements.define("fact-strip", FactStrip);
