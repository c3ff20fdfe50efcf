// News without a reload: listens to the stream of hints and lets each part of the page that shows such things fetch
// itself anew. Without a stream it asks now and then; with one too, more seldom, for a hint may be lost.
//
//   <live-news src="/events/?batch=12"></live-news>     and     <div data-live="batch" hx-get="…" hx-trigger="news">
//
// A part in which somebody types is left alone until they are done. Focus, scroll and opened details stay.
const ASK = 20_000; // ms between two looks without a stream
const ASK_BESIDE_STREAM = 120_000;
const GATHER = 1_000; // ms in which one part is fetched once at most
const AGAIN = 30_000; // ms after which a stream that was refused is tried again
const KINDS = ["batch", "thread"];

class LiveNews extends HTMLElement {
  #stop = new AbortController();
  #stream;
  #reopen;
  #asking;
  #missed = false;
  #wanted = new Set(); // parts that want to be fetched, and wait for their moment
  #timer;

  connectedCallback() {
    const { signal } = this.#stop;
    document.addEventListener("visibilitychange", () => this.#attend(), { signal });
    window.addEventListener("chartline:locked", () => this.#close("locked"), { signal });
    window.addEventListener("chartline:unlocked", () => { this.#missed = true; this.#attend(); }, { signal });
    window.addEventListener("pagehide", () => this.#close("closed"), { signal });
    window.addEventListener("pageshow", (event) => event.persisted && this.#attend(), { signal });
    document.body.addEventListener("focusout", () => this.#soon(), { signal });
    document.body.addEventListener("htmx:beforeSwap", (event) => this.#remember(event.detail.target), { signal });
    document.body.addEventListener("htmx:afterSwap", () => this.#restore(), { signal });
    this.#attend();
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#close("closed");
  }

  // A page that nobody sees hears nothing; it looks once when it is seen again.
  #attend() {
    if (document.visibilityState !== "visible") {
      this.#close("hidden");
      this.#missed = true;
    } else if (!("locked" in document.documentElement.dataset)) this.#open();
  }

  #open() {
    if (this.#stream) return;
    clearTimeout(this.#reopen);
    this.#ask();
    if (!this.getAttribute("src")) {
      if (this.#missed) this.#all();
      this.#missed = false;
      return this.#show("asking");
    }
    const stream = new EventSource(this.getAttribute("src"), { withCredentials: true });
    this.#stream = stream;
    stream.addEventListener("open", () => {
      this.#show("open");
      this.#ask();
      if (this.#missed) this.#all();
      this.#missed = false;
    });
    stream.addEventListener("error", () => {
      this.#show("asking");
      this.#missed = true;
      this.#ask();
      if (stream.readyState !== EventSource.CLOSED) return; // the browser comes back by itself
      this.#stream = undefined;
      this.#reopen = setTimeout(() => this.#attend(), AGAIN * (1 + Math.random()));
    });
    for (const kind of KINDS) stream.addEventListener(kind, () => this.#want(kind));
    stream.addEventListener("again", () => this.#all());
  }

  #close(state) {
    this.#stream?.close();
    this.#stream = undefined;
    clearTimeout(this.#reopen);
    clearInterval(this.#asking);
    this.#show(state);
  }

  #ask() {
    clearInterval(this.#asking);
    this.#asking = setInterval(() => this.#all(), this.dataset.state === "open" ? ASK_BESIDE_STREAM : ASK);
  }

  #show(state) {
    this.dataset.state = state;
    const words = { open: this.dataset.open, asking: this.dataset.asking };
    if (words[state]) this.textContent = words[state];
  }

  #all() { KINDS.forEach((kind) => this.#want(kind)); }

  #want(kind) {
    for (const part of document.querySelectorAll(`[data-live~="${kind}"]`)) this.#wanted.add(part.id || part);
    this.#soon();
  }

  #soon() {
    if (!this.#wanted.size) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#fetch();
    }, this.#last + GATHER > Date.now() ? GATHER : 0);
  }

  #last = 0;

  #fetch() {
    this.#last = Date.now();
    for (const key of [...this.#wanted]) {
      const part = typeof key === "string" ? document.getElementById(key) : key;
      if (part && typedIn(part)) continue;
      this.#wanted.delete(key);
      if (part?.isConnected) window.htmx?.trigger(part, "news");
    }
  }

  // -- what was opened stays open --------------------------------------------------------------------
  #opened = [];

  #remember(part) {
    if (part?.closest?.("[data-live]")) this.#opened = [...part.querySelectorAll("details[open][id]")].map((one) => one.id);
  }

  #restore() {
    for (const id of this.#opened) document.getElementById(id)?.setAttribute("open", "");
    this.#opened = [];
    this.#soon(); // what somebody had written may be sent now
  }
}

/** Whether somebody writes in a part, or has written what is not sent. */
function typedIn(part) {
  const active = document.activeElement;
  if (part.contains(active) && active.matches("textarea, input, select")) return true;
  if (part.querySelector("dialog[open]")) return true;
  return [...part.querySelectorAll("textarea, input[type=text]")].some((field) => field.value !== field.defaultValue);
}

customElements.define("live-news", LiveNews);
