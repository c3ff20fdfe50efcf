// The actions of one bench on their way to the server: written to the journal first, then sent in order until they are
// there. It lives as long as its page, whatever becomes of the bench's element.
import { askKeys, forget, isOwners, keep } from "./journal.js";
import { csrfToken } from "./session.js";

const ANSWER_WITHIN = 20_000; // ms
const RETRIES = [2, 5, 10, 20, 30]; // s; the last one repeats
const AT_ONCE = 500; // actions that one request brings; the server takes 2000
const NEEDS_A_PERSON = ["changed", "gone", "stranger", "missing"]; // troubles that no second try mends
export const lockOf = (series) => `chartline journal ${series}`;

export class Outbox extends EventTarget {
  clock = ""; // when the server last took something
  trouble = ""; // why it does not go on
  lost = false; // the lease is: what is sent becomes a late draft
  #queue = []; // {place, body: JSON, at, typed: may still grow, sent, kept}
  #place = 0;
  #disk = Promise.resolve(); // writes come one after the other
  #flight;
  #retry;
  #settling;
  #tries = 0;
  #asked = false; // a new token, for this action
  isLeft; // by an earlier page: as it went, the browser may have sent more than was written down

  /** `bench` is {encounter, stage, assignment, version, url, label}; `actions` were left by an earlier page. */
  constructor(bench, { series = crypto.randomUUID(), actions } = {}) {
    super();
    Object.assign(this, bench, { series });
    this.isLeft = Boolean(actions);
    for (const { place, body, at } of actions ?? []) {
      this.#place = place;
      this.#queue.push({ place, body, at, sent: true });
    }
    if (actions) return; // whoever brings them back holds their lock
    this.#disk = new Promise((granted) => {
      if (!navigator.locks) return granted();
      return navigator.locks.request(lockOf(series), () => new Promise(() => granted())); // as long as the page lives
    });
    window.addEventListener("pagehide", this);
    askKeys().catch(() => {}); // before the connection may go
  }

  get count() {
    return this.#queue.length;
  }

  get newest() {
    return this.#queue.at(-1);
  }

  /** Whether something would be lost with this page: the journal could not take it. */
  get unkept() {
    return this.#queue.some(({ kept }) => kept === false);
  }

  /** Take over what a bench shows now. What is being typed settles after `pause` ms; until then it is one action. */
  add(body, { pause = 0 } = {}) {
    let action = this.newest;
    if (!pause || !action?.typed) this.#queue.push(action = { place: ++this.#place });
    Object.assign(action, { body: JSON.stringify(body), at: Date.now(), typed: pause > 0, stale: true });
    this.#write(action);
    if (this.trouble === "refused") this.trouble = "";
    clearTimeout(this.#settling);
    if (pause) this.#settling = setTimeout(() => this.send({ person: true }), pause);
    else this.send({ person: true });
    this.#tell();
  }

  #write(action) {
    action.written = this.#disk = this.#disk.then(async () => {
      if (!action.stale) return;
      action.stale = false;
      try {
        const { body, at, place } = action;
        const { url, label, series, encounter, stage, assignment, version } = this;
        await keep({ series, place, encounter, stage, assignment, base: version }, { body, at, url, label });
        action.kept = true;
      } catch {
        action.kept = false;
        this.#tell();
      }
    });
  }

  /** Send what waits; whether all of it is there. */
  async send({ person = false } = {}) {
    clearTimeout(this.#retry);
    this.#flight ??= this.#drain(person).finally(() => { this.#flight = undefined; });
    await this.#flight;
    return !this.count;
  }

  async #drain(person) {
    while (this.count && !NEEDS_A_PERSON.includes(this.trouble)) {
      const some = this.#queue.slice(0, AT_ONCE);
      for (const action of some) Object.assign(action, { typed: false, sent: true });
      const newest = some.at(-1);
      this.#tell();
      await newest.written;
      if (!(await this.#take(newest, person))) break;
    }
  }

  /** The form of an action, and with it everything before it that was not heard of. */
  form({ place, body }, more = {}) {
    const { encounter, assignment, version, series } = this;
    return new URLSearchParams({ encounter, assignment, version, series, place, since: this.#queue[0]?.place ?? place, body, ...more });
  }

  /** Post something of this chart; the answer's status, and what it says as data or as a part of a page. An answer about another chart counts as none. */
  async post(url, data, { person = false } = {}) {
    const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json", ...(person ? {} : { "X-Background": "1" }) };
    try {
      const response = await fetch(url, { method: "POST", headers, body: data, credentials: "same-origin", signal: AbortSignal.timeout(ANSWER_WITHIN) });
      if (response.redirected) return { status: 401 };
      if ((response.headers.get("X-Encounter") ?? (response.ok ? "" : this.encounter)) !== this.encounter) return { status: 502 };
      const isData = response.headers.get("Content-Type")?.includes("json");
      return { status: response.status, [isData ? "told" : "html"]: await (isData ? response.json() : response.text()) };
    } catch {
      return { status: 0 };
    }
  }

  /** One request; whether to go on. */
  async #take(action, person) {
    const { status, told } = await this.post(this.url, this.form(action), { person });
    const taken = told && (status === 200 || (status === 409 && told.lost && !told.changed));
    if (taken || (told?.repeated && this.isLeft)) return this.took(action.place, told);
    if (status === 423) {
      this.#fail("locked");
      window.dispatchEvent(new Event("chartline:locked"));
    } else if (status === 409 && told) {
      this.stored = told;
      this.lost ||= Boolean(told.lost);
      this.#fail(told.changed ? "changed" : "missing");
    } else if (status === 422) {
      this.message = told?.message ?? "";
      this.#fail("refused");
    } else if ([401, 403, 404].includes(status)) return this.#whoIsHere(status);
    else this.#fail(status ? "error" : "offline", { again: true });
    return false;
  }

  /** The server has everything up to a place. */
  took(place, { version, clock, lost, assignment }) {
    Object.assign(this, { version, clock, trouble: "", lost: this.lost || Boolean(lost), assignment: assignment ?? this.assignment });
    this.#tries = 0;
    this.#asked = false;
    this.#queue = this.#queue.filter((action) => action.place > place);
    this.#disk = this.#disk.then(() => forget(this.series, place)).catch(() => {});
    this.gone = this.#disk;
    this.#tell();
    return true;
  }

  /** Refused as nobody, or as somebody who may not: ask who is signed in, and with their token try once more. */
  async #whoIsHere(status) {
    try {
      if (!(await isOwners())) this.#fail("stranger", { again: true });
      else if (this.#asked) this.#fail("gone");
      else return (this.#asked = true);
    } catch {
      this.#fail(status === 401 ? "signed-out" : "error", { again: true });
    }
    return false;
  }

  #fail(trouble, { again = false } = {}) {
    this.trouble = trouble;
    this.#tell();
    if (!again) return;
    const pause = RETRIES[Math.min(this.#tries, RETRIES.length - 1)];
    this.#tries += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.resume(), pause * 1000);
  }

  /** Something has changed for the better, it may be: try again what a second try can mend. */
  resume() {
    if (this.trouble === "stranger") this.trouble = "";
    return this.count && !this.#flight ? this.send() : undefined;
  }

  /** Whoever brought these actions back lets go of them. */
  drop() {
    this.#queue = [];
    this.trouble = "";
    this.#disk = this.#disk.then(() => forget(this.series, this.#place)).catch(() => {});
    this.gone = this.#disk;
    this.#tell();
  }

  #tell() {
    window.dispatchEvent(new CustomEvent("outbox:changed", { detail: this }));
    this.dispatchEvent(new Event("change"));
  }

  /** The page goes away: the browser delivers what waits on its own; what does not arrive is in the journal. */
  handleEvent() {
    if (!this.count || this.trouble === "changed") return;
    for (const action of this.#queue) Object.assign(action, { typed: false, sent: true });
    navigator.sendBeacon(this.url, this.form(this.newest, { csrfmiddlewaretoken: csrfToken() }));
  }
}
