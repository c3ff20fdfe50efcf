// <key-capture> around the fields of keys: a button listens to what is pressed and writes it into its field.
import { comboOf, isModifier, shown } from "./keys.js";
import { say } from "./session.js";

const SECOND = 1200; // ms for the second key of a sequence

class KeyCapture extends HTMLElement {
  #stop;

  connectedCallback() {
    for (const button of this.querySelectorAll("[data-capture]")) button.hidden = false;
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-capture]");
      if (button) this.#listen(button, document.getElementById(button.dataset.capture));
    });
  }

  /** Until a key or two are pressed, Escape or Tab, or the focus leaves. */
  #listen(button, field) {
    this.#stop?.();
    const words = button.firstChild.textContent;
    const over = new AbortController();
    const strokes = [];
    let timer;
    const stop = (this.#stop = () => {
      clearTimeout(timer);
      over.abort();
      button.firstChild.textContent = words;
      button.removeAttribute("aria-pressed");
      this.#stop = undefined;
    });
    button.firstChild.textContent = "Listening";
    button.setAttribute("aria-pressed", "true");
    say("Press the key, or Escape to leave it as it is.");
    button.addEventListener("blur", stop, { signal: over.signal });
    window.addEventListener("keydown", (event) => {
      if (event.key === "Tab") return stop();
      event.preventDefault();
      event.stopImmediatePropagation();
      if (event.key === "Escape") return stop();
      if (isModifier(event) || event.repeat) return;
      strokes.push(comboOf(event));
      field.value = shown(strokes.join(" "));
      say(field.value);
      clearTimeout(timer);
      if (strokes.length === 2) stop();
      else timer = setTimeout(stop, SECOND);
    }, { capture: true, signal: over.signal });
  }
}
customElements.define("key-capture", KeyCapture);
