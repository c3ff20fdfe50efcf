// The benches that come next, in memory only: their pages and first images are fetched before they are wanted, and
// forgotten when the screen is locked. Nothing of them is kept by the browser's cache (no-store), nor seen yet.
import { benchOf, prepare } from "./bench-swap.js";
import { csrfToken } from "./session.js";

const MARGIN = 5000; // ms before its lease ends in which a bench is not shown any more
const TRY_AGAIN = 15_000; // ms until something that did not come is asked for once more
const AHEAD = { "X-Prefetch": "1", "X-Background": "1" };

export class ChartMemory {
  #order = []; // as the server will hand them out: {assignment, encounter, label, url, shown_url, ends, bench, pages}
  #epoch = 0; // what was asked before something was taken or forgotten says nothing any more
  holds = false; // whether something is held ahead for this person

  /** Ask what comes after this bench and fetch what is not here yet; ms until that is to be done again. */
  async ask(url, form) {
    const epoch = this.#epoch;
    const response = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrfToken(), "X-Background": "1", Accept: "application/json" }, body: new URLSearchParams(form), credentials: "same-origin" });
    if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
    if (epoch !== this.#epoch) return Infinity;
    if (!response.ok || response.redirected) {
      this.clear();
      return Infinity;
    }
    const { ahead } = await response.json();
    if (epoch !== this.#epoch) return Infinity;
    this.holds = ahead.length > 0;
    const known = new Map(this.#order.map((one) => [one.assignment, one]));
    this.#order = ahead.map((told) => ({ ...known.get(told.assignment), ...told, ends: performance.now() + told.seconds * 1000 }));
    for (const one of this.#order) {
      if (epoch !== this.#epoch) break;
      if (!one.bench) await this.#fetch(one).catch(() => {}); // it comes as slowly as it used to
    }
    return Math.min(Infinity, ...this.#order.map(({ bench, ends }) => (bench ? ends - performance.now() : TRY_AGAIN)));
  }

  async #fetch(one) {
    const response = await fetch(one.url, { headers: { ...AHEAD, Accept: "text/html" }, cache: "no-store", credentials: "same-origin" });
    const bench = response.ok && !response.redirected ? benchOf(await response.text()) : undefined;
    const told = bench?.main.querySelector("next-chart");
    if (told?.getAttribute("assignment") !== String(one.assignment) || told.getAttribute("encounter") !== String(one.encounter)) return;
    if (!bench.main.querySelector("draft-keeper:not([lost])")) return; // it has ended meanwhile
    if (bench.main.querySelector("[data-words-progress]")?.textContent.trim()) return; // its pages are still being read
    await prepare(bench);
    const figures = firstFigures(bench.main);
    const reference = customElements.get("code-reference")?.ahead(bench.main, AHEAD).catch(() => {}); // asked again if it did not come
    await Promise.all([reference, ...figures.map((figure) => imageOf(figure).then((image) => image && bench.images.set(figure.id, image)))]);
    one.pages = figures.filter(({ id }) => bench.images.has(id)).map(({ dataset }) => dataset.pageId);
    one.bench = bench;
  }

  /** The bench that comes next, if it is here and still held. */
  take() {
    const [first] = this.#order;
    if (!first?.bench || first.ends - performance.now() < MARGIN) return undefined;
    this.#epoch += 1;
    return this.#order.shift();
  }

  /** It is shown, however it came: it is not what comes next. */
  forget(assignment) {
    this.#epoch += 1;
    this.#order = this.#order.filter((one) => String(one.assignment) !== assignment);
  }

  clear() {
    this.#epoch += 1;
    this.#order = [];
  }
}

/** The first page, and the one that says why the first code is suggested. */
function firstFigures(main) {
  const state = main.querySelector('code-list > script[type="application/json"]');
  const page = state && JSON.parse(state.textContent).suggestions?.[0]?.evidence?.[0]?.page;
  const figures = [main.querySelector("figure.page-image"), page && main.querySelector(`figure[data-page-id="${page}"]`)];
  return [...new Set(figures.filter(Boolean))];
}

/** A page's image, drawn and ready; nothing if it did not come. */
async function imageOf(figure) {
  const img = figure.querySelector("img");
  const response = await fetch(img.getAttribute("src"), { headers: AHEAD, cache: "no-store", credentials: "same-origin" });
  if (!response.ok) return undefined;
  const image = new Image();
  for (const { name, value } of img.attributes) if (name !== "src" && name !== "loading") image.setAttribute(name, value);
  image.src = URL.createObjectURL(await response.blob());
  try {
    await image.decode();
  } catch {
    return undefined;
  } finally {
    URL.revokeObjectURL(image.src); // what is drawn stays drawn
  }
  return image;
}
