// Marking by keyboard: arrows go over the words of a page, or move a box where there are none. Fetched when it is asked for.
import { make, say } from "./session.js";
import { SCALE, WORDS, clamp, covers, joined, pageOf, passageOf, quoteIn, seenFrom } from "./page-passages.js";
import { heightAt, isText, markOn, showAt, wordsOf } from "./page-words.js";

const STEP = 150; // of a box moved by keys

/** Shift extends; Enter takes, and sends "passage:marked" {passages} from the viewer; Escape leaves. */
export class Marker {
  #viewer;
  #body;
  #clear; // what was marked before
  #marker; // what is being marked

  constructor(marks) {
    this.#viewer = marks.viewer;
    this.#body = marks.body;
    this.#clear = () => marks.clear();
  }

  async begin() {
    const selected = getSelection().isCollapsed ? null : getSelection().anchorNode?.parentElement?.closest("figure[data-words]");
    const figure = selected ?? this.#viewer.current ?? this.#viewer.querySelector("figure[data-words]");
    if (!figure) return;
    const before = document.activeElement;
    const { words, line_starts: starts } = await wordsOf(this.#viewer).of(figure);
    const chosen = getSelection().isCollapsed ? -1 : [...figure.querySelectorAll(".words span")].findIndex((span) => covers(getSelection().getRangeAt(0), span));
    const sheet = figure.querySelector(".sheet");
    const top = Math.max(0, (this.#body.scrollTop - figure.offsetTop - sheet.offsetTop + this.#body.clientHeight / 4) / sheet.offsetHeight) * SCALE;
    const near = words.findIndex(([, , y0]) => y0 >= top);
    const y = Math.round(Math.min(SCALE - 400, top));
    const marker = (this.#marker = {
      figure, words, starts, before, onWords: words.length > 0,
      from: Math.max(0, chosen >= 0 ? chosen : near), to: Math.max(0, chosen >= 0 ? chosen : near), box: [1000, y, 3000, y + 400],
    });
    this.#clear();
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
    const at = heightAt(this.#body, figure, place) - this.#body.scrollTop;
    if (at < 40 || at > this.#body.clientHeight - 60) showAt(this.#body, figure, place);
  }

  #take() {
    const passage = this.#passage();
    this.#leave();
    this.#viewer.dispatchEvent(new CustomEvent("passage:marked", { bubbles: true, detail: { passages: [passage] } }));
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
