// <code-tree> around links to codes: keeps the current one in view; the keys of a list move from link to link, arrows once inside.
const ARROWS = { ArrowDown: 1, ArrowUp: -1 };

class CodeTree extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.actions) {
      this.dataset.actions = "list.next list.previous";
      this.addEventListener("chartline:action", ({ detail }) => this.#step(detail.action === "list.next" ? 1 : -1));
      this.addEventListener("keydown", (event) => {
        if (!(event.key in ARROWS) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.#step(ARROWS[event.key]);
      });
    }
    // Only this list scrolls: the page stays where the reader is.
    const current = this.querySelector("[aria-current]");
    if (current) this.scrollTop = current.offsetTop - (this.clientHeight - current.offsetHeight) / 2;
  }

  #step(step) {
    const inside = this.contains(document.activeElement);
    const links = [...this.querySelectorAll("a")];
    const now = links.findIndex((link) => link === document.activeElement || (!inside && link.hasAttribute("aria-current")));
    links[Math.min(links.length - 1, Math.max(0, now + step))]?.focus();
  }
}
customElements.define("code-tree", CodeTree);
