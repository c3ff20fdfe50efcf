// Where the facts of a visit stand on its pages: outlined, brought into view, marked by hand.
import { PageMarks } from "./page-marks.js";
import { joined, seenFrom } from "./page-passages.js";
import { markOn, showAt } from "./page-words.js";

export class FactPages extends PageMarks {
  #outlined = new Set(); // pages with outlines

  /** Outline the passages; the one in hand stands out. */
  draw(passages, current) {
    const boxes = new Map([...this.#outlined].map((figure) => [figure, []]));
    for (const passage of [...passages.filter((one) => one !== current), ...(current ? [current] : [])]) {
      const figure = this.figureOf(passage.page);
      if (!figure) continue;
      const kind = passage === current ? "selected dx" : "dx";
      boxes.set(figure, [...(boxes.get(figure) ?? []), ...joined(passage.boxes).map((box) => [...box, kind])]);
    }
    for (const [figure, some] of boxes) markOn(figure, some, "shown");
    this.#outlined = new Set([...boxes].filter(([, some]) => some.length).map(([figure]) => figure));
  }

  /** Bring a passage into view unless it stands there; never from behind a pane that is not shown. */
  follow(passage) {
    const figure = this.figureOf(passage.page);
    if (!figure?.checkVisibility() || this.#isInView(figure)) return;
    this.#show(figure, passage);
  }

  /** Bring a passage into view; on a narrow screen the pages have a pane of their own, which comes up. */
  bring(passage) {
    const pane = this.viewer.closest(".pane");
    if (!pane.checkVisibility()) location.hash = pane.id;
    const figure = this.figureOf(passage.page);
    if (figure) this.#show(figure, passage);
  }

  #show(figure, { boxes }) {
    showAt(this.body, figure, Math.min(...boxes.map((box) => seenFrom(figure, box))));
  }

  #isInView(figure) {
    const pane = this.body.getBoundingClientRect();
    return [...figure.querySelectorAll(".marks.shown rect.selected")].some((mark) => {
      const { top, bottom, height } = mark.getBoundingClientRect();
      return height > 0 && top > pane.top && bottom < pane.bottom;
    });
  }
}
