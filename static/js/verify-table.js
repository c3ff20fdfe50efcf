// <verify-table>: the coder's version beside one's own, row by row: what differs, why, how much it matters, what was seen.
// The server compares, proposes and scores again after each change; what is said of rows is kept with the codes.
import { announceKeys, withKeys } from "./keys.js";
import { csrfToken, isAbout, say } from "./session.js";
import { CoderMarks } from "./verify-marks.js";

const NOTE_PAUSE = 500; // ms
const OTHER = { payment: "quality", quality: "payment" };
const SEVERITIES = { payment: "Payment or compliance", quality: "Quality only" };

class VerifyTable extends HTMLElement {
  #asking;
  #comparing; // on its way
  #codes; // <code-list>: the verifier's version
  #marks;
  #hand = {}; // of the row in hand: its key, the line that it is about
  #stop; // of what it hears from outside itself
  #stays = false; // the hand stays on its line whatever line the codes go to

  connectedCallback() {
    this.#stop = new AbortController();
    window.addEventListener("submit", (event) => this.#submitted(event), { capture: true, signal: this.#stop.signal }); // before the form is on its way
    if (this.#asking !== undefined) return;
    this.#asking = null;
    customElements.whenDefined("code-list").then(() => this.#start());
  }

  #start() {
    this.#codes = this.closest("code-list");
    this.#marks = new CoderMarks(document.querySelector("page-viewer"));
    this.#codes.more = this.#kept();
    this.closest("draft-keeper").addEventListener("codes:changed", ({ detail }) => {
      const comparing = (this.#comparing = this.#compare(detail).finally(() => { if (this.#comparing === comparing) this.#comparing = undefined; }));
    });
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("input", ({ target }) => target.matches("[data-judge-note]") && this.#judge(this.#row, { note: target.value.trim() }, NOTE_PAUSE));
    this.addEventListener("keydown", (event) => this.#leftNote(event));
    this.#codes.addEventListener("focusin", ({ target }) => this.#follow(target.closest("[data-row]")));
    this.#take(this.#rows.find((row) => !isViewed(row)) ?? this.#rows[0], { quiet: true });
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#asking?.abort();
  }

  /** The comparison that is on its way, if one is. */
  settle() {
    return this.#comparing;
  }

  get #rows() {
    return [...this.querySelectorAll("tr[data-about]")].filter((row) => row.checkVisibility());
  }

  get #row() {
    const rows = this.#rows;
    return rows.find(({ dataset }) => dataset.about === this.#hand.key) ?? rows.find(({ dataset }) => dataset.line === this.#hand.line);
  }

  /** The id of the line in hand in one's own version. */
  get #held() {
    return this.#codes.querySelector('[data-row][aria-current="true"]')?.id;
  }

  // -- what is said ----------------------------------------------------------------------------------
  /** What the page came with: words on differences and rows looked at, whether they are there now or not, and the coder's version they are about. */
  #kept() {
    return { ...JSON.parse(this.querySelector("#kept-words").textContent), coder_version: Number(this.querySelector("[name=coder_version]").value) };
  }

  /** A word on a difference; what is not named stays as it is, or as it was proposed. */
  #judge(row, word, pause = 0) {
    if (!row?.dataset.reason) return say("There is no difference in this row");
    const { more } = this.#codes;
    Object.assign(row.dataset, more.judged[row.dataset.about], word); // the row may be of an answer older than the last word
    delete row.dataset.proposed;
    this.#codes.keep({ ...more, judged: { ...more.judged, [row.dataset.about]: wordOf(row.dataset) } }, pause);
    this.#show();
    return undefined;
  }

  #look(row) {
    if (row.dataset.reason) this.#judge(row, {});
    else if (!isViewed(row)) {
      const { more } = this.#codes;
      this.#codes.keep({ ...more, viewed: [...more.viewed, row.dataset.about] }, 0);
    }
    row.dataset.viewed = "";
  }

  #viewed() {
    const row = this.#row;
    if (!row) return;
    this.#look(row);
    const rows = this.#rows;
    const after = rows.slice(rows.indexOf(row) + 1);
    const next = [...after, ...rows].find((one) => !isViewed(one));
    if (next) this.#take(next);
    else say(`Every row is viewed. Give the verdict${withKeys("verify.return")}.`);
  }

  /** Enter and Escape go from the comment back to its row, and send nothing. */
  #leftNote(event) {
    if (!event.target.matches("[data-judge-note]") || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#row?.focus({ preventScroll: true });
  }

  // -- the row in hand -------------------------------------------------------------------------------
  #take(row, { quiet = false } = {}) {
    if (!row) return;
    this.#hand = { key: row.dataset.about, line: row.dataset.line };
    this.#show();
    this.#codes.hold(row.dataset.mine);
    if (!row.dataset.mine && row.dataset.code) this.#codes.show({ system: row.dataset.part, code: row.dataset.code, dotted: row.dataset.code });
    this.#marks.show(this.#passages, { bring: !row.dataset.mine });
    if (quiet) return;
    row.scrollIntoView({ block: "nearest" });
    if (this.#codes.contains(document.activeElement)) row.focus({ preventScroll: true });
    say(row.innerText.replace(/\s+/g, " "));
  }

  get #passages() {
    return JSON.parse(this.querySelector("#coder-passages").textContent)[this.#row?.dataset.number] ?? [];
  }

  /** Somebody went into a line of their own version. */
  #follow(line) {
    const row = line && this.#rows.find(({ dataset }) => dataset.mine === line.id);
    if (this.#stays || !row || row === this.#row || this.#row?.dataset.mine === line.id) return;
    this.#hand = { key: row.dataset.about, line: row.dataset.line };
    this.#show();
    this.#marks.show(this.#passages);
  }

  #step(by) {
    const rows = this.#rows;
    const at = rows.indexOf(this.#row);
    this.#take(rows[Math.max(0, Math.min(rows.length - 1, at + by))]);
  }

  /** The tools say what holds for the row in hand. */
  #show() {
    const row = this.#row;
    for (const one of this.querySelectorAll("tr[data-about]")) {
      if (one === row) one.setAttribute("aria-current", "true");
      else one.removeAttribute("aria-current");
    }
    const { reason, severity, note } = row?.dataset ?? {};
    for (const button of this.querySelectorAll("[data-judge=reason]")) {
      button.disabled = !reason;
      button.setAttribute("aria-pressed", String(button.dataset.reason === reason));
    }
    const tool = this.querySelector("[data-judge=severity]");
    tool.disabled = !reason;
    tool.querySelector("[data-severity-words]").textContent = SEVERITIES[severity] ?? "Severity";
    const field = this.querySelector("[data-judge-note]");
    field.disabled = !reason;
    if (document.activeElement !== field) field.value = note ?? "";
    const left = this.#rows.filter((one) => !isViewed(one)).length;
    this.querySelector("[data-unviewed]").textContent = left ? `${left} unviewed` : "All viewed";
  }

  #click(event) {
    const row = event.target.closest("tr[data-about]");
    if (row && !event.target.closest("a")) return this.#take(row);
    const tool = event.target.closest("[data-judge]");
    if (!tool || tool.closest("[inert]")) return undefined;
    const acts = {
      next: () => this.#step(1), previous: () => this.#step(-1), viewed: () => this.#viewed(), agree: () => this.#agree(),
      reason: () => this.#judge(this.#row, { reason: tool.dataset.reason }),
      severity: () => this.#judge(this.#row, { severity: OTHER[this.#row?.dataset.severity] }),
      reject: () => this.#own(event), replace: () => this.#own(event),
    };
    return acts[tool.dataset.judge]();
  }

  /** Rejecting and replacing is done in one's own version, where it has the line. */
  #own(event) {
    const row = this.#row;
    if (row?.dataset.mine && row.dataset.mine === this.#held) {
      this.#stays = true;
      return;
    }
    event.stopPropagation();
    say("Your version has no code in this row");
  }

  /** A row on which both agree is viewed; a difference is taken back. */
  async #agree() {
    const row = this.#row;
    if (!row?.dataset.reason) return row && this.#viewed();
    this.setAttribute("aria-busy", "true");
    try {
      const response = await this.#post("agree-url", { body: this.#codes.body, person: true }, { agree: row.dataset.about });
      this.#stays = true;
      this.#codes.takeOver(await response.json(), "As the coder has it");
    } catch {
      say("Not done: there is no connection. Try again.");
    }
    return this.removeAttribute("aria-busy");
  }

  // -- comparing -------------------------------------------------------------------------------------
  async #post(address, { body, person }, more = {}, signal = undefined) {
    const headers = { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" };
    if (!person) headers["X-Background"] = "1";
    const sent = new URLSearchParams({ encounter: this.getAttribute("encounter"), version: this.closest("draft-keeper").version, body: JSON.stringify(body), ...more });
    const response = await fetch(this.getAttribute(address), { method: "POST", headers, credentials: "same-origin", signal, body: sent });
    if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
    if (!response.ok || !isAbout(response, this)) throw new Error(String(response.status));
    return response;
  }

  async #compare(detail) {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    this.setAttribute("aria-busy", "true");
    try {
      const parsed = new DOMParser().parseFromString(await (await this.#post("compare-url", detail, {}, asking.signal)).text(), "text/html");
      const inside = this.contains(document.activeElement) && document.activeElement.closest("tr[data-about]");
      this.querySelector("[data-table]").replaceChildren(...parsed.body.childNodes);
      this.#refresh(inside);
    } catch (error) {
      if (error.name !== "AbortError") this.querySelector("[data-stale]").hidden = false;
    } finally {
      if (this.#asking === asking) this.removeAttribute("aria-busy");
    }
  }

  /** The hand goes to the line that was changed, or stays on its own. */
  #refresh(focused) {
    const held = this.#held;
    const mine = !this.#stays && held && this.#row?.dataset.mine !== held && this.#rows.find(({ dataset }) => dataset.mine === held);
    const row = mine || this.#row || this.#rows[0];
    const returns = focused || this.#stays;
    this.#stays = false;
    if (row) {
      this.#hand = { key: row.dataset.about, line: row.dataset.line };
      if (row.dataset.mine !== (held ?? "")) this.#codes.hold(row.dataset.mine);
      this.#marks.show(this.#passages);
      if (returns && !document.activeElement?.matches("input, textarea, select")) row.focus();
    }
    this.#show();
    this.#fit();
  }

  /** The verdict that fits the differences gets the key and the look of the primary button. */
  #fit() {
    const count = Number(this.querySelector("[data-differences]").dataset.differences);
    const fitting = count ? "corrected" : "verified";
    for (const button of document.querySelectorAll("[data-verdict]")) {
      const fits = button.dataset.verdict === fitting;
      button.classList.toggle("primary", fits);
      button.querySelector("[data-hint]").hidden = !fits;
      if (fits) button.dataset.action = "verify.return";
      else delete button.dataset.action;
      button.removeAttribute("aria-keyshortcuts");
      announceKeys(button);
    }
  }

  /** No verdict on a difference before the verifier has said why: the first one comes in hand. */
  #submitted(event) {
    const judges = event.target === this.closest("form") && ["corrected", "returned"].includes(event.submitter?.value);
    const row = judges && this.#rows.find(({ dataset }) => dataset.proposed !== undefined);
    if (!row) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#take(row);
    say(`Say why first${withKeys("verify.reason", "1–9")}, or take what is proposed${withKeys("verify.viewed")}.`);
  }
}

const isViewed = (row) => row.dataset.viewed !== undefined;
const wordOf = ({ reason, severity, note }) => ({ reason, severity, ...(note ? { note } : {}) });

customElements.define("verify-table", VerifyTable);
