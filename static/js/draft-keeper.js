// <draft-keeper>: hands each change of a bench to its outbox and says how it stands; forms wait until all is saved.
// Around the bench's form. The owner of the data calls keep(body), with a pause while it is being typed.
import { Outbox } from "./outbox.js";
import { csrfToken, make, say } from "./session.js";

const HEARTBEAT = 60_000; // ms; the server's lease lasts ten times as long
const FORM_WITHIN = 20_000; // ms
const LEFT = "bench-left"; // in the tab's memory: the bench that its page before showed, and the version of its draft
const root = document.documentElement;
const STATES = {
  offline: "Not saved, will retry", error: "Not saved, will retry", locked: "Locked", changed: "Changed in another window",
  "signed-out": "Not saved: signed out", stranger: "Not saved", gone: "Not saved", missing: "Not saved",
};

class DraftKeeper extends HTMLElement {
  #stop;
  #beat;
  #outbox;
  #leaving = false; // a form is on its way and carries everything

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const told = (name) => this.getAttribute(name);
    this.#outbox ??= new Outbox({ encounter: told("encounter"), stage: told("stage"), assignment: told("assignment"), version: Number(told("version")), url: told("save-url"), label: told("label") });
    this.#outbox.addEventListener("change", () => this.#heard(), { signal });
    window.addEventListener("pageshow", (event) => event.persisted && this.#heartbeat(), { signal });
    document.addEventListener("submit", (event) => this.#beforeSubmit(event), { capture: true, signal });
    window.addEventListener("outbox:changed", ({ detail }) => this.#overtaken(detail), { signal });
    window.addEventListener("pagehide", () => sessionStorage.setItem(LEFT, JSON.stringify({ encounter: told("encounter"), stage: told("stage"), version: this.version })), { signal });
    this.#overtaken(JSON.parse(sessionStorage.getItem(LEFT) ?? "{}"));
    sessionStorage.removeItem(LEFT);
    this.#beat = setInterval(() => this.#heartbeat(), HEARTBEAT);
    this.#heard(); // it may come back
  }

  disconnectedCallback() {
    this.#stop.abort();
    clearInterval(this.#beat);
    this.#outbox.send(); // it goes on without us
  }

  get version() {
    return this.#outbox.version;
  }

  get unsaved() {
    return this.#outbox.count > 0 && !this.#leaving;
  }

  /** Take over what is to be kept and save it, once nothing was typed for `pause` ms. */
  keep(body, { pause = 0 } = {}) {
    if (this.hasAttribute("lost")) say("Not kept: this chart is not yours any more.");
    else if (!this.#leaving) this.#outbox.add(body, { pause });
  }

  /** Save what waits; whether everything is saved. */
  flush() {
    return this.#outbox.send({ person: true });
  }

  /** The outbox says that something has changed in it. */
  #heard() {
    const { count, trouble, lost, clock, version, assignment, message } = this.#outbox;
    this.setAttribute("version", version);
    for (const input of this.closest("main").querySelectorAll('input[name="assignment"]')) input.value = assignment;
    if (lost) this.#lose();
    else if (trouble) this.#show("failed", trouble === "refused" ? `Not saved: ${message}` : STATES[trouble]);
    else if (count) this.#show("pending", "Saving");
    else if (clock) this.#show("", `Saved ${clock}`);
  }

  /** What the bench before sent of this chart was on its way when this one was read: it is shown anew. */
  #overtaken({ encounter, stage, version, count = 0, isLeft = false }) {
    const isSame = encounter === this.getAttribute("encounter") && stage === this.getAttribute("stage");
    if (isSame && !isLeft && !count && version > this.version && !this.#outbox.count) location.reload();
  }

  async #heartbeat() {
    const box = this.#outbox;
    if (box.lost || this.hasAttribute("lost") || root.hasAttribute("data-locked")) return;
    if (box.count) return box.resume();
    const { encounter, assignment, version } = box;
    const { status, told } = await box.post(this.getAttribute("heartbeat-url"), new URLSearchParams({ encounter, assignment, version, seen: this.getAttribute("seen") ?? 0 }));
    if (!this.isConnected) return; // it is about a chart that is not shown any more
    if (status === 409) this.#lose();
    else if (status === 423) window.dispatchEvent(new Event("chartline:locked"));
    else if (status === 200) this.#hear(told);
  }

  /** What others, or another window, did meanwhile: said in a banner that takes neither the focus nor the pages. */
  #hear({ news, version }) {
    for (const { id, text } of news) {
      this.setAttribute("seen", id);
      this.#tell(text, "Show the pages as they are now");
    }
    const elsewhere = this.hasAttribute("stage") && version !== this.version && !this.#outbox.count && !this.querySelector("[data-elsewhere]");
    if (elsewhere) this.#tell("You have changed this chart in another window.", "Show it as it is now").setAttribute("data-elsewhere", "");
  }

  #tell(text, offer) {
    const banner = make("div", { class: "banner info" }, make("p", {}, text), make("div", { class: "actions" }, make("a", { class: "button small", href: "" }, offer)));
    this.querySelector("[data-alerts]").append(banner);
    say(text);
    return banner;
  }

  /** The lease is gone. The server has kept the draft; from here on this page only shows. */
  #lose() {
    if (this.hasAttribute("lost")) return;
    this.setAttribute("lost", "");
    this.#show("failed", "Not yours any more");
    for (const part of this.querySelectorAll("[data-editor]")) part.inert = true;
    const banner = this.querySelector("template[data-lost]").content.firstElementChild.cloneNode(true);
    for (const input of banner.querySelectorAll('input[name="csrfmiddlewaretoken"]')) input.value = csrfToken();
    this.querySelector("[data-alerts]").replaceChildren(banner);
    banner.querySelector("button")?.focus();
    this.dispatchEvent(new CustomEvent("draft:lost", { bubbles: true }));
  }

  #show(kind, text) {
    for (const line of this.querySelectorAll("[data-save-state]")) {
      line.className = `save-state push ${kind}`.trim();
      if (line.textContent !== text) line.textContent = text;
    }
  }

  /** A form of this page is sent only after what waits is saved, with the version that is then the newest. */
  async #beforeSubmit(event) {
    const { target: form, submitter } = event;
    if (form.method !== "post" || !document.getElementById("main")?.contains(form)) return;
    const version = form.elements.namedItem("version");
    if (!this.#outbox.count) {
      if (version) version.value = this.version;
      this.#leaving = true;
      setTimeout(() => { this.#leaving = false; }, FORM_WITHIN);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (await this.flush()) form.requestSubmit(submitter);
    else say("Not sent: the last change could not be saved yet.");
  }
}
customElements.define("draft-keeper", DraftKeeper);
