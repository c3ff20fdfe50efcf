"""The form of a query: its parts are there, its options are a choice, its indicators cite the chart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coding.rules.queries.linter.fault import BRIEF, OURS, Fault, texts_of
from coding.rules.queries.wording import (
    INDICATORS_LIMIT,
    OPTION_LENGTH,
    OWN_OPTIONS_LIMIT,
    QUESTION_LENGTH,
    QUOTE_LENGTH,
    REQUIRED,
    TITLE_LENGTH,
    YES_NO_FOR,
    QueryForm,
    WrittenQuery,
)

SLOT = re.compile(r"\[[^\]\n]*\]")
A_CHOICE = 2  # options of one's own: with one, the provider only consents


def blank_parts(query: WrittenQuery, _chart: str) -> Iterator[Fault]:
    for part, text in texts_of(query):
        if not text.strip():
            yield Fault("blank", part, 0, 0, "", "It is empty.", OURS)


def too_long(query: WrittenQuery, _chart: str) -> Iterator[Fault]:
    """A provider reads it between two patients."""
    limits = {"title": TITLE_LENGTH, "question": QUESTION_LENGTH}
    for part, text in texts_of(query):
        limit = limits.get(part, OPTION_LENGTH)
        if len(text) > limit:
            yield Fault("long", part, limit, len(text), text[limit:], f"At most {limit} characters.", OURS)
    if any(len(quote) > QUOTE_LENGTH for quote in query.quotes):
        yield Fault("long", "indicators", 0, 0, "", f"Quote at most {QUOTE_LENGTH} characters at a time.", OURS)


def unfilled_slots(query: WrittenQuery, _chart: str) -> Iterator[Fault]:
    """What stands in brackets was to be filled in."""
    for part, text in texts_of(query):
        for hit in SLOT.finditer(text):
            yield Fault("slot", part, hit.start(), hit.end(), hit.group(), "Fill it in from the chart.", OURS)


def no_indicator(query: WrittenQuery, _chart: str) -> Iterator[Fault]:
    """At least one passage of this very chart that gives rise to the question."""
    count = sum(bool(quote.strip()) for quote in query.quotes)
    if not count:
        reason = "Cite at least one passage of the chart, with its page, that gives rise to the question."
        yield Fault("indicator", "indicators", 0, 0, "", reason, BRIEF)
    if count > INDICATORS_LIMIT:
        yield Fault("indicator", "indicators", 0, 0, "", f"Cite at most {INDICATORS_LIMIT} passages.", OURS)


def option_count(query: WrittenQuery, _chart: str) -> Iterator[Fault]:
    """With several choices there are several; otherwise none are written."""
    if query.form is not QueryForm.CHOICE:
        return
    count = len({folded(option) for option in query.options} - {folded(option) for option in REQUIRED} - {""})
    if count < A_CHOICE:
        reason = "Offer at least two options of your own that the chart supports, or ask openly."
        yield Fault("options", "options", 0, 0, "", reason, BRIEF)
    if count > OWN_OPTIONS_LIMIT:
        yield Fault("options", "options", 0, 0, "", f"Offer at most {OWN_OPTIONS_LIMIT} options.", OURS)


def repeated_options(query: WrittenQuery, _chart: str) -> Iterator[Fault]:
    """The same option twice, or one of the two that are always there."""
    seen = {folded(option) for option in REQUIRED}
    for part, text in texts_of(query):
        if part.startswith("option-"):
            if folded(text) in seen:
                yield Fault("options", part, 0, len(text), text, "This option is there already.", OURS)
            seen.add(folded(text))


def yes_no_out_of_place(query: WrittenQuery, _chart: str) -> Iterator[Fault]:
    """Yes or no only confirms what is documented."""
    if query.form is QueryForm.YES_NO and query.purpose not in YES_NO_FOR:
        reason = "Yes or no is only for what the chart documents already. Ask openly or offer a choice."
        yield Fault("yes_no", "form", 0, 0, "", reason, BRIEF)


def folded(text: str) -> str:
    return " ".join(text.casefold().split())
