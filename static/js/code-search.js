// <code-search>: one box for diagnoses and procedures; sends "code:chosen" with what was picked.
import { make, post, say } from "./session.js";

const PAUSE = 60; // ms without a key before asking
const SAY_AFTER = 500; // ms without a change before the count is announced

class CodeSearch extends HTMLElement {
  #input;
  #list;
  #hint;
  #timer;
  #stop;
  #sayTimer;
  #asking;
  #hits = [];
  #at = 0;
  #ahead = Promise.resolve(); // codes entered before their answers came, taken one after the other
  #awaited = 0; // how many of them have no answer yet

  connectedCallback() {
    this.#stop = new AbortController();
    window.addEventListener("submit", (event) => this.#beforeSubmit(event), { capture: true, signal: this.#stop.signal });
    if (this.#input) return;
    this.#input = this.querySelector("[role=combobox]");
    this.#list = this.querySelector("[role=listbox]");
    this.#hint = this.querySelector("[data-hint]");
    this.hidden = false;
    this.#input.addEventListener("input", () => this.#later());
    this.#input.addEventListener("keydown", (event) => this.#onKey(event));
    this.dataset.actions = "code.favourite";
    this.addEventListener("chartline:action", () => this.#favour());
    this.#input.addEventListener("blur", () => this.#close());
    this.#list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.#choose([...this.#list.children].indexOf(option));
    });
    this.addEventListener("change", (event) => event.target.name === "kind" && (this.#input.focus(), this.#ask()));
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#asking?.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#sayTimer);
  }

  get #kind() {
    return this.querySelector('[name="kind"]:checked').value;
  }

  get #systems() {
    const diagnosis = this.getAttribute("diagnosis-system");
    const text = this.#input.value.trim();
    // ICD-10-CM codes never begin with a digit, CPT codes nearly always do; ICD-9-CM codes do, so there the switch decides.
    const procedureFirst = this.#kind === "procedure" || (diagnosis === "icd10cm" && /^\d/.test(text));
    return procedureFirst ? ["procedure", diagnosis] : [diagnosis, "procedure"];
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), PAUSE);
  }

  async #ask() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#asking?.abort();
    const text = this.#input.value.trim();
    if (text.length < 2) return this.#close();
    const asking = (this.#asking = new AbortController());
    this.#list.setAttribute("aria-busy", "true");
    try {
      const { hits, spelling } = await this.#find(this.#systems, text, asking.signal);
      this.#show(hits, text, spelling);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (error.message === "423") return window.addEventListener("chartline:unlocked", () => this.#ask(), { once: true });
      this.#note("The search did not answer. Try again.");
    } finally {
      if (this.#asking === asking) {
        this.#asking = undefined;
        this.#list.removeAttribute("aria-busy");
      }
    }
  }

  /** Enter came first: the box is free for the next code while the first hit of this one is awaited. */
  #takeFirst(text) {
    const systems = this.#systems;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#input.value = "";
    this.#close();
    const looking = (this.#hint.textContent = `Looking for “${text}” …`);
    const take = async () => {
      this.#hint.textContent ||= looking;
      try {
        const { hits, spelling } = await this.#find(systems, text, AbortSignal.timeout(10_000));
        if (!this.#input.value) {
          this.#input.value = text;
          this.#show(hits, text, spelling);
          this.#choose(0);
        } else if (hits[0]?.billable) this.#send(hits[0]);
        else say((this.#hint.textContent = `No single code found for “${text}”.`));
      } catch (error) {
        if (error.message === "423") {
          await new Promise((done) => window.addEventListener("chartline:unlocked", done, { once: true }));
          return take();
        }
        this.#input.value ||= text;
        this.#note(`The search for “${text}” did not answer. Try again.`);
      }
    };
    this.#awaited += 1;
    this.#ahead = this.#ahead.then(take).finally(() => { this.#awaited -= 1; });
  }

  /** A coding is not sent before the codes entered for it have come, nor without one that was not found. */
  async #beforeSubmit(event) {
    const { target: form, submitter } = event;
    if (!this.#awaited || !form.contains(this)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await this.#ahead;
    if (this.#input.value) say((this.#hint.textContent = `${this.#hint.textContent} The coding was not sent.`.trim()));
    else form.requestSubmit(submitter);
  }

  async #find([first, second], text, signal) {
    const found = await this.#lookup(first, text, signal);
    return found.hits.length ? found : this.#lookup(second, text, signal);
  }

  async #lookup(system, text, signal) {
    const query = new URLSearchParams({ system, on: this.getAttribute("on"), q: text, encounter: this.getAttribute("encounter") ?? "" });
    const response = await fetch(`${this.getAttribute("lookup-url")}?${query}`, { headers: { Accept: "application/json" }, credentials: "same-origin", signal });
    if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
    if (!response.ok) throw new Error(String(response.status));
    const { results, spelling } = await response.json();
    return { hits: results.map((result) => ({ ...result, system })), spelling };
  }

  #show(hits, text, spelling = "") {
    this.#hits = hits;
    this.#at = 0;
    if (!hits.length) return this.#note(`No code found for “${text}”.${spelling && ` Closest spelling: “${spelling}”.`}`);
    this.#hint.textContent = spelling && `Shown for “${spelling}”.`;
    this.#list.replaceChildren(...hits.map((hit, index) => make("li", { role: "option", id: `hit-${index}`, "aria-selected": String(index === 0) },
      make("span", { class: "code" }, hit.dotted), make("span", {}, hit.title),
      hit.billable ? null : make("small", {}, "Category: choose to see its codes"),
      hit.why && hit.why !== "title" ? make("small", { class: "why" }, hit.why) : null)));
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    this.#input.setAttribute("aria-activedescendant", "hit-0");
    this.#point();
    clearTimeout(this.#sayTimer);
    this.#sayTimer = setTimeout(() => say(`${hits.length} ${hits.length === 1 ? "code" : "codes"} found`), SAY_AFTER);
  }

  #note(text) {
    this.#close();
    this.#hint.textContent = text;
    say(text);
  }

  #close() {
    this.#asking?.abort();
    clearTimeout(this.#sayTimer);
    const pointed = this.#hits.length;
    this.#hits = [];
    if (pointed) this.#point();
    this.#list.hidden = true;
    this.#list.replaceChildren();
    this.#hint.textContent = "";
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
  }

  #move(step) {
    if (!this.#hits.length) return;
    const options = this.#list.children;
    options[this.#at].setAttribute("aria-selected", "false");
    this.#at = (this.#at + step + options.length) % options.length;
    options[this.#at].setAttribute("aria-selected", "true");
    options[this.#at].scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-activedescendant", options[this.#at].id);
    this.#point();
  }

  /** Say which hit is in hand; none when the list is closed. */
  #point() {
    this.dispatchEvent(new CustomEvent("code:inhand", { bubbles: true, detail: this.#hits[this.#at] }));
  }

  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const act = { ArrowDown: () => this.#move(1), ArrowUp: () => this.#move(-1), Enter: () => this.#enter(), Escape: () => this.#escape() }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #enter() {
    const text = this.#input.value.trim();
    if (!this.#timer && !this.#asking && this.#hits.length) this.#choose(this.#at);
    else if (!text) this.#leave();
    else if (text.length > 1) this.#takeFirst(text);
  }

  #escape() {
    if (this.#list.hidden && !this.#input.value) this.#leave();
    else if (this.#list.hidden) this.#input.value = "";
    else this.#close();
  }

  /** The hit in hand becomes a favourite, or is one no more. */
  async #favour() {
    const hit = this.#hits[this.#at];
    if (!hit) return;
    const on = !hit.why.includes("your favourite");
    const response = await post(this.getAttribute("favourite-url"), { system: hit.system, code: hit.code, on: on ? "1" : "0" });
    if (!response.ok) return this.#note("The favourite was not saved. Try again.");
    hit.why = on ? "your favourite" : "title";
    this.#hint.textContent = `${hit.dotted} is ${on ? "now" : "no longer"} your favourite.`;
    say(this.#hint.textContent);
  }

  #leave() {
    this.dispatchEvent(new CustomEvent("code:left", { bubbles: true }));
  }

  #choose(index) {
    const hit = this.#hits[index];
    if (!hit) return;
    if (!hit.billable) {
      this.#input.value = hit.dotted;
      this.#lookup(hit.system, hit.code, AbortSignal.timeout(10_000)).then(
        ({ hits }) => this.#show(hits.filter(({ code }) => code !== hit.code), hit.dotted),
        () => this.#note("The search did not answer. Try again."),
      );
      return;
    }
    this.#input.value = "";
    this.#close();
    this.#send(hit);
  }

  #send(hit) {
    this.dispatchEvent(new CustomEvent("code:chosen", { bubbles: true, detail: hit }));
  }
}
customElements.define("code-search", CodeSearch);
