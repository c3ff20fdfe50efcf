// <code-reference opens-from="760">: under the list of codes, what the lists of the visit's day, its payer and the
// rulings say about the code in hand. Asked once the hand rests, kept by question: the code, and the codes beside it.
// Until somebody says otherwise it is open in a window of two panes that is so high (px). A bench that was fetched ahead
// brings the first answer along.
import { csrfToken, isAbout } from "./session.js";

const REST = 150; // ms
const STORE = "chartline-reference"; // open or closed, as somebody left it in this browser

class CodeReference extends HTMLElement {
  #details;
  #place;
  #answers = new Map(); // question → the part that answers it
  #asking = new AbortController();
  #timer;
  #line; // {system, code, dotted}: a row of the list, or a hit of the search

  connectedCallback() {
    if (this.#details) return;
    const list = this.closest("code-list");
    this.#details = this.querySelector("details");
    this.#place = this.querySelector("[data-answer]");
    const room = matchMedia(`(min-width: 900px) and (min-height: ${this.getAttribute("opens-from")}px)`).matches;
    this.#details.open = (localStorage.getItem(STORE) ?? String(room)) === "true";
    this.querySelector("summary").addEventListener("click", () => localStorage.setItem(STORE, !this.#details.open));
    this.#details.addEventListener("toggle", () => this.#take(this.#line));
    list.addEventListener("code:inhand", ({ detail }) => this.#take(detail ?? list.hand));
    this.#take(list.hand);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asking.abort();
    this.#place?.removeAttribute("aria-busy");
  }

  #take(line) {
    if (!line) return;
    this.disconnectedCallback(); // the question before is dropped
    this.#line = line;
    this.querySelector("[data-of]").textContent = line.dotted;
    if (!this.#details.open) return;
    const question = questionOf(line, this.closest("code-list").body);
    const brought = this.querySelector(`template[data-code="${line.code}"]`);
    if (brought) this.#answers.set(question, brought.content);
    brought?.remove();
    const known = this.#answers.get(question);
    if (!known) this.#place.setAttribute("aria-busy", "true");
    if (known) this.#show(known);
    else this.#timer = setTimeout(() => this.#ask(question), REST);
  }

  async #ask(question) {
    const { signal } = (this.#asking = new AbortController());
    try {
      const response = await fetch(this.getAttribute("url"), { method: "POST", headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" }, credentials: "same-origin", signal,
        body: new URLSearchParams({ encounter: this.getAttribute("encounter"), ...JSON.parse(question) }) });
      if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
      if ((!response.ok && response.status !== 422) || !isAbout(response, this)) throw new Error(String(response.status));
      const answer = document.createRange().createContextualFragment(await response.text());
      this.#answers.set(question, answer);
      this.#show(answer);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#place.textContent = `Nothing could be read about ${this.#line.dotted}. Go to another code and back to try again.`;
    }
    this.#place.removeAttribute("aria-busy");
  }

  #show(answer) {
    this.#place.replaceChildren(answer.cloneNode(true));
    this.#place.scrollTop = 0;
  }
}

/** What is asked about a line beside these codes. A diagnosis has nothing to do with the procedures. */
function questionOf({ system, code }, { diagnoses, procedures }) {
  const isProcedure = system === "procedure";
  const beside = { diagnoses: diagnoses.map((line) => ({ code: line.code })) };
  if (isProcedure) beside.procedures = procedures.map((line) => ({ code: line.code, modifiers: line.modifiers, units: line.units }));
  return JSON.stringify({ kind: isProcedure ? system : "diagnosis", code, body: JSON.stringify(beside) });
}

customElements.define("code-reference", CodeReference);
