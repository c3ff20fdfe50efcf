// <draft-keeper>: saves each change of a bench, says so, and never loses anything quietly.
// Around the bench's form. The owner of the data calls keep(body); forms on the page wait until it is saved.
import { csrfToken, make, say } from "./session.js";

const HEARTBEAT = 60_000; // ms; the server's lease lasts ten times as long
const ANSWER_WITHIN = 20_000; // ms
const RETRIES = [2, 5, 10, 20, 30]; // s; the last one repeats
const root = document.documentElement;

class DraftKeeper extends HTMLElement {
  #stop;
  #beat;
  #retry;
  #tries = 0;
  #pending; // the newest body not yet saved, as JSON
  #flight;
  #leaving = false; // a form is on its way and carries everything
  #halted = false; // the lease is lost or another tab has changed the draft: a person decides

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    window.addEventListener("beforeunload", (event) => this.unsaved && event.preventDefault(), { signal });
    window.addEventListener("pagehide", () => this.#parting(), { signal });
    window.addEventListener("online", () => this.#save({ person: false }), { signal });
    window.addEventListener("chartline:unlocked", () => this.#save({ person: false }), { signal });
    document.addEventListener("submit", (event) => this.#beforeSubmit(event), { capture: true, signal });
    this.#beat = setInterval(() => this.#heartbeat(), HEARTBEAT);
  }

  disconnectedCallback() {
    this.#stop.abort();
    clearInterval(this.#beat);
  }

  get version() {
    return Number(this.getAttribute("version"));
  }

  get unsaved() {
    return this.#pending !== undefined && !this.#leaving && !this.hasAttribute("lost");
  }

  /** Take over what is to be kept and save it; `body` replaces whatever was waiting. */
  keep(body) {
    if (this.#leaving) return;
    this.#pending = JSON.stringify(body);
    this.#tries = 0;
    this.#save({ person: true });
  }

  /** Save what waits; whether everything is saved. */
  async flush() {
    await this.#save({ person: true });
    return this.#pending === undefined;
  }

  #data(more = {}) {
    return new URLSearchParams({ encounter: this.getAttribute("encounter"), assignment: this.getAttribute("assignment"), ...more });
  }

  #post(url, data, { person }) {
    const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
    if (!person) headers["X-Background"] = "1";
    return fetch(url, { method: "POST", headers, body: data, credentials: "same-origin", signal: AbortSignal.timeout(ANSWER_WITHIN) });
  }

  async #save({ person }) {
    clearTimeout(this.#retry);
    while (this.#pending !== undefined && !this.#halted) {
      this.#flight ??= this.#send(this.#pending, person).finally(() => { this.#flight = undefined; });
      if (!(await this.#flight)) return;
    }
  }

  /** One request; whether to go on. */
  async #send(body, person) {
    this.#show("pending", "Saving");
    let response, answer;
    try {
      response = await this.#post(this.getAttribute("save-url"), this.#data({ version: this.version, body }), { person });
      if ((response.ok && !response.redirected) || response.status === 409 || response.status === 422) answer = await response.json();
    } catch {
      this.#later("Not saved, will retry");
      return false;
    }
    if (response.ok && !response.redirected) {
      this.#tries = 0;
      this.setAttribute("version", answer.version);
      if (this.#pending === body) {
        this.#pending = undefined;
        this.#show("", `Saved ${answer.clock}`);
      }
      return true;
    }
    if (response.status === 423) {
      this.#show("failed", "Locked");
      window.dispatchEvent(new Event("chartline:locked"));
    } else if (response.status === 409) {
      if (answer.lost) this.#lose();
      else this.#differ(answer, body);
    } else if (response.status === 422) {
      this.#show("failed", `Not saved: ${answer.message}`);
      say(`Not saved. ${answer.message}`);
    } else if (response.redirected || response.status === 401 || response.status === 403 || response.status === 404) {
      this.#show("failed", "Not saved");
      this.#alert("danger", "Not saved: you are signed out, or this chart is no longer yours. Sign in in another tab, then change something here to save again.");
    } else this.#later("Not saved, will retry");
    return false;
  }

  #later(text) {
    this.#show("failed", text);
    if (this.#tries === 0) say(`${text}. Nothing is lost.`);
    const pause = RETRIES[Math.min(this.#tries, RETRIES.length - 1)];
    this.#tries += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#save({ person: false }), pause * 1000);
  }

  async #heartbeat() {
    if (this.#halted || this.hasAttribute("lost") || root.hasAttribute("data-locked")) return;
    if (this.#pending !== undefined) return this.#save({ person: false });
    try {
      const response = await this.#post(this.getAttribute("heartbeat-url"), this.#data({ seen: this.getAttribute("seen") ?? 0 }), { person: false });
      if (response.status === 409) this.#lose();
      else if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
      else if (response.ok && !response.redirected) this.#hear((await response.json()).news ?? []);
    } catch {
      // Offline: the next beat or the next save tells.
    }
  }

  /** Others changed the pages: said in a banner that takes neither the focus nor the pages from anybody. */
  #hear(news) {
    for (const { id, text } of news) {
      this.setAttribute("seen", id);
      const show = make("a", { class: "button small", href: "" }, "Show the pages as they are now");
      this.querySelector("[data-alerts]").append(make("div", { class: "banner info" }, make("p", {}, text), make("div", { class: "actions" }, show)));
      say(text);
    }
  }

  /** The lease is gone. The server has kept the draft; from here on this page only shows. */
  #lose() {
    if (this.#halted) return;
    this.#halted = true;
    this.#pending = undefined;
    this.setAttribute("lost", "");
    this.#show("failed", "Not yours any more");
    for (const part of this.querySelectorAll("[data-editor]")) part.inert = true;
    this.#fromTemplate("[data-lost]");
    this.dispatchEvent(new CustomEvent("draft:lost", { bubbles: true }));
  }

  /** Another tab of the same person has saved since: show both, let them choose. */
  #differ({ stored, version }, body) {
    this.#halted = true;
    this.#show("failed", "Changed in another tab");
    const banner = this.#fromTemplate("[data-changed]");
    const list = banner.querySelector("[data-differences]");
    banner.addEventListener("click", (event) => {
      const act = event.target.closest("[data-choose]")?.dataset.choose;
      if (act === "show") {
        list.hidden = !list.hidden;
        list.replaceChildren(
          make("li", {}, make("strong", {}, "Here: "), brief(JSON.parse(body))),
          make("li", {}, make("strong", {}, "Other tab: "), brief(stored)),
        );
      } else if (act === "mine") {
        banner.remove();
        this.#halted = false;
        this.setAttribute("version", version);
        this.#save({ person: true });
      } else if (act === "theirs") {
        this.#pending = undefined;
        location.reload();
      }
    });
  }

  #fromTemplate(selector) {
    const banner = this.querySelector(`template${selector}`).content.firstElementChild.cloneNode(true);
    for (const input of banner.querySelectorAll('input[name="csrfmiddlewaretoken"]')) input.value = csrfToken();
    this.#place(banner);
    return banner;
  }

  #alert(tone, text) {
    this.#place(make("div", { class: `banner ${tone}`, role: "alert" }, make("p", {}, text)));
  }

  #place(banner) {
    this.querySelector("[data-alerts]").replaceChildren(banner);
    banner.querySelector("button")?.focus();
  }

  #show(kind, text) {
    for (const line of this.querySelectorAll("[data-save-state]")) {
      line.className = `save-state push ${kind}`.trim();
      line.textContent = text;
    }
  }

  /** A form of this page is sent only after what waits is saved, with the version that is then the newest. */
  async #beforeSubmit(event) {
    const { target: form, submitter } = event;
    if (form.method !== "post" || !document.getElementById("main")?.contains(form)) return;
    const version = form.elements.namedItem("version");
    if (this.#pending === undefined || this.hasAttribute("lost")) {
      if (version) version.value = this.version;
      this.#leaving = true;
      setTimeout(() => { this.#leaving = false; }, ANSWER_WITHIN);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (await this.flush()) form.requestSubmit(submitter);
    else say("Not sent: the last change could not be saved yet.");
  }

  /** The page goes away with something unsaved: the browser delivers it on its own. */
  #parting() {
    if (!this.unsaved || this.#halted) return;
    const data = new FormData();
    for (const [name, value] of this.#data({ version: this.version, body: this.#pending, csrfmiddlewaretoken: csrfToken() })) data.set(name, value);
    navigator.sendBeacon(this.getAttribute("save-url"), data);
  }
}

/** A draft in one line, for comparing two. */
function brief(body) {
  if (!body.diagnoses) return Object.values(body).filter(Boolean).join(" · ") || "empty";
  const lines = body.procedures.map(({ code, modifiers, units, pointers }) => `${[code, ...modifiers].join("-")} ×${units} (${pointers.join(",")})`);
  return [...body.diagnoses.map(({ code }) => code), ...lines].join(" · ") || "empty";
}
customElements.define("draft-keeper", DraftKeeper);
