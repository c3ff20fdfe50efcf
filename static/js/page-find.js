// Find within the chart: in the words of the pages, on this machine; nothing of it is sent anywhere.
import { findIn } from "./page-search.js";

const AT_ONCE = 4; // pages asked for at the same time
const PAUSE = 150; // ms after a letter
const finders = new WeakMap();

class Finder {
  #hits = []; // { figure, boxes }
  #at = -1;
  #run = 0;
  #timer;

  constructor(words) {
    this.words = words;
    this.form = words.viewer.querySelector("[data-find]");
    this.field = this.form.querySelector("input");
    this.count = this.form.querySelector("output");
    this.field.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(), PAUSE);
    });
    words.viewer.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.form.hidden) { event.preventDefault(); this.close(); }
      if (event.key === "Enter" && event.target === this.field) { event.preventDefault(); this.step(event.shiftKey ? -1 : 1); }
    });
    this.form.addEventListener("submit", (event) => event.preventDefault());
  }

  /** With what was selected on a page as the question, unless something is typed already. */
  open(selected) {
    const chosen = selected.trim().replace(/\s+/g, " ");
    const fresh = this.field.value === (this.asked ?? "");
    this.form.hidden = false;
    if (fresh && chosen && chosen.length < 80) this.field.value = chosen;
    this.field.focus();
    if (fresh) this.field.select();
    this.#search();
  }

  /** What was found stays selected, to be linked, copied or looked up. */
  close() {
    this.#run += 1;
    const hit = this.#hits[this.#at];
    if (hit) this.words.select(hit.figure, hit.boxes);
    this.#clear();
    this.form.hidden = true;
    this.words.body.focus({ preventScroll: true });
  }

  async step(by) {
    clearTimeout(this.#timer);
    if (this.field.value !== this.asked) await this.#search();
    else if (this.#hits.length) this.#go((this.#at + by + this.#hits.length) % this.#hits.length);
  }

  #clear() {
    for (const figure of new Set(this.#hits.map((hit) => hit.figure))) this.words.mark(figure, []);
    this.#hits = [];
    this.#at = -1;
    this.count.textContent = "";
  }

  async #search() {
    const run = ++this.#run;
    const asked = this.field.value;
    this.asked = asked;
    this.#clear();
    if (asked.trim().length < 2) return;
    const figures = this.words.figures;
    const answers = [];
    const missing = new Set();
    for (let first = 0; first < figures.length; first += AT_ONCE) {
      answers.push(...await Promise.all(figures.slice(first, first + AT_ONCE).map((figure) => this.words.of(figure))));
      if (run !== this.#run) return;
      if (figures.length > AT_ONCE) this.count.textContent = `Page ${answers.length} of ${figures.length}`;
    }
    answers.forEach((answer, index) => {
      if (answer.state === "waiting" || answer.failed) missing.add(figures[index]);
      for (const boxes of findIn(answer.words, answer.line_starts, asked)) this.#hits.push({ figure: figures[index], boxes });
    });
    this.missing = missing.size;
    const from = figures.findLastIndex((figure) => figure.offsetTop <= this.words.body.scrollTop + this.words.body.clientHeight / 3);
    const ahead = this.#hits.findIndex((hit) => figures.indexOf(hit.figure) >= from);
    if (this.#hits.length) this.#go(Math.max(0, ahead));
    else this.#say();
  }

  #go(at) {
    const before = this.#hits[this.#at];
    this.#at = at;
    const hit = this.#hits[at];
    const pages = before ? [before.figure, hit.figure] : this.#hits.map((one) => one.figure);
    for (const figure of new Set(pages)) {
      const mine = this.#hits.filter((one) => one.figure === figure);
      this.words.mark(figure, mine.flatMap((one) => one.boxes.map((box) => [...box, one === hit ? "selected" : "dx"])));
    }
    this.words.show(hit.figure, hit.boxes[0][1] / 10_000);
    this.#say();
  }

  #say() {
    const found = this.#hits.length ? `${this.#at + 1} of ${this.#hits.length}, page ${this.#hits[this.#at].figure.dataset.number}` : "Not found";
    this.count.textContent = this.missing ? `${found}; ${this.missing} not read yet` : found;
  }
}

/** What a control of the find bar asks for: find, next, previous, close. */
export function find(words, what, chosen) {
  if (!finders.has(words)) finders.set(words, new Finder(words));
  const finder = finders.get(words);
  ({ find: () => finder.open(chosen), next: () => finder.step(1), previous: () => finder.step(-1), close: () => finder.close() })[what]?.();
}
