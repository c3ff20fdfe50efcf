// The frame of every page: announcements, banners, undo, menus, dialogs, keys.
import { announceKeys, isTyping, keysOf, shown, startKeys } from "./keys.js";
import { make, post, say } from "./session.js";

const UNDO_FOR = 10; // s

// -- parts that ask for attention ----------------------------------------------------------------
/** Give a part that has just come in its keys, its voice and its focus. */
export function settle(part) {
  announceKeys(part);
  const speaker = part.matches?.("[data-say]") ? part : part.querySelector?.("[data-say]");
  if (speaker) say(speaker.dataset.say);
  const wanted = part.matches?.("[data-focus]") ? part : part.querySelector?.("[data-focus]");
  wanted?.focus();
}

/** A persistent banner under the header; the same text is never shown twice. */
export function alertBanner(text, { tone = "danger", link } = {}) {
  const box = document.getElementById("shell-alerts");
  for (const old of box.children) if (old.dataset.text === text) old.remove();
  const close = make("button", { class: "button small", type: "button" }, "Dismiss");
  const banner = make("div", { class: `banner ${tone}`, role: "alert", "data-text": text }, make("p", {}, text), make("div", { class: "actions" }, link, close));
  const before = document.activeElement;
  close.addEventListener("click", () => {
    banner.remove();
    if (before?.isConnected) before.focus();
  });
  box.append(banner);
}
export function signedOut() {
  const link = make("a", { class: "button small", href: location.href, target: "_blank" }, "Sign in");
  alertBanner("You are signed out. Sign in in another tab and copy over what is not saved here.", { link });
}
window.addEventListener("chartline:signed-out", signedOut);
window.addEventListener("chartline:alert", (event) => alertBanner(event.detail.text, event.detail));

export const OFFLINE = "Not saved: the connection failed. What you typed is still here; try again.";

// -- announcements and undo --------------------------------------------------------------------------
window.addEventListener("chartline:say", (event) => say(event.detail.text));

const undoBar = document.getElementById("undo-bar");
let undoing; // what the bar undoes: {url}, or {act: a function}; {seconds} if its time is the server's, whatever the pointer does
let undoTimer;
function endUndo() {
  clearTimeout(undoTimer);
  undoBar.hidden = true;
  undoing = undefined;
}
function countUndo() {
  clearTimeout(undoTimer);
  undoTimer = setTimeout(endUndo, (undoing?.seconds ?? UNDO_FOR) * 1000);
}
/** {text, url} or {text, act}; with `last` what can be undone on the page itself goes first. */
window.addEventListener("chartline:undo", ({ detail }) => {
  undoing = detail;
  const offers = Boolean(detail.url ?? detail.act);
  undoBar.toggleAttribute("data-last", Boolean(detail.last));
  undoBar.querySelector("[data-undo-text]").textContent = detail.text;
  undoBar.querySelector("[data-undo-button]").hidden = !offers;
  undoBar.hidden = false;
  const [key] = keysOf("undo");
  say(offers && key ? `${detail.text}. Press ${shown(key)} to undo.` : detail.text);
  countUndo();
});
window.addEventListener("chartline:undo-over", endUndo);
for (const type of ["pointerenter", "focusin"]) undoBar.addEventListener(type, () => undoing?.seconds || clearTimeout(undoTimer));
for (const type of ["pointerleave", "focusout"]) undoBar.addEventListener(type, () => undoing?.seconds || countUndo());
async function undo() {
  const { url, act } = undoing ?? {};
  endUndo();
  try {
    if (act) return await act();
    const response = url && (await post(url));
    if (response?.ok && response.redirected) location.assign(response.url);
    else if (response?.ok) say("Undone");
    else if (response) alertBanner("It could not be undone: it has moved on.");
  } catch {
    alertBanner(OFFLINE);
  }
  return undefined;
}
undoBar.querySelector("[data-undo-button]").addEventListener("click", undo);

// -- menus, dialogs, links into forms ------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  const opener = target?.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog) { event.preventDefault(); dialog.showModal(); }
  }
  if (target?.closest("[data-closes]")) target.closest("dialog")?.close();
  const link = target?.closest('.error-summary a[href^="#"]');
  if (link) {
    const field = document.getElementById(link.hash.slice(1));
    const control = field?.matches("input, select, textarea, button") ? field : field?.querySelector("input, select, textarea");
    if (control) { event.preventDefault(); control.focus(); control.closest(".field")?.scrollIntoView({ block: "nearest" }); }
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]") ?? document.querySelector("details.menu[open]");
  if (!menu) return leaveField(event);
  menu.open = false;
  menu.querySelector("summary").focus();
  event.preventDefault();
});

// Out of a field, so that letters are keys, and back into it. What has its own Escape (a dialog, the search) goes first.
let left;
function leaveField(event) {
  const { activeElement } = document;
  const field = isTyping(activeElement) ? activeElement : undefined;
  if (event.defaultPrevented || event.isComposing || document.querySelector("dialog:modal")) return;
  if (field) {
    left = field;
    field.blur();
  } else if (activeElement === document.body && left?.isConnected) left.focus();
  else return;
  event.preventDefault();
}
document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// -- one press, one request ------------------------------------------------------------------------
function release(button) {
  button.replaceChildren(...button.chartlineContent);
  button.removeAttribute("data-sending");
  button.form?.removeAttribute("data-sent");
}
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.hasAttribute("data-sent")) return event.preventDefault();
  if (form.method !== "post") return;
  form.setAttribute("data-sent", "");
  const button = event.submitter;
  if (button?.dataset.busy) {
    button.style.minInlineSize = `${button.offsetWidth}px`;
    button.chartlineContent = [...button.childNodes];
    button.setAttribute("data-sending", "");
    button.replaceChildren(button.dataset.busy);
    say(button.dataset.busy);
    setTimeout(() => button.isConnected && button.hasAttribute("data-sending") && release(button), 20_000);
  } else setTimeout(() => form.removeAttribute("data-sent"), 4000);
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("[data-sending]")) release(button);
  for (const form of document.querySelectorAll("form[data-sent]")) form.removeAttribute("data-sent");
});

// -- bench panes on narrow screens -------------------------------------------------------------------
export function markBenchTab() {
  const target = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  const pane = target?.closest(".pane") ?? document.querySelector(".bench > .pane");
  for (const tab of document.querySelectorAll(".bench-tabs a")) {
    if (pane && tab.hash === `#${pane.id}`) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}
window.addEventListener("hashchange", markBenchTab);

markBenchTab();
startKeys({ "site.keys": () => import("./key-sheet.js"), "site.palette": () => import("./palette.js") });
settle(document);
