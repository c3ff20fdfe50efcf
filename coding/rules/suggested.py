"""Suggested codes: what an engine hands over, what a coder decides about each, and who is shown none.

Nothing is accepted by itself, and there is no way to accept all. A share of the encounters is coded without seeing
suggestions, so that it can be told how often a wrong one is taken because it was suggested.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from coding.rules.codings import System, bare
from coding.rules.evidence import Box
from coding.rules.sampling import is_selected

BLIND_SHARE = 10  # percent of the encounters
BLIND_SEED = "suggestions"
SHOWN_LIMIT = 40  # of one encounter: an engine that suggests more is read less
# Z80-Z87 and Z88 (ICD-10-CM I.C.21.c.4: history), Z91.0 (allergy); V10-V19 in ICD-9-CM.
HISTORY = {
    System.ICD10CM: re.compile(r"Z8[0-8]|Z910"),
    System.ICD9CM: re.compile(r"V1[0-9]"),
}


class FoundPassage(Protocol):
    """Where an engine found something: id of a portal.Page, boxes on it, the words."""

    @property
    def page(self) -> int: ...
    @property
    def boxes(self) -> Sequence[Box]: ...
    @property
    def quote(self) -> str: ...


class Suggestion(Protocol):
    """One code that an engine suggests: how sure it is (0 to 1), why in words for people, and from where."""

    @property
    def system(self) -> System: ...
    @property
    def code(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def reason(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def evidence(self) -> Sequence[FoundPassage]: ...


class Decision(StrEnum):
    """What became of a suggestion when the coding was submitted."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REPLACED = "replaced"
    UNDECIDED = "undecided"  # shown and not coded


class RejectReason(StrEnum):
    """Why a suggestion was rejected, if the coder says; in the order of their keys."""

    NOT_DOCUMENTED = "not_documented"
    DENIED = "denied"
    HISTORY = "history"
    ANOTHER_CODE = "another_code"

    @property
    def label(self) -> str:
        return {
            "not_documented": "Not documented",
            "denied": "Denied or uncertain",
            "history": "Past or family",
            "another_code": "Another code fits",
        }[self.value]


def is_history(system: System, code: str) -> bool:
    """Whether a code is of history or allergy: engines find more of these than are coded."""
    pattern = HISTORY.get(system)
    return bool(pattern and pattern.match(bare(code)))


def is_blind(encounter: int, *, share: int = BLIND_SHARE) -> bool:
    """Whether the encounter with this id is coded without seeing suggestions; `share` is percent."""
    return is_selected(seed=BLIND_SEED, number=encounter, share=share)


def ranked(found: Iterable[Suggestion]) -> list[Suggestion]:
    """The suggestions as they are shown: each code once, the surest first, diagnoses before procedures."""
    best: dict[tuple[System, str], Suggestion] = {}
    for one in found:
        key = System(one.system), bare(one.code)
        if key not in best or one.score > best[key].score:
            best[key] = one
    first = sorted(best.values(), key=lambda one: (one.system == System.PROCEDURE, -one.score, bare(one.code)))
    return first[:SHOWN_LIMIT]


@dataclass(frozen=True)
class Decided:
    """What a coder did with suggestions: the code of the line that each became, and why others were rejected.

    Keys are ids of suggestions; a reason is the number of its key, 0 for none.
    """

    taken: Mapping[int, str] = field(default_factory=dict)
    rejected: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """A decision about one suggestion, with the reason or the other code that goes with it."""

    decision: Decision
    reason: str = ""
    replaced_by: str = ""


def outcome(number: int, code: str, decided: Decided, coded: frozenset[str]) -> Outcome:
    """What was decided about suggestion `number` of this code; `coded` are the codes of its kind in the coding."""
    taken = bare(decided.taken.get(number, ""))
    if bare(code) in coded:
        return Outcome(Decision.ACCEPTED)
    if taken and taken in coded:
        return Outcome(Decision.REPLACED, replaced_by=taken)
    if number in decided.rejected:
        reasons = ["", *RejectReason]
        said = decided.rejected[number]
        return Outcome(Decision.REJECTED, reason=reasons[said] if 0 <= said < len(reasons) else "")
    return Outcome(Decision.UNDECIDED)
