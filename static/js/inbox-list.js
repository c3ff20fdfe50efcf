// <inbox-list> around the inbox: keys walk the items and press their buttons; after a change the list stays where it was.
class InboxList extends HTMLElement {
  #stop;
  #at = -1;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.dataset.actions = "list.next list.previous inbox.done inbox.reply inbox.snooze inbox.unread";
    this.addEventListener("chartline:action", ({ detail }) => this.#act(detail.action), { signal });
    this.addEventListener("focusin", ({ target }) => { const at = this.#items.indexOf(target.closest("[data-item]")); if (at >= 0) this.#at = at; }, { signal });
    this.addEventListener("htmx:afterSettle", () => this.#again(), { signal });
    this.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("[data-item]")) event.target.querySelector("[data-open]").click();
    }, { signal });
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  get #items() { return [...this.querySelectorAll("[data-item]")]; }

  #act(action) {
    const items = this.#items;
    if (action === "list.next" || action === "list.previous") return this.#go(this.#at + (action === "list.next" ? 1 : -1));
    const now = items[Math.max(0, this.#at)];
    now?.querySelector(`[data-act="${action}"]`)?.click();
  }

  #go(at) {
    const items = this.#items;
    if (!items.length) return;
    this.#at = Math.min(items.length - 1, Math.max(0, at));
    const item = items[this.#at];
    item.setAttribute("tabindex", "-1");
    item.focus();
    item.scrollIntoView({ block: "nearest" });
  }

  // The item that was done is gone and the next one stands in its place.
  #again() {
    if (document.activeElement === document.body || !document.activeElement?.isConnected) this.#go(this.#at);
  }
}

customElements.define("inbox-list", InboxList);
