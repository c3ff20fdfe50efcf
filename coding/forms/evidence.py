"""Evidence as a bench sends it: passages of lines and of ticks of the worksheet, in their known shape and no more."""

from __future__ import annotations

from typing import Any

from coding.forms.bad_body import BadBody
from coding.rules.evidence import BOX_LIMIT, PASSAGE_LIMIT, QUOTE_LIMIT, lies_on_page

BODY_LIMIT = 5000  # boxes of a whole body


def passages_in(value: object, where: str) -> list[dict[str, Any]]:
    """The passages of one line: page, boxes, quote; BadBody if they are none. Whose pages they are is asked later."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadBody(f"{where}: its evidence could not be read.")
    if len(value) > PASSAGE_LIMIT:
        raise BadBody(f"{where} has at most {PASSAGE_LIMIT} passages as evidence.")
    return [passage(one, where) for one in value]


def passage(raw: object, where: str) -> dict[str, Any]:
    boxes = raw.get("boxes") if isinstance(raw, dict) else None
    page = raw.get("page") if isinstance(raw, dict) else None
    if type(page) is not int or not 0 < page < 2**63 or not isinstance(boxes, list) or not boxes:
        raise BadBody(f"{where}: its evidence could not be read.")
    if len(boxes) > BOX_LIMIT:
        raise BadBody(f"{where}: one passage has at most {BOX_LIMIT} words.")
    if not all(lies_on_page(box) for box in boxes):
        raise BadBody(f"{where}: its evidence lies outside the page.")
    assert isinstance(raw, dict)  # noqa: S101  (seen above)
    quote = str(raw.get("quote") or "").replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
    return {"page": page, "boxes": [list(box) for box in boxes], "quote": quote[:QUOTE_LIMIT]}


def with_evidence(value: object, where: str) -> dict[str, Any]:
    """The key `evidence` of a line, left out where there is none."""
    found = passages_in(value, where)
    return {"evidence": found} if found else {}


def refuse_too_many(lists: list[list[dict[str, Any]]]) -> None:
    """BadBody if a body has more boxes than a person marks."""
    if sum(len(one["boxes"]) for passages in lists for one in passages) > BODY_LIMIT:
        raise BadBody("There is too much evidence. Mark the words that decide, not whole pages.")
