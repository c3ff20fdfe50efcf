// <code-tree> around links to codes: keeps the current one in view; J/K move from link to link, arrows once inside.
import { comboOf, isTyping } from "./keys.js";

const STEPS = { j: 1, k: -1, arrowdown: 1, arrowup: -1 };

class CodeTree extends HTMLElement {
  #stop;

  connectedCallback() {
    this.#stop = new AbortController();
    window.addEventListener("keydown", (event) => this.#key(event), { signal: this.#stop.signal });
    // Only this list scrolls: the page stays where the reader is.
    const current = this.querySelector("[aria-current]");
    if (current) this.scrollTop = current.offsetTop - (this.clientHeight - current.offsetHeight) / 2;
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  #key(event) {
    const combo = comboOf(event);
    const step = STEPS[combo];
    const { dataset } = document.documentElement;
    const inside = this.contains(document.activeElement);
    if (!step || event.defaultPrevented || isTyping(event.target) || "locked" in dataset || document.querySelector("dialog:modal")) return;
    if (combo.startsWith("arrow") ? !inside : dataset.keys === "off") return;
    const links = [...this.querySelectorAll("a")];
    const now = links.findIndex((link) => link === document.activeElement || (!inside && link.hasAttribute("aria-current")));
    links[Math.min(links.length - 1, Math.max(0, now + step))]?.focus();
    event.preventDefault();
  }
}
customElements.define("code-tree", CodeTree);
