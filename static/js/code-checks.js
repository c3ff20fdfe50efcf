// What the edits find in a list of codes, and what is asked before it is submitted.
import { csrfToken, isAbout, make } from "./session.js";

export class Checks {
  #host;
  #checking;
  #running;

  constructor(host) {
    this.#host = host;
    if (this.#dialog?.hasAttribute("open")) this.#ask();
  }

  /** As long as its list is in the page. */
  listen(signal) {
    window.addEventListener("submit", (event) => this.#beforeSubmit(event), { capture: true, signal });
    signal.addEventListener("abort", () => this.#checking?.abort());
  }

  /** The check that is on its way, if one is. */
  get running() {
    return this.#running;
  }

  get #dialog() {
    return document.getElementById("checks-dialog");
  }

  /** Ask the server about a body that is not saved yet; a newer question takes the place of an older one. */
  run(body) {
    const running = (this.#running = this.#check(body).finally(() => { if (this.#running === running) this.#running = undefined; }));
  }

  async #check(body) {
    const place = this.#host.querySelector("#findings");
    this.#checking?.abort();
    const checking = (this.#checking = new AbortController());
    try {
      const response = await fetch(this.#host.getAttribute("findings-url"), { method: "POST", headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" }, credentials: "same-origin", signal: checking.signal,
        body: new URLSearchParams({ encounter: this.#host.getAttribute("encounter"), version: this.#host.closest("draft-keeper").version, body: JSON.stringify(body) }) });
      if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
      if (!response.ok || !isAbout(response, this.#host)) throw new Error(String(response.status));
      const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
      place.replaceChildren(...parsed.body.childNodes);
      const supported = place.querySelector("[data-em-result]");
      if (supported) this.#host.querySelector("[data-em-words]").textContent = supported.dataset.words;
    } catch (error) {
      if (error.name !== "AbortError") place.querySelector("[data-stale]")?.removeAttribute("hidden");
    }
  }

  /** What is to be checked is asked about once; the server asks for what is not known here yet. */
  #beforeSubmit(event) {
    const { target, submitter } = event;
    const known = this.#host.querySelector("[data-hard]")?.dataset;
    const asks = this.#dialog && known?.hard === "0" && Number(known.check) > 0;
    if (!asks || target !== this.#host.closest("form") || !submitter?.value.startsWith("submit")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const texts = [...this.#host.querySelectorAll(".finding.check p:first-child")];
    document.querySelector("[data-checks-asked]").replaceChildren(...texts.map((text) => make("li", {}, text.textContent)));
    this.#ask();
  }

  #ask() {
    this.#dialog.close();
    this.#dialog.showModal();
  }
}
