// <row-list> around a table: the keys of a list move and select, Enter opens; the bulk bar shows itself with the count.
// A <row-peek> inside is told which row is in hand ("row:inhand") and that somebody wants to see it ("row:peek").
class RowList extends HTMLElement {
  #stop;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.addEventListener("change", (event) => {
      const { target } = event;
      if (target.matches("[data-select-all], [data-select-every]")) for (const box of this.#boxes()) box.checked = target.checked;
      if (target.matches(".select input") && !target.checked && this.#every()) this.#every().checked = false;
      this.#count();
    }, { signal });
    this.addEventListener("htmx:afterSettle", () => this.#count(), { signal });
    this.addEventListener("chartline:action", ({ detail }) => this.#act(detail.action), { signal });
    for (const type of ["focusin", "focusout"]) this.addEventListener(type, (event) => this.#offer(type === "focusin" ? event.target : event.relatedTarget), { signal });
    this.#offer();
    this.#count();
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  /** The actions that make sense where the focus is: Space scrolls the page unless a row is in hand. */
  #offer(focused) {
    const peeks = focused?.closest("tr")?.dataset.peekUrl && this.querySelector("row-peek");
    this.dataset.actions = `list.next list.previous${this.#boxes().length ? " list.select" : ""}${peeks ? " list.peek" : ""}`;
  }

  #boxes() {
    return [...this.querySelectorAll('tbody .select input[type="checkbox"]')];
  }

  #every() {
    return this.querySelector("[data-select-every]");
  }

  #rows() {
    return [...this.querySelectorAll("tbody tr:not(.no-rows)")];
  }

  #count() {
    const boxes = this.#boxes();
    const chosen = boxes.filter((box) => box.checked).length;
    const every = this.#every();
    const bar = this.querySelector("[data-bulk-bar]");
    const all = this.querySelector("[data-select-all]");
    if (bar) bar.hidden = chosen === 0;
    for (const place of this.querySelectorAll("[data-selected-count]")) place.textContent = every?.checked ? every.dataset.selectEvery : chosen;
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  }

  #act(action) {
    const rows = this.#rows();
    const now = rows.findIndex((row) => row.contains(document.activeElement));
    if (action === "list.select") {
      const box = rows[now]?.querySelector('.select input[type="checkbox"]');
      if (!box) return;
      box.checked = !box.checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (action === "list.peek") {
      if (rows[now]) rows[now].dispatchEvent(new CustomEvent("row:peek", { bubbles: true }));
    } else {
      const next = rows[Math.min(rows.length - 1, Math.max(0, now + (action === "list.next" ? 1 : -1)))];
      (next?.querySelector(".row-link") ?? next?.querySelector("a, button, input"))?.focus();
      next?.dispatchEvent(new CustomEvent("row:inhand", { bubbles: true }));
    }
  }
}
customElements.define("row-list", RowList);
