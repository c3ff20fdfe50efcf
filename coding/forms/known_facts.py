"""What is known of a visit, on the form of pre-coding: filled in where it is sure, and never taken over unread."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from django import forms

from coding.forms.bad_body import BadBody
from coding.forms.evidence import passages_in
from coding.rules.fact_origins import unconfirmed
from coding.rules.visit_facts import Facts

COMPARED = "compared"
MARKED_LIMIT = 20_000  # characters of what was taken from the pages, for all fields together
FILLED_LIMIT = 4000  # characters of what was filled in

Marks = dict[str, tuple[str, list[dict[str, Any]]]]  # field → the value, and the passages it was taken from


class Knowing(Protocol):
    """A form that was told what is known of its fields."""

    known: dict[str, Facts]
    fields: dict[str, forms.Field]
    data: Any


def filled_texts(known: Mapping[str, Facts]) -> dict[str, str]:
    """The texts by which the form is filled in."""
    return {name: facts.filled.value for name, facts in known.items() if facts.filled is not None}


def filled_in(text: str) -> dict[str, str]:
    """What a bench says was filled in, by field, from JSON; nothing if it is none."""
    try:
        raw = json.loads(text) if 0 < len(text) <= FILLED_LIMIT else {}
    except (ValueError, RecursionError):
        return {}
    pairs = raw.items() if isinstance(raw, dict) else ()
    return {str(name): value for name, value in pairs if isinstance(value, str)}


def all_filled(known: Mapping[str, Facts], text: str) -> dict[str, str]:
    """What is filled in now, and what was when the draft was begun: pages that are gone since unsay nothing."""
    return {**filled_texts(known), **filled_in(text)}


def where(said: str) -> str:
    """Where a value is from, within a sentence: "page 2, manifest"."""
    return said[:1].lower() + said[1:]


def badge(facts: Facts) -> str:
    """What stands beside a field's label: from where it is filled in, or how many values are offered."""
    if facts.filled is not None:
        return f"To confirm: {where(facts.filled.said)}"
    count = len(facts.candidates)
    return f"{count} found" if count > 1 else f"Found: {where(facts.candidates[0].said)}" if count else ""


def mark_known(form: Knowing, filled: Mapping[str, str]) -> None:
    """Say at each field what is known of it, and ask to compare what is filled in.

    A page with scripts asks field by field instead.
    """
    for name, facts in form.known.items():
        form.fields[name].help_text = badge(facts)
    if filled:
        label = "I compared with the chart what is to be confirmed"
        form.fields[COMPARED] = forms.BooleanField(label=label, required=False)


def unread(form: Knowing) -> list[str]:
    """The fields that are left as they were filled in, and that nobody has confirmed."""
    filled = all_filled(form.known, str(form.data.get("filled") or ""))
    texts = {name: str(form.data.get(name) or "") for name in filled if name in form.fields}
    return unconfirmed(texts, filled, set(str(form.data.get("confirmed") or "").split()))


def marks_in(text: str) -> Marks:
    """What a bench says was taken from the pages, from JSON; what cannot be that is left out."""
    try:
        raw = json.loads(text) if 0 < len(text) <= MARKED_LIMIT else {}
    except (ValueError, RecursionError):
        return {}
    found: Marks = {}
    for name, one in raw.items() if isinstance(raw, dict) else ():
        if not isinstance(one, dict):
            continue
        try:
            passages = passages_in(one.get("passages"), name)
        except BadBody:
            continue
        if passages:
            found[str(name)] = (str(one.get("value") or ""), passages)
    return found
