// The sheet of keys, made of the registry: every action that has a control on this page.
import { actions, announceKeys, controlsOf, keysOf, reachable, shown } from "./keys.js";
import { make, post, say } from "./session.js";

const root = document.documentElement;
let sheet;

/** The actions of the page by their heading, each with the keys that count. */
function groups() {
  const found = new Map();
  for (const { id, label, group } of actions.values()) {
    const keys = keysOf(id);
    if (!keys.length || !controlsOf(id).some((element) => id.startsWith("site.") || reachable(element, true))) continue;
    if (!found.has(group)) found.set(group, []);
    found.get(group).push({ label, keys });
  }
  return found;
}

function sections() {
  return [...groups()].map(([name, rows]) => make("section", {}, make("h3", {}, name),
    make("dl", {}, ...rows.map(({ label, keys }) => make("div", {}, make("dt", {}, label), make("dd", {}, ...keys.flatMap((key, n) => [n ? " or " : null, make("kbd", {}, shown(key))])))))));
}

async function switchSingle(toggle, body) {
  try {
    const response = await post(sheet.dataset.singleUrl, toggle.checked ? { single_keys: "on" } : {});
    if (!response.ok) throw new Error(String(response.status));
    root.dataset.keys = toggle.checked ? "on" : "off";
    announceKeys();
    body.replaceChildren(...sections());
  } catch {
    toggle.checked = !toggle.checked;
    say("Not saved");
  }
}

/** `control` says where the switch and the settings are. */
export function open(control) {
  if (sheet?.open) return sheet.close();
  sheet?.remove();
  const toggle = make("input", { type: "checkbox", id: "single-keys", checked: root.dataset.keys !== "off" });
  const close = make("button", { class: "button quiet", type: "button" }, "Close");
  const body = make("div", { class: "body" }, ...sections());
  toggle.addEventListener("change", () => switchSingle(toggle, body));
  sheet = make("dialog", { class: "key-sheet wide", "aria-labelledby": "key-sheet-title", "data-single-url": control.dataset.singleUrl },
    make("header", {}, make("h2", { id: "key-sheet-title" }, "Keyboard shortcuts"), close),
    body,
    make("footer", {},
      make("div", { class: "check" }, toggle, make("label", { for: "single-keys" }, "Single-letter keys. Switch off if they get in the way of your screen reader or voice control.")),
      make("p", {}, make("a", { href: control.dataset.settingsUrl }, "Change keys"))));
  close.addEventListener("click", () => sheet.close());
  document.body.append(sheet);
  sheet.showModal();
}
