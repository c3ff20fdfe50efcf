// What is asked about unsent work: two versions of one chart line by line, giving up, signing out. Loaded when it is.
import { announceKeys } from "./keys.js";
import { make, say } from "./session.js";
import { alertBanner } from "./shell.js";

/** The bench that shows the chart of an outbox on this page, if one does. */
const benchOf = ({ encounter, stage }) => document.querySelector(`draft-keeper[encounter="${encounter}"][stage="${stage}"]`);

const ask = (box, path, more) => box.post(`${box.url}${path}/`, box.form(box.newest, more), { person: true });

/** Both versions side by side: keep mine, take theirs, or choose for each line. */
export async function show(box) {
  const { status, html } = await ask(box, "compare", { at: box.newest.at });
  if (status !== 200) return alertBanner("The two versions could not be compared. Nothing is lost; try again.");
  const dialog = make("dialog", { class: "wide", "aria-labelledby": "compare-title" });
  dialog.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("form").addEventListener("submit", (event) => choose(event, dialog, box));
  document.body.append(dialog);
  announceKeys(dialog);
  return dialog.showModal();
}

async function choose(event, dialog, box) {
  event.preventDefault();
  const choice = event.submitter?.value ?? "chosen";
  if (!choice) return dialog.close();
  const problem = await resolve(box, { ...Object.fromEntries(new FormData(event.target)), choice });
  if (!problem) return dialog.close();
  const place = dialog.querySelector("[data-problem]");
  place.textContent = problem;
  place.hidden = false;
  return undefined;
}

/** Send what somebody chose; the words of what went wrong, or nothing. */
async function resolve(box, answers) {
  const { place } = box.newest;
  const { status, told } = await ask(box, "resolve", answers);
  if (told?.changed) {
    box.stored = told;
    return "It was changed once more meanwhile. Close this and compare again.";
  }
  if (!told || (status !== 200 && !told.lost)) return told?.message ?? "It could not be saved. Nothing is lost; try again.";
  box.took(place, told);
  await box.gone;
  if (answers.choice !== "mine" && benchOf(box)) location.reload();
  else say("Saved");
  return "";
}

async function decide(box, choice) {
  const problem = await resolve(box, { version: box.stored.version, choice });
  if (problem) alertBanner(`${box.label}: ${problem}`);
}
export const keepMine = (box) => decide(box, "mine");
export const takeTheirs = (box) => decide(box, "theirs");

/** A question with a safe answer that has the focus; whether the other one was given. */
function asked(title, text, safe, other) {
  const dialog = make("dialog", { "aria-labelledby": "unsent-title" }, make("form", { method: "dialog" },
    make("header", {}, make("h2", { id: "unsent-title" }, title)),
    make("div", { class: "body" }, make("p", {}, text)),
    make("footer", { class: "actions" }, make("button", { class: "button primary", autofocus: true }, safe), make("button", { class: "button", value: "other" }, other))));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => {
    dialog.remove();
    done(dialog.returnValue === "other");
  }));
}

export const mayLeave = (unsent) => asked("Sign out with unsent work?", `${unsent} It goes out when you sign in again on this machine.`, "Stay signed in", "Sign out all the same");

/** What cannot be sent any more is removed from this machine, if its author says so. */
export async function giveUp(box) {
  if (await asked(`Remove what was not sent of ${box.label}?`, "It is removed from this machine and cannot be brought back.", "Keep it", "Remove it")) box.drop();
}
