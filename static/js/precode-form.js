// <precode-form>: around the pre-coding form; hands every change to the draft keeper, fills the place of service.
const PAUSE = 500; // ms without typing before a save

class PrecodeForm extends HTMLElement {
  #timer;
  #form;

  connectedCallback() {
    if (this.#form) return;
    this.#form = this.querySelector("form");
    this.addEventListener("input", (event) => this.#changed(event.target, PAUSE));
    this.addEventListener("change", (event) => this.#changed(event.target, 0));
  }

  /** Out of the page, nothing that was typed is lost. */
  disconnectedCallback() {
    if (this.#timer) this.#keep();
  }

  #keep() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.closest("draft-keeper").keep(this.#body());
  }

  #changed(field, pause) {
    if (field.form !== this.#form) return;
    if (field.name === "location") this.#fillPlace(field.value);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#keep(), pause);
  }

  #body() {
    const own = new Set((this.getAttribute("fields") ?? "").split(" "));
    const body = {};
    for (const [name, value] of new FormData(this.#form)) if (own.has(name)) body[name] = body[name] ? `${body[name]} ${value}` : value;
    return body;
  }

  #fillPlace(location) {
    const places = JSON.parse(document.getElementById("places").textContent);
    const field = this.#form.elements.namedItem("place_of_service");
    if (places[location]) field.value = places[location];
  }
}
customElements.define("precode-form", PrecodeForm);
