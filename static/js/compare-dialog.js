// Two versions of one chart, line by line: keep mine, take theirs, or choose for each line. Loaded when they differ.
import { announceKeys } from "./keys.js";
import { make, say } from "./session.js";
import { alertBanner } from "./shell.js";

/** The bench that shows the chart of an outbox on this page, if one does. */
const benchOf = ({ encounter, stage }) => document.querySelector(`draft-keeper[encounter="${encounter}"][stage="${stage}"]`);

async function ask(box, path, more) {
  const data = box.form(box.newest, more);
  return box.post(`${box.url}${path}/`, data, { person: true });
}

/** The dialog with both versions. */
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
  const answers = Object.fromEntries(new FormData(event.target));
  const problem = await resolve(box, { ...answers, choice });
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
  if (told?.changed) box.stored = told;
  if (told?.changed) return "It was changed once more meanwhile. Close this and compare again.";
  if (told && (status === 200 || told.lost)) {
    box.took(place, told);
    await box.gone;
    if (answers.choice !== "mine" && benchOf(box)) location.reload();
    else say("Saved");
    return "";
  }
  return told?.message ?? "It could not be saved. Nothing is lost; try again.";
}

export async function keepMine(box) {
  const problem = await resolve(box, { version: box.stored.version, choice: "mine" });
  if (problem) alertBanner(`${box.label}: ${problem}`);
}

export async function takeTheirs(box) {
  const problem = await resolve(box, { version: box.stored.version, choice: "theirs" });
  if (problem) alertBanner(`${box.label}: ${problem}`);
}

/** What cannot be sent any more is removed from this machine, if its author says so. */
export async function giveUp(box) {
  const stay = make("button", { class: "button primary", autofocus: true }, "Keep them");
  const go = make("button", { class: "button", value: "go" }, "Remove them");
  const dialog = make("dialog", { "aria-labelledby": "give-up-title" }, make("form", { method: "dialog" },
    make("header", {}, make("h2", { id: "give-up-title" }, `Remove what was not sent of ${box.label}?`)),
    make("div", { class: "body" }, make("p", {}, "It is removed from this machine and cannot be brought back.")),
    make("footer", { class: "actions" }, stay, go)));
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue === "go") box.drop();
  });
  document.body.append(dialog);
  dialog.showModal();
}
