// Passages and where they stand: {page, boxes, quote}, boxes in ten-thousandths of the page as it was drawn.
import { turnsOf } from "./page-words.js";

export const SCALE = 10_000;
export const WORDS = 200; // of one passage
export const pageOf = (figure) => Number(figure.dataset.pageId);
export const clamp = (value) => Math.min(SCALE, Math.max(0, Math.round(value)));

/** Words of a page as one passage. */
export function passageOf(figure, words) {
  const boxes = words.map(([, x0, y0, x1, y1]) => [Math.min(x0, SCALE - 1), Math.min(y0, SCALE - 1), Math.max(x1, x0 + 1), Math.max(y1, y0 + 1)]);
  return { page: pageOf(figure), boxes, quote: words.map(([text]) => text).join(" ") };
}

/** The words whose middle lies in a box, as the server will read them. */
export function quoteIn(words, boxes) {
  const within = ([, x0, y0, x1, y1]) => boxes.some((box) => box[0] <= (x0 + x1) / 2 && (x0 + x1) / 2 <= box[2] && box[1] <= (y0 + y1) / 2 && (y0 + y1) / 2 <= box[3]);
  return words.filter(within).map(([text]) => text).join(" ");
}

/** Whether a range takes some letter of a word. */
export function covers(range, span) {
  if (!range.intersectsNode(span)) return false;
  const part = document.createRange();
  part.selectNodeContents(span);
  if (part.compareBoundaryPoints(Range.START_TO_START, range) < 0) part.setStart(range.startContainer, range.startOffset);
  if (part.compareBoundaryPoints(Range.END_TO_END, range) > 0) part.setEnd(range.endContainer, range.endOffset);
  return String(part).trim() !== "";
}

/** How far down a box stands on the page as it is turned now, as a share of its height. */
export function seenFrom(figure, [x0, y0, x1, y1]) {
  return [y0, x0, SCALE - y1, SCALE - x1][turnsOf(figure)] / SCALE;
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
