"""How the demo's work is run: credentials, a demand, hours, an absence to come, and queues."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from coding.actions.hours import record_absence, set_hours
from coding.actions.work_queues import change_queue, examine_queue, go_live, make_queue
from coding.rules.hours import AbsenceReason, Hours
from coding.rules.work_queues import Conditions, Rules
from config.demo.cast import PEOPLE
from portal.actions.credentials import check_credential, demand_credential, record_credential
from portal.models import Practice, User
from portal.rules.credentials import CredentialKind
from portal.rules.specialties import Specialty

EARLIER = timedelta(days=20)  # when most of it was set up


def run(people: dict[str, User], practices: dict[str, Practice], *, now: datetime) -> None:
    """Everything, by the manager; nothing of it keeps anybody of the demo from their work."""
    certify(people, by=people["max"], now=now)
    demand_credential(
        practice=practices["LAKE"], specialty=Specialty.ORTHOPEDICS,
        kinds=[CredentialKind.CPC, CredentialKind.COC, CredentialKind.CCS], by=people["max"], at=now - EARLIER,
    )  # fmt: skip
    plan_weeks(people, by=people["max"], now=now)
    make_queues(by=people["max"], now=now)


def certify(people: dict[str, User], *, by: User, now: datetime) -> None:
    for number, person in enumerate(PEOPLE, start=1):
        if person.credential is not None:
            credential = record_credential(
                user=people[person.name.split()[0].lower()], kind=person.credential, number=f"0{number * 1_137_913}",
                expires_on=now.date() + timedelta(days=person.days_left), by=by, at=now - EARLIER,
            )  # fmt: skip
            check_credential(credential=credential, by=by, at=now - EARLIER + timedelta(hours=1))
    record_credential(
        user=people["kim"], kind=CredentialKind.CRC, number="07755301", by=by, at=now - timedelta(hours=5),
        expires_on=now.date() + timedelta(days=700),
    )  # fmt: skip


def plan_weeks(people: dict[str, User], *, by: User, now: datetime) -> None:
    weeks = {
        "ann": [Hours(day, time(8), time(16, 30)) for day in range(5)],
        "bea": [Hours(day, time(9), time(17)) for day in range(4)],
        "noa": [Hours(day, time(6), time(14)) for day in (*range(4), 5)],
    }
    for name, week in weeks.items():
        set_hours(user=people[name], hours=week, by=by, at=now - EARLIER)
    first = now.date() + timedelta(days=12)
    record_absence(
        user=people["ann"], starts_on=first, ends_on=first + timedelta(days=4), reason=AbsenceReason.HOLIDAY,
        hand_to=people["noa"], by=by, at=now - timedelta(days=2),
    )  # fmt: skip


def make_queues(*, by: User, now: datetime) -> None:
    """One that is live with a draft beside it, and one that was only tested. The live one changes no order."""
    long_charts = make_queue(
        name="Long charts, certified", rules=Rules(Conditions(pages_from=30, credentials=("cpc", "ccs"))), by=by,
        at=now - EARLIER,
    )  # fmt: skip
    examine_queue(queue=long_charts, by=by, at=now - EARLIER)
    go_live(queue=long_charts, by=by, at=now - EARLIER + timedelta(minutes=8))
    change_queue(
        queue=long_charts, rules=Rules(Conditions(pages_from=25, credentials=("cpc", "ccs")), most_open=2), by=by,
        at=now - timedelta(hours=3),
    )  # fmt: skip
    fractures = make_queue(
        name="Fractures first",
        rules=Rules(Conditions(stages=("coding",), specialties=(Specialty.ORTHOPEDICS.value,)), most_a_day=40),
        by=by, at=now - timedelta(hours=2),
    )  # fmt: skip
    examine_queue(queue=fractures, by=by, at=now - timedelta(hours=1))
