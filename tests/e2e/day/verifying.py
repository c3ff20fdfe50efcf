"""Verification by keyboard: rows looked at, corrected and explained, the verdict given."""

from __future__ import annotations

from tests.e2e.day.charts import Slip, Visit
from tests.e2e.day.coding import CHECKED, add, code_visit
from tests.e2e.day.hands import Hands

READY = """() => document.querySelector("verify-table tr[data-about]") !== null
  && document.querySelector("verify-table:not([aria-busy])") !== null
  && [...document.querySelectorAll("figure.page-image img")].some((page) => page.naturalWidth)
  && document.querySelector("[data-unviewed]").textContent !== \"\""""
TABLE = """() => [...document.querySelectorAll("verify-table tr[data-about]")].filter((row) => row.checkVisibility()).map((row) => ({
  differs: row.dataset.reason !== undefined, proposed: row.dataset.proposed !== undefined,
  viewed: row.dataset.viewed !== undefined, held: row.getAttribute("aria-current") === "true", text: row.innerText,
}))"""  # noqa: E501  (JavaScript)
AT_REST = "() => document.querySelector('verify-table:not([aria-busy])') !== null"


BLIND = "() => document.querySelector('[data-action=\"verify.reveal\"]') !== null"


def verify_visit(hands: Hands, visit: Visit) -> bool:
    """Code it oneself first where it was drawn; correct what the coder got wrong; every row is looked at.

    Whether anything differs.
    """
    hands.until(f"() => ({BLIND})() || ({READY})()", what="the compared rows")
    if hands.see(BLIND):
        code_visit(hands, visit)
        hands.until("() => /Saved/.test(document.querySelector('[data-save-state]').textContent)", what="it saved")
        hands.press("b")
    hands.until(READY, what="the compared rows")
    match visit.slip:
        case Slip.MISSED:
            add(hands, visit.diagnoses[-1])
        case Slip.LEVEL:
            replace_code(hands, "99214", "99213")
    hands.until(AT_REST)
    for _ in range(30):
        rows = hands.see(TABLE)
        if all(row["viewed"] for row in rows):
            break
        hands.press("v")
    return any(row["differs"] for row in hands.see(TABLE))


def replace_code(hands: Hands, old: str, new: str) -> None:
    """Go to the row of a code and put another in its place."""
    for _ in range(20):
        held = next((row for row in hands.see(TABLE) if row["held"]), None)
        if held and old in held["text"]:
            break
        hands.press("j")
    hands.press("r")
    hands.until("() => document.activeElement?.id === 'code-q'")
    hands.type(new)
    hands.until("() => document.querySelectorAll('#code-hits [role=option]').length > 0", what=f"{new} found")
    hands.press("Enter")
    hands.until(f"() => ({TABLE})().some((row) => row.text.includes('{new}'))", what=f"{new} in the table")
    hands.press("Escape")


def give_verdict(hands: Hands) -> None:
    hands.until(CHECKED, what="checks without anything hard")
    hands.until(AT_REST)
    hands.press("Control+Enter")


def send_back(hands: Hands, comment: str) -> None:
    """Return it to the coder, with a comment."""
    hands.until(AT_REST)
    hands.press("n")
    hands.until("() => document.activeElement?.id === 'id_comment'", what="the comment to the coder")
    hands.type(comment)
    hands.until("() => /Saved/.test(document.querySelector('[data-save-state]').textContent)", what="it saved")
    hands.press("Control+Shift+Enter")
