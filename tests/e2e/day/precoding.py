"""Pre-coding by keyboard: what the form has found is confirmed or chosen, what it has not is typed."""

from __future__ import annotations

from tests.e2e.day.charts import Visit
from tests.e2e.day.hands import Hands

READY = """() => document.querySelector("fact-strip:not([hidden])") !== null
  && document.activeElement?.form?.id === "precode" && document.querySelector("figure.page-image img")?.complete"""
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
MOST = 40  # fields that one goes through, twice each


def fill_in(hands: Hands, visit: Visit) -> None:
    """Go from field to field until the button that finishes has the focus."""
    hands.until(READY, what="the form of pre-coding")
    for _ in range(MOST):
        field = hands.see(IN_HAND)
        if field["isFinish"]:
            return
        answer(hands, field, visit.facts.get(field["name"], ""))
        hands.press("Enter")
    raise hands.stuck(f"round and round: {hands.see(IN_HAND)}")


def answer(hands: Hands, field: dict, wanted: str) -> None:
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


def finish(hands: Hands) -> None:
    hands.press("Control+Enter")
