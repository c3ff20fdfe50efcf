"""What a practice's verification plan says about one coding, and where its coder stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from coding.actions.findings import weights_for
from coding.actions.rulings import rulings_for
from coding.models import Code, Encounter, FocusedAudit, Score, Standing, VerificationPlan
from coding.rules.codings import CodedEncounter, bare, diagnosis_system
from coding.rules.plans import steps
from coding.rules.plans.choosing import Audit, Terms, why_planned
from coding.rules.plans.risks import About, Risk
from coding.rules.plans.steps import Cause, Gate, Outcome
from coding.rules.sampling import UNCHOSEN, WHOLE, Sampled
from portal.actions.audit import record
from portal.actions.batches import day_of
from portal.models import User
from portal.rules.specialties import Specialty

CAUSE_OF: Mapping[Outcome, Cause] = {Outcome.PASSED: Cause.PASSED, Outcome.FAILED: Cause.FAILED}


def plan_of(practice_id: int, *, on: date) -> VerificationPlan | None:
    """The practice's plan on the day, if it has one."""
    return VerificationPlan.objects.in_force(on).filter(practice_id=practice_id).first()


def sampled_by_plan(
    *, plan: VerificationPlan, encounter: Encounter, coded: CodedEncounter, by: User, at: datetime, promised: int,
    focus: str,
) -> Sampled | None:  # fmt: skip
    """Why the coding is verified, None if not; a gate of its coder that is due is judged first.

    `promised` percent of everybody's work is the least, by the contract; `focus` is what its terms always show.
    """
    step = standing_for(plan=plan, coder=by, specialty=Specialty(encounter.specialty), at=at)
    on = day_of(encounter.practice, at)
    risks = plan.shares()
    terms = Terms(
        plan=plan.pk,
        seed=plan.seed,
        share=max(plan.steps().share(step), promised),
        audits=open_audits(plan.practice_id, coder=by, on=on),
        risks=risks,
        limits=plan.limits(),
        focus=focus,
    )
    about = About() if terms.share >= WHOLE else what_is_known(encounter, coded, risks, on=on)
    return why_planned(coded, terms, about, number=encounter.pk, on=on)


def what_is_known(encounter: Encounter, coded: CodedEncounter, risks: Mapping[Risk, int], *, on: date) -> About:
    """What lists and register say of the codes, as far as a risk asks for it."""
    codes = [*(bare(line.code) for line in coded.diagnoses), *(bare(line.code) for line in coded.procedures)]
    return About(
        unspecified=unspecified_in(coded) if risks[Risk.UNSPECIFIED] else frozenset(),
        weights=weights_for(coded) if risks[Risk.HIGH_VALUE] else {},
        rulings=rulings_for(encounter, codes, on=on) if risks[Risk.NEW_RULING] else (),
    )


def unspecified_in(coded: CodedEncounter) -> frozenset[str]:
    """The diagnoses whose title says "unspecified", in the list of the day of service."""
    if coded.date_of_service is None:
        return frozenset()
    rows = Code.objects.on(coded.date_of_service, system=diagnosis_system(coded.date_of_service))
    found = rows.filter(code__in=[bare(line.code) for line in coded.diagnoses], title__icontains="unspecified")
    return frozenset(found.values_list("code", flat=True))


def open_audits(practice_id: int, *, coder: User, on: date) -> tuple[Audit, ...]:
    """The focused audits that are about this coder, or everybody, and want more charts; the oldest first."""
    rows = FocusedAudit.objects.open_on(on).filter(Q(coder=None) | Q(coder=coder), practice_id=practice_id)
    wanting = with_taken(rows).filter(Q(charts=None) | Q(taken__lt=F("charts"))).order_by("pk")
    return tuple(Audit(row.pk, row.focus) for row in wanting)


def with_taken(rows: QuerySet[FocusedAudit]) -> QuerySet[FocusedAudit]:
    """With `taken`: how many codings each audit has sent to verification. Not what was taken back, nor repeats."""
    standing = Q(samples__encounter__repeats=None) & ~Q(samples__coding__submissions__taken_back_at__isnull=False)
    return rows.annotate(taken=Count("samples", filter=standing, distinct=True))


# -- standing ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where a coder stands: the step, since when (None: from the beginning), and the gate as it is now."""

    practice: int
    coder: int
    specialty: Specialty
    step: int
    since: datetime | None
    cause: Cause | None
    gate: Gate


@transaction.atomic
def standing_for(*, plan: VerificationPlan, coder: User, specialty: Specialty, at: datetime) -> int:
    """The coder's step, after its gate was judged on what verifiers said so far; a gate that decides adds a row."""
    place = place_of_coder(plan, coder=coder, specialty=specialty)
    if place.gate.outcome is Outcome.OPEN:
        return place.step
    # Two submissions of a coder at once: the second finds the row of the first, and a new window.
    VerificationPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    place = place_of_coder(plan, coder=coder, specialty=specialty)
    if place.gate.outcome is Outcome.OPEN:
        return place.step
    step = steps.next_step(plan.steps(), place.step, place.gate.outcome)
    add_standing(plan=plan, coder=coder, specialty=specialty, step=step, cause=CAUSE_OF[place.gate.outcome], at=at,
                 gate=place.gate)  # fmt: skip
    return step


def add_standing(
    *, plan: VerificationPlan, coder: User, specialty: Specialty, step: int, cause: Cause, at: datetime,
    gate: Gate, by: User | None = None, note: str = "",
) -> Standing:  # fmt: skip
    """The next row of a coder; the caller has locked the plan."""
    rows = Standing.objects.filter(practice_id=plan.practice_id, coder=coder, specialty=specialty)
    last = rows.order_by("-number").first()
    row = Standing.objects.create(
        practice_id=plan.practice_id, coder=coder, specialty=specialty, number=last.number + 1 if last else 1,
        plan=plan, step=step, cause=cause, right=gate.accuracy.count, charts=gate.accuracy.of, by=by, note=note, at=at,
    )  # fmt: skip
    record(
        "plan.step_taken", at=at, by=by, about=row, coder=coder.pk, step=step, cause=cause,
        share=plan.steps().share(step), charts=gate.accuracy.of,
    )  # fmt: skip
    return row


def place_of_coder(plan: VerificationPlan, *, coder: User, specialty: Specialty) -> Place:
    """Two queries."""
    found = places([plan], coders=[coder.pk], specialties=[specialty])
    return next(iter(found), Place(plan.practice_id, coder.pk, specialty, 0, None, None, gate_of(plan, 0, ())))


def gate_of(plan: VerificationPlan, step: int, charts: Iterable[bool]) -> Gate:
    return steps.judge(plan.steps(), step, list(charts))


def places(
    plans: Iterable[VerificationPlan],
    *,
    coders: Iterable[int] | None = None,
    specialties: Iterable[Specialty] | None = None,
) -> list[Place]:
    """Where everybody stands who has verified work in the plans' practices or was placed there; two queries."""
    by_practice = {plan.practice_id: plan for plan in plans}
    narrowed = Q(practice_id__in=list(by_practice))
    if coders is not None:
        narrowed &= Q(coder__in=list(coders))
    if specialties is not None:
        narrowed &= Q(specialty__in=[one.value for one in specialties])
    rows = {(row.practice_id, row.coder_id, row.specialty): row for row in Standing.objects.filter(narrowed).newest()}
    most = max((steps.window_of(step) for plan in by_practice.values() for step in plan.steps().steps), default=0)
    charts = judged_charts(by_practice, coders=coders, specialties=specialties, most=most)
    found = []
    for key in sorted({*rows, *charts}):
        row, plan = rows.get(key), by_practice[key[0]]
        step = min(row.step, len(plan.steps().steps) - 1) if row else 0
        seen = [right for at, right in charts.get(key, ()) if row is None or at > row.at]
        found.append(
            Place(
                key[0], key[1], Specialty(key[2]), step, row.at if row else None, Cause(row.cause) if row else None,
                gate_of(plan, step, seen),
            )
        )  # fmt: skip
    return found


Key = tuple[int, int, str]  # practice, coder, specialty


def judged_charts(
    practices: Iterable[int], *, coders: Iterable[int] | None, specialties: Iterable[Specialty] | None, most: int
) -> dict[Key, list[tuple[datetime, bool]]]:
    """By practice, coder and specialty the last `most` charts verified because all are, or because chance drew them.

    Of each when the verdict fell and whether it would be paid the same, oldest first. What was chosen for a reason is
    not among them: it would judge a coder by the charts in which mistakes were looked for.
    """
    later = Score.objects.filter(verification=OuterRef("verification"), revision__gt=OuterRef("revision"))
    rows = Score.objects.filter(
        ~Exists(later),
        practice_id__in=list(practices),
        verification__encounter__repeats=None,
        verification__coder_version__sample__source__in=[source.value for source in UNCHOSEN],
    ).exclude(verification__submissions__taken_back_at__isnull=False)
    if coders is not None:
        rows = rows.filter(verification__coder__in=list(coders))
    if specialties is not None:
        rows = rows.filter(verification__encounter__specialty__in=[one.value for one in specialties])
    parts = ("practice", "verification__coder", "verification__encounter__specialty")
    order = Window(RowNumber(), partition_by=[F(part) for part in parts], order_by=F("verification").desc())
    found: dict[Key, list[tuple[datetime, bool]]] = defaultdict(list)
    values = rows.annotate(back=order).filter(back__lte=most).order_by("verification")
    for practice, coder, specialty, at, right in values.values_list(*parts, "verification__at", "pays_the_same"):
        found[practice, coder, specialty].append((at, right))
    return found
