"""The score of a verdict that is not given yet, in words: each figure with what it is divided by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from coding.actions.quality import STANDARD_NAME
from coding.actions.scores import score_so_far, terms_for
from coding.models import Coding, Encounter
from coding.rules.codings import CodedEncounter
from coding.rules.figure_words import proportion_words, ratio_words
from coding.rules.reasons import Judgement
from coding.rules.scoring import Score, Value, score


def score_context(
    encounter: Encounter, judged: Coding, mine: CodedEncounter, said: Mapping[str, Judgement], *, at: datetime
) -> dict[str, Any]:
    """Code over code, record over record and value of this version, by the profile of the contract."""
    figures, profile = score_so_far(encounter=encounter, judged=judged, mine=mine, judgements=said, at=at)
    terms = terms_for(encounter, at=at)
    return {
        "profile_name": terms.name if terms else STANDARD_NAME,
        "score_rows": score_rows(score([figures]), profile.denominator.label),
    }


def score_rows(figures: Score, denominator: str) -> list[dict[str, str]]:
    rows = [
        {"label": "Code over code", "value": ratio_words(figures.lines), "note": f"of {denominator}"},
        {
            "label": "Record over record",
            "value": "no error that counts" if figures.records.count else "with errors",
            "note": f"{proportion_words(figures.records)}; "
            + ("payment unchanged" if figures.payment_records.count else "payment would change"),
        },
    ]
    return [*rows, value_row(figures.value)]


def value_row(value: Value) -> dict[str, str]:
    """RVUs of the coder's lines above and below the verifier's."""
    if value.lines == value.unvalued:
        return {"label": "RVU", "value": "no figure", "note": unvalued_words(value) or "no procedure"}
    parts = (("over", value.over), ("under", value.under), ("net", value.net), ("gross", value.gross))
    told = ", ".join(f"{name} {rvu(amount, signed=name == 'net')}" for name, amount in parts)
    rest = unvalued_words(value)
    return {"label": "RVU", "value": told, "note": f"of {rvu(value.of)}" + (f"; {rest}" if rest else "")}


def unvalued_words(value: Value) -> str:
    if not value.unvalued:
        return ""
    return f"{value.unvalued} {'line' if value.unvalued == 1 else 'lines'} without RVUs left out"


def rvu(amount: Decimal, *, signed: bool = False) -> str:
    """With two places; a plus where the sign says something."""
    return f"{amount:+.2f}" if signed and amount else f"{amount:.2f}"
