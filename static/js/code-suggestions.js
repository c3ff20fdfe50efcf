// What the machine suggests for a visit, and what is decided about it. Nothing is accepted by itself.
import { say } from "./session.js";

const WHY_WITHIN = 2000; // ms in which a digit says why something was rejected

export class Suggestions {
  #rows; // {key, ghost, suggestion: its id, system, code, dotted, title, reason, history, evidence}
  #timer;
  #asked;

  /** `rejected` is {id: number of the reason, 0 for none}. */
  constructor(rows, rejected) {
    this.#rows = rows.map((row) => ({ evidence: [], ...row, ghost: true, key: `s${row.suggestion}` }));
    this.rejected = { ...rejected };
  }

  get any() {
    return this.#rows.length > 0;
  }

  /** Those that are neither in the list nor rejected. */
  undecided(lines) {
    const used = new Set(lines.map(({ suggestion }) => suggestion));
    return this.#rows.filter(({ suggestion, system, code }) => !used.has(suggestion) && !(suggestion in this.rejected)
      && !lines.some((line) => line.system === system && line.code === code));
  }

  /** The undecided suggestion of the code that was searched for. */
  same({ system, code }, undecided) {
    return undecided.find((ghost) => ghost.system === system && ghost.code === code);
  }

  reject(id) {
    this.rejected = { ...this.rejected, [id]: 0 };
  }

  /** Offer the reasons for a moment; none is needed. */
  ask({ suggestion }, place) {
    if (!place) return;
    clearTimeout(this.#timer);
    this.#asked = suggestion;
    place.hidden = false;
    this.#timer = setTimeout(() => { place.hidden = true; }, WHY_WITHIN);
  }

  say(reason, place) {
    clearTimeout(this.#timer);
    place.hidden = true;
    if (!(this.#asked in this.rejected)) return;
    this.rejected = { ...this.rejected, [this.#asked]: reason };
    say("Noted why");
  }

  /** As the body of a bench keeps it. */
  get value() {
    return Object.keys(this.rejected).length ? { rejected: this.rejected } : {};
  }
}
