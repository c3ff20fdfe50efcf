// What a search for a code was opened with: words marked on a page, or the row that is to be replaced.
export class SearchSeed {
  #host;
  #marks;
  #passages = [];
  #replaced; // key of a row

  constructor(host, marks) {
    this.#host = host;
    this.#marks = marks;
    this.#box.addEventListener("chartline:key", () => this.#mark());
  }

  get #box() {
    return this.#host.querySelector("#code-q");
  }

  /** Words that are selected when the search is opened are what is asked, and the evidence of what is chosen. */
  async #mark() {
    const text = this.#marks?.selected ?? "";
    this.#passages = await this.#marks?.marked() ?? [];
    if (text && this.#passages.length) this.#ask(text.slice(0, 80));
  }

  /** Ask for the siblings of a row's code: those that share all of it but the last character. */
  replace({ key, system, code, dotted }) {
    this.#replaced = key;
    this.#box.labels[0].firstChild.textContent = `Replace ${dotted} `;
    const kind = this.#host.querySelector(`code-search [name="kind"][value="${system}"]`);
    kind.checked = true;
    this.#ask(system === "procedure" ? code.slice(0, 4) : dotted.slice(0, Math.max(3, dotted.length - 1)).replace(/\.$/, ""));
  }

  #ask(text) {
    this.#box.focus();
    this.#box.value = text;
    this.#box.select();
    this.#box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** The search is over: what it was opened with. */
  take() {
    const taken = { passages: this.#passages, key: this.#replaced };
    if (taken.passages.length) this.#marks.clear();
    this.#passages = [];
    this.#replaced = undefined;
    this.#box.labels[0].firstChild.textContent = "Add a code ";
    return taken;
  }
}
