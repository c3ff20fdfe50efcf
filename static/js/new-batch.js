// <new-batch open-url>: around an <upload-list>; opens the batch on the server when the first files are chosen.
// Without this script the form inside posts everything at once.
import { csrfToken, make, say } from "./session.js";

class NewBatch extends HTMLElement {
  #opening = null;

  connectedCallback() {
    this.#list.opener = () => this.#open();
  }

  get #list() {
    return this.querySelector("upload-list");
  }

  /** Whether the batch is open; what was in the way is shown. */
  async #open() {
    this.querySelector("[data-new-batch-trouble]")?.remove();
    this.#opening ??= this.#ask();
    try {
      await this.#opening;
      return true;
    } catch (trouble) {
      this.#opening = null;
      this.#show(trouble.message);
      return false;
    }
  }

  async #ask() {
    const form = new FormData(this.querySelector("form"));
    form.delete("files");
    let answer;
    try {
      answer = await fetch(this.getAttribute("open-url"), { method: "POST", body: form, headers: { Accept: "application/json", "X-CSRFToken": csrfToken() } });
    } catch {
      throw new Error("The connection failed. Nothing was sent; choose the files again.");
    }
    if (answer.status === 423) window.dispatchEvent(new Event("chartline:locked"));
    const found = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(found.error ?? "Nothing was sent. Choose the files again.");
    for (const name of ["file", "uploads", "checks", "commit"]) this.#list.setAttribute(`${name}-url`, found[`${name}_url`]);
    const listed = this.querySelector("[data-manifest]");
    listed.querySelector("a").href = found.manifest_url;
    listed.hidden = false;
    history.replaceState(null, "", found.url); // a reload shows the batch with what it holds
  }

  #show(text) {
    const banner = make("div", { class: "banner danger", role: "alert", "data-new-batch-trouble": true }, make("p", {}, text));
    this.#list.before(banner);
    say(text);
  }
}
customElements.define("new-batch", NewBatch);
