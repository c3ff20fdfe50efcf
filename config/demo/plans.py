"""What makes the pages of verification plans live: a plan, a coder placed, a focused audit, a sample, a lesson."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from coding.actions.audit_draws import FrameEmpty, draw_audit
from coding.actions.lessons import education_of, give_lesson
from coding.actions.plans import open_audit, place_coder, set_plan
from coding.models import VerificationPlan
from coding.rules.plans import steps
from coding.rules.plans.draws import Strata
from coding.rules.plans.risks import STANDARD_SHARES, Limits
from portal.actions.batches import day_of
from portal.models import Practice, User
from portal.rules.specialties import Specialty

MONTH = timedelta(days=31)


def plan_work(people: Mapping[str, User], practices: Mapping[str, Practice], now: datetime) -> None:
    """Each practice has its plan from today; one coder is proven, one is looked at, a month's work is sampled."""
    manager = people["max"]
    for code, practice in practices.items():
        today = day_of(practice, now)
        plan = set_plan(
            practice=practice, by=manager, at=now, starts_on=today, plan=steps.STANDARD, risks=STANDARD_SHARES,
            limits=Limits(), seed=seed_of(f"plan {code}"),
        )  # fmt: skip
        look_closer(plan, people, now)
        try:
            draw_audit(
                practice=practice, by=manager, at=now, title="Last month, all coders", from_on=today - MONTH,
                to_on=today, strata=Strata.CODER, size=6, spares=1, seed=seed_of(f"sample {code}"),
            )  # fmt: skip
        except FrameEmpty:
            continue
    teach(people, now)


def look_closer(plan: VerificationPlan, people: Mapping[str, User], now: datetime) -> None:
    place_coder(
        plan=plan, coder=people["noa"], specialty=Specialty.PRIMARY_CARE, step=2, note="Two years with us, proven.",
        by=people["max"], at=now,
    )  # fmt: skip
    open_audit(
        practice=plan.practice, by=people["max"], at=now, reason="The payer asked about separate visits.",
        starts_on=plan.starts_on, coder=people["ann"], focus="-25", charts=20,
    )  # fmt: skip


def teach(people: Mapping[str, User], now: datetime) -> None:
    """Ann has gone through her first topic a week ago."""
    seen = education_of(people["ann"], seen_by=people["max"], at=now, on=now.date())
    for study in seen.studies[:1]:
        give_lesson(
            coder=people["ann"], reason=study.topic.reason, family=study.topic.family, by=people["max"],
            note="With three charts of last month.", at=now - timedelta(days=7),
        )  # fmt: skip


def seed_of(text: str) -> str:
    """The demo draws the same each time."""
    return hashlib.sha256(text.encode()).hexdigest()
