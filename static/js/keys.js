// Keyboard shortcuts: each control says its own key in data-key; this file listens and draws the sheet.
import { make } from "./session.js";

const SEQUENCE_PAUSE = 1200; // ms between "g" and the next key
const TYPING = 'textarea, select, [contenteditable=""], [contenteditable="true"], input:not([type="checkbox"], [type="button"], [type="submit"], [type="reset"], [type="file"])';
const root = document.documentElement;
let prefix = "";
let timer;

const choices = (element) => element.dataset.key.split(",").map((key) => key.trim().toLowerCase());
const isPlain = (combo) => !/^(ctrl|alt)\+/.test(combo);
const isLetter = (combo) => isPlain(combo) && combo.replace(/^shift\+/, "").length === 1;

/** "ctrl+enter", "shift+e", "?", "j", "alt+1": the name of what was pressed. */
export function comboOf(event) {
  const digit = event.altKey && /^Digit\d$/.test(event.code);
  const name = digit ? event.code.slice(5) : event.key === " " ? "space" : event.key.toLowerCase();
  const shifted = event.shiftKey && (name.length > 1 || /^[a-z]$/.test(name));
  return [(event.ctrlKey || event.metaKey) && "ctrl", event.altKey && "alt", shifted && "shift", name].filter(Boolean).join("+");
}

/** Whether plain keys belong to the focused element and not to us. */
export function isTyping(target) {
  return target instanceof Element && target.matches(TYPING);
}

function reachable(element, isSequence) {
  if (element.disabled || element.closest("[inert], [hidden]")) return false;
  const modal = [...document.querySelectorAll("dialog:modal")].at(-1);
  if (modal && !modal.contains(element)) return false;
  return isSequence || element.checkVisibility();
}

function find(combo) {
  const isSequence = combo.includes(" ");
  const found = [...document.querySelectorAll("[data-key]")].filter((element) => choices(element).includes(combo) && reachable(element, isSequence));
  const form = document.activeElement?.closest("form");
  return found.find((element) => form && element.form === form) ?? found[0];
}

function startsSequence(combo) {
  return [...document.querySelectorAll("[data-key]")].some((element) => choices(element).some((key) => key.startsWith(`${combo} `)));
}

function press(element) {
  if (!element.dispatchEvent(new CustomEvent("chartline:key", { bubbles: true, cancelable: true }))) return;
  if (element.matches("input:not([type='checkbox'], [type='radio'], [type='submit'], [type='button']), textarea, select")) {
    element.focus();
    element.select?.();
  } else if (element.matches("details")) {
    element.open = !element.open;
    element.querySelector("summary").focus();
  } else element.click();
}

function onKeydown(event) {
  if (event.defaultPrevented || event.isComposing || root.hasAttribute("data-locked")) return;
  const combo = comboOf(event);
  if (["shift", "ctrl", "control", "alt", "meta"].includes(event.key.toLowerCase())) return;
  if (isPlain(combo) && combo !== "escape" && isTyping(event.target)) return;
  if (["enter", "space"].includes(combo) && event.target.closest?.("a, button, summary, input, [role='button'], [role='option']")) return;
  if (isLetter(combo) && root.dataset.keys === "off") return;
  const whole = prefix ? `${prefix} ${combo}` : combo;
  prefix = "";
  clearTimeout(timer);
  if (whole === "?") {
    event.preventDefault();
    openSheet();
    return;
  }
  const element = find(whole);
  if (element && element.dataset.keyBy !== "self") {
    if (event.repeat && !("keyRepeat" in element.dataset)) return;
    event.preventDefault();
    press(element);
  } else if (!element && isPlain(whole) && startsSequence(whole)) {
    prefix = whole;
    timer = setTimeout(() => { prefix = ""; }, SEQUENCE_PAUSE);
  }
}

/** Tell assistive technology about the keys of a part of the page. */
export function announceKeys(part = document) {
  const names = { ctrl: "Control", alt: "Alt", shift: "Shift", enter: "Enter", escape: "Escape", space: "Space", arrowup: "ArrowUp", arrowdown: "ArrowDown", arrowleft: "ArrowLeft", arrowright: "ArrowRight" };
  for (const element of part.querySelectorAll?.("[data-key]:not([aria-keyshortcuts])") ?? []) {
    const keys = choices(element).filter((key) => !key.includes(" "));
    if (keys.length) element.setAttribute("aria-keyshortcuts", keys.map((key) => key.split("+").map((k) => names[k] ?? k.toUpperCase()).join("+")).join(" "));
  }
}

function labelOf(element) {
  if (element.dataset.keyLabel) return element.dataset.keyLabel;
  if (element.getAttribute("aria-label")) return element.getAttribute("aria-label");
  const copy = (element.labels?.[0] ?? element).cloneNode(true);
  for (const extra of copy.querySelectorAll("[aria-hidden='true'], .count, svg, input")) extra.remove();
  return copy.textContent.trim().replace(/\s+/g, " ");
}

const SHOWN = { ctrl: "Ctrl", alt: "Alt", shift: "Shift", enter: "Enter", escape: "Esc", space: "Space", arrowup: "↑", arrowdown: "↓", arrowleft: "←", arrowright: "→" };
function shown(key) {
  return key.split(" ").map((part) => part.split("+").map((k) => SHOWN[k] ?? k.toUpperCase()).join(" ")).join(" then ");
}

function groups() {
  const found = new Map();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (!reachable(element, true)) continue;
    const group = element.dataset.keyGroup ?? "This page";
    const keys = choices(element).map(shown).join(" or ");
    const label = labelOf(element);
    if (!found.has(group)) found.set(group, new Map());
    if (label) found.get(group).set(`${label} ${keys}`, { label, keys });
  }
  found.set("Everywhere", new Map([["?", { label: "This sheet", keys: "?" }], ["z", { label: "Undo, while it is offered", keys: "Z" }]]));
  return found;
}

let sheet;
export function openSheet() {
  if (sheet?.open) return sheet.close();
  sheet?.remove();
  const toggle = make("input", { type: "checkbox", id: "single-keys", checked: root.dataset.keys !== "off" });
  toggle.addEventListener("change", () => {
    root.dataset.keys = toggle.checked ? "on" : "off";
    localStorage.setItem("chartline-keys", root.dataset.keys);
  });
  const close = make("button", { class: "button quiet", type: "button" }, "Close");
  const body = make("div", { class: "body" });
  for (const [name, keys] of groups()) {
    const list = make("dl");
    for (const { label, keys: key } of keys.values()) list.append(make("div", {}, make("dt", {}, label), make("dd", {}, make("kbd", {}, key))));
    body.append(make("section", {}, make("h3", {}, name), list));
  }
  sheet = make("dialog", { class: "key-sheet wide", "aria-labelledby": "key-sheet-title" },
    make("header", {}, make("h2", { id: "key-sheet-title" }, "Keyboard shortcuts"), close),
    body,
    make("footer", {}, make("div", { class: "check" }, toggle, make("label", { for: "single-keys" }, "Single-letter keys. Switch off if they get in the way of your screen reader or voice control."))));
  close.addEventListener("click", () => sheet.close());
  document.body.append(sheet);
  sheet.showModal();
}

export function startKeys() {
  root.dataset.keys = localStorage.getItem("chartline-keys") ?? "on";
  window.addEventListener("keydown", onKeydown);
  announceKeys();
  for (const button of document.querySelectorAll("[data-key-sheet]")) {
    button.hidden = false;
    button.addEventListener("click", openSheet);
  }
}
