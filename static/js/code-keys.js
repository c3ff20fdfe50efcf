// Keys that belong to a row of <code-list> while it has the focus: its letters and numbers point, arrows go, Escape leaves a field.
import { LETTERS } from "./code-rows.js";

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
