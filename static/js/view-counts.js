// <view-counts> around the links of views: asks how much each holds once the page is there, so that no list waits for it.
class ViewCounts extends HTMLElement {
  #stop;

  connectedCallback() {
    this.#stop = new AbortController();
    this.#ask(this.#stop.signal);
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  async #ask(signal) {
    try {
      const response = await fetch(this.getAttribute("url"), { headers: { Accept: "application/json", "X-Background": "1" }, credentials: "same-origin", signal });
      if (!response.ok || response.redirected) return;
      const { counts } = await response.json();
      for (const place of this.querySelectorAll("[data-count]")) place.textContent = counts[place.dataset.count] ?? "";
    } catch {
      // Without numbers the links are as good as with them.
    }
  }
}
customElements.define("view-counts", ViewCounts);
