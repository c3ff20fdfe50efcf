// The sheet of keys, made of the registry: every action that has a control on this page.
import { actions, announceKeys, controlsOf, keysOf, reachable, shown } from "./keys.js";
import { make, post, say } from "./session.js";

const root = document.documentElement;
let sheet;

/** The actions that have a control on the page, seen before the sheet covers it. */
const had = () => [...actions.values()].filter(({ id }) => controlsOf(id).some((element) => reachable(element, true)));

/** Them under their headings, each with the keys that count now. */
function sections(those) {
  const rows = new Map();
  for (const { id, label, group } of those) {
    const keys = keysOf(id).flatMap((key, n) => [n ? " or " : null, make("kbd", {}, shown(key))]);
    if (keys.length) rows.set(group, [...(rows.get(group) ?? []), make("div", {}, make("dt", {}, label), make("dd", {}, ...keys))]);
  }
  return [...rows].map(([group, list]) => make("section", {}, make("h3", {}, group), make("dl", {}, ...list)));
}

/** Kept by the server first: what is shown is what holds. */
async function switchSingle(toggle, url, draw) {
  try {
    const response = await post(url, toggle.checked ? { single_keys: "on" } : {});
    if (!response.ok) throw new Error(String(response.status));
    root.dataset.keys = toggle.checked ? "on" : "off";
    announceKeys();
    draw();
  } catch {
    toggle.checked = !toggle.checked;
    say("Not saved");
  }
}

/** `control` says where the switch and the settings are. */
export function open(control) {
  if (sheet?.open) return sheet.close();
  sheet?.remove();
  const those = had();
  const toggle = make("input", { type: "checkbox", id: "single-keys", checked: root.dataset.keys !== "off" });
  const close = make("button", { class: "button quiet", type: "button" }, "Close");
  const body = make("div", { class: "body" }, ...sections(those));
  toggle.addEventListener("change", () => switchSingle(toggle, control.dataset.singleUrl, () => body.replaceChildren(...sections(those))));
  sheet = make("dialog", { class: "key-sheet wide", "aria-labelledby": "key-sheet-title" },
    make("header", {}, make("h2", { id: "key-sheet-title" }, "Keyboard shortcuts"), close),
    body,
    make("footer", {},
      make("div", { class: "check" }, toggle, make("label", { for: "single-keys" }, "Single-letter keys. Switch off if they get in the way of your screen reader or voice control.")),
      make("p", {}, make("a", { href: control.dataset.settingsUrl }, "Change keys"))));
  close.addEventListener("click", () => sheet.close());
  document.body.append(sheet);
  sheet.showModal();
}
