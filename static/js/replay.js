// What earlier pages of this person could not send: sent now, in order, unless the page that owns it is still alive.
import { left, unsealed } from "./journal.js";
import { Outbox, lockOf } from "./outbox.js";
import { make, say } from "./session.js";
import { alertBanner } from "./shell.js";

const under = new Set(); // series that this page is bringing back

export async function replay() {
  for (const [series, rows] of await left()) {
    if (under.has(series)) continue;
    navigator.locks.request(lockOf(series), { ifAvailable: true }, (lock) => lock && bringBack(series, rows));
  }
}

/** Holds the series until it is sent, or somebody has chosen. */
async function bringBack(series, rows) {
  under.add(series);
  try {
    const actions = await Promise.all(rows.map(unsealed));
    const [{ encounter, stage, assignment, base, url, label }] = actions;
    const outbox = new Outbox({ encounter, stage, assignment, url, label, version: base }, { series, actions });
    const count = actions.length;
    const done = new Promise((sent) => outbox.addEventListener("change", () => outbox.count || sent()));
    await outbox.send();
    await done;
    await outbox.gone;
    if (outbox.clock) tell(outbox, count);
  } catch {
    alertBanner("Changes that an earlier page could not send cannot be read: they were altered on this machine. They are left as they are.");
  } finally {
    under.delete(series);
  }
}

function tell({ encounter, stage, label, lost, version }, count) {
  const changes = `${count} ${count === 1 ? "change" : "changes"} to ${label} that had not been sent ${count === 1 ? "is" : "are"}`;
  const text = lost ? `${changes} kept as your late draft: your time on this chart had run out.` : `${changes} saved now.`;
  const bench = document.querySelector(`draft-keeper[encounter="${encounter}"][stage="${stage}"]`);
  if (bench && !bench.unsaved && bench.version < version) {
    sessionStorage.setItem("brought-back", text);
    return location.reload();
  }
  const link = make("a", { class: "button small", href: `${url(encounter)}` }, "Open it");
  alertBanner(text, { tone: "success", link });
  return say(text);
}
const url = (encounter) => document.querySelector("unsent-work").getAttribute("work-url").replace("/0/", `/${encounter}/`);

