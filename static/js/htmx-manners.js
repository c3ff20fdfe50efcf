// How htmx behaves here: the token, a sign of waiting, the focus after a swap, what went wrong in words.
// Pages without fragments (the benches) load neither htmx nor this.
import { OFFLINE, alertBanner, settle, signedOut } from "./shell.js";
import { csrfToken, make } from "./session.js";

const BUSY_AFTER = 300; // ms; shorter waits need no sign
const root = document.documentElement;
const REASONS = {
  403: "Not done: your roles do not include this.",
  404: "Not done: this no longer exists, or it belongs to someone else.",
  409: "Not saved: someone else changed this meanwhile. Reload to see their version.",
  413: "Not sent: this is too large.",
  429: "Not done: too many tries. Wait a minute.",
};

const body = document.body;
body.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
  const cause = event.detail.triggeringEvent;
  if (!cause || /^(load|revealed|intersect|news|charts-changed)$/.test(cause.type)) event.detail.headers["X-Background"] = "1";
});

body.addEventListener("htmx:beforeRequest", (event) => {
  if (root.hasAttribute("data-locked")) event.preventDefault();
});

let flights = 0;
let busyTimer;
let bar;
function busy(step) {
  flights = Math.max(0, flights + step);
  clearTimeout(busyTimer);
  if (flights) {
    busyTimer = setTimeout(() => {
      bar ??= make("div", { class: "busy-bar" });
      body.append(bar);
      document.getElementById("main")?.setAttribute("aria-busy", "true");
    }, BUSY_AFTER);
  } else {
    bar?.remove();
    document.getElementById("main")?.removeAttribute("aria-busy");
  }
}
const inForeground = (event) => !event.detail.requestConfig?.headers["X-Background"];
body.addEventListener("htmx:beforeSend", (event) => inForeground(event) && busy(1));
body.addEventListener("htmx:afterRequest", (event) => inForeground(event) && busy(-1));

// A swap that removed the focused element gives the focus to its successor, or else to the new part.
let lost;
body.addEventListener("htmx:beforeSwap", (event) => {
  const active = document.activeElement;
  lost = event.detail.target?.contains(active) && active !== body ? { id: active.id, name: active.getAttribute("name") } : undefined;
  const text = event.detail.xhr.responseText ?? "";
  if (/<main[^>]*class="entrance"/.test(text)) {
    // The session ended: the answer is the sign-in page. What was typed stays where it is.
    event.detail.shouldSwap = false;
    signedOut();
  }
});
body.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  if (lost && (document.activeElement === body || !document.activeElement)) {
    const heir = (lost.id && document.getElementById(lost.id)) || (lost.name && part.querySelector(`[name="${CSS.escape(lost.name)}"]`));
    if (heir) heir.focus();
    else if (part.isConnected) {
      if (!part.hasAttribute("tabindex")) part.setAttribute("tabindex", "-1");
      part.focus({ preventScroll: true });
    }
  }
  lost = undefined;
  settle(part);
});

body.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 423) window.dispatchEvent(new Event("chartline:locked"));
  else if (status === 401) signedOut();
  else if (inForeground(event)) alertBanner(event.detail.xhr.getResponseHeader("X-Message") ?? REASONS[status] ?? `Not saved: the server answered with an error (${status}). Try again.`);
});
for (const type of ["htmx:sendError", "htmx:timeout"]) body.addEventListener(type, (event) => inForeground(event) && alertBanner(OFFLINE));

// htmx gives up polling for elements it does not find in the page, so it is told again after a lock.
window.addEventListener("chartline:unlocked", () => {
  for (const element of document.querySelectorAll('[hx-trigger*="every"]')) {
    const data = element["htmx-internal-data"];
    if (data) data.initHash = null;
    window.htmx?.process(element);
  }
});
