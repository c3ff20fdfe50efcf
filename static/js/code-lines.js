// The lines of a coding while it is worked on, without a page: what they are, what may be done to them, what is undone.
import { lettersOf } from "./code-rows.js";

const DIAGNOSES = 12; // of a claim
const POINTERS = 4; // of a line
const UNDO_STEPS = 50;

/** Something that cannot be done; its text says why, to the coder. */
export class Refused extends Error {}

export class CodeLines {
  diagnoses = []; // {key, system, code, dotted, title, evidence, state, suggestion}
  procedures = []; // the same and {modifiers, units, pointers: keys of diagnoses in order}
  current; // key of the row in hand
  #keys = 0;
  #past = [];

  constructor(suggestions, sheet) {
    this.suggestions = suggestions;
    this.sheet = sheet;
  }

  get all() {
    return [...this.diagnoses, ...this.procedures];
  }

  get ghosts() {
    return this.suggestions.undecided(this.all);
  }

  of(key) {
    return [...this.all, ...this.ghosts].find((line) => line.key === key);
  }

  get inHand() {
    return this.of(this.current);
  }

  #key() {
    this.#keys += 1;
    return `k${this.#keys}`;
  }

  /** Take over lines of a body; `known` are lines whose history they keep. */
  load({ diagnoses, procedures }, known = []) {
    const line = (system) => (one) => {
      const { state, suggestion } = known.find(({ code }) => code === one.code) ?? one;
      return { evidence: [], ...one, state, suggestion, system, key: this.#key() };
    };
    this.diagnoses = diagnoses.map(line("diagnosis"));
    this.procedures = procedures.map(line("procedure")).map((one) => ({ ...one, pointers: one.pointers.map((place) => this.diagnoses[place - 1]?.key).filter(Boolean) }));
  }

  /** What is saved and sent: pointers are places in the list of diagnoses, from 1. */
  get body() {
    const place = new Map(this.diagnoses.map(({ key }, index) => [key, index + 1]));
    return {
      diagnoses: this.diagnoses.map((line) => ({ code: line.code, ...whence(line) })),
      procedures: this.procedures.map((line) => ({ code: line.code, modifiers: line.modifiers, units: line.units, pointers: line.pointers.map((key) => place.get(key)), ...whence(line) })),
      ...this.suggestions.value,
    };
  }

  /** Before each change: what an undo brings back. */
  remember() {
    this.#past.push(structuredClone([this.diagnoses, this.procedures, this.current, this.suggestions.rejected, this.sheet.lines]));
    if (this.#past.length > UNDO_STEPS) this.#past.shift();
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  forget() {
    this.#past.pop();
  }

  undo() {
    const past = this.#past.pop();
    if (!past) throw new Refused("Nothing to undo");
    [this.diagnoses, this.procedures, this.current, this.suggestions.rejected, this.sheet.lines] = past;
  }

  refuseTooMany(system) {
    if (system === "diagnosis" && this.diagnoses.length >= DIAGNOSES) throw new Refused(`A claim has at most ${DIAGNOSES} diagnoses.`);
  }

  /** A new line at the end of its list. */
  put(line) {
    this.refuseTooMany(line.system);
    const own = { ...line, key: this.#key() };
    this.current = own.key;
    if (line.system === "diagnosis") this.diagnoses.push(own);
    else {
      // One diagnosis leaves nothing to choose, and a suggested service is for what was accepted before it; else the coder points.
      const known = line.state === "accepted" || this.diagnoses.length === 1 ? this.diagnoses.slice(0, POINTERS) : [];
      this.procedures.push({ modifiers: [], units: 1, pointers: known.map(({ key }) => key), ...own });
    }
    return own;
  }

  /** A line goes, and nothing points to it any more; what was suggested is rejected. */
  remove(line) {
    if (line.suggestion) this.suggestions.reject(line.suggestion);
    this.diagnoses = this.diagnoses.filter(({ key }) => key !== line.key);
    this.procedures = this.procedures.filter(({ key }) => key !== line.key);
    for (const one of this.procedures) one.pointers = one.pointers.filter((pointer) => pointer !== line.key);
  }

  listOf(key) {
    return this.diagnoses.some((line) => line.key === key) ? this.diagnoses : this.procedures;
  }

  /** How the line in hand would move: its list, from where, to where; nothing beyond the ends. */
  moveBy(step) {
    const list = this.listOf(this.current);
    const at = list.findIndex(({ key }) => key === this.current);
    const to = at + step;
    return at < 0 || to < 0 || to >= list.length ? undefined : { list, at, to };
  }

  point(line, key) {
    if (!line.pointers.includes(key) && line.pointers.length >= POINTERS) throw new Refused(`A line has at most ${POINTERS} pointers`);
    line.pointers = line.pointers.includes(key) ? line.pointers.filter((pointer) => pointer !== key) : [...line.pointers, key];
  }

  lettersOf(line) {
    return lettersOf(line, this.diagnoses);
  }
}

/** A passage as a body keeps it. */
export const bare = ({ page, boxes, quote }) => ({ page, boxes, quote });

/** What a body says of a line besides its code: what supports it, and whether it was suggested. */
const whence = ({ evidence, state, suggestion }) => ({
  ...(evidence.length ? { evidence: evidence.map(bare) } : {}),
  ...(suggestion ? { state, suggestion } : {}),
});
