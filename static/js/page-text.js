// The words of the pages as a text to read, in place of their images: the same words that lie over the images, laid out
// in lines, so that what is selected, found and linked works as it does there. Fetched when it is asked for.
import { showAt, wordsOf } from "./page-words.js";

const APART = 1.7; // of a line's height: further down a new paragraph begins
const readers = new WeakMap();

/** Show a viewer's pages as text, or as images again; `within` is the share of the page in hand that stands at the top. */
export async function read(viewer, within) {
  if (!readers.has(viewer)) readers.set(viewer, new TextReader(viewer));
  await readers.get(viewer).turn(within);
}

class TextReader {
  #viewer;
  #changes = new MutationObserver((changes) => this.#changed(changes));

  constructor(viewer) {
    this.#viewer = viewer;
  }

  async turn(within) {
    const figure = this.#viewer.current;
    const words = wordsOf(this.#viewer);
    const isOn = this.#viewer.hasAttribute("text");
    this.#changes.disconnect();
    if (isOn) this.#changes.observe(words.body, { childList: true, subtree: true });
    if (isOn && figure) await words.mount(figure);
    for (const one of words.figures) this.#dress(one);
    if (figure) showAt(words.body, figure, Math.max(0, within));
  }

  /** Words that came, or marks that were drawn over them. */
  #changed(changes) {
    const over = changes.map(({ target }) => target.closest?.("figure[data-words]")).filter(Boolean);
    for (const figure of new Set(over)) this.#dress(figure);
  }

  /** Paragraphs and marks of one page's words. */
  async #dress(figure) {
    const layer = figure.querySelector(".over");
    const isOn = this.#viewer.hasAttribute("text");
    if (!layer?.querySelector(".words")) return;
    if (isOn) layer.removeAttribute("aria-hidden");
    else layer.setAttribute("aria-hidden", "true");
    const { words, line_starts: starts } = await wordsOf(this.#viewer).of(figure);
    const lines = [...layer.querySelectorAll(".words > div")];
    starts.forEach((start, at) => {
      const [above, own] = [words[starts[at - 1]], words[start]];
      lines[at]?.classList.toggle("apart", Boolean(above) && own[2] - above[2] > APART * (above[4] - above[2]));
    });
    const spans = [...layer.querySelectorAll(".words span")];
    const kinds = new Array(spans.length).fill("");
    for (const mark of layer.querySelectorAll(".marks rect")) {
      const { x, y, width, height } = mark;
      const [left, top] = [x.baseVal.value, y.baseVal.value];
      const [right, bottom] = [left + width.baseVal.value, top + height.baseVal.value];
      words.forEach(([, x0, y0, x1, y1], index) => {
        const [across, down] = [(x0 + x1) / 2, (y0 + y1) / 2];
        if (across >= left && across <= right && down >= top && down <= bottom) kinds[index] = mark.getAttribute("class");
      });
    }
    spans.forEach((span, index) => { if (span.className !== kinds[index]) span.className = kinds[index]; });
  }
}
