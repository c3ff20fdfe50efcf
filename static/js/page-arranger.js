// <page-arranger>: thumbnails by visit, moved by keyboard or mouse; the form carries the arrangement as text.
import { Arrangement, Refused } from "./arrangement.js";
import { comboOf, isTyping, withKeys } from "./keys.js";
import { make, say } from "./session.js";

const STEPS_KEPT = 100;
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

class PageArranger extends HTMLElement {
  #at;
  #pages;
  #cuts; // page → {words, strength}, still open
  #toLeaveOut;
  #past = [];
  #marked = new Set(); // keys of places
  #current; // key of the page with the focus: "page" or "page/visit" where two visits share it
  #items = new Map(); // key → its element, kept while pages move, so that images are loaded once
  #form;
  #before;
  // Looking at a page is written down: an image is asked for when it is about to be seen, no earlier.
  #watch = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      this.#watch.unobserve(target);
      const image = target.querySelector("img");
      image.src = image.dataset.src;
    }
  }, { rootMargin: "300px" });

  connectedCallback() {
    if (this.#at) return;
    const state = JSON.parse(document.getElementById("arrangement").textContent);
    this.#form = this.querySelector("form[method=post]");
    this.#at = new Arrangement(state);
    this.#pages = new Map(state.pages.map((page) => [page.number, page]));
    this.#cuts = new Map(state.cuts.map((cut) => [cut.page, cut]));
    this.#toLeaveOut = state.toLeaveOut;
    this.#before = this.#at.text;
    for (const part of this.querySelectorAll("[data-tools]")) part.hidden = false;
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("chartline:action", ({ detail }) => this.#act(detail));
    this.addEventListener("focusin", (event) => this.#seen(event.target.closest("[data-place]")));
    this.querySelector("#to-visit-dialog").addEventListener("close", (event) => event.target.returnValue === "move" && this.#moveTo(Number(this.querySelector("#to-visit").value)));
    this.#form.addEventListener("submit", () => { this.#before = this.#at.text; });
    this.#text.addEventListener("change", () => { this.#typed = true; });
    window.addEventListener("beforeunload", (event) => { if (this.#at.text !== this.#before) event.preventDefault(); });
    for (const link of this.querySelectorAll("[data-drop]")) link.addEventListener("click", () => { this.#before = this.#at.text; });
    this.#draw();
    if (!document.querySelector("[data-focus]")) this.#focus(this.#keys[0]);
  }

  #typed = false; // the text was written by hand: it is sent as it is

  get #text() {
    return this.#form.elements.namedItem("plan");
  }

  get #keys() {
    return [...this.querySelectorAll("[data-place]")].map((item) => item.dataset.place);
  }

  #place(key) {
    const [page, visit] = key.split("/").map(Number);
    return { page, ...this.#at.place(page, Number.isNaN(visit) ? -1 : visit) };
  }

  // -- what is done ------------------------------------------------------------------------------------
  #click(event) {
    const act = event.target.closest("[data-do]")?.dataset.do;
    const cut = event.target.closest("[data-cut]");
    const item = event.target.closest("[data-place]");
    if (act) this.#do(act);
    else if (cut) this.#decide(Number(cut.dataset.cut), cut.dataset.answer === "yes");
    else if (item) this.#mark(item.dataset.place);
  }

  #key(event) {
    if (event.defaultPrevented || isTyping(event.target) || !event.target.closest("[data-place]")) return;
    const combo = comboOf(event);
    const moves = { arrowright: 1, arrowleft: -1 };
    if (combo === "enter") this.#form.requestSubmit(this.#form.querySelector("[type=submit]"));
    else if (combo in moves) this.#focus(this.#keys[this.#keys.indexOf(this.#current) + moves[combo]]);
    else if (combo === "arrowdown" || combo === "arrowup") this.#focus(this.#near(combo === "arrowdown" ? 1 : -1));
    else if (combo === "home" || combo === "end") this.#focus(this.#keys.at(combo === "home" ? 0 : -1));
    else return;
    event.preventDefault();
  }

  /** What holds for the page in hand only. */
  #act({ action, number }) {
    if (!document.activeElement.closest("[data-place]")) return;
    if (action === "arrange.visit") this.#moveTo(number);
    else this.#decideHere(action === "arrange.accept");
  }

  #do(name) {
    const here = this.#current && this.#place(this.#current);
    const chosen = this.#chosen();
    const acts = {
      undo: () => this.#undo(),
      nextProposal: () => this.#nextProposal(),
      toVisit: () => this.#ask(),
      acceptAll: () => this.#acceptAll(),
      rejectAll: () => { this.#cuts.clear(); this.#draw(); say("All proposed cuts are rejected."); },
      leaveOutProposed: () => this.#change((at) => at.leaveOut(Object.keys(this.#toLeaveOut).map(Number)), "Left out."),
      cut: () => this.#change((at) => at.cut(here), `A visit begins at page ${here.page}.`),
      join: () => this.#change((at) => at.join(here.visit), "Joined with the visit above."),
      turn: () => this.#change((at) => chosen.forEach((place) => at.turn(at.place(place.page, place.visit))), "Turned."),
      earlier: () => this.#change((at) => at.shift(here, -1), "Moved earlier."),
      later: () => this.#change((at) => at.shift(here, 1), "Moved later."),
      leaveOut: () => this.#leaveOut(chosen),
    };
    if (here || ["undo", "nextProposal", "acceptAll", "rejectAll", "leaveOutProposed"].includes(name)) acts[name]();
  }

  /** The marked pages in their order, else the one with the focus. */
  #chosen() {
    const keys = this.#marked.size ? this.#keys.filter((key) => this.#marked.has(key)) : [this.#current].filter(Boolean);
    return keys.map((key) => this.#place(key));
  }

  #change(act, said) {
    const next = this.#at.copy();
    try {
      act(next);
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      this.#tell(refused.message);
      return false;
    }
    this.#past.push(this.#at);
    this.#past = this.#past.slice(-STEPS_KEPT);
    this.#take(next, said);
    return true;
  }

  #undo() {
    const last = this.#past.pop();
    if (last) this.#take(last, "Undone.");
  }

  #take(at, said) {
    this.#at = at;
    this.#typed = false;
    this.#tell("");
    this.#draw();
    this.#focus(this.#current);
    say(said);
  }

  #leaveOut(chosen) {
    const out = chosen.filter(({ visit }) => visit < 0);
    const done = out.length === chosen.length
      ? this.#change((at) => at.move(out, Math.max(0, at.visits.findIndex((visit) => visit.own))), "Back in your visit.")
      : this.#change((at) => at.leaveOut(chosen.map(({ page }) => page)), `${plural(chosen.length, "page")} left out.`);
    if (done) this.#unmark();
  }

  #moveTo(number) {
    const chosen = this.#chosen();
    if (!chosen.length || !number) return;
    if (this.#change((at) => at.move(chosen, number - 1), `${plural(chosen.length, "page")} moved to visit ${number}.`)) this.#unmark();
  }

  #ask() {
    const dialog = this.querySelector("#to-visit-dialog");
    dialog.returnValue = "";
    dialog.showModal();
    this.querySelector("#to-visit").select();
  }

  #mark(key) {
    if (!this.#marked.delete(key)) this.#marked.add(key);
    this.#draw();
    this.#focus(key);
    say(this.#marked.size ? `${plural(this.#marked.size, "page")} marked.` : "Nothing is marked.");
  }

  #unmark() {
    this.#marked.clear();
    this.#draw();
    this.#focus(this.#current);
  }

  // -- proposals ---------------------------------------------------------------------------------------
  #open() {
    return this.#keys.filter((key) => !key.includes("/") && this.#isOpen(Number(key)));
  }

  #isOpen(page) {
    const { visit, slot } = this.#at.place(page, -1);
    return this.#cuts.has(page) && visit >= 0 && slot > 0 && this.#at.visits[visit].right === "free";
  }

  #nextProposal() {
    const open = this.#open();
    const keys = this.#keys;
    const here = keys.indexOf(this.#current);
    this.#focus(open.find((key) => keys.indexOf(key) > here) ?? open[0]);
    const cut = this.#cuts.get(Number(this.#current));
    if (cut && open.length) say(`${cut.strength}. ${cut.words}. Accept${withKeys("arrange.accept")}, reject${withKeys("arrange.reject")}.`);
  }

  #decideHere(yes) {
    const page = Number(this.#current);
    if (this.#isOpen(page)) this.#decide(page, yes);
  }

  #decide(page, yes) {
    this.#current = String(page);
    if (!yes) {
      this.#cuts.delete(page);
      this.#draw();
      this.#focus(this.#current);
      say("Rejected.");
    } else this.#change((at) => at.cut(at.place(page, -1)), `A visit begins at page ${page}.`);
    this.#nextProposal();
  }

  #acceptAll() {
    const open = this.#open().map(Number);
    this.#change((at) => open.forEach((page) => at.cut(at.place(page, -1))), `${plural(open.length, "cut")} accepted.`);
  }

  // -- what is seen ------------------------------------------------------------------------------------
  #seen(item) {
    if (!item || item.dataset.place === this.#current) return;
    this.#items.get(this.#current)?.firstElementChild.setAttribute("tabindex", "-1");
    this.#current = item.dataset.place;
    item.firstElementChild.setAttribute("tabindex", "0");
  }

  #focus(key) {
    const item = this.#items.get(key) ?? this.#items.get(key?.split("/")[0]);
    if (!item?.isConnected) return;
    item.firstElementChild.focus();
    item.scrollIntoView({ block: "nearest" });
  }

  /** The page above or below the current one. */
  #near(step) {
    const box = this.#items.get(this.#current)?.getBoundingClientRect();
    if (!box) return undefined;
    let found, best = Infinity;
    for (const [key, item] of this.#items) {
      const other = item.getBoundingClientRect();
      const down = (other.top - box.top) * step;
      if (!item.isConnected || down < box.height / 2) continue;
      const far = down * 4 + Math.abs(other.left - box.left);
      if (far < best) [found, best] = [key, far];
    }
    return found;
  }

  #tell(text) {
    const told = this.querySelector("[data-told]");
    told.replaceChildren(...(text ? [make("div", { class: "banner warn" }, make("p", {}, text))] : []));
    if (text) say(text);
  }

  #draw() {
    const times = new Map();
    for (const { slots } of this.#at.visits) for (const [page] of slots) times.set(page, (times.get(page) ?? 0) + 1);
    const used = new Set();
    const item = (page, visit, turn) => {
      const key = times.get(page) > 1 ? `${page}/${visit}` : String(page);
      used.add(key);
      return this.#item(key, page, turn);
    };
    const rows = this.#at.visits.map((visit, index) => this.#row(visit, index, item));
    if (this.#at.leftOut.length) rows.push(this.#outRow(item));
    this.querySelector("[data-rows]").replaceChildren(...rows);
    for (const key of this.#items.keys()) if (!used.has(key)) this.#items.delete(key);
    for (const key of this.#marked) if (!used.has(key)) this.#marked.delete(key);
    if (!this.#items.get(this.#current)?.isConnected) this.#current = this.#keys[0];
    this.#items.get(this.#current)?.firstElementChild.setAttribute("tabindex", "0");
    if (!this.#typed) this.#text.value = this.#at.text;
    this.querySelector('[data-do="undo"]').disabled = !this.#past.length;
    const out = this.#at.leftOut.length;
    this.querySelector("[data-summary]").textContent = [plural(this.#pages.size, "page"), plural(this.#at.visits.length, "visit"), out ? `${out} left out` : ""].filter(Boolean).join(", ");
    const open = this.#open().length;
    for (const place of this.querySelectorAll("[data-open-count]")) place.textContent = `${open ? plural(open, "cut") : "No cuts"} proposed.`;
    for (const button of this.querySelectorAll('[data-do="nextProposal"], [data-do="acceptAll"], [data-do="rejectAll"]')) button.disabled = !open;
  }

  #row(visit, index, item) {
    const number = index + 1;
    const grid = make("ol", { class: "page-grid" });
    for (const [slot, [page, turn]] of visit.slots.entries()) {
      if (slot && this.#isOpen(page)) grid.append(this.#proposal(page));
      grid.append(item(page, index, turn));
    }
    const tag = visit.status && make("span", { class: `tag ${visit.status.tone}` }, make("span", { "aria-hidden": "true" }, `${visit.status.glyph} `), visit.status.label);
    const words = [plural(visit.slots.length, "page"), visit.own ? "Yours." : "", visit.note].filter(Boolean).join(". ").replace("..", ".");
    return make("section", { class: `visit${visit.own ? " own" : ""}`, "aria-label": `Visit ${number}` },
      make("header", {}, make("h2", {}, `Visit ${number}`), " ", make("span", { class: "code" }, visit.name || "new"), " ", tag, " ", make("span", { class: "muted" }, words)),
      grid);
  }

  #outRow(item) {
    return make("section", { class: "visit out", "aria-label": "Left out" },
      make("header", {}, make("h2", {}, "Left out"), " ", make("span", { class: "muted" }, "These pages belong to no visit.")),
      make("ol", { class: "page-grid" }, ...this.#at.leftOut.map((page) => item(page, -1, 0))));
  }

  #proposal(page) {
    const { words, strength } = this.#cuts.get(page);
    return make("li", { class: "proposed" },
      make("span", { class: "tag info" }, strength), make("span", { class: "why" }, `${words}.`),
      make("span", { class: "actions" },
        make("button", { class: "button small", type: "button", "data-cut": page, "data-answer": "yes", "aria-label": `Cut before page ${page}` }, "Cut here ", make("kbd", { class: "letter", "aria-hidden": "true" }, "A")),
        make("button", { class: "button small", type: "button", "data-cut": page, "data-answer": "no", "aria-label": `Do not cut before page ${page}` }, "No ", make("kbd", { class: "letter", "aria-hidden": "true" }, "N"))));
  }

  #item(key, page, turn) {
    let item = this.#items.get(key);
    if (!item) {
      const { url, width, height } = this.#pages.get(page);
      const button = make("button", { type: "button", class: "thumb-button", tabindex: "-1" },
        make("span", { class: "thumb-box" }, make("img", { "data-src": url, width, height, decoding: "async", alt: "" })),
        make("span", { class: "thumb-number" }, String(page)));
      item = make("li", { class: "thumb", "data-place": key }, button);
      this.#items.set(key, item);
      this.#watch.observe(item);
    }
    const [button] = item.children;
    const marked = this.#marked.has(key);
    const empty = this.#toLeaveOut[page];
    button.setAttribute("aria-pressed", String(marked));
    button.setAttribute("aria-label", [`Page ${page}`, turn ? `turned ${turn} degrees` : "", empty ?? ""].filter(Boolean).join(", "));
    button.querySelector(".thumb-box").dataset.turn = turn;
    button.querySelector(".thumb-number").textContent = [page, marked ? "✓" : "", empty ? `(${empty.replace(/^an? /, "")})` : ""].filter(Boolean).join(" ");
    if (key !== this.#current) button.setAttribute("tabindex", "-1");
    return item;
  }
}
customElements.define("page-arranger", PageArranger);
