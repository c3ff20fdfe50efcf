"""Coding by keyboard: suggestions accepted or rejected, what is missing found and added, submitted with a reason."""

from __future__ import annotations

from tests.e2e.day.charts import Visit
from tests.e2e.day.hands import Hands

READY = """() => document.querySelector("code-list #code-q:not([hidden])") !== null
  && document.querySelector("[data-list]") !== null
  && [...document.querySelectorAll("figure.page-image img")].some((page) => page.naturalWidth)"""
ROWS = """() => [...document.querySelectorAll("[data-row]")].map((row) => ({
  code: row.querySelector(".code")?.textContent.replace(/[^A-Z0-9]/g, "") ?? "", ghost: row.classList.contains("ghost"),
  held: row.getAttribute("aria-current") === "true",
}))"""
CHECKED = """() => document.querySelector("[data-hard]")?.dataset.hard === "0"
  && document.querySelector("code-list").settle() === undefined"""
POINTED = """() => [...document.activeElement.closest("[data-pointers]").querySelectorAll('[aria-pressed="true"]')]
  .map((one) => one.textContent.trim().toLowerCase())"""
TO_CHECK = "() => document.querySelector('[data-check]').dataset.check !== '0'"


def code_visit(hands: Hands, visit: Visit) -> None:
    """The right codes on the list, whatever was suggested."""
    hands.until(READY, what="the list of codes")
    wanted = [*visit.diagnoses, *(code for code, _ in visit.procedures)]
    decide(hands, wanted)
    for code in wanted:
        if code not in codes(hands):
            add(hands, code)
    arrange(hands, list(visit.diagnoses))
    for code, modifiers in visit.procedures:
        hold(hands, code)
        if modifiers:
            modify(hands, modifiers)
        point(hands, len(visit.diagnoses))


def codes(hands: Hands) -> list[str]:
    return [row["code"] for row in hands.see(ROWS) if not row["ghost"]]


def decide(hands: Hands, wanted: list[str]) -> None:
    """Each suggestion is taken or rejected."""
    while any(row["ghost"] for row in hands.see(ROWS)):
        rows = hands.see(ROWS)
        held = next((row for row in rows if row["held"]), None)
        if held is None or not held["ghost"]:
            hands.press("j" if held is None or rows.index(held) < len(rows) - 1 else "k")
            continue
        left = sum(row["ghost"] for row in rows)
        hands.press("a" if held["code"] in wanted else "x")
        hands.until(f"() => ({ROWS})().filter((row) => row.ghost).length < {left}", what="the suggestion decided")


def add(hands: Hands, code: str) -> None:
    """Find a code by typing it and put it on the list."""
    hands.press("/")
    hands.until("() => document.activeElement?.id === 'code-q'")
    hands.type(code)
    hands.press("Enter")
    hands.until(f"() => ({ROWS})().some((row) => row.code === '{code}' && !row.ghost)", what=f"{code} on the list")
    hands.press("Escape")
    hands.until("() => document.activeElement?.closest('[data-row]') !== null")


def arrange(hands: Hands, wanted: list[str]) -> None:
    """The diagnoses in the order of the plan: each is made the first, the last one first."""
    if [code for code in codes(hands) if code in wanted] == wanted:
        return
    for code in reversed(wanted):
        hold(hands, code)
        if codes(hands)[0] != code:
            hands.press("p")
            hands.until(f"() => ({ROWS})().find((row) => !row.ghost).code === '{code}'", what=f"{code} as the first")


def hold(hands: Hands, code: str) -> None:
    """Go to the row of a code."""
    for _ in range(30):
        rows = hands.see(ROWS)
        held, wanted = ([row[what] for row in rows].index(value) for what, value in (("held", True), ("code", code)))
        if held == wanted:
            return
        hands.press("j" if wanted > held else "k")
    raise hands.stuck(f"no way to the row of {code}")


def modify(hands: Hands, modifiers: str) -> None:
    """Write the modifiers of the row in hand."""
    hands.press("m")
    hands.until("() => document.activeElement?.matches('[data-row] input')", what="the field of the modifiers")
    hands.type(modifiers)
    hands.press("Enter")


def point(hands: Hands, diagnoses: int) -> None:
    """Point the procedure in hand to its diagnoses, at most four of them."""
    hands.press("d")
    hands.until("() => document.activeElement?.closest('[data-pointers]') !== null", what="the pointers")
    pressed = hands.see(POINTED)
    for letter in "abcd"[:diagnoses]:
        if letter not in pressed:
            hands.press(letter)
    hands.press("Escape")


def submit(hands: Hands, *, what: str = "code.submit") -> None:
    """Submit; a reason where something is to be checked."""
    hands.until(CHECKED, what="checks without anything hard")
    asks = hands.see(TO_CHECK)
    hands.press("Control+Enter")
    if asks:
        hands.until("() => document.querySelector('#checks-dialog')?.open", what="the dialog that asks why")
        hands.press("1")
