// <query-form>: fills in templates, takes over what is selected on a page, and shows what the linter says while writing.
// Without it the same form works: templates by a button, the linter when it is sent.
const PAUSE = 500; // ms after a letter
const FILLED = ["title", "question", "options"];

class QueryForm extends HTMLElement {
  #templates;
  #last = {}; // what the chosen template filled in
  #timer;
  #asked;
  #stop;

  connectedCallback() {
    this.#stop = new AbortController();
    const dialog = this.closest("dialog");
    // Before the dialog opens and takes the focus from the page.
    if (dialog) document.addEventListener("click", (event) => event.target.closest?.(`[data-opens="${dialog.id}"]`) && this.#takeSelection(), { capture: true, signal: this.#stop.signal });
    if (this.#templates) return;
    this.#templates = JSON.parse(document.getElementById("query-templates").textContent);
    this.#last = this.#templates[this.#field("purpose").value] ?? {};
    this.addEventListener("change", (event) => {
      if (event.target === this.#field("purpose")) this.#fill();
      this.#shape();
    });
    for (const type of ["change", "input"]) this.addEventListener(type, () => this.#soon());
    this.#shape();
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#asked?.abort();
    clearTimeout(this.#timer);
  }

  get #form() {
    return this.closest("form");
  }

  #field(name) {
    return this.#form.elements.namedItem(name);
  }

  /** The words of a template, where nobody has written anything else. */
  #fill() {
    const template = this.#templates[this.#field("purpose").value];
    if (!template) return;
    for (const name of FILLED) {
      const field = this.#field(name);
      if (!field.value || field.value === (this.#last[name] ?? "")) field.value = template[name];
    }
    this.#field("form").value = template.form;
    this.querySelector("[data-slots]").textContent = `Here: ${template.slots.join("; ")}.`;
    this.#last = template;
  }

  /** Options are written for several choices only. */
  #shape() {
    this.#field("options").closest(".field").hidden = this.#field("form").value !== "choice";
  }

  /** Page, words and boxes of what is selected on a page, into the first free row. */
  #takeSelection() {
    const chosen = getSelection();
    const figure = chosen.anchorNode?.parentElement?.closest("figure.page-image");
    const words = String(chosen).trim().replace(/\s+/g, " ");
    if (!figure || !words) return;
    const rows = [...this.querySelectorAll(".passage-row")];
    const taken = rows.some((row) => row.querySelector('input[type="text"]').value === words);
    const row = rows.find((one) => !one.querySelector('input[type="text"]').value);
    if (taken || !row) return;
    row.querySelector("select").value = figure.dataset.number;
    row.querySelector('input[type="text"]').value = words;
    row.querySelector('input[type="hidden"]').value = JSON.stringify(boxesOf(chosen.getRangeAt(0), figure));
    this.#soon();
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), PAUSE);
  }

  async #check() {
    if (!this.#field("purpose").value) return;
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    const place = this.querySelector("[data-faults]");
    try {
      const response = await fetch(this.getAttribute("check-url"), { method: "POST", body: new FormData(this.#form), credentials: "same-origin", signal: asked.signal, headers: { "X-Requested-With": "fetch" } });
      if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
      if (!response.ok || response.redirected) return;
      const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
      place.replaceChildren(...parsed.body.childNodes);
    } catch (error) {
      if (error.name !== "AbortError") place.replaceChildren();
    }
  }
}

/** Where a selection stands on an upright page, in ten-thousandths of its image; nothing on a turned one. */
function boxesOf(range, figure) {
  if (figure.dataset.turn && figure.dataset.turn !== "0") return [];
  const page = figure.querySelector("img").getBoundingClientRect();
  if (!page.width) return []; // read as text
  const share = (at, from, whole) => Math.min(10_000, Math.max(0, Math.round(((at - from) * 10_000) / whole)));
  return [...range.getClientRects()].slice(0, 40)
    .map((box) => [share(box.left, page.left, page.width), share(box.top, page.top, page.height), share(box.right, page.left, page.width), share(box.bottom, page.top, page.height)])
    .filter(([x0, y0, x1, y1]) => x1 > x0 && y1 > y0);
}

customElements.define("query-form", QueryForm);
