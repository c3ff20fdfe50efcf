// The evidence of the codes of a bench: shown on the pages, gone through, linked and unlinked.
import { say } from "./session.js";
import { PageMarks } from "./page-marks.js";
import { joined, seenFrom } from "./page-passages.js";
import { isText, markOn, showAt } from "./page-words.js";

export class Evidence {
  #viewer;
  #marked = new Set(); // pages with marks
  #shown; // key of the line whose passage is shown, and which
  #at = 0;
  #pointed = new Set(); // lines whose evidence was asked for and could not stand beside the list

  constructor(viewer) {
    this.#viewer = viewer;
    this.marks = viewer && new PageMarks(viewer);
  }

  /** The place in the visit of a passage's page, as its caption counts. */
  placeOf = ({ page }) => this.marks?.figureOf(page)?.dataset.number ?? "?";

  /** Draw what supports all these lines; the passage shown of the line in hand stands out. */
  draw(lines, current) {
    if (!this.marks) return;
    if (current?.key !== this.#shown) {
      this.#shown = current?.key;
      this.#at = 0;
    }
    // A place that supports several codes is marked once, and the passage in hand over all others.
    const boxes = new Map([...this.#marked].map((figure) => [figure, new Map()]));
    for (const line of [...lines.filter((line) => line !== current), ...(current ? [current] : [])]) {
      const kind = line.system === "procedure" ? "px" : "dx";
      line.evidence.forEach((passage, index) => {
        const figure = this.marks.figureOf(passage.page);
        if (!figure) return;
        if (!boxes.has(figure)) boxes.set(figure, new Map());
        const some = boxes.get(figure);
        const chosen = line === current && index === this.#at;
        for (const box of joined(passage.boxes)) {
          if (!chosen && some.get(String(box))?.at(-1).startsWith("selected")) continue;
          some.delete(String(box));
          some.set(String(box), [...box, chosen ? `selected ${kind}` : kind]);
        }
      });
    }
    for (const [figure, some] of boxes) markOn(figure, [...some.values()], "shown");
    this.#marked = new Set([...boxes].filter(([, some]) => some.size).map(([figure]) => figure));
  }

  /** Bring the first passage of the line into view, unless it is there. */
  follow(line) {
    if (line?.evidence.length && !this.isOnScreen(line)) this.#bring(line.evidence[0]);
  }

  /** The next passage of the line, or the one before. */
  step(lines, line, by) {
    if (!line?.evidence.length) return say(line ? `No evidence for ${line.dotted}` : "No code in hand");
    const count = line.evidence.length;
    this.go(lines, line, (this.#at + by + count) % count);
  }

  go(lines, line, index) {
    this.#shown = line.key;
    this.#at = index;
    this.draw(lines, line);
    const passage = line.evidence[index];
    this.#open();
    this.#bring(passage);
    say(`Passage ${index + 1} of ${line.evidence.length}, page ${this.placeOf(passage)}: ${passage.quote || "a box without words"}`);
  }

  /** Which passage of the line is shown. */
  get at() {
    return this.#at;
  }

  /** Whether a passage of the line stands in the pane, its page drawn; the line is the one in hand. */
  isOnScreen(line) {
    const body = this.#viewer?.querySelector(".pane-body");
    if (!body?.checkVisibility()) return false;
    const pane = body.getBoundingClientRect();
    return line.evidence.some(({ page }) => {
      const figure = this.marks.figureOf(page);
      const image = figure?.querySelector("img");
      const asText = figure && isText(figure);
      if (!asText && (!image?.complete || !image.naturalWidth)) return false;
      return [...figure.querySelectorAll(asText ? ".words .selected" : ".marks.shown rect.selected")].some((mark) => {
        const { top, bottom, left, right, height } = mark.getBoundingClientRect();
        return height > 0 && top < pane.bottom && bottom > pane.top && left < pane.right && right > pane.left;
      });
    });
  }

  /** Whether the line may be accepted: its evidence is on screen, or was asked for once. The first asking shows it. */
  isSeen(line) {
    if (line.evidence.length && this.isOnScreen(line)) return true;
    if (this.#pointed.has(line.key)) return true;
    this.#pointed.add(line.key);
    if (line.evidence.length) {
      this.#open();
      this.#bring(line.evidence[0]);
      say(`Look at the evidence of ${line.dotted} on page ${this.placeOf(line.evidence[0])}, then accept again.`);
    } else say(`${line.dotted} comes without evidence. Accept again to take it all the same.`);
    return false;
  }

  toggle() {
    const pane = this.#viewer?.closest(".pane");
    if (!pane) return;
    const off = pane.toggleAttribute("data-plain-pages");
    say(off ? "Highlights off" : "Highlights on");
  }

  /** On a narrow screen the pages have a pane of their own: the one to be looked at comes up. */
  #open() {
    const pane = this.#viewer?.closest(".pane");
    if (pane && !pane.checkVisibility()) location.hash = pane.id;
  }

  #bring({ page, boxes }) {
    const figure = this.marks?.figureOf(page);
    if (figure?.checkVisibility()) showAt(this.#viewer.querySelector(".pane-body"), figure, Math.min(...boxes.map((box) => seenFrom(figure, box))));
  }
}
