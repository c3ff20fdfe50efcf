// <code-list>: the codes of a bench, edited by keys or pointer. Replaces the plain rows that work without scripts.
// Sends "codes:changed" {body, person} after each change, "code:inhand" when another row comes in hand; the form carries the same body when it is sent.
import { Checks } from "./code-checks.js";
import { Evidence } from "./code-evidence.js";
import { settled, typedInto } from "./code-fields.js";
import { rowKey } from "./code-keys.js";
import { CodeLines, Refused } from "./code-lines.js";
import { groups } from "./code-rows.js";
import { SearchSeed } from "./code-seed.js";
import { Suggestions } from "./code-suggestions.js";
import { withKeys } from "./keys.js";
import { say } from "./session.js";
import { SheetEvidence } from "./sheet-evidence.js";

const PASSAGES = 20; // of a line
const STAYS = ["modifiers", "pointers", "point", "replace", "mark", "passages", "show", "tick", "why"]; // acts that leave the focus elsewhere
const TYPING_PAUSE = 500; // ms

class CodeList extends HTMLElement {
  #lines;
  #evidence;
  #sheet; // the evidence of the worksheet
  #seed; // what the code searched for takes along, or replaces
  #timer;
  #stop; // of what it hears from outside itself
  #pressing = false; // a pointer is down: nothing moves away from under it
  #checks;
  more = {}; // what another part of the bench keeps with the codes

  connectedCallback() {
    this.#stop = new AbortController();
    (this.#checks ??= new Checks(this)).listen(this.#stop.signal);
    for (const type of ["pointerdown", "pointerup", "pointercancel"]) window.addEventListener(type, () => { this.#pressing = type === "pointerdown"; }, { capture: true, signal: this.#stop.signal });
    if (this.#lines) return;
    const state = JSON.parse(this.querySelector('script[type="application/json"]').textContent);
    this.#evidence = new Evidence(document.querySelector("page-viewer"));
    this.#sheet = new SheetEvidence(this, state.worksheet_evidence ?? {});
    this.#lines = new CodeLines(new Suggestions(state.suggestions ?? [], state.rejected ?? {}), this.#sheet);
    this.#lines.load(state);
    this.querySelector("[data-plain]").remove();
    for (const part of this.querySelectorAll("[data-tools]")) part.hidden = false;
    this.addEventListener("code:chosen", (event) => this.#try(() => this.#add(event.detail)));
    this.#seed = new SearchSeed(this, this.#evidence.marks);
    this.addEventListener("code:left", () => { this.#seed.take(); this.#focusRow(); });
    this.#evidence.marks?.viewer.addEventListener("passage:marked", ({ detail }) => this.#link(detail.passages));
    this.addEventListener("pointerdown", (event) => event.target.closest('[data-do="link"], .evidence.none') && event.preventDefault()); // what is selected stays so
    this.addEventListener("worksheet:changed", ({ detail }) => this.#tell(detail.pause));
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("focusin", (event) => this.#entered(event.target));
    this.addEventListener("keydown", (event) => rowKey(event, {
      lines: this.#lines, point: (line, key) => this.#try(() => this.#point(line, key)), step: (by) => this.#step(by), focusRow: () => this.#focusRow(),
    }));
    this.addEventListener("input", (event) => this.#typed(event.target));
    this.addEventListener("change", (event) => settled(event.target, this.#lines.procedures));
    this.closest("form").addEventListener("formdata", ({ formData }) => formData.set("body", JSON.stringify(this.body)));
    const [ghost] = this.#lines.ghosts;
    this.#lines.current = (ghost ?? this.#rows[0])?.key;
    this.#draw();
    if (ghost) this.#markCurrent();
  }

  disconnectedCallback() {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  get canUndo() {
    return this.#lines.canUndo;
  }

  /** What was changed is kept now; the check of it that is on its way, if one is. */
  settle() {
    if (this.#timer) this.#now();
    return this.#checks.running;
  }

  get #comment() {
    return this.closest("form").elements.namedItem("comment");
  }

  /** What the cursor walks over. */
  get #rows() {
    const history = this.querySelector("[data-history]")?.open;
    return [...this.#lines.all, ...this.#lines.ghosts.filter((ghost) => !ghost.history || history)];
  }

  /** The row in hand, or the tick of the worksheet. */
  get #inHand() {
    return this.#sheet.inHand ?? this.#lines.inHand;
  }

  get body() {
    return { ...this.#lines.body, comment: this.#comment?.value ?? "", worksheet: this.#sheet.value, ...this.more };
  }

  /** For verify-table: bring the line of a row (its id) in hand, its evidence into view; nothing where this version has no such line. */
  hold(id) {
    this.#lines.current = document.getElementById(id)?.dataset.row;
    this.#markCurrent({ quiet: true });
    this.#evidence.follow(this.#lines.inHand);
  }

  /** Whoever tells about the code in hand hears which it is: {system, code, dotted}. */
  show(line) {
    this.hand = line;
    this.dispatchEvent(new CustomEvent("code:inhand", { detail: line }));
  }

  keep(more, pause) { this.more = more; this.#tell(pause); }

  takeOver(body, text) {
    this.#change(() => {
      this.#lines.load(body, this.#lines.all);
      this.#lines.current = this.#rows[0]?.key;
    }, { text });
  }

  // -- changes -----------------------------------------------------------------------------------
  #change(act, { text } = {}) {
    this.#lines.remember();
    try {
      act();
    } catch (error) {
      this.#lines.forget(); // nothing was changed
      throw error;
    }
    this.#draw();
    this.#tell(0);
    if (text) say(text);
  }

  /** Kept at once; saved and checked when the typing pauses. */
  #tell(pause) {
    this.closest("draft-keeper").keep(this.body, { pause });
    clearTimeout(this.#timer);
    this.#timer = this.isConnected ? setTimeout(() => this.#now(), pause) : undefined;
  }

  /** What is kept is told and checked. */
  #now() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.isConnected) return;
    const detail = { body: this.body, person: true };
    this.dispatchEvent(new CustomEvent("codes:changed", { bubbles: true, detail }));
    this.#checks.run(detail.body);
  }

  /** A code was found: a line of its own, or instead of the one that is replaced; it takes what was marked for it. */
  #add({ system: list, code, dotted, title }) {
    const lines = this.#lines;
    this.#sheet.drop();
    const system = list === "procedure" ? list : "diagnosis";
    const { passages, key } = this.#seed.take();
    const replaced = lines.of(key);
    const twin = system === "diagnosis" && lines.diagnoses.find((line) => line.code === code);
    if (twin && twin !== replaced) {
      lines.current = twin.key;
      if (passages.length) return this.#link(passages);
      this.#draw();
      return say(`${dotted} is already in the list`);
    }
    const found = { system, code, dotted, title };
    if (replaced?.system === system && !replaced.ghost) return this.#change(() => Object.assign(replaced, found, { state: "changed" }), { text: `Now ${dotted}, ${title}` });
    const ghost = replaced ?? lines.suggestions.same(found, lines.ghosts);
    const taken = replaced ? { state: "changed", evidence: [...replaced.evidence, ...passages] } : { state: "added", evidence: passages };
    lines.refuseTooMany(system);
    return this.#change(() => lines.put({ ...found, ...taken, suggestion: ghost?.suggestion }), { text: `${dotted} added, ${title}` });
  }

  #refuse(text) {
    const hint = this.querySelector("[data-hint]");
    if (hint) hint.textContent = text;
    say(text);
  }

  /** A line goes, or a suggestion is rejected; then a digit may say why. */
  #remove() {
    const line = this.#lines.inHand;
    if (!line) return;
    const next = this.#beyond(line);
    this.#change(() => {
      this.#lines.remove(line);
      this.#lines.current = next;
    }, { text: `${line.dotted} ${line.ghost ? `rejected. Say why${withKeys("code.reason", "1–4")}` : "removed"}. Bring it back${withKeys("undo")}.` });
    if (line.suggestion) this.#lines.suggestions.ask(line, this.querySelector("[data-reject]"));
    this.#markCurrent();
  }

  /** The row that comes into hand when this one is done with: the next suggestion while there is one. */
  #beyond(line) {
    const rows = line.ghost ? this.#rows.filter(({ ghost }) => ghost) : this.#rows;
    const at = rows.findIndex(({ key }) => key === line.key);
    return (rows[at + 1] ?? rows[at - 1] ?? this.#lines.all.at(-1))?.key;
  }

  #why(reason) {
    this.#lines.suggestions.say(Number(reason), this.querySelector("[data-reject]"));
    this.#tell(0);
  }

  /** One suggestion becomes a line, once its evidence was seen. */
  #accept() {
    const ghost = this.#lines.inHand;
    if (!ghost?.ghost) return say("Only a suggestion is accepted; this code is in the list");
    if (!this.#evidence.isSeen(ghost)) return undefined;
    const next = this.#beyond(ghost);
    const { system, code, dotted, title, evidence, suggestion } = ghost;
    this.#lines.refuseTooMany(system);
    this.#change(() => {
      const { key } = this.#lines.put({ system, code, dotted, title, evidence, suggestion, state: "accepted" });
      this.#lines.current = this.#lines.of(next)?.ghost ? next : key;
    }, { text: `${dotted} accepted` });
    return this.#markCurrent();
  }

  // -- evidence --------------------------------------------------------------------------------------
  async #link(passages) {
    const line = this.#inHand;
    const found = passages ?? await this.#evidence.marks?.marked() ?? [];
    if (!this.isConnected) return undefined;
    if (!line || line.ghost) return say(line ? "Accept or replace the suggestion first" : "No code in hand");
    if (!found.length) return say(`Select words on the page, or draw a box on a scan; then link them${withKeys("evidence.link")}.`);
    if (line.evidence.length + found.length > PASSAGES) return this.#refuse(`A code has at most ${PASSAGES} passages as evidence.`);
    const text = `${found.map(({ quote }) => quote || "A box without words").join("; ")}: evidence for ${line.dotted}`;
    this.#change(() => line.evidence.push(...found), { text });
    return this.#evidence.marks.clear();
  }

  #unlink(line, index) {
    if (!line?.evidence[index] || line.ghost) return say("Nothing to unlink");
    return this.#change(() => line.evidence.splice(index, 1), { text: `Unlinked from ${line.dotted}. Bring it back${withKeys("undo")}.` });
  }

  get #supported() {
    return [...this.#rows, ...this.#sheet.lines];
  }

  #moveBy(step) {
    const move = this.#lines.moveBy(step);
    if (!move) return;
    const { list, at, to } = move;
    this.#change(() => list.splice(to, 0, ...list.splice(at, 1)), { text: `${list[at].dotted} is now number ${to + 1}` });
  }

  #first() {
    const { diagnoses, current } = this.#lines;
    const at = diagnoses.findIndex(({ key }) => key === current);
    if (at < 0) return say("Only a diagnosis can be first-listed");
    return at && this.#change(() => diagnoses.unshift(...diagnoses.splice(at, 1)), { text: `${diagnoses[at].dotted} is now first-listed` });
  }

  #undo() {
    this.#lines.undo();
    this.#draw();
    this.#tell(0);
    say("Undone");
  }

  #point(line, key) {
    this.#change(() => this.#lines.point(line, key));
    say(line.pointers.length ? `Points to ${this.#lines.lettersOf(line)}` : "Points to nothing");
  }

  // -- input ---------------------------------------------------------------------------------------
  #click(event) {
    const jump = event.target.closest("[data-jump]");
    if (jump) {
      event.preventDefault();
      return this.#jump(jump.dataset.jump);
    }
    const fix = event.target.closest("[data-fix]");
    if (fix) return this.#repair(JSON.parse(fix.dataset.fix), fix.firstElementChild.textContent);
    const button = event.target.closest("[data-do]");
    if (!button || this.querySelector("[data-editor]")?.inert) return;
    const acts = {
      next: () => this.#step(1), previous: () => this.#step(-1), first: () => this.#first(), up: () => this.#moveBy(-1), down: () => this.#moveBy(1),
      remove: () => this.#remove(), undo: () => this.#undo(), modifiers: () => this.#edit("modifiers"), pointers: () => this.#edit("pointers"),
      accept: () => this.#accept(), replace: () => (this.#lines.inHand ? this.#seed.replace(this.#lines.inHand) : say("No code in hand")), why: () => this.#why(button.dataset.reason),
      link: () => this.#link(), unlink: () => (button.dataset.line ? this.#unlink(this.#lines.of(button.dataset.line), Number(button.dataset.index)) : this.#unlink(this.#inHand, this.#evidence.at)),
      evidence: () => this.#evidence.step(this.#supported, this.#inHand, 1), "evidence-back": () => this.#evidence.step(this.#supported, this.#inHand, -1),
      show: () => this.#evidence.go(this.#supported, this.#lines.of(button.dataset.line), Number(button.dataset.index)),
      passages: () => this.#unfold(this.#lines.of(button.dataset.line)), highlights: () => this.#evidence.toggle(), mark: () => this.#evidence.marks?.begin(),
      tick: () => (this.#inHand?.evidence.length ? this.#evidence.step(this.#supported, this.#inHand, 1) : this.#link()),
      point: () => this.#point(this.#lines.procedures.find(({ key }) => key === button.dataset.line), button.dataset.diagnosis),
    };
    this.#try(acts[button.dataset.do]);
    // A key press leaves the focus on the row, a click on the button.
    if (document.activeElement !== button && !STAYS.includes(button.dataset.do)) this.#focusRow();
  }

  #try(act) {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#refuse(error.message);
    }
  }

  /** The passages of a row; without any, what is marked becomes the first. */
  #unfold(line) {
    this.#lines.current = line.key;
    this.#sheet.drop();
    if (!line.evidence.length) return this.#link();
    line.open = !line.open;
    this.#draw();
    return line.open && this.#evidence.go(this.#supported, line, 0);
  }

  #jump(id) {
    const row = document.getElementById(id);
    if (!row) return;
    this.#lines.current = row.dataset.row;
    this.#markCurrent();
    row.focus();
  }

  /** Take over the coding that a finding offers, with the words of its lines. */
  #repair(body, name) {
    this.takeOver(body, `Done: ${name}`);
    this.#focusRow();
  }

  #step(by) {
    const rows = this.#rows;
    this.#sheet.drop();
    if (!rows.length) return;
    const at = rows.findIndex(({ key }) => key === this.#lines.current);
    this.#lines.current = rows[Math.max(0, Math.min(rows.length - 1, at + by))].key;
    this.#markCurrent();
  }

  #edit(what) {
    const line = this.#lines.procedures.find(({ key }) => key === this.#lines.current) ?? this.#lines.procedures[0];
    if (!line) return say("There is no procedure yet");
    this.#lines.current = line.key;
    this.#markCurrent();
    const control = this.querySelector(`[data-focus-key^="${line.key}:${what}"]`);
    if (!control) return say("There is no diagnosis to point to");
    control.focus();
    control.select?.();
  }

  #entered(target) {
    const row = target.closest("[data-row]");
    this.#sheet.entered(target);
    if (row && row.dataset.row !== this.#lines.current) {
      this.#lines.current = row.dataset.row;
      this.#markCurrent();
    }
  }

  #typed(field) {
    const line = typedInto(field, this.#lines.procedures);
    if (!line && field !== this.#comment) return;
    if (line?.state === "accepted") line.state = "changed";
    this.#tell(TYPING_PAUSE);
  }

  // -- drawing -------------------------------------------------------------------------------------
  #draw() {
    const kept = this.contains(document.activeElement) ? document.activeElement.dataset.focusKey : undefined;
    const unfolded = this.querySelector("[data-history]")?.open;
    const { ghosts, diagnoses, procedures, suggestions } = this.#lines;
    const shared = { assisted: suggestions.any, placeOf: this.#evidence.placeOf, diagnoses };
    this.querySelector("[data-list]").replaceChildren(...groups({ diagnoses, procedures, ghosts, unfolded }, shared));
    this.#sheet.draw();
    for (const part of this.querySelectorAll("[data-assisted]")) part.hidden = !shared.assisted;
    for (const part of this.closest("form").querySelectorAll("[data-undecided]")) part.textContent = ghosts.length ? `${ghosts.length} undecided` : "";
    this.#markCurrent({ quiet: true });
    if (kept) (this.querySelector(`[data-focus-key="${kept}"]`) ?? this.querySelector('[data-row][aria-current="true"]'))?.focus({ preventScroll: true });
  }

  #markCurrent({ quiet = false } = {}) {
    for (const row of this.querySelectorAll("[data-row]")) {
      if (row.dataset.row === this.#lines.current) {
        row.setAttribute("aria-current", "true");
        if (!quiet && !this.#pressing) row.scrollIntoView({ block: "nearest" });
      } else row.removeAttribute("aria-current");
    }
    const line = this.#rows.find(({ key }) => key === this.#lines.current);
    this.#evidence.draw(this.#supported, this.#inHand);
    if (!quiet) this.#evidence.follow(line);
    const link = this.querySelector("[data-browse]");
    if (line && link) link.href = link.dataset[line.system] + line.code;
    this.show(line);
  }

  #focusRow() {
    const row = this.querySelector('[data-row][aria-current="true"]');
    if (row) row.focus();
    else document.activeElement?.blur();
  }
}

customElements.define("code-list", CodeList);
