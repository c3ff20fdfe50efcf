// <row-list> around a table: the keys of a list move and select, Enter opens; the bulk bar shows itself with the count.
class RowList extends HTMLElement {
  #stop;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.addEventListener("change", (event) => {
      if (event.target.matches("[data-select-all]")) for (const box of this.#boxes()) box.checked = event.target.checked;
      this.#count();
    }, { signal });
    this.addEventListener("htmx:afterSettle", () => this.#count(), { signal });
    this.dataset.actions = `list.next list.previous${this.#boxes().length ? " list.select" : ""}`;
    this.addEventListener("chartline:action", ({ detail }) => this.#act(detail.action), { signal });
    this.#count();
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  #boxes() {
    return [...this.querySelectorAll('tbody .select input[type="checkbox"]')];
  }

  #rows() {
    return [...this.querySelectorAll("tbody tr:not(.no-rows)")];
  }

  #count() {
    const boxes = this.#boxes();
    const chosen = boxes.filter((box) => box.checked).length;
    const bar = this.querySelector("[data-bulk-bar]");
    const all = this.querySelector("[data-select-all]");
    if (bar) bar.hidden = chosen === 0;
    for (const place of this.querySelectorAll("[data-selected-count]")) place.textContent = chosen;
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
    } else {
      const next = rows[Math.min(rows.length - 1, Math.max(0, now + (action === "list.next" ? 1 : -1)))];
      (next?.querySelector(".row-link") ?? next?.querySelector("a, button, input"))?.focus();
    }
  }
}
customElements.define("row-list", RowList);
