// What a person marks on the pages as evidence: selected words, a box drawn with the pointer, or both by keyboard.
// A passage is {page, boxes, quote}: boxes in ten-thousandths of the page as it was drawn, however it is turned now.
import { isTyping, withKeys } from "./keys.js";
import { make, say } from "./session.js";
import { heightAt, isText, markOn, showAt, turnsOf, wordsOf } from "./page-words.js";

const SCALE = 10_000;
const LEAST = 40; // a smaller box is a slip of the hand
const STEP = 150; // of a box moved by keys
const WORDS = 200; // of one passage

/** The pages of one viewer, for marking. Sends "passage:marked" {passages} when Enter takes what the keys marked. */
export class PageMarks {
  #drawn = []; // {figure, box}: boxes of the pointer that wait to be linked
  #marker; // what the keys are marking

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
    if (!sheet || event.button !== 0 || event.pointerType === "touch" && !this.#marker) return;
    const figure = sheet.closest("figure");
    if (isText(figure)) return;
    const isBare = figure.hasAttribute("data-wordless") && !figure.querySelector(".words");
    if (!isBare && !event.altKey && !this.#marker) return;
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
  /** Arrows move over words, or move a box where there are none; Shift extends; Enter takes; Escape leaves. */
  async begin() {
    const selected = getSelection().isCollapsed ? null : getSelection().anchorNode.parentElement.closest("figure[data-words]");
    const figure = selected ?? this.viewer.current;
    if (!figure) return;
    const before = document.activeElement;
    const { words, line_starts: starts } = await wordsOf(this.viewer).of(figure);
    const chosen = getSelection().isCollapsed ? -1 : [...figure.querySelectorAll(".words span")].findIndex((span) => covers(getSelection().getRangeAt(0), span));
    const sheet = figure.querySelector(".sheet");
    const top = Math.max(0, (this.body.scrollTop - figure.offsetTop - sheet.offsetTop + this.body.clientHeight / 4) / sheet.offsetHeight) * SCALE;
    const near = words.findIndex(([, , y0]) => y0 >= top);
    const y = Math.round(Math.min(SCALE - 400, top));
    const marker = (this.#marker = {
      figure, words, starts, before, onWords: words.length > 0,
      from: Math.max(0, chosen >= 0 ? chosen : near), to: Math.max(0, chosen >= 0 ? chosen : near), box: [1000, y, 3000, y + 400],
    });
    this.clear();
    marker.field = make("div", { class: "marker", tabindex: "0", role: "application", "aria-label": `Marking on page ${figure.dataset.number}` });
    marker.field.addEventListener("keydown", (event) => this.#mark(event));
    marker.field.addEventListener("blur", () => this.#end());
    sheet.append(marker.field);
    this.#show();
    marker.field.focus({ preventScroll: true });
    say(`Marking on page ${figure.dataset.number}. Arrows move, Shift extends, Space changes between words and box, Enter links, Escape leaves. ${this.#markedWords()}`);
  }

  #mark(event) {
    const marker = this.#marker;
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab" || event.key === "Shift") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return this.#leave();
    if (event.key === "Enter") return this.#take();
    if (event.code === "Space" && marker.words.length && !isText(marker.figure)) marker.onWords = !marker.onWords;
    else if (marker.onWords) this.#overWords(event);
    else marker.box = movedBox(marker.box, event.key, event.shiftKey);
    this.#show();
    say(this.#markedWords());
    return undefined;
  }

  #overWords({ key, shiftKey }) {
    const marker = this.#marker;
    marker.to = wordAt(marker, key);
    if (!shiftKey) marker.from = marker.to;
  }

  get #indexes() {
    const { from, to } = this.#marker;
    const first = Math.min(from, to);
    return Array.from({ length: Math.min(WORDS, Math.abs(to - from) + 1) }, (_, place) => first + place);
  }

  #passage() {
    const { figure, words, onWords, box } = this.#marker;
    return onWords ? passageOf(figure, this.#indexes.map((index) => words[index])) : { page: pageOf(figure), boxes: [box], quote: quoteIn(words, [box]) };
  }

  #markedWords() {
    return this.#passage().quote || "A box without words";
  }

  #show() {
    const { figure } = this.#marker;
    const { boxes } = this.#passage();
    markOn(figure, joined(boxes).map((box) => [...box, "selected"]), "drawn");
    const place = seenFrom(figure, boxes.at(-1));
    const at = heightAt(this.body, figure, place) - this.body.scrollTop;
    if (at < 40 || at > this.body.clientHeight - 60) showAt(this.body, figure, place);
  }

  #take() {
    const passage = this.#passage();
    this.#leave();
    this.viewer.dispatchEvent(new CustomEvent("passage:marked", { bubbles: true, detail: { passages: [passage] } }));
  }

  #leave() {
    const { before } = this.#marker;
    this.#end();
    before?.focus?.({ preventScroll: true });
  }

  #end() {
    const marker = this.#marker;
    if (!marker) return;
    this.#marker = undefined;
    markOn(marker.figure, [], "drawn");
    marker.field.remove();
  }
}

// -- places -----------------------------------------------------------------------------------------------
const pageOf = (figure) => Number(figure.dataset.pageId);
const clamp = (value) => Math.min(SCALE, Math.max(0, Math.round(value)));

/** Words of a page as one passage. */
function passageOf(figure, words) {
  const boxes = words.map(([, x0, y0, x1, y1]) => [Math.min(x0, SCALE - 1), Math.min(y0, SCALE - 1), Math.max(x1, x0 + 1), Math.max(y1, y0 + 1)]);
  return { page: pageOf(figure), boxes, quote: words.map(([text]) => text).join(" ") };
}

/** The words whose middle lies in a box, as the server will read them. */
function quoteIn(words, boxes) {
  const within = ([, x0, y0, x1, y1]) => boxes.some((box) => box[0] <= (x0 + x1) / 2 && (x0 + x1) / 2 <= box[2] && box[1] <= (y0 + y1) / 2 && (y0 + y1) / 2 <= box[3]);
  return words.filter(within).map(([text]) => text).join(" ");
}

/** Whether a range takes some letter of a word. */
function covers(range, span) {
  if (!range.intersectsNode(span)) return false;
  const part = document.createRange();
  part.selectNodeContents(span);
  if (part.compareBoundaryPoints(Range.START_TO_START, range) < 0) part.setStart(range.startContainer, range.startOffset);
  if (part.compareBoundaryPoints(Range.END_TO_END, range) > 0) part.setEnd(range.endContainer, range.endOffset);
  return String(part).trim() !== "";
}

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

/** How far down a box stands on the page as it is turned now, as a share of its height. */
export function seenFrom(figure, [x0, y0, x1, y1]) {
  return [y0, x0, SCALE - y1, SCALE - x1][turnsOf(figure)] / SCALE;
}

function movedBox([x0, y0, x1, y1], key, sizes) {
  const [dx, dy] = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[key] ?? [0, 0];
  if (sizes) return [x0, y0, clamp(Math.max(x0 + STEP, x1 + dx)), clamp(Math.max(y0 + STEP, y1 + dy))];
  const right = Math.max(-x0, Math.min(SCALE - x1, dx));
  const down = Math.max(-y0, Math.min(SCALE - y1, dy));
  return [x0 + right, y0 + down, x1 + right, y1 + down];
}

/** Where a key leads from the word in hand: beside it, or to the nearest word of the line above or below. */
function wordAt({ words, starts, to }, key) {
  const last = words.length - 1;
  if (key === "ArrowRight") return Math.min(last, to + 1);
  if (key === "ArrowLeft") return Math.max(0, to - 1);
  const line = starts.findLastIndex((start) => start <= to);
  const [first, end] = [starts[line], (starts[line + 1] ?? words.length) - 1];
  if (key === "Home") return first;
  if (key === "End") return end;
  const other = line + { ArrowDown: 1, ArrowUp: -1 }[key];
  if (Number.isNaN(other) || starts[other] === undefined) return to;
  let best = starts[other];
  for (let index = best; index < (starts[other + 1] ?? words.length); index += 1) {
    if (Math.abs(words[index][1] - words[to][1]) < Math.abs(words[best][1] - words[to][1])) best = index;
  }
  return best;
}

/** Boxes of words that stand beside each other as one. */
export function joined(boxes) {
  const found = [];
  for (const [x0, y0, x1, y1] of boxes) {
    const last = found.at(-1);
    const middle = (y0 + y1) / 2;
    if (last && last[1] < middle && middle < last[3] && x0 >= last[0] && x0 - last[2] < 3 * (y1 - y0)) {
      found[found.length - 1] = [last[0], Math.min(last[1], y0), Math.max(last[2], x1), Math.max(last[3], y1)];
    } else found.push([x0, y0, x1, y1]);
  }
  return found;
}
