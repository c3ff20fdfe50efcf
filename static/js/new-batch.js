// <new-batch open-url>: around an <upload-list>; opens the batch on the server when the first files are chosen,
// then hands them over. Without this script the form inside posts everything at once.
import { csrfToken, make, say } from "./session.js";

class NewBatch extends HTMLElement {
  #opening = null;
  #stop;

  connectedCallback() {
    this.#stop = new AbortController();
    const capture = { capture: true, signal: this.#stop.signal };
    this.addEventListener("change", (event) => event.target.type === "file" && this.#take(event, event.target.files), capture);
    this.addEventListener("drop", (event) => this.#take(event, event.dataTransfer?.files), capture);
    window.addEventListener("paste", (event) => this.#take(event, event.clipboardData?.files), capture);
  }

  disconnectedCallback() {
    this.#stop.abort(); // a lock detaches us
  }

  get #list() {
    return this.querySelector("upload-list");
  }

  async #take(event, chosen) {
    if (!chosen?.length || this.#list.hasAttribute("file-url")) return;
    const files = [...chosen];
    event.preventDefault();
    event.stopImmediatePropagation();
    this.querySelector(".dropzone").classList.remove("over");
    if (event.type === "change") event.target.value = "";
    this.querySelector("[data-new-batch-trouble]")?.remove();
    this.#opening ??= this.#open();
    try {
      await this.#opening;
      this.#list.add(files);
    } catch (trouble) {
      this.#opening = null;
      this.#show(trouble.message);
    }
  }

  async #open() {
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
    this.#list.setAttribute("file-url", found.file_url);
    this.#list.setAttribute("commit-url", found.commit_url);
    history.replaceState(null, "", found.url); // a reload shows the batch with what it holds
  }

  #show(text) {
    const banner = make("div", { class: "banner danger", role: "alert", "data-new-batch-trouble": true }, make("p", {}, text));
    this.#list.before(banner);
    say(text);
  }
}
customElements.define("new-batch", NewBatch);
