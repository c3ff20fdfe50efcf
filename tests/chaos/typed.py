"""What was typed, by the script's own reckoning: no part of the site's journal is asked.

A body is what a bench holds as plain data. Of a list of codes: `dx` (codes in order), `px` (code, modifiers, units,
pointers as codes), `comment`, `rejected`, `judged`, `viewed`; of pre-coding: its fields by name.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from coding.models import Coding, Draft, PreCoding, Verification
from coding.rules.lifecycle import Stage

Body = dict[str, Any]
SENT_FACTS = ("patient_name", "account_number", "member_id")  # of a pre-coding, as they were typed
SETS = ("confirmed",)


@dataclass
class Work:
    """One person's work at one stage of one encounter.

    `heads` are the bodies that hold everything typed: one, or two where two windows went apart and nobody has chosen
    yet. `history` is every body there ever was: a window that shows none of them shows somebody else's.
    """

    encounter: int
    stage: Stage
    author: int
    label: str
    mark: str
    heads: list[Body] = field(default_factory=list)
    history: list[Body] = field(default_factory=list)
    typed: int = 0
    given_up: int = 0
    submitted: bool = False
    open: bool = True  # whether its person may have it on a bench
    dirty: bool = False  # whether it has to be looked at again
    unsure: bool = False  # whether a page went while something was done in it
    adopted: int = 0  # how often what was unsure was then taken from the server

    @property
    def name(self) -> str:
        return f"{self.label} {self.stage.value}"

    def begin(self, body: Body) -> None:
        """The first sight of it."""
        if not self.history:
            self.heads, self.history = [deepcopy(body)], [deepcopy(body)]

    def act(self, before: Body, after: Body) -> None:
        """A window that held `before` holds `after` now."""
        self.typed += 1
        self.dirty = True
        if before in self.heads:
            self.heads = [one for one in self.heads if one != before]
        self.heads.append(deepcopy(after))
        self.history.append(deepcopy(after))

    def adopt(self, there: Body | None) -> None:
        """A fault was noted, or it was unsure what was done: the reckoning goes on from what is there."""
        self.adopted += 1
        if there is not None:
            self.heads = [deepcopy(there)]
            self.history.append(deepcopy(there))
        self.dirty = self.unsure = False

    def choose(self, body: Body, *, of: list[Body | None]) -> None:
        """Their person chose one of two heads, or made `body` of both; any others stay open."""
        self.given_up += len(self.heads) > 1
        self.heads = [*(one for one in self.heads if one != body and one not in of), deepcopy(body)]
        if body not in self.history:
            self.history.append(deepcopy(body))
        self.dirty = True


def of_codes(body: Body) -> Body:
    """A draft of a list of codes as a body."""
    dx = [line["code"] for line in body.get("diagnoses", [])]
    px = [
        {
            "code": line["code"], "modifiers": list(line["modifiers"]), "units": int(line["units"]),
            "pointers": [dx[place - 1] if place <= len(dx) else str(place) for place in line["pointers"]],
        }
        for line in body.get("procedures", [])
    ]  # fmt: skip
    judged = {key: {n: v for n, v in word.items() if v} for key, word in body.get("judged", {}).items()}
    rejected = sorted(int(number) for number in body.get("rejected", {}))
    return {
        "dx": dx, "px": px, "comment": body.get("comment", ""), "rejected": rejected, "judged": judged,
        "viewed": list(body.get("viewed", [])),
    }  # fmt: skip


def of_fields(body: Body) -> Body:
    """A draft of pre-coding as a body: empty fields left out, what is a set in one order."""
    found = {name: str(value) for name, value in body.items() if value}
    return {name: " ".join(sorted(value.split())) if name in SETS else value for name, value in found.items()}


def seen(body: Body) -> Body:
    """What of a body a bench shows to the eye."""
    if "dx" not in body:
        return body
    px = [{**line, "pointers": sorted(line["pointers"])} for line in body["px"]]
    return {"dx": body["dx"], "px": px, "comment": body["comment"]}


def sent(body: Body) -> Body:
    """What of a body stays once it is handed in."""
    if "dx" in body:
        return {name: body[name] for name in ("dx", "px", "comment")}
    return {name: body[name] for name in SENT_FACTS if name in body}


@dataclass(frozen=True)
class Stored:
    """What the server has of a work: `body` of the draft, else `sent` of what was handed in."""

    body: Body | None
    handed_in: Body | None
    raw: str = ""

    def holds(self, head: Body) -> bool:
        if self.body is not None:
            return self.body == head
        return self.handed_in is not None and self.handed_in == sent(head)


def stored(work: Work) -> Stored:
    """What the server has, asked of its tables."""
    draft = Draft.objects.filter(encounter=work.encounter, stage=work.stage, author=work.author).first()
    body = raw = None
    if draft is not None:
        body = of_fields(draft.body) if work.stage is Stage.PRECODING else of_codes(draft.body)
        raw = str(draft.body)
    return Stored(body, handed_in(work), raw or "")


def handed_in(work: Work) -> Body | None:
    """What the person submitted last at this stage, reduced as `sent` does."""
    if work.stage is Stage.PRECODING:
        facts = PreCoding.objects.filter(encounter=work.encounter, finished_by=work.author).first()
        if facts is None:
            return None
        return {name: getattr(facts, name) for name in SENT_FACTS if getattr(facts, name)}
    found = verdict(work) if work.stage is Stage.VERIFICATION else newest_coding(work)
    if found is None:
        return None
    coding, comment = found
    coded = coding.coded()
    dx = [line.code for line in coded.diagnoses]
    px = [
        {
            "code": line.code, "modifiers": list(line.modifiers), "units": line.units,
            "pointers": [dx[place - 1] if place <= len(dx) else str(place) for place in line.pointers],
        }
        for line in coded.procedures
    ]  # fmt: skip
    return {"dx": dx, "px": px, "comment": comment}


def newest_coding(work: Work) -> tuple[Coding, str] | None:
    """The version that the coder submitted last, and its note."""
    rows = Coding.objects.filter(encounter=work.encounter, stage=work.stage, author=work.author)
    coding = rows.order_by("-version").first()
    return (coding, coding.comment) if coding else None


def verdict(work: Work) -> tuple[Coding, str] | None:
    """The version that the verifier let stand or made, and the comment to the coder."""
    given = Verification.objects.filter(encounter=work.encounter, verifier=work.author).order_by("-pk").first()
    return (given.verifier_version or given.coder_version, given.comment) if given else None


def is_settled(work: Work) -> bool:
    """Whether everything typed is with the server and nothing is left to choose."""
    if len(work.heads) != 1:
        return False
    there = stored(work)
    if there.body is None and there.handed_in is None:
        return work.typed == 0
    return there.holds(work.heads[0])


def merged_as_said(mine: Body, theirs: Body, made: Body) -> bool:
    """Whether `made` is what the dialog promises: what only one of them has is kept, of the rest mine."""
    if "dx" not in mine:
        return made == {**theirs, **mine}
    by_code = {line["code"]: line for line in (*theirs["px"], *mine["px"])}
    wanted = {code: {**line, "pointers": sorted(line["pointers"])} for code, line in by_code.items()}
    got = {line["code"]: {**line, "pointers": sorted(line["pointers"])} for line in made["px"]}
    parts = all(made[name] == (mine[name] or theirs[name]) for name in ("comment", "rejected"))
    return set(made["dx"]) == {*mine["dx"], *theirs["dx"]} and got == wanted and parts
