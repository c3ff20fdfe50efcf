// <verify-table>: the coder's version beside one's own; the server compares again after each change.
import { announceKeys } from "./keys.js";
import { csrfToken, isAbout } from "./session.js";

class VerifyTable extends HTMLElement {
  #asking;
  #comparing;

  connectedCallback() {
    if (this.#asking !== undefined) return;
    this.#asking = null;
    this.closest("draft-keeper").addEventListener("codes:changed", (event) => {
      const comparing = (this.#comparing = this.#compare(event.detail).finally(() => { if (this.#comparing === comparing) this.#comparing = undefined; }));
    });
  }

  disconnectedCallback() {
    this.#asking?.abort();
  }

  /** The comparison that is on its way, if one is. */
  settle() {
    return this.#comparing;
  }

  async #compare({ body, person }) {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    this.setAttribute("aria-busy", "true");
    const headers = { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" };
    if (!person) headers["X-Background"] = "1";
    try {
      const response = await fetch(this.getAttribute("compare-url"), { method: "POST", headers, credentials: "same-origin", signal: asking.signal,
        body: new URLSearchParams({ encounter: this.getAttribute("encounter"), version: this.closest("draft-keeper").version, body: JSON.stringify(body) }) });
      if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
      if (!response.ok || !isAbout(response, this)) throw new Error(String(response.status));
      const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
      this.replaceChildren(...parsed.body.childNodes);
      this.#fit();
    } catch (error) {
      if (error.name !== "AbortError") this.querySelector("[data-stale]")?.removeAttribute("hidden");
    } finally {
      if (this.#asking === asking) this.removeAttribute("aria-busy");
    }
  }

  /** The verdict that fits the differences gets the key and the look of the primary button. */
  #fit() {
    const count = Number(this.querySelector("[data-differences]").dataset.differences);
    const fitting = count ? "corrected" : "verified";
    for (const button of document.querySelectorAll("[data-verdict]")) {
      const fits = button.dataset.verdict === fitting;
      button.classList.toggle("primary", fits);
      button.querySelector("[data-hint]").hidden = !fits;
      if (fits) button.dataset.action = "verify.return";
      else delete button.dataset.action;
      button.removeAttribute("aria-keyshortcuts");
      announceKeys(button);
    }
  }
}
customElements.define("verify-table", VerifyTable);
