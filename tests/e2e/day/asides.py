"""What happens beside the usual, by keyboard: a skip, a hold and its end, a query and its answer, an undo."""

from __future__ import annotations

from tests.e2e.day.hands import Hands

CITED = "as before, no change."
OFFERED = """(label) => document.querySelector('#undo-bar[data-last]:not([hidden]) [data-undo-text]')?.textContent
  .startsWith(label)"""
OPEN = "(id) => document.getElementById(id)?.open"


def skip(hands: Hands) -> None:
    """Somebody else should code it."""
    hands.leave_field()
    hands.press("s")
    hands.until(OPEN, "skip-dialog")
    hands.look("skip")
    hands.press("1")


def put_on_hold(hands: Hands) -> None:
    """It waits for something; the day proposed is taken."""
    hands.leave_field()
    hands.press("Shift+M")
    hands.until("() => document.querySelector('#more-menu').open", what="the other ways")
    hands.press("Tab", "Enter")
    hands.until(OPEN, "hold-dialog")
    hands.look("hold")
    hands.press("Control+Enter")


def resume(hands: Hands) -> None:
    """What was put on hold goes on now."""
    number = hands.until("() => document.querySelector('[data-action=\"queue.resume\"]')?.dataset.number")
    hands.press(f"Alt+{number}")
    hands.until("() => document.querySelector('[data-action=\"queue.resume\"]') === null", what="nothing on hold")


def ask(hands: Hands, page: int) -> None:
    """A query to the provider about words of a page, from its template."""
    hands.leave_field()
    hands.press("q")
    hands.until("() => document.activeElement?.name === 'purpose'", what="the query")
    hands.type("Meaning of")
    hands.until("() => document.querySelector('#query-dialog [name=title]').value !== ''", what="the template")
    hands.tab_to("[name=page_1]")
    hands.type(str(page))
    hands.press("Tab")
    hands.type(CITED)
    hands.until(
        "() => document.querySelector('#query-dialog [data-faults]').textContent.includes('Nothing stands against')",
        what="no fault in the query",
    )
    hands.look("query")
    hands.press("Control+Enter")


def answer_query(hands: Hands) -> None:
    """The practice finds the question, answers in its own words and signs."""
    hands.press("g", "h")
    hands.until("() => document.querySelector(\"main a[href*='/queries/']\") !== null", what="the question")
    hands.tab_to("main a[href*='/queries/']")
    hands.press("Enter")
    hands.until("() => document.querySelector('form [name=option]') !== null", what="the query")
    hands.tab_to("[name=option]")
    for _ in range(12):
        if hands.see("() => document.activeElement.closest('label, .check, div').textContent.includes('own words')"):
            break
        hands.press("ArrowDown")
    if not hands.see("() => document.activeElement.checked"):
        hands.press("Space")
    hands.tab_to("textarea[name=text]")
    hands.type("The second sample was normal.")
    hands.tab_to("[name=role]")
    hands.press("Space")
    hands.look("answer")
    hands.press("Control+Enter")
    hands.until("() => document.querySelector('.signed-addendum') !== null", what="the signed answer")


def take_back(hands: Hands, label: str) -> None:
    """What was submitted just now comes back by the key that undoes."""
    hands.until(OFFERED, label, what="the undo offered")
    hands.leave_field()
    hands.press("z")
    hands.until("(label) => document.querySelector('#chart-title')?.textContent === label", label, what="it taken back")
