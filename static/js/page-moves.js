// <page-moves>: the steps of the bench act on the page that the reader shows; its number stands in a field.
class PageMoves extends HTMLElement {
  #stop;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const viewer = document.querySelector("page-viewer");
    const field = this.querySelector("input");
    const follow = () => {
      const [, number] = viewer.current?.id.match(/^page-(\d+)$/) ?? []; // pages of later documents are arranged elsewhere
      if (number && document.activeElement !== field) field.value = number;
    };
    viewer.querySelector(".pane-body").addEventListener("scroll", () => requestAnimationFrame(follow), { passive: true, signal });
    this.closest("form")?.addEventListener("focusin", () => requestAnimationFrame(follow), { signal });
    const start = document.getElementById(this.getAttribute("start"));
    if (start) viewer.querySelector(".pane-body").scrollTop = start.offsetTop - 8;
    customElements.whenDefined("page-viewer").then(follow);
  }

  disconnectedCallback() {
    this.#stop.abort();
  }
}
customElements.define("page-moves", PageMoves);
