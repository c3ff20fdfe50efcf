// <code-list>: the codes of a bench, edited by keys or pointer. Replaces the plain rows that work without scripts.
// Sends "codes:changed" {body, person} after each change; the form carries the same body when it is sent.
import { withKeys } from "./keys.js";
import { csrfToken, make, say } from "./session.js";

const DIAGNOSES = 12; // of a claim
const POINTERS = 4; // of a line
const MODIFIERS = 4;
const UNDO_STEPS = 50;
const TYPING_PAUSE = 500; // ms
const LETTERS = "ABCDEFGHIJKL";

class CodeList extends HTMLElement {
  #diagnoses = []; // {key, code, dotted, title}
  #procedures = []; // {key, code, dotted, title, modifiers, units, pointers: keys of diagnoses in order}
  #current; // key of the row in hand
  #keys = 0;
  #past = [];
  #timer;
  #checking;
  #ready = false;

  connectedCallback() {
    if (this.#ready) return;
    this.#ready = true;
    this.#load(JSON.parse(this.querySelector('script[type="application/json"]').textContent));
    this.querySelector("[data-plain]").remove();
    for (const part of this.querySelectorAll("[data-tools]")) part.hidden = false;
    this.addEventListener("code:chosen", (event) => this.#add(event.detail));
    this.addEventListener("code:left", () => this.#focusRow());
    this.addEventListener("worksheet:changed", () => this.#tell(0));
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("focusin", (event) => this.#entered(event.target));
    this.addEventListener("keydown", (event) => this.#keydown(event));
    this.addEventListener("input", (event) => this.#typed(event.target));
    this.addEventListener("change", (event) => this.#settled(event.target));
    this.closest("form").addEventListener("formdata", ({ formData }) => formData.set("body", JSON.stringify(this.body)));
    this.#current = this.#rows[0]?.key;
    this.#draw();
  }

  get #comment() {
    return this.closest("form").elements.namedItem("comment");
  }

  get #rows() {
    return [...this.#diagnoses, ...this.#procedures];
  }

  /** What is saved and sent: pointers are places in the list of diagnoses, from 1. */
  get body() {
    const place = new Map(this.#diagnoses.map(({ key }, index) => [key, index + 1]));
    return {
      diagnoses: this.#diagnoses.map(({ code }) => ({ code })),
      procedures: this.#procedures.map(({ code, modifiers, units, pointers }) => ({ code, modifiers, units, pointers: pointers.map((key) => place.get(key)) })),
      comment: this.#comment?.value ?? "",
      worksheet: this.querySelector("em-worksheet")?.value,
    };
  }

  #load({ diagnoses, procedures }) {
    this.#diagnoses = diagnoses.map((line) => ({ ...line, key: this.#key() }));
    this.#procedures = procedures.map((line) => ({ ...line, key: this.#key(), pointers: line.pointers.map((place) => this.#diagnoses[place - 1]?.key).filter(Boolean) }));
  }

  #key() {
    this.#keys += 1;
    return `k${this.#keys}`;
  }

  // -- changes -----------------------------------------------------------------------------------
  #change(act, { text } = {}) {
    this.#past.push(structuredClone([this.#diagnoses, this.#procedures, this.#current]));
    if (this.#past.length > UNDO_STEPS) this.#past.shift();
    act();
    this.#draw();
    this.#tell(0);
    if (text) say(text);
  }

  /** Save and check: at once, or when the typing pauses. */
  #tell(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const detail = { body: this.body, person: true };
      this.closest("draft-keeper").keep(detail.body);
      this.dispatchEvent(new CustomEvent("codes:changed", { bubbles: true, detail }));
      this.#check(detail.body);
    }, pause);
  }

  async #check(body) {
    const place = document.getElementById("findings");
    this.#checking?.abort();
    const checking = (this.#checking = new AbortController());
    try {
      const response = await fetch(this.getAttribute("findings-url"), { method: "POST", headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" }, credentials: "same-origin", signal: checking.signal,
        body: new URLSearchParams({ encounter: this.getAttribute("encounter"), body: JSON.stringify(body) }) });
      if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
      if (!response.ok) throw new Error(String(response.status));
      const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
      place.replaceChildren(...parsed.body.childNodes);
      const supported = place.querySelector("[data-em-result]");
      if (supported) this.querySelector("[data-em-words]").textContent = supported.dataset.words;
    } catch (error) {
      if (error.name !== "AbortError") place.querySelector("[data-stale]")?.removeAttribute("hidden");
    }
  }

  #add({ system, code, dotted, title }) {
    const isProcedure = system === "procedure";
    const twin = !isProcedure && this.#diagnoses.find((line) => line.code === code);
    if (twin) {
      this.#current = twin.key;
      this.#draw();
      return say(`${dotted} is already in the list`);
    }
    if (!isProcedure && this.#diagnoses.length >= DIAGNOSES) return this.#refuse(`A claim has at most ${DIAGNOSES} diagnoses.`);
    this.#change(() => {
      const line = { key: this.#key(), code, dotted, title };
      this.#current = line.key;
      if (!isProcedure) return this.#diagnoses.push(line);
      // One diagnosis leaves nothing to choose; with more, the coder points.
      const pointers = this.#diagnoses.length === 1 ? [this.#diagnoses[0].key] : [];
      return this.#procedures.push({ ...line, modifiers: [], units: 1, pointers });
    }, { text: `${dotted} added, ${title}` });
  }

  #refuse(text) {
    const hint = this.querySelector("[data-hint]");
    if (hint) hint.textContent = text;
    say(text);
  }

  #remove() {
    const rows = this.#rows;
    const at = rows.findIndex(({ key }) => key === this.#current);
    if (at < 0) return;
    this.#change(() => {
      const { key } = rows[at];
      this.#diagnoses = this.#diagnoses.filter((line) => line.key !== key);
      this.#procedures = this.#procedures.filter((line) => line.key !== key);
      for (const line of this.#procedures) line.pointers = line.pointers.filter((pointer) => pointer !== key);
      this.#current = (rows[at + 1] ?? rows[at - 1])?.key;
    }, { text: `${rows[at].dotted} removed. Z brings it back.` });
  }

  #moveBy(step) {
    const list = this.#listOf(this.#current);
    const at = list.findIndex(({ key }) => key === this.#current);
    const to = at + step;
    if (at < 0 || to < 0 || to >= list.length) return;
    this.#change(() => list.splice(to, 0, ...list.splice(at, 1)), { text: `${list[at].dotted} is now number ${to + 1}` });
  }

  #first() {
    const at = this.#diagnoses.findIndex(({ key }) => key === this.#current);
    if (at < 0) return say("Only a diagnosis can be first-listed");
    if (at === 0) return;
    this.#change(() => this.#diagnoses.unshift(...this.#diagnoses.splice(at, 1)), { text: `${this.#diagnoses[at].dotted} is now first-listed` });
  }

  #undo() {
    const past = this.#past.pop();
    if (!past) return say("Nothing to undo");
    [this.#diagnoses, this.#procedures, this.#current] = past;
    this.#draw();
    this.#tell(0);
    say("Undone");
  }

  #point(line, key) {
    if (!line.pointers.includes(key) && line.pointers.length >= POINTERS) return say(`A line has at most ${POINTERS} pointers`);
    this.#change(() => {
      line.pointers = line.pointers.includes(key) ? line.pointers.filter((pointer) => pointer !== key) : [...line.pointers, key];
    });
    say(line.pointers.length ? `Points to ${this.#lettersOf(line)}` : "Points to nothing");
  }

  #listOf(key) {
    return this.#diagnoses.some((line) => line.key === key) ? this.#diagnoses : this.#procedures;
  }

  #lettersOf(line) {
    return line.pointers.map((pointer) => LETTERS[this.#diagnoses.findIndex(({ key }) => key === pointer)]).join(", ");
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
      point: () => this.#point(this.#procedures.find(({ key }) => key === button.dataset.line), button.dataset.diagnosis),
    };
    acts[button.dataset.do]();
    // A key press leaves the focus on the row, a click on the button.
    if (document.activeElement !== button && !["modifiers", "pointers", "point"].includes(button.dataset.do)) this.#focusRow();
  }

  #jump(id) {
    const row = document.getElementById(id);
    if (!row) return;
    this.#current = row.dataset.row;
    this.#markCurrent();
    row.focus();
  }

  /** Take over the coding that a finding offers, with the words of its lines. */
  #repair(body, name) {
    this.#change(() => {
      this.#load(body);
      this.#current = this.#rows[0]?.key;
    }, { text: `Done: ${name}` });
    this.#focusRow();
  }

  #step(by) {
    const rows = this.#rows;
    if (!rows.length) return;
    const at = rows.findIndex(({ key }) => key === this.#current);
    this.#current = rows[Math.max(0, Math.min(rows.length - 1, at + by))].key;
    this.#markCurrent();
  }

  #edit(what) {
    const line = this.#procedures.find(({ key }) => key === this.#current) ?? this.#procedures[0];
    if (!line) return say("There is no procedure yet");
    this.#current = line.key;
    this.#markCurrent();
    const control = this.querySelector(`[data-focus-key^="${line.key}:${what}"]`);
    if (!control) return say("There is no diagnosis to point to");
    control.focus();
    control.select?.();
  }

  #entered(target) {
    const row = target.closest("[data-row]");
    if (row && row.dataset.row !== this.#current) {
      this.#current = row.dataset.row;
      this.#markCurrent();
    }
  }

  #keydown(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.isComposing) return;
    const row = target.closest("[data-row]");
    const group = target.closest("[data-pointers]");
    const plain = !event.altKey;
    const letter = group && plain && key.length === 1 ? LETTERS.indexOf(key.toUpperCase()) : -1;
    const digit = group && plain && /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
    const diagnosis = this.#diagnoses[Math.max(letter, digit)];
    let done = true;
    if (diagnosis) this.#point(this.#procedures.find((line) => line.key === group.dataset.pointers), diagnosis.key);
    else if (group && plain && (key === "ArrowRight" || key === "ArrowLeft")) this.#beside(group, target, key === "ArrowRight" ? 1 : -1);
    else if (row && plain && (key === "Escape" || (key === "Enter" && target.tagName === "INPUT"))) this.#focusRow();
    else if (target === row && plain && (key === "ArrowDown" || key === "ArrowUp")) {
      this.#step(key === "ArrowDown" ? 1 : -1);
      this.#focusRow();
    } else done = Boolean(group) && plain && key.length === 1 && letter >= 0; // a letter without a diagnosis does nothing else
    if (done) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  #beside(group, target, step) {
    const buttons = [...group.querySelectorAll("button")];
    buttons[buttons.indexOf(target) + step]?.focus();
  }

  #typed(field) {
    const [key, what] = (field.dataset.focusKey ?? "").split(":");
    const line = this.#procedures.find((procedure) => procedure.key === key);
    if (line && what === "modifiers") line.modifiers = modifiersOf(field.value);
    else if (line && what === "units") line.units = unitsOf(field.value);
    else if (field !== this.#comment) return;
    this.#tell(TYPING_PAUSE);
  }

  /** A field was left: show what was understood. */
  #settled(field) {
    const [key, what] = (field.dataset.focusKey ?? "").split(":");
    const line = this.#procedures.find((procedure) => procedure.key === key);
    if (line && what === "modifiers") field.value = line.modifiers.join(" ");
    else if (line && what === "units") field.value = String(line.units);
  }

  // -- drawing -------------------------------------------------------------------------------------
  #draw() {
    const kept = this.contains(document.activeElement) ? document.activeElement.dataset.focusKey : undefined;
    const first = this.#diagnoses.slice(0, 1);
    const rest = this.#diagnoses.slice(1);
    this.querySelector("[data-list]").replaceChildren(
      ...this.#group("First-listed", first, 0), ...this.#group("Secondary", rest, 1), ...this.#group("Procedures", this.#procedures, 0),
      ...(this.#rows.length ? [] : [make("p", { class: "codes-none muted" }, `No codes yet. Read, then search${withKeys("code.add")}.`)]),
    );
    this.#markCurrent({ quiet: true });
    if (kept) (this.querySelector(`[data-focus-key="${kept}"]`) ?? this.querySelector('[data-row][aria-current="true"]'))?.focus({ preventScroll: true });
  }

  #group(title, lines, from) {
    if (!lines.length) return [];
    const isProcedure = lines === this.#procedures;
    return [
      make("h2", { class: "group-head" }, title, lines.length > 1 ? make("span", { class: "count" }, String(lines.length)) : null),
      make("ol", { class: "codes-list" }, ...lines.map((line, index) => (isProcedure ? this.#procedureRow(line, index) : this.#diagnosisRow(line, from + index)))),
    ];
  }

  #row(line, id, position, ...parts) {
    return make("li", { class: "code-row", id, tabindex: "-1", "data-row": line.key, "data-focus-key": `${line.key}:row` },
      make("span", { class: "pos" }, position),
      make("div", { class: "code-main" }, make("span", { class: "code" }, line.dotted), " ", make("span", { class: "code-text" }, line.title || "Not in the code list"), ...parts));
  }

  #diagnosisRow(line, index) {
    return this.#row(line, `line-d${index + 1}`, LETTERS[index]);
  }

  #procedureRow(line, index) {
    const units = make("input", { class: "units", inputmode: "numeric", maxlength: "3", autocomplete: "off", value: String(line.units), "aria-label": `Units of ${line.dotted}`, "data-focus-key": `${line.key}:units` });
    const modifiers = make("input", { class: "modifiers", maxlength: "11", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", value: line.modifiers.join(" "), "aria-label": `Modifiers of ${line.dotted}`, "data-focus-key": `${line.key}:modifiers` });
    const pointers = make("div", { class: "pointers", role: "group", "aria-label": `Pointers of ${line.dotted}`, "data-pointers": line.key },
      ...this.#diagnoses.map((diagnosis, place) => make("button", {
        type: "button", class: "pointer", "data-do": "point", "data-line": line.key, "data-diagnosis": diagnosis.key, "data-focus-key": `${line.key}:pointers:${diagnosis.key}`,
        "aria-pressed": String(line.pointers.includes(diagnosis.key)), "aria-label": `${LETTERS[place]}, ${diagnosis.dotted}`,
      }, LETTERS[place])));
    const order = line.pointers.length > 1 ? make("span", { class: "muted" }, `in the order ${this.#lettersOf(line)}`) : null;
    return this.#row(line, `line-p${index + 1}`, String(index + 1), make("div", { class: "line-fields" },
      make("span", { class: "line-field" }, make("span", { "aria-hidden": "true" }, "Mod"), modifiers),
      make("span", { class: "line-field" }, make("span", { "aria-hidden": "true" }, "Units"), units),
      make("span", { class: "line-field" }, make("span", { "aria-hidden": "true" }, "Ptr"), this.#diagnoses.length ? pointers : make("span", { class: "muted" }, "no diagnosis"), order)));
  }

  #markCurrent({ quiet = false } = {}) {
    for (const row of this.querySelectorAll("[data-row]")) {
      if (row.dataset.row === this.#current) {
        row.setAttribute("aria-current", "true");
        if (!quiet) row.scrollIntoView({ block: "nearest" });
      } else row.removeAttribute("aria-current");
    }
    const line = this.#rows.find(({ key }) => key === this.#current);
    const link = this.querySelector("[data-browse]");
    if (line && link) link.href = link.dataset[this.#procedures.includes(line) ? "procedure" : "diagnosis"] + line.code;
  }

  #focusRow() {
    const row = this.querySelector('[data-row][aria-current="true"]');
    if (row) row.focus();
    else document.activeElement?.blur();
  }
}

const modifiersOf = (text) => text.toUpperCase().split(/[\s,.-]+/).filter((modifier) => /^[A-Z0-9]{2}$/.test(modifier)).slice(0, MODIFIERS);
const unitsOf = (text) => Math.min(999, Math.max(0, Number.parseInt(text, 10) || 0));

customElements.define("code-list", CodeList);
