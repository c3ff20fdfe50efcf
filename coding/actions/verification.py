"""Verification: somebody else's own version beside the coder's, and the differences computed from both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from coding.actions.coding import write_version
from coding.actions.disputes import open_disputes
from coding.actions.drafts import drop_draft
from coding.actions.findings import refuse_hard_findings, weights_for
from coding.actions.holds import CommentMissing
from coding.actions.leases import end_assignment, hold_lease
from coding.actions.moves import AlreadyMoved, move_encounter
from coding.actions.queue import NotSuitable
from coding.actions.repeats import draw_second_verdict
from coding.actions.scores import is_scored, keep_score
from coding.models import Assignment, Coding, Discrepancy, Encounter, QueueRank, Verdict, Verification
from coding.rules import discrepancies
from coding.rules.codings import CodedEncounter
from coding.rules.discrepancies import keys_of
from coding.rules.disputes import DisputeStatus
from coding.rules.lifecycle import Stage
from coding.rules.queue import Unsuitable
from coding.rules.reasons import Judgement, proposed
from coding.signals import encounter_finished
from portal.models import User


class VerdictContradicts(Exception):
    """The verdict says something else than the versions: verified with differences, corrected without one."""


class ReasonsMissing(Exception):
    """Differences without the verifier's own word; `keys` name them (coding.rules.discrepancies.keys_of)."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__(len(keys))
        self.keys = keys


def judged_version(encounter: Encounter) -> Coding | None:
    """The coder's version that a verifier looks at: the newest one."""
    return encounter.codings.filter(stage=Stage.CODING).order_by("-version").select_related("author").first()


@transaction.atomic
def give_verdict(
    *,
    assignment: Assignment,
    by: User,
    at: datetime,
    verdict: Verdict,
    coded: CodedEncounter | None,
    comment: str = "",
    worksheet: Mapping[str, Any] | None = None,
    judgements: Mapping[str, Judgement] | None = None,
) -> Verification:
    """Keep the verdict, the verifier's version where it differs, and every difference with its reason; score them.

    `coded` is the verifier's version, None for none of their own. Verified and corrected finish the
    encounter; returned sends it back to its coder, with a comment, ahead of the queue. `judgements` are the verifier's
    word on each difference by its key (coding.rules.discrepancies.keys_of), ReasonsMissing if one has none; None keeps
    what is proposed for all, where nobody was asked.
    """
    encounter = hold_lease(assignment=assignment, by=by, at=at)
    judged = judged_version(encounter)
    if judged is None:
        raise AlreadyMoved
    if encounter.was_coded_by(by):
        raise NotSuitable(Unsuitable.OWN_WORK)
    found = differences(judged, coded)
    refuse_contradiction(verdict, found, comment)
    if coded is not None and found:
        refuse_hard_findings(encounter=encounter, coded=coded)
    if judgements is not None:
        refuse_unexplained(found, judgements)
    version = None
    if coded is not None and found:
        version = write_version(
            encounter=encounter,
            stage=Stage.VERIFICATION,
            author=by,
            coded=coded,
            comment="",
            at=at,
            worksheet=worksheet,
        )
    verification = Verification.objects.create(
        practice_id=encounter.practice_id,
        encounter=encounter,
        coder_version=judged,
        verifier_version=version,
        coder=judged.author,
        verifier=by,
        verdict=verdict,
        comment=comment,
        at=at,
    )
    keep_differences(verification=verification, found=found, judgements=judgements or {})
    if not encounter.is_repeat:  # whose verdict is compared with the first one, and nothing else
        if is_scored(verification):
            keep_score(verification=verification, at=at)
        open_disputes(verification=verification, at=at)
        draw_second_verdict(verification=verification, at=at)
    conclude(assignment=assignment, encounter=encounter, verification=verification, at=at)
    return verification


def keep_differences(
    *, verification: Verification, found: tuple[discrepancies.Discrepancy, ...], judgements: Mapping[str, Judgement]
) -> None:
    """Each difference with the verifier's word on it, or what was proposed."""
    judged = (judgements.get(key) or proposed(one) for key, one in zip(keys_of(found), found, strict=True))
    Discrepancy.objects.bulk_create(
        Discrepancy(
            practice_id=verification.practice_id,
            verification=verification,
            position=place,
            kind=one.kind,
            part=one.part,
            coder_value=one.coder_value,
            verifier_value=one.verifier_value,
            coder_place=one.coder_place,
            verifier_place=one.verifier_place,
            reason=word.reason,
            severity=word.severity,
            note=word.note,
        )
        for place, (one, word) in enumerate(zip(found, judged, strict=True), start=1)
    )


def earlier_differences(encounter: Encounter) -> list[tuple[discrepancies.Discrepancy, DisputeStatus]]:
    """What verifiers said about an encounter before and where it ended, oldest first, for `sort_out`."""
    rows = Discrepancy.objects.filter(verification__encounter=encounter, dispute__isnull=False)
    rows = rows.exclude(verification__submissions__taken_back_at__isnull=False)
    rows = rows.select_related("dispute").order_by("verification__at", "verification", "position")
    return [(row.difference(), row.dispute.state) for row in rows]


def differences(judged: Coding, coded: CodedEncounter | None) -> tuple[discrepancies.Discrepancy, ...]:
    """What the verifier's version says differently; nothing if there is none."""
    if coded is None:
        return ()
    mine = judged.coded()
    return discrepancies.compare(mine, coded, weights_for(mine, coded))


def refuse_contradiction(verdict: Verdict, found: tuple[discrepancies.Discrepancy, ...], comment: str) -> None:
    """VerdictContradicts or CommentMissing if the verdict does not go with what was found."""
    if (verdict == Verdict.VERIFIED and found) or (verdict == Verdict.CORRECTED and not found):
        raise VerdictContradicts
    if verdict == Verdict.RETURNED and not comment.strip():
        raise CommentMissing


def refuse_unexplained(found: tuple[discrepancies.Discrepancy, ...], judgements: Mapping[str, Judgement]) -> None:
    """ReasonsMissing if the verifier has said of some difference neither why nor how much it matters."""
    if missing := tuple(key for key in keys_of(found) if key not in judgements):
        raise ReasonsMissing(missing)


def conclude(*, assignment: Assignment, encounter: Encounter, verification: Verification, at: datetime) -> None:
    """End the verifier's assignment and make the move that the verdict means."""
    verifier = verification.verifier
    end_assignment(assignment=assignment, end=Assignment.End.FINISHED, at=at)
    drop_draft(encounter=encounter, stage=Stage.VERIFICATION, author=verifier)
    if verification.verdict == Verdict.RETURNED and not encounter.is_repeat:
        move_encounter(
            encounter=encounter,
            move="return_to_coder",
            by=verifier,
            at=at,
            comment=verification.comment,
            queue_rank=QueueRank.RETURNED,
            reserved_for=verification.coder,
        )
    else:
        move_encounter(
            encounter=encounter, move="verify", by=verifier, at=at, reason=verification.verdict,
            queue_rank=QueueRank.NORMAL,
        )  # fmt: skip
        if not encounter.is_repeat:
            encounter_finished.send(sender=Encounter, encounter=encounter, at=at)
