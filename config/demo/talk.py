"""What is said in the demo's threads: questions and answers, an internal note, a remark, a complaint, ratings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Max

from coding.actions.remarks import decide_remark, take_remark
from coding.models import Encounter
from coding.rules.discrepancies import Part
from coding.rules.lifecycle import FINISHED
from feedback.actions.comments import add_comment, resolve_comment
from feedback.actions.complaints import close_complaint, raise_complaint
from feedback.actions.ratings import rate_delivery
from feedback.actions.remarks import remark_on_code
from feedback.actions.saved_answers import save_answer
from feedback.models import Thread
from portal.models import Batch, User

People = Mapping[str, User]
Batches = Mapping[str, Batch]


def talk(people: People, batches: Batches, now: datetime) -> None:
    """Everything that is said."""
    questions(people, batches, now)
    remarks(people, batches, now)
    complaints(people, batches, now)
    ratings(people, batches, now)
    save_answer(
        title="Signed addendum",
        body="Please send the addendum with the signature of the treating provider and its date.",
        practice=None,
        by=people["max"],
        at=now - timedelta(days=20),
    )


def questions(people: People, batches: Batches, now: datetime) -> None:
    """Questions and answers, and a note among the service's people."""
    ann, cleo, otto, max_ = (people[name] for name in ("ann", "cleo", "otto", "max"))
    done = Thread.objects.get(batch=batches["Clinic notes, first week of November"])
    asked = add_comment(
        thread=done,
        by=ann,
        body="The wellness visit is signed, but the vaccine lot is missing. Is it in your log?",
        needs_answer_from="practice",
        at=now - timedelta(hours=200),
    )
    add_comment(
        thread=done,
        by=cleo,
        body="Yes, it is. I attach it next time.",
        reply_to=asked,
        at=now - timedelta(hours=196),
    )
    resolve_comment(comment=asked, by=cleo, at=now - timedelta(hours=196))
    late = Thread.objects.get(batch=batches["Fracture clinic and injections"])
    add_comment(thread=late, by=otto, body="I ask Dr. Vale and come back to you today.", at=now - timedelta(hours=18))
    week = Thread.objects.get(batch=batches["Clinic notes, this week"])
    add_comment(
        thread=week,
        by=cleo,
        body="Could the first three be ready before noon? They go to a new payer.",
        needs_answer_from="service",
        at=now - timedelta(hours=7),
    )
    add_comment(thread=week, by=max_, body="They are first in the queue.", at=now - timedelta(hours=6))
    add_comment(
        thread=week,
        by=max_,
        body=f"@{ann.name} the new payer wants the time in minutes on every visit. Please look twice.",
        is_internal=True,
        mentions=[ann],
        at=now - timedelta(hours=5),
    )


def remarks(people: People, batches: Batches, now: datetime) -> None:
    """One remark that was looked at and stands, one that waits; on visits that Max had no hand in."""
    cleo, max_ = people["cleo"], people["max"]
    batch = batches["Clinic notes, first week of November"]
    visits = Encounter.objects.originals().filter(batch=batch, status__in=sorted(FINISHED), codings__isnull=False)
    first, second = visits.distinct().order_by("pk")[:2]
    declined = remark_on_code(
        encounter=first, part=Part.DIAGNOSIS, position=1, by=cleo, at=now - timedelta(hours=90),
        words="Dr. Ames says this was ruled out at the visit.",
    )  # fmt: skip
    take_remark(remark=declined, by=max_, at=now - timedelta(hours=80))
    decide_remark(
        remark=declined, upheld=False, by=max_, at=now - timedelta(hours=79),
        words="The assessment on page 1 names it as established and plans its treatment.",
    )  # fmt: skip
    remark_on_code(
        encounter=second, part=Part.DIAGNOSIS, position=1, by=cleo, at=now - timedelta(hours=3),
        words="The note says \"history of\". Should this not be a Z code?",
    )  # fmt: skip


def complaints(people: People, batches: Batches, now: datetime) -> None:
    """One that ended, one whose time runs."""
    otto, max_ = people["otto"], people["max"]
    weekend = Thread.objects.get(batch=batches["Emergency room, weekend"])
    said = raise_complaint(
        thread=weekend, by=otto, body="The results came on Tuesday. We agreed on Monday.", at=now - timedelta(hours=100)
    )
    close_complaint(
        complaint=said.complaint, by=max_, at=now - timedelta(hours=95),
        words="You are right. Weekend lists are now taken up on Sunday evening.",
    )  # fmt: skip
    late = Thread.objects.get(batch=batches["Fracture clinic and injections"])
    raise_complaint(
        thread=late, by=otto, body="This is the second list this month with open questions on the last day.",
        at=now - timedelta(hours=2),
    )  # fmt: skip


def ratings(people: People, batches: Batches, now: datetime) -> None:
    """What two practices said of what was delivered."""
    for name, who, accuracy, turnaround, days in (
        ("Clinic notes, last month", "cleo", 4, 5, 27),
        ("Emergency room, last month", "otto", 5, 3, 24),
        ("Emergency room, weekend", "otto", 4, 2, 4),
    ):
        batch = batches[name]
        version = batch.deliveries.aggregate(last=Max("version"))["last"]
        if version is not None:
            rate_delivery(
                batch=batch, version=version, accuracy=accuracy, turnaround=turnaround, words="", by=people[who],
                at=now - timedelta(days=days),
            )  # fmt: skip
