"""The constraints of verification plans, each with a way to break it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from coding.models import AuditDraw, DriftAlarm, FocusedAudit, Lesson, Standing, VerificationPlan
from coding.rules.plans import steps
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories
from tests.coding.lines import NOON
from tests.coding.quality_constraints import sample, two

SEED = "0123456789abcdef" * 4


def manager() -> Any:
    return factories.UserFactory(roles=[Role.MANAGER])


def plan(**fields: Any) -> VerificationPlan:
    practice = fields.pop("practice", None) or factories.PracticeFactory()
    return VerificationPlan.objects.create(**{
        "practice": practice, "version": 1, "starts_on": date(2026, 1, 1), "plan": steps.as_data(steps.STANDARD),
        "risks": {}, "high_value": 5, "ruling_days": 60, "seed": SEED, "set_at": NOON, "set_by": manager(), **fields,
    })  # fmt: skip


def standing(**fields: Any) -> Standing:
    of = fields.pop("of", None) or plan()
    coder = fields.pop("coder", None) or factories.UserFactory(roles=[Role.CODER])
    return Standing.objects.create(**{
        "practice": of.practice, "plan": of, "coder": coder, "specialty": Specialty.PRIMARY_CARE, "number": 1,
        "step": 1, "cause": "passed", "right": 30, "charts": 30, "at": NOON, **fields,
    })  # fmt: skip


def audit(**fields: Any) -> FocusedAudit:
    practice = fields.pop("practice", None) or factories.PracticeFactory()
    return FocusedAudit.objects.create(**{
        "practice": practice, "reason": "Modifier 25", "starts_on": date(2026, 1, 1), "charts": 10,
        "opened_at": NOON, "opened_by": manager(), **fields,
    })  # fmt: skip


def draw(**fields: Any) -> AuditDraw:
    practice = fields.pop("practice", None) or factories.PracticeFactory()
    return AuditDraw.objects.create(**{
        "practice": practice, "title": "January", "from_on": date(2026, 1, 1), "to_on": date(2026, 1, 31),
        "strata": "none", "size": 1, "seed": SEED, "frame": [[1, ""]], "frame_size": 1, "frame_hash": "0" * 64,
        "drawn": [[1, 1, False]], "made_at": NOON, "made_by": manager(), **fields,
    })  # fmt: skip


def alarm(**fields: Any) -> DriftAlarm:
    coder = fields.pop("coder", None) or factories.UserFactory(roles=[Role.CODER])
    return DriftAlarm.objects.create(**{
        "coder": coder, "specialty": Specialty.PRIMARY_CARE, "series": "difference", "way": "up", "begun_at": NOON,
        "certain_at": NOON, "charts": 60, "figures": "sum 10.2, limit 10", "raised_at": NOON, **fields,
    })  # fmt: skip


def lesson(**fields: Any) -> Lesson:
    coder = fields.pop("coder", None) or factories.UserFactory(roles=[Role.CODER])
    return Lesson.objects.create(**{
        "coder": coder, "reason": "specificity", "family": "E11", "given_by": manager(), "given_at": NOON, **fields,
    })  # fmt: skip


BROKEN_PLANS: dict[str, Callable[[], Any]] = {
    "coding_verificationplan_version_once": two(plan, practice=factories.PracticeFactory),
    "coding_verificationplan_seed": lambda: plan(seed="a guess"),
    "coding_verificationplan_limits": lambda: plan(ruling_days=366),
    "coding_standing_number_once": two(standing, of=plan, coder=lambda: factories.UserFactory(roles=[Role.CODER])),
    "coding_standing_specialty_known": lambda: standing(specialty="magic"),
    "coding_standing_cause_known": lambda: standing(cause="mood"),
    "coding_standing_right": lambda: standing(right=31),
    "coding_standing_placed_by": lambda: standing(cause="placed"),
    "coding_focusedaudit_ends": lambda: audit(charts=None),
    "coding_focusedaudit_dates": lambda: audit(ends_on=date(2025, 12, 31)),
    "coding_focusedaudit_charts": lambda: audit(charts=0),
    "coding_focusedaudit_says_why": lambda: audit(reason=""),
    "coding_focusedaudit_ended_by_at": lambda: audit(ended_at=NOON),
    "coding_sample_audited": lambda: sample(source="audit", focus="99215"),
    "coding_driftalarm_specialty_known": lambda: alarm(specialty="magic"),
    "coding_driftalarm_series_known": lambda: alarm(series="mood"),
    "coding_driftalarm_way_known": lambda: alarm(way="out"),
    "coding_driftalarm_acknowledged_by_at": lambda: alarm(acknowledged_at=NOON, note="Seen."),
    "coding_driftalarm_acknowledged_with_note": lambda: alarm(acknowledged_at=NOON, acknowledged_by=manager()),
    "coding_driftalarm_one_open": two(alarm, coder=lambda: factories.UserFactory(roles=[Role.CODER])),
    "coding_lesson_reason_known": lambda: lesson(reason="mood"),
    "coding_lesson_about_something": lambda: lesson(family=""),
    "coding_auditdraw_strata_known": lambda: draw(strata="stars"),
    "coding_auditdraw_dates": lambda: draw(to_on=date(2025, 12, 31)),
    "coding_auditdraw_size": lambda: draw(size=2),
    "coding_auditdraw_seed": lambda: draw(seed="a guess"),
}
BROKEN_PLANS_AT_THE_END: dict[str, Callable[[], Any]] = {
    "coding_standing_plan_id_same_practice": lambda: standing(practice=factories.PracticeFactory()),
    "coding_sample_plan_id_same_practice": lambda: sample(plan=plan()),
    "coding_sample_audit_id_same_practice": lambda: sample(source="audit", focus="99215", audit=audit()),
}
FROZEN_PLANS: dict[str, Callable[[], Any]] = {"verificationplan": plan, "standing": standing, "auditdraw": draw}
