// <page-viewer>: turns a stack of page images into a reader; words come from page-words.js.
import { make } from "./session.js";

const words = () => import("./page-words.js");
const ZOOMS = [50, 67, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300, 400]; // per cent
const SIZES = [14, 15, 16, 17, 18, 20, 22]; // px of the words, where they are read instead of the image
const PAPERS = ["white", "paper", "grey", "dark"];
const STORE = "chartline-pages";
const REST = 700; // ms that something stands still before it counts as read
const LOW = 0.7; // of a page's height: who came so far has read it

class PageViewer extends HTMLElement {
  #zoom = 100;
  #paper = "white";
  #size = 16;
  #page = 0;
  #body;
  #timer;
  #seen; // ids of pages that were read, and hashes of sections

  connectedCallback() {
    if (this.#body) return;
    this.#body = this.querySelector(".pane-body");
    for (const part of this.querySelectorAll("[data-viewer-tools]")) part.hidden = false;
    this.addEventListener("click", (event) => this.#act(event.target.closest("[data-page]")?.dataset.page));
    this.addEventListener("click", (event) => this.#read(event, event.target.closest("[data-read]")));
    this.#body.addEventListener("pointerover", async () => (await words()).wordsOf(this), { once: true });
    this.addEventListener("error", (event) => event.target.tagName === "IMG" && this.#failed(event.target), { capture: true });
    this.#body.addEventListener("scroll", () => this.#mark(), { passive: true });
    this.#seen = new Set(JSON.parse(sessionStorage.getItem(this.#kept) ?? "[]"));
    this.querySelector("[data-thumbs]")?.addEventListener("toggle", ({ target }) => target.open && this.#pages("fill", target));
    this.#restore();
    if (this.querySelector("figure[data-turn]")) import("./page-turns.js").then((part) => part.turnAsArranged(this));
    this.#mark();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  get #kept() {
    return `chartline-read:${this.querySelector("[data-words]")?.dataset.words}`;
  }

  get #figures() {
    return [...this.querySelectorAll("figure.page-image")];
  }

  get current() {
    return this.#figures[this.#page];
  }

  #act(name) {
    const acts = {
      next: () => this.#go(1), previous: () => this.#go(-1),
      "next-document": () => this.#pages("goDocument", 1), "previous-document": () => this.#pages("goDocument", -1),
      larger: () => this.#sizeBy(1), smaller: () => this.#sizeBy(-1),
      actual: () => (this.#isText ? this.#setSize(16) : this.#setZoom(100, false)), fit: () => this.#setZoom(100, true),
      text: () => this.#setText(!this.#isText),
      paper: () => this.#setPaper(PAPERS[(PAPERS.indexOf(this.#paper) + 1) % 4]),
    };
    acts[name]?.();
  }

  /** Words are fetched once they are wanted. */
  async #read(event, control) {
    if (!control) return;
    event.preventDefault();
    const chosen = this.contains(getSelection().anchorNode) ? String(getSelection()) : "";
    if (control.dataset.read === "find") {
      const field = this.querySelector("[data-find] input"); // what is typed next belongs here
      field.form.hidden = false;
      field.focus();
    }
    (await words()).act(this, control, chosen);
  }

  #go(step) {
    const figures = this.#figures;
    this.#show(figures[Math.max(0, Math.min(figures.length - 1, this.#page + step))]);
  }

  #show(figure) {
    this.#body.scrollTop = figure.offsetTop - 8;
    this.#mark();
  }

  /** What the small pages know how to do. */
  async #pages(act, what) {
    (await import("./page-thumbs.js"))[act](what, { figures: this.#figures, current: this.current, seen: this.#seen, go: (figure) => this.#show(figure) });
  }

  /** The page in hand is the one at the upper third of the pane. */
  #mark() {
    const line = this.#body.scrollTop + this.#body.clientHeight / 3;
    this.#page = Math.max(0, this.#figures.findLastIndex((figure) => figure.offsetTop <= line));
    const text = this.current?.dataset.number;
    for (const place of this.querySelectorAll("[data-page-now]")) if (place.textContent !== text) place.textContent = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#rest(), REST);
  }

  /** What stands still in the pane counts as read; the outline shows the sections that do not. */
  #rest() {
    const { scrollTop: top, clientHeight: height } = this.#body;
    const isIn = (figure, share) => {
      const at = figure.offsetTop + figure.offsetHeight * share - top;
      return !document.hidden && at >= 0 && at < height;
    };
    for (const figure of this.#figures) if (isIn(figure, LOW)) this.#seen.add(figure.id);
    for (const link of this.querySelectorAll("[data-read=jump]")) {
      const { hash, dataset } = link;
      const section = hash + dataset.y;
      if (isIn(this.querySelector(hash), dataset.y / 10_000)) this.#seen.add(section);
      link.toggleAttribute("data-unread", !this.#seen.has(section));
      link.ariaDescription = this.#seen.has(section) ? null : "not read yet";
    }
    sessionStorage.setItem(this.#kept, JSON.stringify([...this.#seen]));
    const figures = this.#figures;
    const count = document.querySelector("[data-pages-read]");
    if (count) count.textContent = `${figures.filter(({ id }) => this.#seen.has(id)).length} of ${figures.length} pages read`;
  }

  // -- words instead of images ---------------------------------------------------------------------------
  get #isText() {
    return this.hasAttribute("text");
  }

  async #setText(on) {
    this.toggleAttribute("text", on);
    for (const button of this.querySelectorAll("[data-page=text]")) button.setAttribute("aria-pressed", on);
    this.#setSize(this.#size);
    const within = (this.#body.scrollTop - (this.current?.offsetTop ?? 0)) / (this.current?.offsetHeight || 1);
    (await import("./page-text.js")).read(this, within);
  }

  #setSize(size) {
    this.#size = size;
    this.style.setProperty("--note", `${size}px`);
    for (const place of this.querySelectorAll("[data-zoom-now]")) place.textContent = this.#isText ? `${size} px` : `${this.#zoom} %`;
    this.#remember();
  }

  #sizeBy(step) {
    if (!this.#isText) return this.#zoomBy(step);
    return this.#setSize(SIZES[Math.max(0, Math.min(SIZES.length - 1, SIZES.indexOf(this.#size) + step))]);
  }

  #zoomBy(step) {
    const at = ZOOMS.findIndex((zoom) => zoom >= this.#zoom);
    this.#setZoom(ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, at + step))], this.hasAttribute("fit"));
  }

  #setZoom(zoom, fit) {
    const figure = this.current;
    const within = figure ? (this.#body.scrollTop - figure.offsetTop) / figure.offsetHeight : 0;
    this.#zoom = zoom;
    this.toggleAttribute("fit", fit);
    this.style.setProperty("--scale", String(zoom / 100));
    for (const place of this.querySelectorAll("[data-zoom-now]")) place.textContent = `${zoom} %`;
    if (figure) this.#body.scrollTop = figure.offsetTop + within * figure.offsetHeight;
    this.#remember();
  }

  #setPaper(paper) {
    this.#paper = paper;
    this.closest("[data-paper]").dataset.paper = paper;
    for (const place of this.querySelectorAll("[data-paper-now]")) place.textContent = paper === "paper" ? "cream" : paper;
    this.#remember();
  }

  #failed(img) {
    const retry = make("button", { type: "button", class: "button small" }, "Try again");
    const note = make("p", { class: "page-failed" }, "This page could not be loaded. ", retry);
    retry.addEventListener("click", () => { note.remove(); img.src = img.src; });
    if (!img.closest("figure").querySelector(".page-failed")) img.parentElement.after(note);
  }

  #remember() {
    localStorage.setItem(STORE, JSON.stringify({ zoom: this.#zoom, fit: this.hasAttribute("fit"), paper: this.#paper, text: this.#isText, size: this.#size }));
  }

  #restore() {
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "null");
    if (!kept) return;
    if (ZOOMS.includes(kept.zoom)) this.#setZoom(kept.zoom, Boolean(kept.fit));
    if (PAPERS.includes(kept.paper)) this.#setPaper(kept.paper);
    if (SIZES.includes(kept.size)) this.#size = kept.size;
    if (kept.text) this.#setText(true);
  }
}
customElements.define("page-viewer", PageViewer);
