// <em-worksheet>: what is ticked, as the body of a bench keeps it; sends "worksheet:changed" {pause} at each change.
const SWITCHES = ["historian", "interpretation", "discussion"];
const TYPING_PAUSE = 400; // ms

class EmWorksheet extends HTMLElement {
  #ready = false;

  connectedCallback() {
    if (this.#ready) return;
    this.#ready = true;
    this.addEventListener("input", () => this.dispatchEvent(new CustomEvent("worksheet:changed", { bubbles: true, detail: { pause: TYPING_PAUSE } })));
    const details = this.closest("details");
    const begin = () => this.querySelector("input").focus();
    details.addEventListener("toggle", () => details.open && begin());
    // Its key leads into a worksheet that is open already; pressed on its heading it closes it.
    details.addEventListener("chartline:key", (event) => {
      if (!details.open || details.contains(document.activeElement)) return;
      event.preventDefault();
      begin();
    });
  }

  /** The worksheet as its fields stand, in the shape of coding/forms/worksheet.py. */
  get value() {
    const sheet = { problems: {}, risks: [], where: {} };
    for (const field of this.querySelectorAll("input")) {
      const name = field.name.replace("em-", "");
      if (name.startsWith("where-")) sheet.where[name.replace("where-", "")] = field.value;
      else if (name.startsWith("problem-")) sheet.problems[name.replace("problem-", "")] = Math.min(9, Number.parseInt(field.value, 10) || 0);
      else if (name.startsWith("risk-") && field.checked) sheet.risks.push(name.replace("risk-", ""));
      else if (SWITCHES.includes(name)) sheet[name] = field.checked;
      else if (name === "minutes") sheet.minutes = field.value === "" ? null : Math.min(1440, Number.parseInt(field.value, 10) || 0);
      else if (name === "provider_code") sheet.provider_code = field.value.trim();
      else if (name === "notes" || name === "tests") sheet[name] = field.value.split(",");
    }
    return sheet;
  }
}
customElements.define("em-worksheet", EmWorksheet);
