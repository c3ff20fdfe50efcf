// <next-chart>: at each bench. The next one is in memory before it is wanted, is shown at once when this one's form goes
// out, and the answer is awaited behind it: what was submitted can be taken back for a while, what was not is said.
import { benchOf, prepare, putBack, show } from "./bench-swap.js";
import { ChartMemory } from "./chart-memory.js";
import { alertBanner, signedOut } from "./shell.js";
import { csrfToken, make, say } from "./session.js";

const AT_REST = 1000; // ms after a bench is shown
const AGAIN = 120_000; // ms until it is asked what comes next once more, for what was returned or answered meanwhile
const TRY_AGAIN = 15_000; // ms
const ANSWER_WITHIN = 30_000; // ms
const STAYS = ["save", "check"];
const ENDS = ["finish_next", "submit_next", "verified", "corrected", "returned"]; // the stage; what else a form sends is about this chart
const root = document.documentElement;
const memory = new ChartMemory();
const flights = new Set(); // submissions whose answer is awaited, and those that failed with something unsaved
const inTheAir = new Set();
const here = () => location.pathname + location.search;
let shown = here();
let releaseUrl;
let visits = 0; // the answer of the last one is shown
let telling; // the server hears what is shown, before it is asked what comes next

class NextChart extends HTMLElement {
  #timer;
  #stop;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    releaseUrl = this.getAttribute("release-url");
    document.addEventListener("visibilitychange", () => !document.hidden && this.#later(AT_REST), { signal });
    this.#later(AT_REST);
    const told = JSON.parse(this.getAttribute("undo") || "null");
    this.removeAttribute("undo"); // told once
    if (told) offerUndo(this.getAttribute("said"), told);
  }

  disconnectedCallback() {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  #later(pause) {
    clearTimeout(this.#timer);
    if (this.hasAttribute("ahead-url")) this.#timer = setTimeout(() => this.#ask(), pause);
  }

  async #ask() {
    if (document.hidden || root.hasAttribute("data-locked")) return;
    const form = { encounter: this.getAttribute("encounter"), assignment: this.getAttribute("assignment") };
    let pause = TRY_AGAIN;
    try {
      await Promise.allSettled([telling, ...inTheAir]); // what is being submitted does not come next
      pause = Math.min(AGAIN, await memory.ask(this.getAttribute("ahead-url"), form));
    } catch {
      // Offline: asked again.
    }
    if (this.isConnected) this.#later(Math.max(AT_REST, pause));
  }
}

// -- a form goes out -------------------------------------------------------------------------------------------
// Registered before <draft-keeper> comes: its own wait for an answer would hold up what is shown.
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!form.matches?.("form[data-goes-on]") || STAYS.includes(submitter?.value) || !form.closest("draft-keeper")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.hasAttribute("data-sent")) return;
  form.setAttribute("data-sent", "");
  send(form, submitter).finally(() => form.removeAttribute("data-sent"));
}, { capture: true });

/** What is not yet checked is checked first, so that what asks for a reason can ask. */
async function send(form, submitter) {
  const waiting = [...document.getElementById("main").querySelectorAll("code-list, verify-table")].map((part) => part.settle?.()).filter(Boolean);
  if (waiting.length) {
    await Promise.all(waiting);
    form.removeAttribute("data-sent");
    if (form.isConnected) form.requestSubmit(submitter);
    return;
  }
  const data = new FormData(form, submitter);
  const next = isSure(form, submitter, data) ? memory.take() : undefined;
  if (next) return goOn(form, data, next);
  await Promise.allSettled(inTheAir); // or it would be handed out once more
  const going = inPlace(form, submitter, data);
  inTheAir.add(going);
  return going.finally(() => inTheAir.delete(going));
}

/** Whether nothing that is known here speaks against it: then the answer need not be awaited. */
function isSure(form, submitter, data) {
  const keeper = form.closest("draft-keeper");
  const hard = form.querySelector("[data-hard]")?.dataset.hard ?? "0";
  const ends = ENDS.includes(submitter?.value) || submitter?.name === "check_reason";
  const judged = submitter?.dataset.verdict ? submitter.dataset.action === "verify.return" : submitter?.value !== "returned" || data.get("comment").trim() !== "";
  return hard === "0" && ends && judged && !form.hasAttribute("data-asks") && form.checkValidity() && !keeper.hasAttribute("lost")
    && !keeper.querySelector("[data-save-state].failed");
}

async function goOn(form, data, next) {
  const keeper = form.closest("draft-keeper");
  const flight = { form, data, keeper, label: labelOf(document.getElementById("main")), title: document.title, url: here() };
  flights.add(flight);
  flight.main = swap(() => show(next.bench, next.url));
  say(document.title.split(" · ")[0]);
  window.dispatchEvent(new Event("chartline:undo-over")); // what was sent before is not what somebody now thinks better of
  window.dispatchEvent(new CustomEvent("bench:shown", { detail: { encounter: next.encounter, ahead: true } }));
  telling = told(next);
  const flying = fly(flight);
  inTheAir.add(flying);
  await flying.finally(() => inTheAir.delete(flying));
}

const chartOf = (main) => main.querySelector("next-chart");
const labelOf = (main) => chartOf(main)?.getAttribute("label") ?? "It";

/** The server hears that a bench that was in memory is seen now, with these pages. */
async function told(next) {
  const body = new URLSearchParams({ encounter: next.encounter, assignment: next.assignment });
  for (const page of next.pages) body.append("page", page);
  for (let tries = 0; tries < 5; tries += 1) {
    try {
      const response = await fetch(next.shown_url, { method: "POST", headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" }, body, credentials: "same-origin", keepalive: true });
      if (response.status === 409 || response.status === 404) await isLost(next);
      if (response.status === 423) window.dispatchEvent(new Event("chartline:locked"));
      if (response.status < 500) return;
    } catch {
      // Offline: told again; saving tells the server as well.
    }
    await new Promise((done) => setTimeout(done, TRY_AGAIN));
  }
}

async function isLost(next) {
  alertBanner(`${next.label} went back to the queue before you opened it. This is what comes next.`, { tone: "warn" });
  const chart = chartOf(document);
  if (chart?.getAttribute("assignment") === String(next.assignment)) await visit(chart.getAttribute("next-url"), { form: new URLSearchParams() });
}

async function fly(flight) {
  if (!(await flight.keeper.flush())) return failed(flight, "the last change could not be saved");
  flight.data.set("version", flight.keeper.version);
  let response;
  try {
    response = await post(flight.form.getAttribute("action"), flight.data, { "X-Next": "shown" });
  } catch {
    return failed(flight, "the connection failed");
  }
  if (response.status === 423) {
    window.dispatchEvent(new Event("chartline:locked"));
    await unlocked();
    return fly(flight);
  }
  const text = await response.text().catch(() => "");
  const isJson = response.headers.get("Content-Type")?.includes("json");
  if (response.ok && isJson) return landed(flight, JSON.parse(text));
  if (response.status === 409 || response.status === 422) return failed(flight, whyOf(text), text);
  if (isSignIn(response)) return failed(flight, "you are signed out");
  if (response.redirected) return failed(flight, "it asks for something more", text, pathOf(addressOf(response)));
  return failed(flight, "the server answered with an error");
}

/** The token goes with the header: the one in a form may be older than the last unlocking. */
function post(url, body, headers = {}) {
  body.delete("csrfmiddlewaretoken");
  return fetch(url, { method: "POST", headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch", Accept: "text/html", ...headers }, body, credentials: "same-origin", signal: AbortSignal.timeout(ANSWER_WITHIN) });
}

const unlocked = () => (root.hasAttribute("data-locked") ? new Promise((done) => window.addEventListener("chartline:unlocked", done, { once: true })) : undefined);

function landed(flight, { said, undo }) {
  flights.delete(flight);
  if (undo) offerUndo(said, undo);
  else say(said);
}

/** Said until somebody goes back to it; what was sent is in the answer, or still in the part that was taken out. */
async function failed(flight, why, text, url = flight.url) {
  await unlocked();
  if (!flight.keeper.unsaved) flights.delete(flight);
  const back = make("button", { class: "button small", type: "button", "data-action": "bench.back" }, "Back to it");
  const banner = make("div", { class: "banner danger", role: "alert" }, make("p", {}, make("strong", {}, `${flight.label} was not submitted: ${why}.`)), make("div", { class: "actions" }, back));
  back.addEventListener("click", () => {
    banner.remove();
    backTo(flight, text, url);
  });
  document.getElementById("shell-alerts").append(banner);
}

async function backTo(flight, text, url) {
  flights.delete(flight);
  const answer = text ? benchOf(text) : flight.keeper.unsaved ? undefined : await fetched(flight.url).catch(() => undefined);
  memory.clear();
  leave(swap(() => (answer ? show(answer, url) : putBack(flight.main, flight.title, flight.url))));
}

/** What the answer says is wrong, in a few words. */
function whyOf(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  if (page.querySelector("#checks-dialog[open]")) return "say first why what is to be checked stays";
  const [title, first] = [".error-summary h2", ".error-summary li"].map((part) => page.querySelector(part)?.textContent.trim() ?? "");
  const words = title.startsWith("There is") ? first : title.replace(/^Not submitted: /, "") || page.querySelector(".banner.warn strong")?.textContent || "it was refused";
  return words.trim().replace(/\.$/, "").replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** Without a next bench in memory, or when something speaks against it: the answer is awaited and shown here. */
async function inPlace(form, submitter, data) {
  const keeper = form.closest("draft-keeper");
  const main = document.getElementById("main");
  const content = [...(submitter?.childNodes ?? [])];
  if (submitter?.dataset.busy) submitter.replaceChildren(submitter.dataset.busy);
  main.setAttribute("aria-busy", "true");
  try {
    if (!(await keeper.flush())) return say("Not sent: the last change could not be saved yet.");
    data.set("version", keeper.version);
    await visit(form.getAttribute("action"), { form: data });
  } catch {
    alertBanner(`${labelOf(main)} was not submitted: the connection failed. It is still here; try again.`);
  } finally {
    main.removeAttribute("aria-busy");
    if (submitter?.dataset.busy) submitter.replaceChildren(...content);
  }
}

// -- going somewhere -------------------------------------------------------------------------------------------
async function fetched(url) {
  const response = await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  const bench = response.ok ? benchOf(await response.text()) : undefined;
  if (!bench) throw new Error(String(response.status));
  await prepare(bench);
  return bench;
}

/** Show what an address answers, in place of this bench; a page that cannot stand here is opened as any other. */
export async function visit(url, { form, push = true } = {}) {
  const turn = (visits += 1);
  const response = form ? await post(url, form, { "X-Swap": "1" }) : await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  if (response.status === 423) return window.dispatchEvent(new Event("chartline:locked"));
  if (isSignIn(response)) return signedOut();
  if (!response.ok && response.status !== 409 && response.status !== 422) throw new Error(String(response.status));
  const bench = benchOf(await response.text());
  const address = addressOf(response);
  if (!bench || !(await prepare(bench).then(() => true, () => false))) return push ? location.assign(address) : location.reload();
  await unlocked();
  if (!form && turn !== visits) return undefined; // somebody went on meanwhile: this answer is about a chart left behind
  const moves = push && address.pathname !== location.pathname;
  const old = swap(() => show(bench, pathOf(address), { push: moves }));
  window.dispatchEvent(new CustomEvent("bench:shown", { detail: { ahead: false } }));
  return form || leave(old);
}

/** Where what was answered has its own address. */
const addressOf = (response) => new URL(response.headers.get("Content-Location") ?? response.url, location.href);
const pathOf = ({ pathname, search }) => pathname + search;
const isSignIn = ({ status, url }) => status === 401 || new URL(url).pathname.startsWith("/account/");

function swap(change) {
  const old = change();
  visits += 1;
  shown = here();
  memory.forget(chartOf(document)?.getAttribute("assignment"));
  return old;
}

/** What is left is saved behind what is shown; if that fails, its outbox says so. */
function leave(old) {
  old.querySelector("draft-keeper")?.flush();
}

window.addEventListener("popstate", () => {
  visits += 1; // one is somewhere else already: what was asked for before is not shown any more
  if (here() !== shown) visit(here(), { push: false }).catch(() => location.reload());
});
window.addEventListener("beforeunload", (event) => flights.size && event.preventDefault());

// -- taking back -----------------------------------------------------------------------------------------------
function offerUndo(said, undo) {
  window.dispatchEvent(new CustomEvent("chartline:undo", { detail: { text: said.replace(/\.$/, ""), seconds: undo.seconds, act: () => takeBack(undo), last: true } }));
}

export async function takeBack({ url, encounter }) {
  const response = await post(url, new URLSearchParams({ encounter }), { "X-Swap": "1" });
  if (response.status === 423) return window.dispatchEvent(new Event("chartline:locked"));
  if (response.status === 409) return alertBanner((await response.json()).message, { tone: "warn" });
  const bench = response.ok ? benchOf(await response.text()) : undefined;
  if (!bench) return alertBanner("It was not taken back. Try again.");
  await prepare(bench);
  await unlocked();
  memory.clear(); // the bench that is left comes next
  leave(swap(() => show(bench, addressOf(response).pathname)));
  return say(`${document.title.split(" · ")[0]}: taken back`);
}

// The key undoes what was done at the bench as long as there is something, then the submission before.
document.addEventListener("chartline:key", (event) => {
  const list = event.target.matches?.('[data-do="undo"]') && event.target.closest("code-list");
  const offer = document.querySelector("#undo-bar[data-last]:not([hidden]) [data-undo-button]");
  if (!list || list.canUndo || !offer) return;
  event.preventDefault();
  offer.click();
});

// -- what was finished last --------------------------------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const control = event.target.closest?.("[data-recent]");
  if (!control || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  (await import("./recent-drawer.js")).open(control, { visit, takeBack });
});

// -- locked ------------------------------------------------------------------------------------------------------
for (const type of ["chartline:locked", "chartline:signed-out"]) {
  window.addEventListener(type, () => {
    const held = memory.holds;
    memory.clear();
    memory.holds = false;
    if (held) fetch(releaseUrl, { method: "POST", headers: { "X-CSRFToken": csrfToken(), "X-Background": "1" }, credentials: "same-origin", keepalive: true }).catch(() => {});
  });
}

customElements.define("next-chart", NextChart);
