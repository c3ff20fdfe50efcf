// <unsent-work>: says on each page of the staff what has not reached the server, brings back what an earlier page left,
// and lets nobody sign out unawares of it.
import { isEmpty } from "./journal.js";
import { make, say } from "./session.js";
import { alertBanner } from "./shell.js";

const SIGN_OUT_WITHIN = 4000; // ms that signing out waits for what is on its way
const boxes = new Set(); // outboxes with something in them
const changes = (count) => `${count} ${count === 1 ? "change" : "changes"}`;
const are = (count) => `${changes(count)} ${count === 1 ? "is" : "are"} not sent yet`;
const SEALED = "Kept on this machine, readable for you alone";
const WORDS = {
  offline: (box) => `The connection failed. ${are(box.count)}. ${SEALED}, sent as soon as the server answers.`,
  error: (box) => `The server could not save it. ${are(box.count)}. ${SEALED}, tried again every 30 seconds.`,
  "signed-out": (box) => `You are signed out. ${are(box.count)}. ${SEALED}, sent once you have signed in again.`,
  stranger: (box) => `Somebody else is signed in on this browser. ${are(box.count)}. ${SEALED}, until you sign in again.`,
  locked: (box) => `Locked. ${are(box.count)}. ${SEALED}, sent when you unlock.`,
  refused: (box) => `Not saved: ${box.message} ${are(box.count)}.`,
  changed: (box) => `${box.stored.handed_in ? "You handed this chart in" : "This was changed in another window"}${box.stored.clock ? ` at ${box.stored.clock}` : ""}. Nothing of either is lost: ${changes(box.count)} here, not sent yet.`,
  gone: (box) => `This chart is not open to you any more. ${are(box.count)}. ${SEALED}.`,
  missing: (box) => `Some changes are missing between this page and the server. ${are(box.count)}. Reload the page and compare.`,
};
const count = () => [...boxes].reduce((sum, box) => sum + box.count, 0);

/** An outbox says that something has changed in it. */
export function report(box) {
  if (box.count) boxes.add(box);
  else boxes.delete(box);
  draw();
}

function draw() {
  const place = document.getElementById("shell-alerts");
  if (!place) return;
  const wanted = [...boxes].filter(({ trouble }) => trouble);
  for (const old of place.querySelectorAll("[data-unsent]")) if (!wanted.some(({ series }) => series === old.dataset.unsent)) old.remove();
  for (const box of wanted) {
    const said = [WORDS[box.trouble]?.(box), box.unkept && "This browser cannot keep them: leave this page open."].filter(Boolean).join(" ");
    let banner = place.querySelector(`[data-unsent="${box.series}"]`);
    if (banner?.dataset.trouble !== box.trouble) {
      const fresh = make("div", { class: `banner ${box.trouble === "changed" ? "warn" : "danger"}`, role: "status", "data-unsent": box.series, "data-trouble": box.trouble },
        make("p", {}, make("strong", {}, `${box.label}: `), make("span", { "data-words": true })), make("div", { class: "actions" }, ...choices(box)));
      if (banner) banner.replaceWith(fresh);
      else place.append(fresh);
      banner = fresh;
      say(`${box.label}: ${said}`);
    }
    const words = banner.querySelector("[data-words]");
    if (words.textContent !== said) words.textContent = said;
  }
  const offline = !navigator.onLine && !wanted.length;
  let away = place.querySelector("[data-offline]");
  if (offline && !away) place.append(away = make("div", { class: "banner warn", role: "status", "data-offline": true }, make("p", {}, "You are offline. What you do is kept on this machine and sent as soon as the connection is back.")));
  else if (!offline) away?.remove();
  for (const line of document.querySelectorAll("[data-unsent-count]")) {
    line.hidden = !count();
    line.textContent = count() ? `${are(count())}. ${SEALED}; they go out when you are back.` : "";
  }
}

function choices(box) {
  const button = (words, act) => {
    const made = make("button", { class: "button small", type: "button" }, words);
    made.addEventListener("click", act);
    return made;
  };
  const compare = (how) => async () => (await import("./compare-dialog.js"))[how](box);
  if (box.trouble === "changed") return [button("Show changes", compare("show")), button("Keep mine", compare("keepMine")), button("Take theirs", compare("takeTheirs"))];
  if (box.trouble === "signed-out") return [make("a", { class: "button small", href: location.href, target: "_blank" }, "Sign in")];
  if (box.trouble === "gone") return [button("Give them up", compare("giveUp"))];
  if (["offline", "error"].includes(box.trouble)) return [button("Try now", () => box.resume())];
  return [];
}

/** Nobody signs out over unsent work without knowing: it is sent first, or they say so. */
async function beforeSignOut(event) {
  const { target: form } = event;
  if (form.getAttribute("action") !== document.querySelector("idle-lock")?.getAttribute("sign-out-url") || !count() || form.hasAttribute("data-knowing")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  say("Sending what is not saved yet");
  const sent = Promise.all([...boxes].map((box) => box.send({ person: true })));
  await Promise.race([sent, new Promise((done) => setTimeout(done, SIGN_OUT_WITHIN))]);
  if (!count() || (await askToLeave())) {
    form.setAttribute("data-knowing", "");
    form.requestSubmit();
  }
}

function askToLeave() {
  const stay = make("button", { class: "button primary", autofocus: true }, "Stay signed in");
  const leave = make("button", { class: "button", value: "leave" }, "Sign out all the same");
  const dialog = make("dialog", { "aria-labelledby": "leave-title" }, make("form", { method: "dialog" },
    make("header", {}, make("h2", { id: "leave-title" }, are(count()))),
    make("div", { class: "body" }, make("p", {}, `${SEALED}: they go out when you sign in again on this machine.`)),
    make("footer", { class: "actions" }, stay, leave)));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => {
    dialog.remove();
    done(dialog.returnValue === "leave");
  }));
}

/** What an earlier page of this person left is sent from here. */
async function bringBack() {
  if (!navigator.locks || !globalThis.crypto?.subtle || (await isEmpty())) return;
  await (await import("./replay.js")).replay();
}

class UnsentWork extends HTMLElement {
  connectedCallback() {
    if (this.#begun) return;
    this.#begun = true;
    const resume = () => [...boxes].forEach((box) => box.resume());
    for (const type of ["online", "focus", "chartline:unlocked", "chartline:locking"]) window.addEventListener(type, resume);
    for (const type of ["online", "offline", "chartline:locked", "chartline:unlocked"]) window.addEventListener(type, draw);
    window.addEventListener("submit", beforeSignOut, { capture: true });
    window.addEventListener("beforeunload", (event) => [...boxes].some(({ trouble, unkept }) => trouble || unkept) && event.preventDefault());
    window.addEventListener("chartline:unlocked", () => bringBack().catch(() => {}));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && bringBack().catch(() => {}));
    draw();
    const told = sessionStorage.getItem("brought-back");
    sessionStorage.removeItem("brought-back");
    if (told) alertBanner(told, { tone: "success" });
    bringBack().catch(() => {}); // not signed in, or offline: the next page tries
  }

  #begun = false;
}
customElements.define("unsent-work", UnsentWork);
