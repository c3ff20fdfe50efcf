"""A practice objects to a delivered code: raised, looked at again by somebody new, answered."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from coding.actions.holds import reopen
from coding.actions.moves import AlreadyMoved
from coding.models import Coding, Encounter, Remark, Ruling, Verification
from coding.rules.discrepancies import Part
from coding.rules.lifecycle import FINISHED
from coding.rules.remarks import REMARK_MOVES, WORDS_LIMIT, Refusal, RemarkStatus, why_not
from coding.signals import remark_ended
from portal.actions.audit import record
from portal.models import User

UPHELD_WORDS = "A remark of the practice was upheld: "


class NotDelivered(Exception):
    """The visit is not finished, or has no such line: there is nothing to remark on."""


class AlreadyRemarked(Exception):
    """A remark on this line waits for its answer already."""


class NothingSaid(Exception):
    """The words are missing or too long."""


class OwnRemark(Exception):
    """Who coded or verified the visit does not make a ruling of the remark."""


class MoveRefused(Exception):
    """The person may not do this to the remark; `reason` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def standing_version(encounter: Encounter) -> Coding | None:
    """The version that counts, of a finished visit."""
    if encounter.state not in FINISHED:
        return None
    return encounter.codings.order_by("-version").first()


def code_in(coding: Coding, part: Part, position: int) -> str:
    """The code of a line as it is written, with modifiers; empty if there is no such line."""
    coded = coding.coded()
    if not 1 <= position <= len(coded.diagnoses if part == Part.DIAGNOSIS else coded.procedures):
        return ""
    if part == Part.DIAGNOSIS:
        return coded.diagnoses[position - 1].code
    line = coded.procedures[position - 1]
    return "-".join([line.code, *line.modifiers])


@transaction.atomic
def raise_remark(*, encounter: Encounter, part: Part, position: int, words: str, by: User, at: datetime) -> Remark:
    """Object to a line of the version that counts. NotDelivered, AlreadyRemarked, NothingSaid."""
    words = words.strip()
    if not 0 < len(words) <= WORDS_LIMIT:
        raise NothingSaid
    coding = standing_version(encounter)
    code = code_in(coding, part, position) if coding is not None else ""
    if coding is None or not code:
        raise NotDelivered
    judged = Verification.objects.filter(encounter=encounter).order_by("-at", "-pk").first()
    try:
        with transaction.atomic():
            remark = Remark.objects.create(
                practice_id=encounter.practice_id,
                encounter=encounter,
                coding=coding,
                author_id=coding.author_id,
                verifier_id=judged.verifier_id if judged is not None else None,
                part=part,
                position=position,
                code=code,
                words=words,
                raised_by=by,
                raised_at=at,
            )
    except IntegrityError:
        raise AlreadyRemarked from None
    record("remark.raised", at=at, by=by, about=remark, encounter=encounter.pk)
    return remark


@transaction.atomic
def take_remark(*, remark: Remark, by: User, at: datetime) -> None:
    """Look at it again; who coded or verified the visit does not. AlreadyMoved, MoveRefused."""
    move(remark, "take", by=by, at=at, reviewer=by, taken_at=at)


@transaction.atomic
def give_back_remark(*, remark: Remark, by: User, at: datetime) -> None:
    """Somebody else is to look at it. AlreadyMoved, MoveRefused."""
    move(remark, "give_back", by=by, at=at, reviewer=None, taken_at=None)


@transaction.atomic
def decide_remark(*, remark: Remark, upheld: bool, words: str, by: User, at: datetime) -> bool:
    """Answer it, with the reason in words for the practice. Whether the visit went back into work.

    An upheld one puts the visit back to its coder, to be verified and delivered anew; not one that is in work again
    already. AlreadyMoved, MoveRefused, NothingSaid.
    """
    words = words.strip()
    if len(words) > WORDS_LIMIT:
        raise NothingSaid
    move(remark, "uphold" if upheld else "decline", by=by, at=at, words=words, outcome=words, ended_by=by, ended_at=at)
    reopened = upheld and put_back(remark, by=by, at=at)
    remark_ended.send(sender=Remark, remark=remark, by=by, at=at, reopened=reopened)
    return reopened


@transaction.atomic
def withdraw_remark(*, remark: Remark, by: User, at: datetime) -> None:
    """The practice does not object any more. AlreadyMoved, MoveRefused."""
    move(remark, "withdraw", by=by, at=at, ended_by=by, ended_at=at)
    remark_ended.send(sender=Remark, remark=remark, by=by, at=at, reopened=False)


def move(remark: Remark, name: str, *, by: User, at: datetime, words: str = "", **fields: object) -> None:
    """A step of the table by a person; `remark` then is as it now is."""
    now = Remark.objects.select_for_update(of=("self",), no_key=True).get(pk=remark.pk)
    step = REMARK_MOVES[name]
    if now.state not in step.old:
        raise AlreadyMoved
    if refusal := why_not(name, now.who(by), words=words):
        raise MoveRefused(refusal)
    if not Remark.objects.filter(pk=now.pk, status=now.status).update(status=step.new, **fields):
        raise AlreadyMoved
    remark.refresh_from_db()
    record("remark.moved", at=at, by=by, about=remark, move=name, old=now.status, new=str(step.new))


def put_back(remark: Remark, *, by: User, at: datetime) -> bool:
    """The visit back to its coder, with what was found."""
    try:
        with transaction.atomic():
            reopen(encounter=remark.encounter, by=by, at=at, comment=f"{UPHELD_WORDS}{remark.outcome}", reason="remark")
    except AlreadyMoved:
        return False
    return True


@transaction.atomic
def note_ruling(*, remark: Remark, ruling: Ruling, by: User, at: datetime) -> None:
    """The ruling that an upheld remark became. OwnRemark; AlreadyMoved if it is not upheld or became one before."""
    if remark.who(by).worked_on_it:
        raise OwnRemark
    rows = Remark.objects.filter(pk=remark.pk, status=RemarkStatus.UPHELD, ruling=None)
    if not rows.update(ruling=ruling):
        raise AlreadyMoved
    record("remark.ruled", at=at, by=by, about=remark, ruling=ruling.pk)
