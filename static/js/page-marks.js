// What a person marks on the pages as evidence: selected words, a box drawn with the pointer, or both by keyboard.
// A passage is {page, boxes, quote}: boxes in ten-thousandths of the page as it was drawn, however it is turned now.
import { isTyping, withKeys } from "./keys.js";
import { say } from "./session.js";
import { SCALE, WORDS, clamp, covers, pageOf, passageOf, quoteIn } from "./page-passages.js";
import { isText, markOn, wordsOf } from "./page-words.js";

const LEAST = 40; // a smaller box is a slip of the hand

/** The pages of one viewer, for marking. Sends "passage:marked" {passages} when Enter takes what the keys marked. */
export class PageMarks {
  #drawn = []; // {figure, box}: boxes of the pointer that wait to be linked
  #marker; // for keys, once they were asked for

  constructor(viewer) {
    this.viewer = viewer;
    this.body = viewer.querySelector(".pane-body");
    this.body.addEventListener("pointerdown", (event) => this.#press(event));
    this.body.addEventListener("pointerover", (event) => this.#look(event.target.closest("figure[data-words]")));
    viewer.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#drawn.length && !isTyping(event.target)) this.clear();
    });
  }

  figureOf(page) {
    return this.viewer.querySelector(`figure[data-page-id="${page}"]`);
  }

  /** What is marked now, as passages in the order of the pages. */
  async marked() {
    if (this.#drawn.length) {
      return Promise.all(this.#drawn.map(async ({ figure, box }) => ({ page: pageOf(figure), boxes: [box], quote: quoteIn(await this.#words(figure), [box]) })));
    }
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return [];
    const range = selection.getRangeAt(0);
    const found = [];
    for (const figure of this.viewer.querySelectorAll("figure[data-words]")) {
      const taken = [...figure.querySelectorAll(".words span")].flatMap((span, index) => (covers(range, span) ? [index] : []));
      if (taken.length) found.push({ figure, taken: taken.slice(0, WORDS) });
    }
    return Promise.all(found.map(async ({ figure, taken }) => {
      const words = await this.#words(figure);
      return passageOf(figure, taken.map((index) => words[index]));
    }));
  }

  /** The words as they are selected, for a search. */
  get selected() {
    const selection = getSelection();
    return this.viewer.contains(selection.anchorNode) ? String(selection).trim().replace(/\s+/g, " ") : "";
  }

  clear() {
    for (const { figure } of this.#drawn) markOn(figure, [], "drawn");
    this.#drawn = [];
    if (this.viewer.contains(getSelection().anchorNode)) getSelection().removeAllRanges();
  }

  async #words(figure) {
    return (await wordsOf(this.viewer).of(figure)).words;
  }

  // -- by pointer: on pages without words, or with Alt held -----------------------------------------------
  /** Whether a page has words is known once somebody points at it. */
  async #look(figure) {
    if (!figure || figure.hasAttribute("data-wordless")) return;
    const words = await this.#words(figure);
    figure.toggleAttribute("data-wordless", !words.length);
  }

  #press(event) {
    const sheet = event.target.closest?.(".sheet");
    const isMarking = sheet?.querySelector(".marker");
    if (!sheet || event.button !== 0 || event.pointerType === "touch" && !isMarking) return;
    const figure = sheet.closest("figure");
    if (isText(figure)) return;
    const isBare = figure.hasAttribute("data-wordless") && !figure.querySelector(".words");
    if (!isBare && !event.altKey && !isMarking) return;
    event.preventDefault();
    if (!event.shiftKey) this.clear();
    const from = shareOf(sheet, event);
    const entry = { figure, box: undefined };
    this.#drawn.push(entry);
    const boxes = () => this.#drawn.filter((one) => one.figure === figure && one.box).map((one) => [...one.box, "selected"]);
    const move = (moved) => {
      entry.box = boxBetween(from, shareOf(sheet, moved));
      markOn(figure, boxes(), "drawn");
    };
    const release = (moved) => {
      sheet.removeEventListener("pointermove", move);
      move(moved);
      const [x0, y0, x1, y1] = entry.box;
      if (x1 - x0 < LEAST || y1 - y0 < LEAST) this.#drawn.pop();
      markOn(figure, boxes(), "drawn");
      if (this.#drawn.includes(entry)) say(`Box drawn. Link it${withKeys("evidence.link")}.`);
    };
    sheet.setPointerCapture(event.pointerId);
    sheet.addEventListener("pointermove", move);
    sheet.addEventListener("pointerup", release, { once: true });
  }

  // -- by keyboard --------------------------------------------------------------------------------------
  async begin() {
    const lost = () => say("Marking by keys needs a connection the first time. Try again.");
    this.#marker ??= await import("./page-marker.js").then(({ Marker }) => new Marker(this), lost);
    this.#marker?.begin();
  }
}

// -- places -----------------------------------------------------------------------------------------------
/** A point on the screen as shares of the page, turned back. */
function shareOf(sheet, { clientX, clientY }) {
  const { left, top, width, height } = sheet.getBoundingClientRect();
  const u = (clientX - left) / width;
  const v = (clientY - top) / height;
  const [x, y] = [[u, v], [v, 1 - u], [1 - u, 1 - v], [1 - v, u]][Number(sheet.dataset.turns ?? 0)];
  return [clamp(x * SCALE), clamp(y * SCALE)];
}

function boxBetween([ax, ay], [bx, by]) {
  return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
}
