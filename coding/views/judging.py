"""The verifier's table: aligned rows with what differs, both sides' words, the reason, and what was said before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from coding.actions.findings import weights_for
from coding.actions.reverification import earlier_words, version_before
from coding.actions.rulings import rulings_for
from coding.actions.verification import earlier_differences
from coding.forms.coding import Body
from coding.forms.judgements import judgements_in
from coding.models import Coding, Encounter, Verdict
from coding.rules.codings import CodedEncounter, bare
from coding.rules.discrepancies import Discrepancy, Kind, Part, keys_of
from coding.rules.discrepancies import compare as differences_of
from coding.rules.disputes import Sorted, likeness, sort_out
from coding.rules.evidence import Passage
from coding.rules.judged_rows import JudgedRow, changed_places, code_at, is_settled, judged_rows, passages_at
from coding.rules.reasons import REASON_KEYS, Judgement, Reason, Severity, proposed
from coding.rules.rulings import Ruling, matches
from coding.views.live_score import score_context

DIGITS = 9  # reasons that a key of their own chooses
# Row class, glyph (of those in docs/components.md) and word of each kind of difference.
WORDS: Mapping[Kind, tuple[str, str, str]] = {
    Kind.MISSED: ("missed", "+", "Missed"),
    Kind.UNSUPPORTED: ("unsupported", "-", "Not supported"),
    Kind.CHANGED: ("changed", "~", "Changed"),
    Kind.UP_CODED: ("changed", "▲", "Up-coded"),
    Kind.DOWN_CODED: ("changed", "▼", "Down-coded"),
    Kind.MODIFIER: ("changed", "~", "Modifiers"),
    Kind.UNITS: ("changed", "~", "Units"),
    Kind.POINTER: ("changed", "~", "Pointers"),
    Kind.SEQUENCE: ("moved", "→", "Sequence moved"),
}
SAID = {
    "pending": "Said before, not settled yet",
    "repeated": "Said before, and it stands",
    "fallen": "Said before and withdrawn: the coder was right",
}


@dataclass(frozen=True)
class Sides:
    """The two versions side by side, and what differs."""

    encounter: Encounter
    judged: Coding
    theirs: CodedEncounter
    mine: CodedEncounter
    found: tuple[Discrepancy, ...]


def sides_of(encounter: Encounter, judged: Coding, mine: CodedEncounter) -> Sides:
    theirs = judged.coded()
    return Sides(encounter, judged, theirs, mine, differences_of(theirs, mine, weights_for(theirs, mine)))


def judging_context(sides: Sides, body: Body, *, at: datetime, on: date) -> dict[str, Any]:
    """What templates/coding/verify_table.html shows; `on` is the day of the work, by which rulings hold."""
    known = version_before(sides.judged, seen=body.get("coder_version"))
    old = known.coded() if known else None
    said = judgements_in(body)
    rows = table_rows(sides, body, said, on=on, old=old)
    fresh = [row for row in rows if not row["is_folded"]]
    return {
        "comparison": fresh,
        "folded": [row for row in rows if row["is_folded"]],
        "news": news_of(old, sides.theirs) if old else [],
        "known_version": known.version if known else 0,
        "differences": len(sides.found),
        "differences_words": words(len(sides.found)),
        "unviewed": sum(not row["is_viewed"] for row in fresh),
        "unexplained": sum(row["is_proposed"] for row in rows),
        "fitting": (Verdict.CORRECTED if sides.found else Verdict.VERIFIED).value,
        "judging": True,
        "reasons": reason_chips(),
        "coder_version": sides.judged.version,
        "kept": {"judged": body.get("judged", {}), "viewed": body.get("viewed", [])},
        "passages": {row["number"]: row["coder_words"] for row in rows},
        **score_context(sides.encounter, sides.judged, sides.mine, said, at=at),
    }


def news_of(old: CodedEncounter, new: CodedEncounter) -> list[dict[str, str]]:
    """What the coder changed between two versions."""
    return [
        {"label": WORDS_OF_NEWS.get(one.kind, "Changed"), "old": one.coder_value, "new": one.verifier_value}
        for one in differences_of(old, new, {})
    ]


WORDS_OF_NEWS: Mapping[Kind, str] = {
    Kind.MISSED: "Added", Kind.UNSUPPORTED: "Removed", Kind.MODIFIER: "Modifiers", Kind.UNITS: "Units",
    Kind.POINTER: "Pointers", Kind.SEQUENCE: "Sequence",
}  # fmt: skip


def words(count: int) -> str:
    if not count:
        return "Both versions agree"
    return f"{count} {'difference' if count == 1 else 'differences'}"


def reason_chips() -> list[dict[str, Any]]:
    """Every reason with its number; beyond nine there is no key."""
    return [
        {"value": reason.value, "label": reason.label, "help": reason.help, "key": number if number <= DIGITS else None}
        for number, reason in enumerate(REASON_KEYS.values(), start=1)
    ]


# -- rows ----------------------------------------------------------------------------------------------


def table_rows(
    sides: Sides, body: Body, said: Mapping[str, Judgement], *, on: date, old: CodedEncounter | None
) -> list[dict[str, Any]]:
    """The rows in the words of the page; `old` is the coder's version that the verifier knows already."""
    rows = judged_rows(sides.theirs, sides.mine, sides.found)
    pages = sides.encounter.placed.order_by("position").values_list("page_id", flat=True)
    before = before_by_key(sides)
    earlier = earlier_words(sides.encounter) if before else {}
    known = Known(
        viewed=frozenset(body.get("viewed", ())),
        # What was said before counts again; whoever says something else has the last word.
        said={
            **{row.key: earlier[likeness(row.difference)] for row in rows if row.difference and row.key in before},
            **said,
        },
        before=before,
        rulings=rulings_of(sides, rows, on=on),
        places={page: place for place, page in enumerate(pages, start=1)},
        changed=changed_places(old, sides.theirs) if old else None,
    )
    return [row_context(row, number, sides, known) for number, row in enumerate(rows, start=1)]


@dataclass(frozen=True)
class Known:
    """What is known about the rows besides the two versions."""

    viewed: frozenset[str]
    said: Mapping[str, Judgement]
    before: Mapping[str, str]
    rulings: Mapping[str, list[Ruling]]
    places: Mapping[int, int]
    changed: frozenset[tuple[Part, int | None]] | None  # of the coder's lines since they were seen; None: all are new


def row_context(row: JudgedRow, number: int, sides: Sides, known: Known) -> dict[str, Any]:
    what = row.difference
    word = known.said.get(row.key) if what else None
    tone, glyph, label = WORDS[what.kind] if what else ("agree", "=", "Agree")
    codes = [code_at(sides.theirs, row.part, row.coder_place), code_at(sides.mine, row.part, row.verifier_place)]
    return {
        "number": number,
        "key": row.key,
        "line": row.line,
        "mine": f"line-{row.part.value[0]}{row.verifier_place}" if row.verifier_place else "",
        "part": row.part.value,
        "code": next((code for code in codes if code), ""),
        "kind": what.kind.value if what else "",
        "tone": tone,
        "glyph": glyph,
        "label": label,
        "detail": detail_of(what),
        "coder": row.coder,
        "verifier": row.verifier,
        "coder_words": passage_rows(passages_at(sides.theirs, row.part, row.coder_place), known.places),
        "verifier_words": passage_rows(passages_at(sides.mine, row.part, row.verifier_place), known.places),
        "has_coder": row.coder_place is not None,
        "has_verifier": row.verifier_place is not None,
        "differs": what is not None,
        "is_proposed": what is not None and word is None,
        "is_viewed": word is not None if what else row.key in known.viewed,
        "before": SAID.get(known.before.get(row.key, ""), ""),
        "is_new": known.changed is not None and (row.part, row.coder_place) in known.changed,
        "is_folded": known.changed is not None and is_settled(row, known.before.get(row.key, ""), known.changed),
        "rulings": [
            {"number": one.number, "label": f"R-{one.number:04d}", "text": one.text}
            for code in dict.fromkeys(bare(code) for code in codes if code)
            for one in known.rulings.get(code, [])
        ],
        **(judgement_context(word or proposed(what)) if what else EMPTY),
    }


EMPTY = {"reason": "", "reason_label": "", "severity": "", "severity_label": "", "note": ""}


def judgement_context(word: Judgement) -> dict[str, str]:
    return {
        "reason": word.reason.value,
        "reason_label": word.reason.label,
        "severity": word.severity.value,
        "severity_label": word.severity.label,
        "note": word.note,
    }


def detail_of(what: Discrepancy | None) -> str:
    """What is said beside a change of code."""
    if what is None or what.kind is not Kind.CHANGED:
        return ""
    return "same category" if what.part is Part.DIAGNOSIS else "same family"


def passage_rows(passages: Iterable[Passage], places: Mapping[int, int]) -> list[dict[str, Any]]:
    """Where the words stand; pages that are not the visit's any more fall out."""
    return [
        {"place": places[one.page], "page": one.page, "quote": one.quote, "boxes": [list(box) for box in one.boxes]}
        for one in passages
        if one.page in places
    ]


def before_by_key(sides: Sides) -> dict[str, str]:
    """By the key of a difference what became of it when it was said before; nothing for a new one."""
    heaps = sort_out(sides.found, earlier_differences(sides.encounter))
    keys = {id(one): key for one, key in zip(sides.found, keys_of(sides.found), strict=True)}
    return {keys[id(one)]: name for name in SAID for one in heap(heaps, name)}


def heap(heaps: Sorted, name: str) -> Sequence[Discrepancy]:
    found: Sequence[Discrepancy] = getattr(heaps, name)
    return found


def rulings_of(sides: Sides, rows: Iterable[JudgedRow], *, on: date) -> dict[str, list[Ruling]]:
    """The rulings that hold for each code of the rows."""
    codes = {
        bare(code)
        for row in rows
        for code in (
            code_at(sides.theirs, row.part, row.coder_place),
            code_at(sides.mine, row.part, row.verifier_place),
        )
        if code
    }
    found: dict[str, list[Ruling]] = defaultdict(list)
    for ruling in rulings_for(sides.encounter, codes, on=on) if codes else ():
        for code in codes:
            if matches(ruling.pattern, code):
                found[code].append(ruling)
    return found


def choices() -> dict[str, Any]:
    """The reasons and severities of the fields that need no scripts."""
    return {
        "reason_choices": [(one.value, one.label) for one in Reason],
        "severity_choices": [(one.value, one.label) for one in Severity],
    }
