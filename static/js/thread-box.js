// <thread-box> around a thread and its composer: answers in place, mentions into the text, read receipts, J/K/C keys.
import { csrfToken } from "./session.js";
import "./mention-list.js";

class ThreadBox extends HTMLElement {
  #stop;
  #seen = 0;
  #eye;
  #sending = false;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.addEventListener("click", (event) => this.#click(event), { signal });
    this.addEventListener("change", (event) => this.#mention(event.target), { signal });
    this.addEventListener("submit", (event) => this.#putIn(event), { signal });
    this.addEventListener("htmx:beforeRequest", (event) => { this.#sending = event.target.matches(".composer"); }, { signal });
    this.addEventListener("htmx:afterSettle", () => this.#settled(), { signal });
    this.dataset.actions = "list.next list.previous thread.write";
    this.addEventListener("chartline:action", ({ detail }) => this.#act(detail.action), { signal });
    this.#eye = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#read());
    this.#watch();
    this.#toEnd();
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#eye.disconnect();
  }

  get #body() { return this.querySelector('.composer textarea[name="body"]'); }

  // -- read receipts: once the last message has been in view ---------------------------------------
  #watch() {
    this.#eye.disconnect();
    const last = this.querySelector(".thread > li:last-child > .message");
    if (last) this.#eye.observe(last);
  }

  // Where the thread scrolls by itself, its newest message is in view first.
  #toEnd() {
    const list = this.querySelector(".thread");
    if (list) list.scrollTop = list.scrollHeight;
  }

  #settled() {
    this.#watch();
    this.#toEnd();
    // The composer that was sent is replaced by an empty one: writing goes on there.
    if (this.#sending && document.activeElement === document.body) this.#body?.focus({ preventScroll: true });
  }

  async #read() {
    const newest = Number(this.querySelector("[data-newest]")?.dataset.newest ?? 0);
    if (newest <= this.#seen || document.visibilityState !== "visible" || "locked" in document.documentElement.dataset) return;
    this.#seen = newest;
    try {
      // Nobody pressed anything: this must not count as activity for the idle lock.
      const headers = { "X-CSRFToken": csrfToken(), "X-Background": "1", "X-Requested-With": "fetch" };
      const response = await fetch(this.getAttribute("read-url"), { method: "POST", headers, body: new URLSearchParams({ seen: newest }), credentials: "same-origin" });
      if (!response.ok) this.#seen = 0;
    } catch {
      this.#seen = 0; // the next message or visit tells it again
    }
  }

  // -- answering -----------------------------------------------------------------------------------
  #click(event) {
    const target = event.target instanceof Element ? event.target : null;
    const link = target?.closest("[data-answer]");
    if (link) {
      event.preventDefault();
      this.#answering(link.dataset.answer, link.dataset.answerTo, "answerSettles" in link.dataset, "answerInternal" in link.dataset);
      this.#body.focus();
    }
    if (target?.closest("[data-answering-off]")) {
      event.preventDefault();
      this.#answering("", "", false);
      this.#body.focus();
    }
  }

  #answering(pk, name, settles, internal = false) {
    // What answers an internal note is one too; the writer's own choice is left alone otherwise.
    if (internal) this.querySelector('.composer input[name="audience"][value="internal"]').checked = true;
    this.querySelector('.composer input[name="reply_to"]').value = pk;
    this.querySelector("[data-answering-name]").textContent = name;
    this.querySelector("[data-answering]").hidden = !pk;
    const settle = this.querySelector("[data-settle]");
    settle.hidden = !settles;
    settle.querySelector("input").checked = settles;
  }

  // -- a saved answer is put into the words where the caret is, and sent by its reader only -----------
  #putIn(event) {
    if (!event.target.matches("[data-saved-answers]")) return;
    event.preventDefault();
    const body = this.#body;
    body.setRangeText(event.target.elements.saved.selectedOptions[0].dataset.body, body.selectionStart, body.selectionEnd, "end");
    body.dispatchEvent(new Event("input", { bubbles: true }));
    body.focus();
  }

  // -- a chosen person is named in the text ----------------------------------------------------------
  #mention(box) {
    if (box.name !== "mentions" || !box.checked) return;
    const name = box.dataset.name ?? box.closest("label, div")?.textContent.trim().replace(/ \([^)]*\)$/, "");
    const body = this.#body;
    if (!name || body.value.includes(`@${name}`)) return;
    body.value += `${body.value && !/\s$/.test(body.value) ? " " : ""}@${name} `;
  }

  // -- keys ------------------------------------------------------------------------------------------
  #act(action) {
    if (action === "thread.write") this.#body.focus();
    else this.#step(action === "list.next" ? 1 : -1);
  }

  #step(by) {
    const messages = [...this.querySelectorAll(".thread > li > .message")];
    if (!messages.length) return;
    const now = messages.findIndex((message) => message.contains(document.activeElement));
    const next = messages[now < 0 ? (by > 0 ? 0 : messages.length - 1) : Math.min(messages.length - 1, Math.max(0, now + by))];
    next.setAttribute("tabindex", "-1");
    next.focus();
  }
}

customElements.define("thread-box", ThreadBox);
