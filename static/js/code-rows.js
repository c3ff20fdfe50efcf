// The rows of <code-list>: diagnoses, procedures, and what is suggested and not decided.
import { withKeys } from "./keys.js";
import { make } from "./session.js";

export const LETTERS = "ABCDEFGHIJKL";
const STATES = { accepted: "Accepted", added: "Added", changed: "Changed" };

/** Everything that the list shows, in its order; `unfolded` says whether history is open. */
export function groups({ diagnoses, procedures, ghosts, unfolded }, shared) {
  const [current, past] = [ghosts.filter(({ history }) => !history), ghosts.filter(({ history }) => history)];
  const diagnosis = (from) => (line, index) => diagnosisRow(line, from + index, shared);
  const ghost = (line) => ghostRow(line, shared);
  return [
    ...group("First-listed", diagnoses.slice(0, 1), diagnosis(0)), ...group("Secondary", diagnoses.slice(1), diagnosis(1)),
    ...group("Procedures", procedures, (line, index) => procedureRow(line, index, shared)),
    ...(diagnoses.length + procedures.length + ghosts.length ? [] : [make("p", { class: "codes-none muted" }, `${shared.assisted ? "" : "No suggestions. "}Read and add codes${withKeys("code.add")}.`)]),
    ...group("Suggested, not decided", current, ghost),
    ...(past.length ? [make("details", { class: "more", "data-history": true, open: unfolded }, make("summary", {}, `History & allergies (${past.length})`), make("ol", { class: "codes-list" }, ...past.map(ghost)))] : []),
  ];
}

/** A titled list; nothing without lines. */
function group(title, lines, row) {
  if (!lines.length) return [];
  return [
    make("h2", { class: "group-head" }, title, lines.length > 1 ? make("span", { class: "count" }, String(lines.length)) : null),
    make("ol", { class: "codes-list" }, ...lines.map(row)),
  ];
}

/** How much supports a line: a button that shows it. */
export function badge(line) {
  const count = line.evidence.length;
  return make("button", {
    type: "button", class: count ? "evidence" : "evidence none", "data-do": "passages", "data-line": line.key, "data-focus-key": `${line.key}:evidence`,
    "aria-label": count ? `Evidence for ${line.dotted}: ${count} ${count === 1 ? "passage" : "passages"}` : `No evidence for ${line.dotted}`,
    "aria-expanded": count ? String(Boolean(line.open)) : null,
  }, count ? String(count) : "No evidence");
}

function passages(line, placeOf) {
  if (!line.open || !line.evidence.length) return null;
  return make("ul", { class: "passages" }, ...line.evidence.map((passage, index) => make("li", {},
    make("button", { type: "button", class: "passage", "data-do": "show", "data-line": line.key, "data-index": index, "data-focus-key": `${line.key}:passage:${index}` },
      make("span", { class: "muted" }, `Page ${placeOf(passage)} `), passage.quote ? `“${passage.quote}”` : "A box without words"),
    line.ghost ? null : make("button", { type: "button", class: "button small quiet", "data-do": "unlink", "data-line": line.key, "data-index": index, "aria-label": `Unlink passage ${index + 1} of ${line.dotted}` }, "Unlink"))));
}

function row(line, { id, position, assisted, placeOf }, ...parts) {
  const state = line.ghost ? "Suggested" : assisted && STATES[line.state ?? "added"];
  return make("li", { class: `code-row ${line.ghost ? "ghost" : assisted ? line.state ?? "added" : ""}`.trim(), id, tabindex: "-1", "data-row": line.key, "data-focus-key": `${line.key}:row` },
    make("span", { class: "pos" }, position),
    make("div", { class: "code-main" }, make("span", { class: "code" }, line.dotted), " ", make("span", { class: "code-text" }, line.title || "Not in the code list"),
      line.reason ? make("span", { class: "code-meta" }, line.reason) : null, ...parts),
    state ? make("span", { class: "state" }, state) : make("span", {}),
    badge(line), passages(line, placeOf));
}

function diagnosisRow(line, place, shared) {
  return row(line, { ...shared, id: `line-d${place + 1}`, position: LETTERS[place] });
}

function ghostRow(line, shared) {
  return row(line, { ...shared, id: `suggested-${line.suggestion}`, position: "" });
}

function procedureRow(line, place, shared) {
  const { diagnoses } = shared;
  const units = make("input", { class: "units", inputmode: "numeric", maxlength: "3", autocomplete: "off", value: String(line.units), "aria-label": `Units of ${line.dotted}`, "data-focus-key": `${line.key}:units` });
  const modifiers = make("input", { class: "modifiers", maxlength: "11", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", value: line.modifiers.join(" "), "aria-label": `Modifiers of ${line.dotted}`, "data-focus-key": `${line.key}:modifiers` });
  const pointers = make("div", { class: "pointers", role: "group", "aria-label": `Pointers of ${line.dotted}`, "data-pointers": line.key },
    ...diagnoses.map((diagnosis, at) => make("button", {
      type: "button", class: "pointer", "data-do": "point", "data-line": line.key, "data-diagnosis": diagnosis.key, "data-focus-key": `${line.key}:pointers:${diagnosis.key}`,
      "aria-pressed": String(line.pointers.includes(diagnosis.key)), "aria-label": `${LETTERS[at]}, ${diagnosis.dotted}`,
    }, LETTERS[at])));
  const order = line.pointers.length > 1 ? make("span", { class: "muted" }, `in the order ${lettersOf(line, diagnoses)}`) : null;
  return row(line, { ...shared, id: `line-p${place + 1}`, position: String(place + 1) }, make("div", { class: "line-fields" },
    make("span", { class: "line-field" }, make("span", { "aria-hidden": "true" }, "Mod"), modifiers),
    make("span", { class: "line-field" }, make("span", { "aria-hidden": "true" }, "Units"), units),
    make("span", { class: "line-field" }, make("span", { "aria-hidden": "true" }, "Ptr"), diagnoses.length ? pointers : make("span", { class: "muted" }, "no diagnosis"), order)));
}

export function lettersOf(line, diagnoses) {
  return line.pointers.map((pointer) => LETTERS[diagnoses.findIndex(({ key }) => key === pointer)]).join(", ");
}

// -- keys of a row that has the focus: its letters and numbers point, arrows go, Escape leaves a field ----------------
/** What a press does in a row; one that does something goes no further. */
export function rowKey(event, { lines, point, step, focusRow }) {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.isComposing) return;
  const row = target.closest("[data-row]");
  const group = target.closest("[data-pointers]");
  const plain = !event.altKey;
  const letter = group && plain && key.length === 1 ? LETTERS.indexOf(key.toUpperCase()) : -1;
  const digit = group && plain && /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
  const diagnosis = lines.diagnoses[Math.max(letter, digit)];
  let done = true;
  if (diagnosis) point(lines.procedures.find((line) => line.key === group.dataset.pointers), diagnosis.key);
  else if (group && plain && (key === "ArrowRight" || key === "ArrowLeft")) beside(group, target, key === "ArrowRight" ? 1 : -1);
  else if (row && plain && (key === "Escape" || (key === "Enter" && target.tagName === "INPUT"))) focusRow();
  else if (target === row && plain && (key === "ArrowDown" || key === "ArrowUp")) {
    step(key === "ArrowDown" ? 1 : -1);
    focusRow();
  } else done = Boolean(group) && plain && key.length === 1 && letter >= 0; // a letter without a diagnosis does nothing else
  if (done) {
    event.preventDefault();
    event.stopPropagation();
  }
}

function beside(group, target, step) {
  const buttons = [...group.querySelectorAll("button")];
  buttons[buttons.indexOf(target) + step]?.focus();
}
