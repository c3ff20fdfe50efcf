// <page-viewer>: turns a stack of page images into a reader; words and turns come from page-words.js.
import { make } from "./session.js";

const words = () => import("./page-words.js");
const ZOOMS = [50, 67, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300, 400]; // per cent
const PAPERS = ["white", "paper", "grey", "dark"];
const STORE = "chartline-pages";

class PageViewer extends HTMLElement {
  #zoom = 100;
  #paper = "white";
  #page = 0;
  #body;

  connectedCallback() {
    if (this.#body) return;
    this.#body = this.querySelector(".pane-body");
    for (const part of this.querySelectorAll("[data-viewer-tools]")) part.hidden = false;
    this.addEventListener("click", (event) => this.#act(event.target.closest("[data-page]")?.dataset.page));
    this.addEventListener("click", (event) => this.#read(event, event.target.closest("[data-read]")));
    this.#body.addEventListener("pointerover", async () => (await words()).wordsOf(this), { once: true });
    this.addEventListener("error", (event) => event.target.tagName === "IMG" && this.#failed(event.target), { capture: true });
    this.#body.addEventListener("scroll", () => this.#mark(), { passive: true });
    this.#restore();
    if (this.querySelector("figure[data-turn]")) words().then((part) => part.turnAsArranged(this));
    this.#mark();
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
      larger: () => this.#zoomBy(1), smaller: () => this.#zoomBy(-1),
      actual: () => this.#setZoom(100, false), fit: () => this.#setZoom(100, true),
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
    const next = figures[Math.max(0, Math.min(figures.length - 1, this.#page + step))];
    this.#body.scrollTop = next.offsetTop - 8;
    this.#mark();
  }

  /** The page in hand is the one at the upper third of the pane. */
  #mark() {
    const line = this.#body.scrollTop + this.#body.clientHeight / 3;
    this.#page = Math.max(0, this.#figures.findLastIndex((figure) => figure.offsetTop <= line));
    const text = this.current?.dataset.number;
    for (const place of this.querySelectorAll("[data-page-now]")) if (place.textContent !== text) place.textContent = text;
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
    localStorage.setItem(STORE, JSON.stringify({ zoom: this.#zoom, fit: this.hasAttribute("fit"), paper: this.#paper }));
  }

  #restore() {
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "null");
    if (!kept) return;
    if (ZOOMS.includes(kept.zoom)) this.#setZoom(kept.zoom, Boolean(kept.fit));
    if (PAPERS.includes(kept.paper)) this.#setPaper(kept.paper);
  }
}
customElements.define("page-viewer", PageViewer);
