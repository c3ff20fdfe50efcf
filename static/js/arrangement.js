// The arrangement of a chart's pages as data: visits with slots [page, turn], pages left out, and what can be done.
// Every move keeps each page where it is or puts it in exactly one other place. A refused move says why.

export class Refused extends Error {}

const has = (slots, page) => slots.some(([number]) => number === page);

export class Arrangement {
  constructor({ visits, leftOut }) {
    this.visits = visits.map((visit) => ({ ...visit, slots: visit.slots.map((slot) => [...slot]) }));
    this.leftOut = [...leftOut];
  }

  copy() {
    return new Arrangement(this);
  }

  /** The lines that the server reads. */
  get text() {
    const lines = this.visits.map(({ name, slots }) => `${name || "new"}: ${slots.map(([page, turn]) => (turn ? `${page}@${turn}` : page)).join(", ")}`);
    if (this.leftOut.length) lines.push(`out: ${this.leftOut.join(", ")}`);
    return lines.join("\n");
  }

  /** Where a page stands: {visit, slot} as indexes; visit is -1 among those left out. */
  place(page, visit) {
    if (visit >= 0 && this.visits[visit]) {
      const slot = this.visits[visit].slots.findIndex(([number]) => number === page);
      if (slot >= 0) return { visit, slot };
    }
    for (const [at, { slots }] of this.visits.entries()) {
      const slot = slots.findIndex(([number]) => number === page);
      if (slot >= 0) return { visit: at, slot };
    }
    return { visit: -1, slot: this.leftOut.indexOf(page) };
  }

  cut({ visit, slot }) {
    const from = this.visits[visit];
    if (!from || slot < 1) throw new Refused("A visit begins here already.");
    this.#mayLose(from);
    const slots = from.slots.splice(slot);
    this.visits.splice(visit + 1, 0, { encounter: null, name: "", own: false, status: null, right: "free", note: "", slots });
  }

  /** The visit and the one above become one. It keeps the name of one's own, else of one that is there already. */
  join(visit) {
    const [above, below] = [this.visits[visit - 1], this.visits[visit]];
    if (!above || !below) throw new Refused("There is no visit above.");
    const [stays, goes] = below.own || (below.encounter && !above.encounter) ? [below, above] : [above, below];
    this.#mayLose(goes);
    this.#mayChange(stays);
    const slots = [...above.slots, ...below.slots.filter(([page]) => !has(above.slots, page))];
    this.visits.splice(visit - 1, 2, { ...stays, slots });
  }

  turn({ visit, slot }) {
    if (visit < 0) throw new Refused("A page that is left out is not turned.");
    this.#mayChange(this.visits[visit]);
    const place = this.visits[visit].slots[slot];
    place[1] = (place[1] + 90) % 360;
  }

  /** One place earlier or later; over the border into the next visit. */
  shift({ visit, slot }, step) {
    if (visit < 0) throw new Refused("A page that is left out has no order.");
    const from = this.visits[visit];
    const target = slot + step;
    if (target >= 0 && target < from.slots.length) {
      this.#mayChange(from);
      from.slots.splice(target, 0, ...from.slots.splice(slot, 1));
      return;
    }
    const to = this.visits[visit + step];
    if (!to) throw new Refused(step < 0 ? "This is the first page." : "This is the last page.");
    this.#carry(from, to, slot, step < 0 ? to.slots.length : 0);
    this.#tidy();
  }

  /** Pages (their places) to the end of a visit. */
  move(places, target) {
    const to = this.visits[target];
    if (!to) throw new Refused(`There is no visit ${target + 1}.`);
    for (const { page, visit } of places) {
      const at = this.place(page, visit);
      if (at.visit === target) continue;
      if (at.visit < 0) {
        this.#mayChange(to);
        this.leftOut.splice(at.slot, 1);
        to.slots.push([page, 0]);
      } else this.#carry(this.visits[at.visit], to, at.slot, to.slots.length);
    }
    this.#tidy();
  }

  leaveOut(pages) {
    for (const page of pages) {
      for (const visit of this.visits) {
        if (!has(visit.slots, page)) continue;
        this.#mayLose(visit);
        visit.slots = visit.slots.filter(([number]) => number !== page);
      }
      if (!this.leftOut.includes(page)) this.leftOut.push(page);
    }
    this.leftOut.sort((a, b) => a - b);
    this.#tidy();
  }

  #carry(from, to, slot, at) {
    this.#mayLose(from);
    this.#mayChange(to);
    const [moved] = from.slots.splice(slot, 1);
    if (!has(to.slots, moved[0])) to.slots.splice(at, 0, moved);
  }

  #mayLose(visit) {
    if (visit.right !== "free") throw new Refused(`${visit.name}: ${visit.note}`);
  }

  #mayChange(visit) {
    if (visit.right === "fixed") throw new Refused(`${visit.name}: ${visit.note}`);
  }

  /** A visit without pages is none; one's own must keep one. */
  #tidy() {
    if (this.visits.some((visit) => visit.own && !visit.slots.length)) throw new Refused("Your own visit needs at least one page.");
    this.visits = this.visits.filter((visit) => visit.slots.length);
  }
}
