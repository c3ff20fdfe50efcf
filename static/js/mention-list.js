// <mention-list> around a message's words: "@" offers the people of the form's "Mention" boxes by name.
// Without this file the boxes name them; a name typed in full after "@" counts either way.
import { make, say } from "./session.js";

const AT_ONCE = 6;

class MentionList extends HTMLElement {
  #list;
  #at = 0;

  connectedCallback() {
    if (this.#list) return;
    const body = this.#body;
    if (!body) return;
    this.#list = make("ul", { class: "mention-options", id: `${body.id}-people`, role: "listbox", hidden: true });
    this.#list.setAttribute("aria-label", "People to mention");
    this.append(this.#list);
    body.setAttribute("aria-autocomplete", "list");
    body.addEventListener("input", () => this.#offer());
    body.addEventListener("blur", () => this.#close());
    body.addEventListener("keydown", (event) => this.#key(event));
    this.#list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.#take(option.textContent);
    });
  }

  get #body() { return this.querySelector("textarea"); }

  /** The names that the form knows; of an internal note the practice's people are not among them. */
  get #names() {
    const form = this.closest("form");
    const internal = form.querySelector('input[name="audience"][value="internal"]')?.checked;
    return [...form.querySelectorAll('input[name="mentions"]')]
      .map((box) => box.closest("label")?.textContent.trim() ?? "")
      .filter((label) => label && !(internal && /\(practice user\)$/.test(label)))
      .map((label) => label.replace(/ \([^)]*\)$/, ""));
  }

  /** What is typed after the last "@" before the caret; null if there is none. */
  #typed() {
    const { value, selectionStart } = this.#body;
    const found = /(?:^|\s)@([^@\n]{0,40})$/.exec(value.slice(0, selectionStart));
    return found ? found[1] : null;
  }

  #offer() {
    const typed = this.#typed()?.toLowerCase();
    if (typed === undefined) return this.#close();
    const names = this.#names.filter((name) => name.toLowerCase().split(" ").some((_, at, words) => words.slice(at).join(" ").startsWith(typed)) && name.toLowerCase() !== typed.trim());
    if (!names.length) return this.#close();
    this.#at = 0;
    this.#list.replaceChildren(...names.slice(0, AT_ONCE).map((name, at) => {
      const option = make("li", { id: `${this.#list.id}-${at}`, role: "option" }, name);
      option.setAttribute("aria-selected", String(at === 0));
      return option;
    }));
    if (this.#list.hidden) say(`${this.#list.children.length} people. Arrow keys choose, Enter mentions.`);
    this.#list.hidden = false;
    this.#body.setAttribute("aria-controls", this.#list.id);
    this.#body.setAttribute("aria-activedescendant", `${this.#list.id}-0`);
  }

  #close() {
    this.#list.hidden = true;
    this.#list.replaceChildren();
    this.#body?.removeAttribute("aria-activedescendant");
    this.#body?.removeAttribute("aria-controls");
  }

  #key(event) {
    if (this.#list.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
    const options = [...this.#list.children];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.#at = (this.#at + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length;
      options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.#at)));
      this.#body.setAttribute("aria-activedescendant", options[this.#at].id);
    } else if (event.key === "Enter" || event.key === "Tab") this.#take(options[this.#at].textContent);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #take(name) {
    const body = this.#body;
    const start = body.selectionStart - this.#typed().length;
    body.setRangeText(`${name} `, start, body.selectionStart, "end");
    this.#close();
    body.focus();
  }
}

customElements.define("mention-list", MentionList);
