"""Which codings are verified and why, and verifying blind: code first, then see what the coder had."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from coding.actions.leases import hold_lease
from coding.actions.planned import plan_of, sampled_by_plan
from coding.actions.scores import terms_for
from coding.models import Assignment, Coding, Encounter, Reveal, Sample
from coding.rules.codings import CodedEncounter
from coding.rules.sampling import Sampled, Source, why_verified
from portal.actions.audit import record
from portal.actions.batches import day_of
from portal.models import Contract, User


class NothingCoded(Exception):
    """Whoever has coded nothing has nothing to hold against the coder's version."""


def why_sampled(*, encounter: Encounter, coded: CodedEncounter, by: User, at: datetime) -> Sampled | None:
    """Why a verifier must see this coding, None if not: what was coded before always, else as plan or contract say.

    A practice's plan decides where it has one, and the contract's share is then the least of anybody's work.
    """
    on = day_of(encounter.practice, at)
    contract = Contract.objects.in_force(on).filter(practice_id=encounter.practice_id).first()
    terms = terms_for(encounter, at=at)
    is_again = encounter.codings.exclude(submissions__taken_back_at__isnull=False).exists()
    plan = None if is_again else plan_of(encounter.practice_id, on=on)
    if plan is not None:
        return sampled_by_plan(
            plan=plan, encounter=encounter, coded=coded, by=by, at=at,
            promised=contract.verification_share if contract else 0, focus=terms.focus if terms else "",
        )  # fmt: skip
    return why_verified(
        coded,
        is_again=is_again,
        seed=f"contract {contract.pk}" if contract else "",
        number=encounter.pk,
        share=contract.verification_share if contract else None,
        focus=terms.focus if terms else "",
    )


def keep_sample(*, coding: Coding, sampled: Sampled, at: datetime) -> Sample:
    """Write down why the version is verified; inside the transaction of its submission."""
    return Sample.objects.create(
        practice_id=coding.practice_id,
        encounter_id=coding.encounter_id,
        coding=coding,
        source=sampled.source,
        seed=sampled.seed,
        share=sampled.share,
        focus=sampled.focus,
        plan_id=sampled.plan,
        audit_id=sampled.audit,
        selected_at=at,
    )


def is_blind(judged: Coding | None, user: User) -> bool:
    """Whether the person must not see this version yet: it was drawn at random, and they have not revealed it."""
    if judged is None or not Sample.objects.filter(coding=judged, source=Source.RANDOM).exists():
        return False
    return not Reveal.objects.filter(coding=judged, verifier=user).exists()


@transaction.atomic
def reveal_coding(*, assignment: Assignment, judged: Coding, by: User, at: datetime, body: Mapping[str, Any]) -> Reveal:
    """Show the coder's version from now on, and keep what the verifier had; a second time changes nothing.

    LeaseLost, or NothingCoded for an empty list.
    """
    encounter = hold_lease(assignment=assignment, by=by, at=at)
    if not body.get("diagnoses") and not body.get("procedures"):
        raise NothingCoded
    reveal, is_new = Reveal.objects.get_or_create(
        coding=judged,
        verifier=by,
        defaults={"practice_id": encounter.practice_id, "encounter": encounter, "body": dict(body), "at": at},
    )
    if is_new:
        record(
            "verification.revealed", at=at, by=by, about=encounter, version=judged.version, reveal=reveal.pk,
            diagnoses=len(body.get("diagnoses", ())), procedures=len(body.get("procedures", ())),
        )  # fmt: skip
    return reveal
