// The fields of a procedure line: what is typed into them goes to the line, and what was understood is shown.
const MODIFIERS = 4;

const modifiersOf = (text) => text.toUpperCase().split(/[\s,.-]+/).filter((modifier) => /^[A-Z0-9]{2}$/.test(modifier)).slice(0, MODIFIERS);
const unitsOf = (text) => Math.min(999, Math.max(0, Number.parseInt(text, 10) || 0));

function lineOf(field, lines) {
  const [key, what] = (field.dataset.focusKey ?? "").split(":");
  return { what, line: lines.find((procedure) => procedure.key === key) };
}

/** The line that was typed into, changed; nothing for any other field. */
export function typedInto(field, lines) {
  const { what, line } = lineOf(field, lines);
  if (line && what === "modifiers") line.modifiers = modifiersOf(field.value);
  else if (line && what === "units") line.units = unitsOf(field.value);
  else return undefined;
  return line;
}

/** A field was left: show what was understood. */
export function settled(field, lines) {
  const { what, line } = lineOf(field, lines);
  if (line && what === "modifiers") field.value = line.modifiers.join(" ");
  else if (line && what === "units") field.value = String(line.units);
}
