// The drawer of what a person finished last: each row has a key, and is opened to be read or taken back.
import { announceKeys } from "./keys.js";
import { make, say } from "./session.js";

let drawer;

/** `control` says where the list is; what is chosen is shown by the functions that are handed in. */
export async function open(control, { visit, takeBack }) {
  if (drawer?.open) return drawer.close();
  if (document.documentElement.hasAttribute("data-locked")) return undefined;
  const close = make("button", { class: "button quiet", type: "button" }, "Close");
  const body = make("div", { class: "body" }, make("p", { class: "muted" }, "Loading …"));
  drawer = make("dialog", { class: "recent-drawer", "aria-labelledby": "recent-drawer-title" }, make("header", {}, make("h2", { id: "recent-drawer-title" }, "You finished last"), close), body);
  const own = drawer;
  close.addEventListener("click", () => own.close());
  own.addEventListener("close", () => own.remove());
  own.addEventListener("click", (event) => event.target === own && own.close());
  own.addEventListener("click", (event) => {
    const link = event.target.closest("[data-visits]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    own.close();
    visit(link.getAttribute("href")).catch(() => location.assign(link.href));
  });
  own.addEventListener("submit", (event) => {
    event.preventDefault();
    own.close();
    takeBack({ url: event.target.getAttribute("action"), encounter: event.target.elements.namedItem("encounter").value });
  });
  document.body.append(own);
  own.showModal();
  try {
    const response = await fetch(control.dataset.recent, { headers: { Accept: "text/html", "X-Requested-With": "fetch" }, credentials: "same-origin" });
    if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    body.replaceChildren(...new DOMParser().parseFromString(await response.text(), "text/html").body.childNodes);
    announceKeys(body);
    body.querySelector("a, button")?.focus();
    say(`${body.querySelectorAll("li").length} charts`);
  } catch {
    body.replaceChildren(make("p", {}, "The list could not be loaded. Close it and try again."));
  }
  return undefined;
}
