// <code-reference opens-from="760">: under the list of codes, what the lists of the visit's day, its payer and the rulings say about the
// code in hand. Asked once the hand rests, and kept by question: the code, and the codes that stand beside it. Until
// somebody says otherwise it is open in a window of two panes that is so high (px).
import { csrfToken, isAbout } from "./session.js";

const REST = 150; // ms
const KEPT = 80; // answers
const STORE = "chartline-reference"; // open or closed, as somebody left it in this browser

class CodeReference extends HTMLElement {
  #details;
  #place;
  #answers = new Map(); // question → the part that answers it
  #asking;
  #timer;
  #line; // {system, code, dotted}: a row of the list, or a hit of the search

  connectedCallback() {
    if (this.#details) return;
    this.#details = this.querySelector("details");
    this.#place = this.querySelector("[data-answer]");
    for (const { dataset, content } of this.querySelectorAll("template")) this.#answers.set(dataset.question, content);
    this.#details.open = isOpen(this);
    this.#details.firstElementChild.addEventListener("click", () => localStorage.setItem(STORE, this.#details.open ? "closed" : "open"));
    this.#details.addEventListener("toggle", () => this.#take(this.#line));
    this.#list.addEventListener("code:inhand", ({ detail }) => this.#take(detail ?? this.#list.hand));
    this.#take(this.#list.hand);
  }

  disconnectedCallback() {
    this.#stop();
  }

  get #list() {
    return this.closest("code-list");
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#place.removeAttribute("aria-busy");
  }

  #take(line) {
    if (!line) return;
    this.#stop();
    this.#line = line;
    this.querySelector("[data-of]").textContent = line.dotted;
    if (!this.#details.open) return;
    const question = questionOf(line, this.#list.body);
    const known = this.#answers.get(question);
    if (known) return this.#show(known);
    this.#place.setAttribute("aria-busy", "true");
    this.#timer = setTimeout(() => this.#ask(question), REST);
  }

  async #ask(question) {
    const asking = (this.#asking = new AbortController());
    try {
      const answer = await ask(this, question, { signal: asking.signal });
      if (this.#answers.size >= KEPT) this.#answers.delete(this.#answers.keys().next().value);
      this.#answers.set(question, answer);
      this.#show(answer);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#place.textContent = `Nothing could be read about ${this.#line.dotted}. Go to another code and back to try again.`;
    }
    this.#place.removeAttribute("aria-busy");
  }

  #show(answer) {
    this.#place.replaceChildren(document.importNode(answer, true));
    this.#place.scrollTop = 0;
  }

  /** For a bench that is not shown yet: ask about the code that comes into hand first. */
  static async ahead(main, headers) {
    const place = main.querySelector("code-reference");
    if (!place || !isOpen(place)) return;
    const state = JSON.parse(main.querySelector('code-list > script[type="application/json"]').textContent);
    const { suggestions = [], diagnoses, procedures } = state;
    const line = suggestions[0] ?? (diagnoses[0] && { ...diagnoses[0], system: "diagnosis" }) ?? (procedures[0] && { ...procedures[0], system: "procedure" });
    if (!line) return;
    const question = questionOf(line, state);
    const kept = document.createElement("template");
    kept.dataset.question = question;
    kept.content.append(await ask(place, question, { headers }));
    place.append(kept);
  }
}

function isOpen(place) {
  const said = localStorage.getItem(STORE);
  return said ? said === "open" : matchMedia(`(min-width: 900px) and (min-height: ${place.getAttribute("opens-from")}px)`).matches;
}

/** What is asked about a line beside these codes. A diagnosis has nothing to do with the procedures. */
function questionOf({ system, code }, { diagnoses, procedures }) {
  const kind = system === "procedure" ? system : "diagnosis";
  const beside = { diagnoses: diagnoses.map((line) => ({ code: line.code })) };
  if (kind === "procedure") beside.procedures = procedures.map(({ code: other, modifiers, units }) => ({ code: other, modifiers, units }));
  return new URLSearchParams({ kind, code, body: JSON.stringify(beside) }).toString();
}

/** The answer as a part of a page; throws without one about the chart of its host. */
async function ask(host, question, { headers = {}, signal = undefined } = {}) {
  const encounter = host.getAttribute("encounter");
  const response = await fetch(host.getAttribute("url"), { method: "POST", headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch", ...headers }, credentials: "same-origin", signal,
    body: new URLSearchParams(`${question}&encounter=${encounter}`) });
  if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
  if ((!response.ok && response.status !== 422) || !isAbout(response, host)) throw new Error(String(response.status));
  const part = document.createDocumentFragment();
  part.append(...new DOMParser().parseFromString(await response.text(), "text/html").body.childNodes);
  return part;
}

customElements.define("code-reference", CodeReference);
