// <filter-line> around the form of a filter in words: completes the word that is typed, from the tokens that can be added.
const SHOWN = 12;

class FilterLine extends HTMLElement {
  #stop;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const field = this.querySelector("input[list]");
    field.addEventListener("input", () => this.#complete(field), { signal });
    field.addEventListener("focus", () => this.#complete(field), { signal });
    field.addEventListener("chartline:key", (event) => {
      event.preventDefault(); // what stands there is gone on with, not overwritten
      if (field.value && !field.value.endsWith(" ")) field.value += " ";
      field.focus();
      field.setSelectionRange(field.value.length, field.value.length);
    }, { signal });
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  /** Whole lines, since that is what a datalist puts into its field: what stands there, with the last word completed. */
  #complete(field) {
    const [, before, word] = field.value.match(/^(.*?)((?:[^\s"]|"[^"]*"?)*)$/s);
    const known = [...this.querySelectorAll("select option[value*=':']")];
    const wanted = word.toLowerCase();
    const fits = known.filter(({ value, textContent }) => value.toLowerCase().startsWith(wanted) || (wanted && textContent.toLowerCase().includes(wanted)));
    this.querySelector("datalist").replaceChildren(...fits.slice(0, SHOWN).map(({ value }) => {
      const option = document.createElement("option");
      option.value = before + value;
      return option;
    }));
  }
}
customElements.define("filter-line", FilterLine);
