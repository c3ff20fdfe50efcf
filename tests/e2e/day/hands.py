"""The hands of a person at a keyboard: they press and type, nothing else, and the page itself counts what reaches it.

A pointer event is counted as a click. Outside a field a key has to be one that the page tells of in its registry and
has a control for; Tab, Enter, Escape, Space and the arrows are everybody's. What is measured outlives the page.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Response

from portal.models import User
from tests.e2e.people import Person

WATCHED = """(() => {
if (window !== top || !location.protocol.startsWith("http")) return;
const EMPTY = { keys: 0, clicks: 0, unknown: [], next: [], slowest: 0, pressed: 0, from: "" };
const change = (act) => {
  const day = JSON.parse(sessionStorage.getItem("day") ?? JSON.stringify(EMPTY));
  act(day);
  sessionStorage.setItem("day", JSON.stringify(day));
};
const BASIC = /^(shift\\+)?(tab|enter|escape|space|arrow(up|down|left|right)|home|end|page(up|down)|backspace|delete)$/;
const FIELD = 'textarea, select, input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"])';
const MODIFIERS = ["Shift", "Control", "Alt", "Meta", "AltGraph"];
const stage = () => (/\\/(precode|code|verify)\\/$/.exec(location.pathname) ?? [])[1] ?? "";
const comboOf = (event) => {
  const plain = event.key === " " ? "space" : event.key.toLowerCase();
  const name = event.altKey && /^Digit\\d$/.test(event.code) ? event.code.slice(5)
    : event.altKey && /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : plain;
  const shifted = event.shiftKey && (name.length > 1 || /^[a-z]$/.test(name));
  return [event.ctrlKey && "ctrl", event.altKey && "alt", shifted && "shift", name].filter(Boolean).join("+");
};
let prefix = "";
const isTold = (combo) => {
  const told = JSON.parse(document.getElementById("keyboard")?.textContent ?? "[]");
  const whole = prefix ? `${prefix} ${combo}` : combo;
  const fits = (key) => (key.includes("#") ? "123456789" : " ").split("").some((number) => {
    const one = key.replace("#", number);
    return one === whole || one.startsWith(`${whole} `);
  });
  const there = (id) => document.querySelector(`[data-action="${id}"], [data-actions~="${id}"]`);
  const found = told.filter(([id, , , keys, how]) => (how === "listed" || there(id)) && keys.some(fits));
  prefix = found.some(([, , , keys]) => keys.some((key) => key.startsWith(`${whole} `))) ? whole : "";
  return found.length > 0;
};
addEventListener("keydown", (event) => {
  if (!event.isTrusted || MODIFIERS.includes(event.key)) return;
  const combo = comboOf(event);
  const typing = event.target.matches?.(FIELD) && !event.ctrlKey && !event.altKey;
  const onButton = event.target.closest?.("[data-pointers]")?.textContent.toLowerCase().includes(combo); // "A B C"
  const ours = BASIC.test(combo) || typing || onButton || isTold(combo);
  if (BASIC.test(combo) || typing) prefix = "";
  change((day) => {
    day.keys += 1;
    day.pressed = performance.timeOrigin + event.timeStamp; // when the key was pressed, not when its turn came
    day.from = stage();
    if (!ours) day.unknown.push(`${combo} at ${location.pathname}`);
  });
}, true);
for (const kind of ["pointerdown", "mousedown", "touchstart"]) {
  addEventListener(kind, (event) => event.isTrusted && change((day) => { day.clicks += 1; }), true);
}
const painted = (how, from) => requestAnimationFrame(() => requestAnimationFrame(() => change((day) => {
  day.next.push({ how, from, to: stage(), ms: performance.timeOrigin + performance.now() - day.pressed });
})));
addEventListener("bench:shown", ({ detail }) => {
  const { from } = JSON.parse(sessionStorage.getItem("day"));
  painted(detail.ahead ? "in memory" : "asked for", from);
});
addEventListener("load", () => {
  const day = JSON.parse(sessionStorage.getItem("day") ?? JSON.stringify(EMPTY));
  if (day.pressed && stage()) painted("new page", day.from);
});
new PerformanceObserver((list) => {
  const longest = Math.max(...list.getEntries().filter((one) => one.interactionId).map((one) => one.duration), 0);
  if (longest) change((day) => { day.slowest = Math.max(day.slowest, longest); });
}).observe({ type: "event", durationThreshold: 40, buffered: true });
})()"""
IN_FIELD = """() => document.activeElement?.matches(
  'textarea, select, input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"])')"""
PATIENCE = 20  # seconds that something on the page may take


class Stuck(AssertionError):
    """What a person waits for did not come."""


class Hands:
    """Somebody signed in, with their hands on the keyboard from now on."""

    def __init__(self, browser: Browser, url: str, user: User, *, pictures: Path) -> None:
        self.pictures = pictures
        self.person = Person(browser, url, user)
        self.page = self.person.page
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.add_init_script(WATCHED)
        self.overtaken = 0  # questions what comes next, answered when their chart was just submitted
        self.page.on("response", self.note_answer)
        self.person.sign_in()
        self.page.evaluate("sessionStorage.removeItem('day')")

    def note_answer(self, answer: Response) -> None:
        self.overtaken += answer.status == 409 and answer.url.endswith("/ahead/")

    def leave(self) -> None:
        """Nothing was logged by the browser that nobody expects."""
        told = [said for said in self.person.troubles if "409 (Conflict)" in said]
        for said in told[: self.overtaken]:
            self.person.troubles.remove(said)
        self.person.leave()

    @property
    def name(self) -> str:
        return self.person.user.name.split()[0]

    def stuck(self, what: str) -> Stuck:
        """With a picture of what the person sees."""
        picture = self.look("stuck")
        return Stuck(f"{self.name} at {self.page.url}: {what}. What they see: {picture}")

    def look(self, name: str) -> Path:
        picture = self.pictures / f"{name}-{self.name}.png"
        self.page.screenshot(path=picture)
        return picture

    # -- the only two things that they do ---------------------------------------------------------------------
    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tab_to(self, selector: str, *, back: bool = False, most: int = 60) -> None:
        """Tab until it has the focus."""
        for _ in range(most):
            if self.see("(selector) => document.activeElement?.matches(selector)", selector):
                return
            self.press("Shift+Tab" if back else "Tab")
        raise self.stuck(f"no way to {selector} by Tab")

    def leave_field(self) -> None:
        """Out of a field, so that letters are keys."""
        if self.see(IN_FIELD):
            self.press("Escape")
            self.until(f"() => !({IN_FIELD})()", what="letters to be keys")

    # -- what the eyes do ---------------------------------------------------------------------------------------
    def see(self, script: str, argument: Any = None) -> Any:
        """What the page shows; while it changes into another page, what that one shows."""
        for _ in range(100):
            try:
                return self.page.evaluate(script, argument)
            except Error as error:
                if "context was destroyed" not in str(error) and "navigation" not in str(error):
                    raise
                time.sleep(0.02)
        raise self.stuck("the page never came to rest")

    def until(self, script: str, argument: Any = None, *, seconds: float = PATIENCE, what: str = "") -> Any:
        """Wait until the page shows it; what it then is."""
        end = time.monotonic() + seconds
        while not (found := self.see(script, argument)):
            if time.monotonic() > end:
                raise self.stuck(what or script)
            self.page.wait_for_timeout(30)
        return found

    def until_true(self, true: Callable[[], bool], *, seconds: float = PATIENCE, what: str) -> None:
        """Wait until it is true elsewhere: in the database, at another person's desk."""
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise self.stuck(what)
            self.page.wait_for_timeout(100)

    @property
    def path(self) -> str:
        return str(self.see("location.pathname"))

    def counted(self) -> dict[str, Any]:
        """Keys, clicks, keys that no page told of, times to the next chart; since signing in."""
        found: dict[str, Any] | None = self.see("JSON.parse(sessionStorage.getItem('day') ?? 'null')")
        return found or {"keys": 0, "clicks": 0, "unknown": [], "next": [], "slowest": 0}
