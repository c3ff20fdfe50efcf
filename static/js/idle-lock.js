// <idle-lock>: after a time without input it warns, then hides the page's content until the password is given.
// The content leaves the document but stays in memory, so nothing typed is lost (45 CFR 164.312(a)(2)(iii)).
import { csrfToken, make, post, renewCsrfToken } from "./session.js";

const INPUTS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"];
const PING_AFTER = 60_000; // ms; the server's clock of the last activity lags behind ours by at most this
const root = document.documentElement;

class IdleLock extends HTMLElement {
  #stop;
  #tick;
  #channel;
  #last = Date.now();
  #pinged = Date.now();
  #warning;
  #lock;
  #kept;

  connectedCallback() {
    if (document.querySelector("main.entrance")) return; // the sign-in and unlock pages show nothing to hide
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    for (const type of INPUTS) window.addEventListener(type, (event) => event.isTrusted && this.#active(), { capture: true, passive: true, signal });
    window.addEventListener("chartline:locked", () => this.lock(), { signal });
    document.addEventListener("visibilitychange", () => this.#check(), { signal });
    this.#channel = new BroadcastChannel("chartline-session");
    this.#channel.addEventListener("message", ({ data }) => this.#hear(data), { signal });
    this.#tick = setInterval(() => this.#check(), 1000);
  }

  disconnectedCallback() {
    this.#stop?.abort();
    this.#channel?.close();
    clearInterval(this.#tick);
  }

  get locked() {
    return Boolean(this.#kept);
  }

  #seconds(name) {
    return Number(this.getAttribute(name)) * 1000;
  }

  #hear(message) {
    if (message.type === "active") {
      this.#last = Math.max(this.#last, message.at);
      if (!this.locked) this.#warning?.close();
    } else if (message.type === "locked") this.lock({ tell: false });
    else if (message.type === "unlocked") this.#unlock({ tell: false });
  }

  #active() {
    const now = Date.now();
    if (this.locked || this.#warning?.open || now - this.#last < 1000) return;
    if (now - this.#last >= this.#seconds("idle")) return this.#check();
    this.#last = now;
    this.#channel.postMessage({ type: "active", at: now });
    if (now - this.#pinged > PING_AFTER) this.#ping();
  }

  async #ping() {
    this.#pinged = Date.now();
    try {
      const response = await post(this.getAttribute("keep-alive-url"));
      if (response.status === 401) window.dispatchEvent(new Event("chartline:signed-out"));
    } catch {
      // Offline: the next request tells.
    }
  }

  #check() {
    if (this.locked) return;
    const left = this.#last + this.#seconds("idle") - Date.now();
    if (left <= 0) this.lock();
    else if (left <= this.#seconds("warn")) this.#warn(left);
  }

  #warn(left) {
    if (!this.#warning) {
      const stay = make("button", { class: "button primary", type: "button", autofocus: true }, "Stay signed in");
      const lock = make("button", { class: "button quiet", type: "button" }, "Lock now");
      this.#warning = make("dialog", { role: "alertdialog", "aria-labelledby": "idle-title", "aria-describedby": "idle-text" },
        make("header", {}, make("h2", { id: "idle-title" }, "Are you still there?")),
        make("div", { class: "body" }, make("p", { id: "idle-text" }, "The page is about to be locked. Nothing you typed is lost."), make("p", { class: "muted", "data-left": true })),
        make("footer", { class: "actions" }, stay, lock));
      stay.addEventListener("click", () => this.#warning.close());
      lock.addEventListener("click", () => this.lock());
      this.#warning.addEventListener("close", () => !this.locked && this.#stay());
      this.append(this.#warning);
    }
    this.#warning.querySelector("[data-left]").textContent = `Locks in ${Math.ceil(left / 1000)} s.`;
    if (!this.#warning.open) this.#warning.showModal();
  }

  #stay() {
    if (Date.now() - this.#last >= this.#seconds("idle")) return this.lock();
    this.#last = Date.now();
    this.#channel.postMessage({ type: "active", at: this.#last });
    this.#ping();
  }

  /** Hide the content at once; in every tab unless told otherwise. */
  lock({ tell = true } = {}) {
    const main = document.getElementById("main");
    if (this.locked || !main) return;
    window.dispatchEvent(new Event("chartline:locking"));
    const active = document.activeElement;
    const place = document.createComment("locked");
    const scrolled = [...main.querySelectorAll("*"), root].filter((element) => element.scrollTop || element.scrollLeft);
    this.#kept = {
      main, place,
      focus: main.contains(active) ? active : null,
      selection: active?.selectionStart == null ? null : [active.selectionStart, active.selectionEnd],
      scroll: scrolled.map((element) => [element, element.scrollTop, element.scrollLeft]),
      dialogs: [...main.querySelectorAll("dialog:modal")],
    };
    root.setAttribute("data-locked", "");
    for (const dialog of document.querySelectorAll("dialog[open]")) if (!main.contains(dialog)) dialog.close();
    main.replaceWith(place);
    for (const id of ["undo-bar", "shell-alerts"]) document.getElementById(id)?.setAttribute("hidden", "");
    this.#ask();
    if (tell) this.#channel.postMessage({ type: "locked" });
    window.dispatchEvent(new Event("chartline:locked"));
  }

  #ask() {
    const error = make("p", { class: "errorlist", id: "unlock-error", role: "alert", hidden: true });
    const input = make("input", { type: "password", name: "password", id: "unlock-password", autocomplete: "current-password", required: true, autofocus: true });
    const button = make("button", { class: "button primary", type: "submit" }, "Unlock");
    const form = make("form", {},
      make("header", {}, make("h2", { id: "unlock-title" }, "Locked")),
      make("div", { class: "body" },
        make("p", { id: "unlock-text" }, "You were away, so patient data is hidden. What you were doing is kept."),
        make("p", { class: "banner warn", role: "status", "data-unsent-count": true, hidden: true }),
        make("div", { class: "field" }, make("label", { for: "unlock-password" }, "Password"), error, input)),
      make("footer", { class: "actions" }, button, make("button", { class: "button quiet", type: "submit", form: "unlock-sign-out" }, "Sign out instead")));
    const signOut = make("form", { id: "unlock-sign-out", method: "post", action: this.getAttribute("sign-out-url") }, make("input", { type: "hidden", name: "csrfmiddlewaretoken", value: csrfToken() }));
    this.#lock = make("dialog", { class: "opaque", "aria-labelledby": "unlock-title", "aria-describedby": "unlock-text" }, form, signOut);
    this.#lock.addEventListener("cancel", (event) => event.preventDefault());
    this.#lock.addEventListener("close", () => this.locked && this.#lock.showModal());
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.hasAttribute("data-sending")) return;
      button.setAttribute("data-sending", "");
      const problem = await this.#try(input.value);
      button.removeAttribute("data-sending");
      if (!problem) return;
      error.textContent = problem;
      error.hidden = false;
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", "unlock-error");
      input.select();
      input.focus();
    });
    this.append(this.#lock);
    this.#lock.showModal();
  }

  /** Send the password; answers what is wrong, or nothing once the page is open again. */
  async #try(password) {
    let response;
    try {
      response = await fetch(this.getAttribute("unlock-url"), { method: "POST", headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" }, body: new URLSearchParams({ password }), credentials: "same-origin" });
    } catch {
      return "The connection failed. Try again.";
    }
    if (response.status === 401) return "Your session has ended. Choose Sign out, then sign in again; saved drafts are kept.";
    if (response.status === 429) return "Too many tries. Wait a few minutes, or sign out.";
    if (!response.ok) return response.status === 403 ? "This password is not right." : "It could not be checked. Try again.";
    const token = response.headers.get("X-CSRFToken");
    if (token) {
      renewCsrfToken(token);
      renewCsrfToken(token, this.#kept.main);
    }
    this.#unlock();
    return "";
  }

  #unlock({ tell = true } = {}) {
    if (!this.locked) return;
    const { main, place, focus, selection, scroll, dialogs } = this.#kept;
    this.#kept = undefined;
    this.#last = this.#pinged = Date.now();
    this.#lock.close();
    this.#lock.remove();
    root.removeAttribute("data-locked");
    place.replaceWith(main);
    document.getElementById("shell-alerts")?.removeAttribute("hidden");
    for (const dialog of dialogs) { dialog.removeAttribute("open"); dialog.showModal(); }
    for (const [element, top, left] of scroll) { element.scrollTop = top; element.scrollLeft = left; }
    (focus ?? main).focus({ preventScroll: true });
    if (focus && selection) focus.setSelectionRange?.(...selection);
    if (tell) this.#channel.postMessage({ type: "unlocked" });
    window.dispatchEvent(new Event("chartline:unlocked"));
  }
}
customElements.define("idle-lock", IdleLock);
