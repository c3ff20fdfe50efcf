"""The rulings register: issue, withdraw, find what applies, and measure whether a ruling helped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from coding.actions.moves import AlreadyMoved
from coding.actions.scores import judged_differences, versions_of
from coding.models import Dispute, Encounter, Ruling, Verdict, Verification
from coding.rules import rulings
from coding.rules.disputes import SETTLED
from coding.rules.proportions import Proportion
from coding.rules.rulings import Context, agreed_lines, clean_pattern
from portal.actions.audit import record
from portal.actions.batches import day_of
from portal.models import Practice, User

AROUND = timedelta(days=180)  # how far before and after a ruling is looked
LOOKED_AT = 2000  # verdicts, the nearest to the ruling first


class NotSettled(Exception):
    """The dispute was not argued, or is not at its end: there is nothing to make a ruling of."""


class OwnDispute(Exception):
    """Who coded or verified it does not make a ruling of it."""


class BadDates(Exception):
    """A ruling cannot end before it begins, nor end or begin before today: what was coded then stays right."""


@transaction.atomic
def issue_ruling(
    *,
    by: User,
    at: datetime,
    today: date,
    pattern: str,
    text: str,
    starts_on: date,
    dispute: Dispute | None = None,
    practice: Practice | None = None,
    payer: str = "",
    specialty: str = "",
) -> Ruling:
    """A new ruling, from a settled dispute or without one; `today` is the day where `by` is.

    BadPattern, BadDates, NotSettled, OwnDispute.
    """
    if starts_on < today:
        raise BadDates
    if dispute is not None:
        refuse_unsettled(dispute, by)
    ruling = Ruling.objects.create(
        practice=practice,
        payer=payer.strip(),
        specialty=specialty,
        pattern=clean_pattern(pattern),
        text=text.strip(),
        starts_on=starts_on,
        dispute_number=dispute.pk if dispute else None,
        issued_by=by,
        issued_at=at,
    )
    record("ruling.issued", at=at, by=by, about=ruling, dispute=ruling.dispute_number)
    return ruling


def refuse_unsettled(dispute: Dispute, by: User) -> None:
    """NotSettled unless somebody argued and it is over; OwnDispute for its two sides."""
    if dispute.state not in SETTLED or not dispute.steps.filter(move="rebut").exists():
        raise NotSettled
    if by.pk in (dispute.coder_id, dispute.verifier_id):
        raise OwnDispute


@transaction.atomic
def withdraw_ruling(*, ruling: Ruling, on: date, by: User, at: datetime, today: date) -> None:
    """From the day on it holds no more. AlreadyMoved if it was withdrawn before, BadDates for a past day."""
    if on < max(ruling.starts_on, today):
        raise BadDates
    changed = Ruling.objects.filter(pk=ruling.pk, withdrawn_from=None).update(
        withdrawn_from=on, withdrawn_by=by, withdrawn_at=at
    )
    if not changed:
        raise AlreadyMoved
    ruling.refresh_from_db()
    record("ruling.withdrawn", at=at, by=by, about=ruling, on=f"{on:%Y-%m-%d}")


def rulings_for(encounter: Encounter, codes: Iterable[str], *, on: date) -> tuple[rulings.Ruling, ...]:
    """What the register says about these codes of a visit on the day of the work; two queries."""
    precoding = getattr(encounter, "precoding", None)
    payer = precoding.payer.name if precoding and precoding.payer else ""
    rows = Ruling.objects.holding(on).filter(Q(practice=None) | Q(practice_id=encounter.practice_id))
    context = Context(practice=encounter.practice_id, payer=payer, specialty=encounter.specialty)
    return rulings.rulings_that_apply((row.plain() for row in rows), context, codes, on)


# -- whether it helped ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Around:
    """Lines on which coder and verifier agreed, of those with a code of the ruling, coded before it and under it."""

    before: Proportion
    after: Proportion


def agreement_around(ruling: Ruling, *, seen_by: User) -> Around:
    """Measured on the first verdict on each visit of the ruling's clients, payers and specialties.

    Half a year before and after its first day, by the day of the coding at the practice; what was coded on that
    day before it was issued came before it. What was coded after its withdrawal counts nowhere.
    """
    counts = {False: [0, 0], True: [0, 0]}
    seen: set[int] = set()
    for verification in sorted(verdicts_around(ruling, seen_by=seen_by), key=lambda one: (one.at, one.pk)):
        if verification.encounter_id in seen:
            continue
        seen.add(verification.encounter_id)
        submitted_at = verification.coder_version.submitted_at
        coded_on = day_of(verification.encounter.practice, submitted_at)
        if ruling.withdrawn_from and coded_on >= ruling.withdrawn_from:
            continue
        found = agreed_lines(
            *versions_of(verification), judged_differences(verification.discrepancies.all()), ruling.pattern
        )
        side = counts[coded_on >= ruling.starts_on and submitted_at >= ruling.issued_at]
        side[0] += found.count
        side[1] += found.of
    return Around(Proportion(*counts[False]), Proportion(*counts[True]))


def verdicts_around(ruling: Ruling, *, seen_by: User) -> QuerySet[Verification]:
    """The verdicts near the ruling's first day on codings with one of its codes, with all that is compared."""
    first = ruling.starts_on
    rows = Verification.objects.filter(
        Q(verifier_version__isnull=False) | ~Q(verdict=Verdict.RETURNED),
        encounter__in=Encounter.objects.visible_to(seen_by).originals(),
        coder_version__submitted_at__date__range=(first - AROUND, first + AROUND),
    )
    if ruling.practice_id:
        rows = rows.filter(practice_id=ruling.practice_id)
    if ruling.specialty:
        rows = rows.filter(encounter__specialty=ruling.specialty)
    if ruling.payer:
        rows = rows.filter(encounter__precoding__payer__name__iexact=ruling.payer)
    lines = Q()
    for version in ("coder_version", "verifier_version"):
        for part in ("diagnoses", "procedures"):
            lines |= Q(**{f"{version}__{part}__code__regex": regex_of(ruling.pattern)})
    wanted = rows.filter(lines).values("pk").distinct().order_by("-pk")[:LOOKED_AT]
    return (
        Verification.objects.filter(pk__in=[row["pk"] for row in wanted])
        .select_related("encounter__precoding", "encounter__practice", "coder_version", "verifier_version")
        .prefetch_related(
            *(
                f"{version}__{part}"
                for version in ("coder_version", "verifier_version")
                for part in ("diagnoses", "procedures")
            ),
            "discrepancies__dispute",
        )
    )


def regex_of(pattern: str) -> str:
    """A first sieve for the database: what a pattern's codes begin with; `matches` then has the word."""
    beginnings = []
    for word in pattern.split():
        first, _, last = word.rstrip("*").partition("-")
        beginnings.append(common(first, last) if last else first)
    return f"^({'|'.join(beginnings)})"


def common(first: str, last: str) -> str:
    """The beginning that two codes share."""
    shared = 0
    while shared < len(first) and first[shared] == last[shared]:
        shared += 1
    return first[:shared]
