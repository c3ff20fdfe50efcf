// <row-peek> inside a <row-list>: shows what the server says about the row in hand, and follows it from row to row.
import { make, say } from "./session.js";

const PAUSE = 120; // ms that the row in hand stays before it is asked about

class RowPeek extends HTMLElement {
  #stop;
  #asking;
  #timer;
  #row;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const list = this.closest("row-list");
    list.addEventListener("row:peek", ({ target }) => (!this.hidden && this.#row === target ? this.#close() : this.#show(target)), { signal });
    list.addEventListener("row:inhand", ({ target }) => {
      if (this.hidden) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#show(target), PAUSE);
    }, { signal });
    list.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.hidden) return;
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    }, { signal });
    this.addEventListener("click", (event) => event.target.closest("[data-peek-close]") && this.#close(), { signal });
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#asking?.abort();
    clearTimeout(this.#timer);
  }

  async #show(row) {
    this.#asking?.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.#mark(row);
    try {
      const response = await fetch(row.dataset.peekUrl, { headers: { Accept: "text/html", "X-Requested-With": "fetch" }, credentials: "same-origin", signal });
      if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      this.#fill(new DOMParser().parseFromString(await response.text(), "text/html").body.childNodes);
      say(this.querySelector("header")?.textContent.replace(/\s+/g, " ").trim() ?? "");
    } catch (trouble) {
      if (trouble.name !== "AbortError") this.#fill([make("p", {}, "This encounter could not be loaded. Try again, or open it.")]);
    }
  }

  #fill(nodes) {
    this.replaceChildren(make("button", { class: "button quiet small peek-close", type: "button", "data-peek-close": "" }, "Close"), ...nodes);
    this.hidden = false;
  }

  /** The row that is shown is the one in hand. */
  #mark(row) {
    if (this.#row && this.#row !== row) this.#row.removeAttribute("aria-current");
    this.#row = row;
    row?.setAttribute("aria-current", "true");
  }

  #close() {
    this.#asking?.abort();
    const row = this.#row;
    if (this.contains(document.activeElement)) row?.querySelector(".row-link")?.focus();
    row?.removeAttribute("aria-current");
    this.#row = undefined;
    this.hidden = true;
  }
}
customElements.define("row-peek", RowPeek);
