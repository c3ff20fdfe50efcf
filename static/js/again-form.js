// <again-form>: around the second entry of critical fields; the key that confirms goes on to the next field.
import { comboOf, keysOf } from "./keys.js";

class AgainForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", (event) => this.#keydown(event));
  }

  #keydown(event) {
    if (event.defaultPrevented || event.isComposing || !keysOf("fact.confirm").includes(comboOf(event))) return;
    const fields = [...this.querySelectorAll("input:not([type='hidden']), select")].filter((field) => field.checkVisibility());
    const at = fields.indexOf(event.target);
    if (at < 0) return;
    event.preventDefault();
    const next = fields.slice(at + 1).find((field) => field.type !== "radio" || field.name !== event.target.name);
    (next ?? this.querySelector('[data-action="precode.finish"]')).focus();
  }
}
customElements.define("again-form", AgainForm);
