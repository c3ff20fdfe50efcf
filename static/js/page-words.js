// The words of page images: a transparent layer to select from, marks of what was found, jumps of the outline.
// Loaded by page-viewer when somebody points at a page, finds or jumps; the keyboard alone never waits for it.
import { make, say } from "./session.js";

const SVG = "http://www.w3.org/2000/svg";
const ASK_AGAIN = 10_000; // ms until a page that waits for its words is asked for once more
const FONT = "100px sans-serif";
const pen = document.createElement("canvas").getContext("2d");
pen.font = FONT;

/** The pages of one viewer, and what is known of their words. */
class PageWords {
  #known = new Map(); // figure id → the answer, or the promise of it
  #shown;

  constructor(viewer) {
    this.viewer = viewer;
    this.body = viewer.querySelector(".pane-body");
    this.#shown = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) this.mount(entry.target);
        else if (!this.viewer.hasAttribute("text")) entry.target.querySelector(".words")?.remove();
      }
    }, { root: this.body, rootMargin: "50%" });
    for (const figure of this.figures) this.#shown.observe(figure);
  }

  get figures() {
    return [...this.viewer.querySelectorAll("figure[data-words]")];
  }

  /** What is known of a page's words; the server is asked once, and again while the words are still to come. */
  async of(figure) {
    const known = this.#known.get(figure.id);
    if (known) return known;
    const asked = fetch(figure.dataset.words, { headers: { Accept: "application/json" }, redirect: "error" })
      .then((response) => (response.ok ? response.json() : Promise.reject(new Error(response.status))))
      .catch(() => ({ state: "failed", words: [], line_starts: [], failed: true }));
    this.#known.set(figure.id, asked);
    const answer = await asked;
    if (answer.state === "waiting" || answer.failed) this.#known.delete(figure.id);
    this.#tell(figure, answer);
    return answer;
  }

  #tell(figure, { note, progress }) {
    const place = figure.querySelector("[data-words-note]");
    if (place && note !== undefined) place.textContent = note;
    const told = this.viewer.querySelector("[data-words-progress]");
    if (told && progress !== undefined && told.textContent !== progress) told.textContent = progress;
  }

  async mount(figure) {
    if (!figure.isConnected) return;
    const answer = await this.of(figure);
    if (answer.state === "waiting" && figure.isConnected) {
      clearTimeout(figure.chartlineAgain);
      figure.chartlineAgain = setTimeout(() => this.mount(figure), ASK_AGAIN);
    }
    const image = figure.querySelector("img");
    if (!answer.words.length || !image || figure.querySelector(".words")) return;
    const shape = Number(image.getAttribute("width")) / Number(image.getAttribute("height"));
    this.layer(figure).prepend(layerOf(answer, shape));
  }

  layer(figure) {
    return layerOver(figure);
  }

  mark(figure, boxes) {
    markOn(figure, boxes, "found");
  }

  /** Bring a height of a page (share of its image, from above) to the upper third of the pane. */
  show(figure, share) {
    showAt(this.body, figure, share);
  }

  /** Select the words of a page that lie in some boxes, as a pointer would; nothing while its words are not laid out. */
  async select(figure, boxes) {
    const { words } = await this.of(figure);
    const spans = figure.querySelectorAll(".words span");
    const touched = words.flatMap(([, x0, y0, x1, y1], index) => (boxes.some((box) => box[0] < x1 && box[2] > x0 && box[1] < y1 && box[3] > y0) ? [index] : []));
    if (touched.length && spans.length) getSelection().setBaseAndExtent(spans[touched[0]], 0, spans[touched.at(-1)], 1);
  }

  jump(link) {
    const figure = this.viewer.querySelector(link.hash);
    link.closest("details").open = false;
    this.show(figure, Number(link.dataset.y) / 10_000);
    this.body.focus({ preventScroll: true });
    say(link.textContent.trim().replace(/\s+/g, " "));
  }
}

/** The part over a page's image that is turned with it. */
export function layerOver(figure) {
  const sheet = figure.querySelector(".sheet");
  let layer = sheet.querySelector(".over");
  if (!layer) {
    layer = make("div", { class: "over", "aria-hidden": "true" });
    const image = sheet.querySelector("img");
    layer.style.aspectRatio = `${image.getAttribute("width")} / ${image.getAttribute("height")}`;
    sheet.append(layer);
  }
  return layer;
}

/** Draw boxes over a page: [x0, y0, x1, y1, class]; none removes them. Each name has its own marks. */
export function markOn(figure, boxes, name) {
  const layer = boxes.length ? layerOver(figure) : figure.querySelector(".over");
  layer?.querySelector(`svg.${name}`)?.remove();
  if (!boxes.length) return;
  const marks = drawn("svg", { class: `marks ${name}`, viewBox: "0 0 10000 10000", preserveAspectRatio: "none" });
  for (const [x0, y0, x1, y1, kind] of boxes) {
    marks.append(drawn("rect", { x: x0 - 10, y: y0 - 10, width: x1 - x0 + 20, height: y1 - y0 + 20, class: kind }));
    if (name === "found") continue;
    const [, under] = kind.split(" ");
    const lines = (under ?? kind) === "px" ? [y1 + 12, y1 + 36] : [y1 + 12]; // two for a procedure
    for (const y of lines) marks.append(drawn("line", { x1: x0, x2: x1, y1: y, y2: y, class: kind }));
  }
  layer.append(marks);
}

function drawn(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** Bring a height of a page, as it is turned now (share of its image, from above), to the upper third of the pane. */
export function showAt(body, figure, share) {
  const place = () => heightAt(body, figure, share) - body.clientHeight / 3;
  body.scrollTop = place();
  requestAnimationFrame(() => { body.scrollTop = place(); }); // pages on the way had guessed heights
}

/** Where a height of a page stands in the pane, in px from the top of all pages; read as text, that of its words. */
export function heightAt(body, figure, share) {
  const sheet = figure.querySelector(".sheet");
  const word = isText(figure) && [...figure.querySelectorAll(".words span")].find(({ style }) => Number.parseFloat(style.top) >= share * 100 - 0.01);
  if (!word) return figure.offsetTop + sheet.offsetTop + share * sheet.offsetHeight;
  return word.getBoundingClientRect().top - body.getBoundingClientRect().top + body.scrollTop;
}

/** Whether the words of a page are read instead of its image. */
export const isText = (figure) => Boolean(figure.closest("page-viewer[text]") && figure.querySelector(".words"));

/** How many quarters to the right a page is turned; its text always stands upright. */
export const turnsOf = (figure) => (isText(figure) ? 0 : Number(figure.querySelector(".sheet").dataset.turns ?? 0));

/** Transparent words at their places, a line a line, so that they can be selected and copied. */
function layerOf({ words, line_starts: starts }, shape) {
  const layer = make("div", { class: "words" });
  let line;
  let next = 0;
  words.forEach(([text, x0, y0, x1, y1], index) => {
    if (index === starts[next]) {
      line = make("div");
      layer.append(line);
      next += 1;
    }
    const word = make("span", {}, `${text} `);
    const natural = pen.measureText(text).width / 100;
    word.style.left = `${x0 / 100}%`;
    word.style.top = `${y0 / 100}%`;
    word.style.fontSize = `${(y1 - y0) / 100}cqh`;
    word.style.scale = `${natural && y1 > y0 ? ((x1 - x0) * shape) / ((y1 - y0) * natural) : 1} 1`;
    line.append(word);
  });
  return layer;
}

const started = new WeakMap();
/** The words of a viewer's pages, started once. */
export function wordsOf(viewer) {
  if (!started.has(viewer)) started.set(viewer, new PageWords(viewer));
  return started.get(viewer);
}

/** What a control of the viewer asks for. */
export async function act(viewer, control, chosen) {
  const words = wordsOf(viewer);
  if (control.dataset.read === "turn") (await import("./page-turns.js")).turn(viewer.current);
  else if (control.dataset.read === "jump") words.jump(control);
  else (await import("./page-find.js")).find(words, control.dataset.read, chosen);
}
