// The evidence of the E/M worksheet: each tick can carry passages like a code.
import { bare } from "./code-lines.js";

export class SheetEvidence {
  #host;
  #lines = new Map(); // tick → {key, tick, dotted: its words, evidence}

  /** `marked` is {tick: passages}. */
  constructor(host, marked) {
    this.#host = host;
    for (const [tick, evidence] of Object.entries(marked)) this.#line(tick).evidence = evidence;
  }

  #line(tick) {
    if (!this.#lines.has(tick)) {
      const words = this.#host.querySelector(`label[for="em-${tick}"]`)?.textContent.trim() ?? tick;
      this.#lines.set(tick, { key: `tick-${tick}`, tick, system: "procedure", dotted: words, evidence: [] });
    }
    return this.#lines.get(tick);
  }

  get lines() {
    return [...this.#lines.values()];
  }

  set lines(lines) {
    this.#lines = new Map(lines.map((line) => [line.tick, line]));
    if (this.inHand) this.inHand = this.#line(this.inHand.tick);
  }

  /** The element that was last worked on stays in hand while words are selected for it. */
  entered(target) {
    const row = target.closest(".em-row");
    if (!row && !target.closest("[data-row]")) return;
    this.drop();
    const badge = row?.querySelector("[data-tick]");
    if (!badge) return;
    row.setAttribute("data-in-hand", "");
    this.inHand = this.#line(badge.dataset.tick);
  }

  drop() {
    for (const row of this.#host.querySelectorAll(".em-row[data-in-hand]")) row.removeAttribute("data-in-hand");
    this.inHand = undefined;
  }

  draw() {
    for (const badge of this.#host.querySelectorAll("[data-tick]")) {
      const count = this.#lines.get(badge.dataset.tick)?.evidence.length ?? 0;
      badge.textContent = count || "+";
      badge.classList.toggle("none", !count);
      const words = badge.closest(".em-row").querySelector("label").textContent.trim();
      badge.setAttribute("aria-label", `Evidence for ${words}: ${count ? `${count} ${count === 1 ? "passage" : "passages"}` : "+"}`);
    }
  }

  /** The worksheet with its evidence, as the body of a bench keeps it. */
  get value() {
    const sheet = this.#host.querySelector("em-worksheet")?.value;
    const marked = this.lines.filter(({ evidence }) => evidence.length).map(({ tick, evidence }) => [tick, evidence.map(bare)]);
    return sheet && marked.length ? { ...sheet, evidence: Object.fromEntries(marked) } : sheet;
  }
}
