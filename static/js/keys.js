// Keys: a control names its action (data-action), the page says once which keys the person has for it; this file listens.
// A part that acts itself names its actions in data-actions and gets "chartline:action" {action, number}.

const SEQUENCE_PAUSE = 1200; // ms between "g" and the next key
const TYPING = 'textarea, select, [contenteditable=""], [contenteditable="true"], input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"], [type="reset"], [type="file"])';
const SIGNS = { BracketLeft: "[{", BracketRight: "]}", Slash: "/?", Minus: "-_", Equal: "=+", Comma: ",<", Period: ".>" };
// What a focused element does with these two by itself; a link leaves Space to us.
const OWN = { enter: "a, button, summary, input, [role='button'], [role='option']", space: "button, summary, input, [role='button'], [role='option']" };
const root = document.documentElement;
const told = JSON.parse(document.getElementById("keyboard")?.textContent ?? '[]');
let prefix = "";
let timer;
let ahead; // what is typed while a part is fetched: it must not do anything to the page

/** Every action with a name, in the order of the registry; one that is only listed has keys that its own part knows. */
export const actions = new Map(told.map(([id, label, group, keys, how]) => [id, { id, label, group, keys, repeats: how === "repeats", isListed: how === "listed" }]));
const bindings = new Map(); // "x" → [{id, number}]
for (const { id, keys, isListed } of actions.values()) {
  if (isListed) continue;
  for (const key of keys) {
    for (const number of key.includes("#") ? "123456789" : [""]) {
      const whole = key.replace("#", number);
      bindings.set(whole, [...(bindings.get(whole) ?? []), { id, number }]);
    }
  }
}
const beginnings = new Set([...bindings.keys()].filter((key) => key.includes(" ")).map((key) => key.split(" ")[0]));

const isPlain = (combo) => !/^(ctrl|alt)\+/.test(combo);
export const isCharacter = (key) => isPlain(key) && key.split(" ")[0].replace(/^shift\+(?=.)/, "").length === 1;

/** What the key would say without Alt: on some systems Alt makes other signs of it. */
function nameOf(event) {
  if (event.key === " ") return "space";
  const plain = event.key.toLowerCase();
  if (!event.altKey || (event.key.length > 1 && event.key !== "Dead")) return plain;
  if (/^Digit\d$/.test(event.code) && !event.shiftKey) return event.code.slice(5);
  if (/^[\x21-\x7e]$/.test(event.key)) return plain;
  if (/^Key[A-Z]$/.test(event.code)) return event.code.slice(3).toLowerCase();
  return SIGNS[event.code]?.[event.shiftKey ? 1 : 0] ?? plain;
}

/** "ctrl+enter", "shift+e", "?", "j", "alt+1": the name of what was pressed. */
export function comboOf(event) {
  const name = nameOf(event);
  const shifted = event.shiftKey && (name.length > 1 || /^[a-z]$/.test(name));
  return [(event.ctrlKey || event.metaKey) && "ctrl", event.altKey && "alt", shifted && "shift", name].filter(Boolean).join("+");
}

export const isModifier = (event) => ["shift", "ctrl", "control", "alt", "altgraph", "meta", "os", "capslock"].includes(event.key.toLowerCase());

/** Whether plain keys belong to the focused element and not to us. */
export function isTyping(target) {
  return target instanceof Element && target.matches(TYPING);
}

const counts = (key) => root.dataset.keys !== "off" || !isCharacter(key);

/** The keys of an action that count now; those of one number if it has a list of them. */
export function keysOf(id, number = "") {
  return (actions.get(id)?.keys ?? []).filter(counts).map((key) => (number ? key.replace("#", number) : key));
}

export const controlsOf = (id, number) =>
  [...document.querySelectorAll(`[data-action="${id}"]${number ? `[data-number="${number}"]` : ""}, [data-actions~="${id}"]`)];

export function reachable(element, evenHidden) {
  if (element.disabled || element.closest("[inert], [hidden]")) return false;
  const modal = [...document.querySelectorAll("dialog:modal")].at(-1);
  if (modal && !modal.contains(element)) return false;
  return evenHidden || element.checkVisibility();
}

function find(key) {
  const found = (bindings.get(key) ?? []).flatMap(({ id, number }) =>
    controlsOf(id, number).filter((element) => id.startsWith("site.") || reachable(element, key.includes(" "))).map((element) => ({ id, number, element })));
  const form = document.activeElement?.closest("form");
  return found.find(({ element }) => element.closest("#undo-bar:not([data-last])")) ?? found.find(({ element }) => form && element.form === form)
    ?? found.find(({ element }) => element.contains(document.activeElement)) ?? found[0];
}

const begins = (combo) => beginnings.has(combo) && [...bindings.keys()].some((key) => key.startsWith(`${combo} `) && find(key));

/** Do what the control is for, as its key does. */
export function press({ id, number, element }) {
  if (element.dataset.action !== id) {
    element.dispatchEvent(new CustomEvent("chartline:action", { bubbles: true, detail: { action: id, number: Number(number) } }));
  } else if (!element.dispatchEvent(new CustomEvent("chartline:key", { bubbles: true, cancelable: true }))) {
    return; // it acted itself
  } else if (element.matches("input:not([type='checkbox'], [type='radio'], [type='submit'], [type='button']), textarea, select")) {
    element.focus();
    element.select?.();
  } else if (element.matches("details")) {
    element.open = !element.open;
    element.querySelector("summary").focus();
  } else element.click();
}

function keepAhead(event) {
  if (ahead === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.key.length === 1) ahead += event.key;
}

function onKeydown(event) {
  if (event.defaultPrevented || event.isComposing || root.hasAttribute("data-locked") || isModifier(event)) return;
  const combo = comboOf(event);
  if (isPlain(combo) && isTyping(event.target) && !/^(shift\+)?f\d/.test(combo)) return;
  if (OWN[combo] && event.target.closest?.(OWN[combo])) return;
  const whole = prefix ? `${prefix} ${combo}` : combo;
  prefix = "";
  clearTimeout(timer);
  if (!counts(whole)) return;
  const found = find(whole);
  if (found) {
    event.preventDefault();
    if (!event.repeat || actions.get(found.id).repeats) press(found);
  } else if (begins(combo) && whole === combo) {
    event.preventDefault();
    prefix = combo;
    timer = setTimeout(() => { prefix = ""; }, SEQUENCE_PAUSE);
  }
}

const partsOf = (stroke) => stroke.split(/\+(?=.)/);
const capital = (name) => name[0].toUpperCase() + name.slice(1);

/** Tell assistive technology about the keys of a part of the page. */
export function announceKeys(part = document) {
  for (const element of [part, ...(part.querySelectorAll?.("[data-action]") ?? [])]) {
    if (!element.dataset?.action) continue;
    const keys = keysOf(element.dataset.action, element.dataset.number).filter((key) => !key.includes(" "));
    element.ariaKeyShortcuts = keys.map((key) => partsOf(key).map((k) => (k === "ctrl" ? "Control" : capital(k).replace(/^Arrow./, (arrow) => `Arrow${capital(arrow[5])}`))).join("+")).join(" ") || null;
  }
}

const SHOWN = { escape: "Esc", arrowup: "↑", arrowdown: "↓", arrowleft: "←", arrowright: "→", "#": "1–9", ",": "Comma" };
/** A key as a person reads it, and as the settings understand it: "G then Q". */
export const shown = (key) => key.split(" ").map((stroke) => partsOf(stroke).map((k) => SHOWN[k] ?? capital(k)).join(" ")).join(" then ");

/** " with / or C", for a sentence; nothing if the action has no key. Of a numbered action "1–4" names the numbers. */
export const withKeys = (id, numbers) => (keysOf(id).length ? ` with ${keysOf(id, numbers).map(shown).join(" or ")}` : "");

/** Listen; `modules` brings the parts that an action opens and that are fetched only then, by its id. */
export function startKeys(modules) {
  window.addEventListener("keydown", keepAhead, { capture: true });
  window.addEventListener("keydown", onKeydown);
  announceKeys();
  for (const [id, bring] of Object.entries(modules)) {
    for (const control of document.querySelectorAll(`[data-action="${id}"]`)) {
      control.hidden = false;
      const open = async () => {
        ahead = "";
        try {
          (await bring()).open(control, ahead);
        } catch {
          window.dispatchEvent(new CustomEvent("chartline:alert", { detail: { text: "This needs a connection, which failed. Try again." } }));
        }
        ahead = undefined;
      };
      control.addEventListener("chartline:key", (event) => { event.preventDefault(); open(); });
      control.addEventListener("click", open);
    }
  }
}
