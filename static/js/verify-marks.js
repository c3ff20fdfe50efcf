// What the coder marked for the row in hand, on the pages beside the verifier's own marks.
import { joined, seenFrom } from "./page-passages.js";
import { markOn, showAt } from "./page-words.js";

export class CoderMarks {
  #viewer;
  #marked = new Set();

  constructor(viewer) {
    this.#viewer = viewer;
  }

  /** Draw these passages; `bring` scrolls the first one into the pane. */
  show(passages, { bring = false } = {}) {
    if (!this.#viewer) return;
    const boxes = new Map([...this.#marked].map((figure) => [figure, []]));
    for (const passage of passages) {
      const figure = this.#viewer.querySelector(`figure[data-page-id="${passage.page}"]`);
      if (figure) boxes.set(figure, [...(boxes.get(figure) ?? []), ...joined(passage.boxes).map((box) => [...box, "coder"])]);
    }
    for (const [figure, some] of boxes) markOn(figure, some, "theirs");
    this.#marked = new Set([...boxes].filter(([, some]) => some.length).map(([figure]) => figure));
    const [first] = passages;
    const figure = first && this.#viewer.querySelector(`figure[data-page-id="${first.page}"]`);
    if (bring && figure?.checkVisibility()) showAt(this.#viewer.querySelector(".pane-body"), figure, Math.min(...first.boxes.map((box) => seenFrom(figure, box))));
  }
}
