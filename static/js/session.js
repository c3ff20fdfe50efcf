// What every script shares: the token, one way to POST, one voice.

const meta = () => document.querySelector('meta[name="csrf-token"]');

export const csrfToken = () => meta().content;

/** After a token change, everything on the page that would send the old one gets the new one. */
export function renewCsrfToken(token, root = document) {
  meta().content = token;
  for (const input of root.querySelectorAll('input[name="csrfmiddlewaretoken"]')) input.value = token;
}

/** POST a form to our own site; a locked session locks the page. */
export async function post(url, data = {}) {
  const body = data instanceof FormData ? data : new URLSearchParams(data);
  const response = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrfToken() }, body, credentials: "same-origin" });
  if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
  return response;
}

/** Whether an answer is about the chart that its host shows; one about another chart is left. */
export const isAbout = (response, host) => response.headers.get("X-Encounter") === host.getAttribute("encounter");

let pending;
/** Say something politely to screen readers. The pause lets a repeated sentence be heard again. */
export function say(text) {
  const live = document.getElementById("live");
  if (!live || !text) return;
  clearTimeout(pending);
  live.textContent = "";
  pending = setTimeout(() => { live.textContent = text; }, 80);
}

/** What was said, or is about to be, is about something that is not shown any more. */
export function hush() {
  clearTimeout(pending);
  document.getElementById("live").textContent = "";
}

/** Build an element: make("p", {class: "help"}, "text", child). */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}
