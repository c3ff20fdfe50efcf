// <unsent-work>: says on each page of the staff what has not reached the server, brings back what an earlier page left,
// and lets nobody sign out unawares of it.
import { isEmpty } from "./journal.js";
import { make, say } from "./session.js";
import { alertBanner } from "./shell.js";

const SIGN_OUT_WITHIN = 4000; // ms that signing out waits for what is on its way
const boxes = new Set(); // outboxes with something in them
const WHY = {
  offline: "The connection failed.",
  error: "The server could not save.",
  "signed-out": "You are signed out.",
  stranger: "Somebody else is signed in on this browser.",
  locked: "Locked.",
  gone: "This chart is not open to you any more.",
  missing: "Earlier changes never came to the server; reload the page and compare.",
};
const AGAIN = [["Try now"]];
const OFFERS = { // words, and what the dialogs do
  offline: AGAIN, error: AGAIN, refused: AGAIN, gone: [["Give them up", "giveUp"]],
  changed: [["Show changes", "show"], ["Keep mine", "keepMine"], ["Take theirs", "takeTheirs"]],
};
const total = () => [...boxes].reduce((sum, { count }) => sum + count, 0);
const unsent = (count) => `${count} ${count === 1 ? "change" : "changes"} not sent yet, kept on this machine and readable for you alone.`;
const dialogs = () => import("./unsent-dialogs.js");

/** An outbox says that something has changed in it. */
function hear({ detail: box }) {
  if (box.count) boxes.add(box);
  else boxes.delete(box);
  draw();
}

function draw() {
  const place = document.getElementById("shell-alerts");
  const troubled = [...boxes].filter(({ trouble }) => trouble);
  const offline = navigator.onLine || troubled.length ? [] : [["offline", "You are offline. What you do is kept on this machine and sent when the connection is back."]];
  const wanted = new Map([...troubled.map((box) => [box.series, wordsOf(box), box]), ...offline].map(([id, ...rest]) => [id, rest]));
  for (const old of place.querySelectorAll("[data-unsent]")) if (!wanted.has(old.dataset.unsent)) old.remove();
  for (const [id, [words, box]] of wanted) {
    let banner = place.querySelector(`[data-unsent="${id}"]`);
    if (!banner || banner.dataset.trouble !== (box?.trouble ?? "")) {
      banner?.remove();
      banner = make("div", { class: `banner ${box && box.trouble !== "changed" ? "danger" : "warn"}`, role: "status", "data-unsent": id, "data-trouble": box?.trouble ?? "" }, make("p"), make("div", { class: "actions" }, ...offersOf(box)));
      place.append(banner);
      say(words);
    }
    const line = banner.firstChild;
    if (line.textContent !== words) line.textContent = words;
  }
  for (const line of document.querySelectorAll("[data-unsent-count]")) {
    line.hidden = !total();
    line.textContent = unsent(total());
  }
}

function wordsOf({ label, trouble, count, message, stored, unkept }) {
  const other = stored?.handed_in ? "You handed this chart in" : "This was changed in another window";
  const why = { refused: `Not saved. ${message}`, changed: `${other}${stored?.clock ? ` at ${stored.clock}` : ""}; nothing of either is lost.` }[trouble] ?? WHY[trouble];
  return `${label}: ${why} ${unkept ? "This browser cannot keep it: leave this page open." : unsent(count)}`;
}

function offersOf(box) {
  if (box?.trouble === "signed-out") return [make("a", { class: "button small", href: location.href, target: "_blank" }, "Sign in")];
  return (OFFERS[box?.trouble] ?? []).map(([words, act]) => {
    const button = make("button", { class: "button small", type: "button" }, words);
    button.addEventListener("click", async () => (act ? (await dialogs())[act](box) : box.resume()));
    return button;
  });
}

/** Nobody signs out over unsent work without knowing: it is sent first, or they say so. */
async function beforeSignOut(event) {
  const { target: form } = event;
  if (!total() || form.hasAttribute("data-knowing") || form.getAttribute("action") !== document.querySelector("idle-lock").getAttribute("sign-out-url")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { mayLeave } = await dialogs();
  await Promise.race([Promise.all([...boxes].map((box) => box.send({ person: true }))), new Promise((done) => setTimeout(done, SIGN_OUT_WITHIN))]);
  if (total() && !(await mayLeave(unsent(total())))) return;
  form.setAttribute("data-knowing", "");
  form.requestSubmit();
}

/** What an earlier page of this person left is sent from here; without an answer the next page tries. */
async function bringBack() {
  if (!navigator.locks || !globalThis.crypto?.subtle || (await isEmpty())) return;
  await (await import("./replay.js")).replay();
}
const begin = () => bringBack().catch(() => {});

function start() {
  window.addEventListener("outbox:changed", hear);
  const resume = () => [...boxes].forEach((box) => box.resume());
  for (const type of ["online", "focus", "chartline:unlocked", "chartline:locking"]) window.addEventListener(type, resume);
  for (const type of ["online", "offline", "chartline:locked", "chartline:unlocked"]) window.addEventListener(type, draw);
  for (const type of ["chartline:unlocked", "focus"]) window.addEventListener(type, begin); // another window may have gone
  window.addEventListener("submit", beforeSignOut, { capture: true });
  window.addEventListener("beforeunload", (event) => [...boxes].some(({ trouble, unkept }) => trouble || unkept) && event.preventDefault());
  document.addEventListener("visibilitychange", () => document.hidden || begin());
  const told = sessionStorage.getItem("brought-back");
  sessionStorage.removeItem("brought-back");
  if (told) alertBanner(told, { tone: "success" });
  draw();
  begin();
}
start();
