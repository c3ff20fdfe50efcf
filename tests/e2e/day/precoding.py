"""Pre-coding by keyboard: what the form has found is confirmed or chosen, what it has not is typed."""

from __future__ import annotations

from typing import Any

from tests.e2e.day.charts import Visit
from tests.e2e.day.hands import Hands

READY = """() => document.querySelector("fact-strip:not([hidden])") !== null
  && [...document.querySelectorAll("figure.page-image img")].some((page) => page.naturalWidth)"""
# The field in hand: its name, what it shows, and what was found for it.
IN_HAND = """() => {
  const field = document.activeElement;
  const text = field.tagName === "SELECT" ? field.selectedOptions[0]?.text ?? "" : field.value ?? "";
  const found = [...document.querySelectorAll("fact-strip .candidate")];
  return {
    name: field.name ?? "", text: text.trim(), chooses: field.tagName === "SELECT",
    isFinish: field.matches("[data-action='precode.finish']"),
    found: found.map((one) => one.querySelector("strong").textContent.replace(/^✓ /, "").trim()),
  };
}"""
FIELDS = "#precode [name]:is(input, select):not([type=hidden])"
ALL = f"() => Object.fromEntries([...document.querySelectorAll('{FIELDS}')].map(({{ name, value }}) => [name, value]))"
MOST = 40  # fields that one goes through, twice each


def fill_in(hands: Hands, visit: Visit) -> None:
    """Go from field to field until the button that finishes has the focus."""
    hands.until(READY, what="the form of pre-coding")
    hands.tab_to(FIELDS)
    for _ in range(MOST):
        field = hands.see(IN_HAND)
        if field["isFinish"]:
            return fill_gaps(hands, visit)
        answer(hands, field, visit.facts.get(field["name"], ""))
        hands.press("Enter")
    raise hands.stuck(f"round and round: {hands.see(IN_HAND)}")


def fill_gaps(hands: Hands, visit: Visit) -> None:
    """What was not found and need not be known is passed by; the chart says it, so it is typed."""
    for name, shown in hands.see(ALL).items():
        if not shown and visit.facts.get(name):
            hands.tab_to(f"#precode [name={name}]", back=True)
            answer(hands, hands.see(IN_HAND), visit.facts[name])
            hands.press("Enter")
            hands.tab_to("[data-action='precode.finish']")


def answer(hands: Hands, field: dict[str, Any], wanted: str) -> None:
    """Put what the chart says into the field in hand, if it is not there."""
    if not wanted or is_said(field["text"], wanted):
        return
    for number, shown in enumerate(field["found"], 1):
        if is_said(shown, wanted):
            hands.press(str(number) if field["chooses"] else f"Alt+{number}")
            return
    hands.type(wanted)


def is_said(shown: str, wanted: str) -> bool:
    return shown.casefold() == wanted.casefold()


def split_at(hands: Hands, page: int) -> None:
    """Walk to a page and begin a new visit there."""
    hands.until(READY, what="the form of pre-coding")
    hands.leave_field()
    for _ in range(page):
        if hands.see("() => Number(document.querySelector('#move-page').value)") == page:
            break
        hands.press("]")
        hands.page.wait_for_timeout(150)  # the number follows the pages in the next frames
    hands.press("Alt+n")
    hands.until("() => document.querySelector('[data-focus]')?.textContent.includes('begins at page')")


def type_again(hands: Hands, visit: Visit, *, mistyped: bool) -> None:
    """The critical fields a second time, without sight of the first; what differs is decided by a digit."""
    hands.until("() => document.activeElement?.form?.id === 'precode-again'", what="the critical fields")
    for _ in range(MOST):
        field = hands.see("() => ({ name: document.activeElement.name ?? '', tag: document.activeElement.tagName })")
        if field["tag"] == "BUTTON":
            break
        name = field["name"].removeprefix("again-")
        right = visit.facts[name]
        hands.type(f"{right}9" if mistyped and name == "member_id" else right)
        hands.press("Enter")
    here = hands.see("performance.timeOrigin")
    hands.press("Control+Enter")
    if mistyped:
        hands.until("(was) => performance.timeOrigin !== was && document.querySelector('.differing') !== null", here)
        hands.look("two-entries-differ")
        hands.leave_field()
        hands.press("1")
        hands.until("() => document.querySelector('.differing input:checked') !== null", what="the first entry chosen")
        hands.press("Control+Enter")
