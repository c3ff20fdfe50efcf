"""The figures of the talk by month, counted by the database: of a practice, of a coder, or of all."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Aggregate, Avg, Count, DurationField, ExpressionWrapper, F, FloatField, Q, QuerySet
from django.db.models.functions import Extract, TruncMonth

from coding.models import Encounter, Remark
from coding.rules.remarks import DECIDED, RemarkStatus
from feedback.models import Comment, Complaint, Rating
from feedback.rules.talk import Side
from feedback.rules.trends import Month, Times, in_months, months_before
from portal.models import Practice, User

Facts = dict[date, dict[str, Any]]


class Percentile(Aggregate):
    """percentile_cont of a fraction."""

    function = "percentile_cont"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def trends_of(*, today: date, at: datetime, practice: Practice | None = None, coder: User | None = None) -> list[Month]:
    """Twelve months up to today. With a coder: the visits they coded, the questions they asked, the remarks on those.

    Caller's scope decides which practices' rows there are.
    """
    months = months_before(today)
    since = at.replace(year=months[0].year, month=months[0].month, day=1, hour=0, minute=0, second=0, microsecond=0)
    visits = Encounter.objects.originals().filter(created_at__gte=since)
    said = Comment.objects.filter(created_at__gte=since, deleted_at=None)
    remarks = Remark.objects.filter(raised_at__gte=since)
    complaints, ratings = Complaint.objects.filter(raised_at__gte=since), Rating.objects.filter(at__gte=since)
    if practice is not None:
        visits, said = visits.filter(practice=practice), said.filter(practice=practice)
        remarks, complaints = remarks.filter(practice=practice), complaints.filter(practice=practice)
        ratings = ratings.filter(practice=practice)
    asked = said.filter(needs_answer_from=Side.PRACTICE)
    ours = said.filter(needs_answer_from=Side.SERVICE)
    if coder is not None:
        visits, remarks = visits.filter(coded_by=coder), remarks.filter(encounter__coded_by=coder)
        asked, ours = asked.filter(author=coder), ours.none()
        complaints, ratings = complaints.none(), ratings.none()
    return in_months(
        months,
        (
            by_month(visits, "created_at", encounters=Count("pk")),
            by_month(asked, "created_at", questions=Count("pk")),
            times(asked, "their_answers"),
            times(ours, "our_answers"),
            by_month(complaints, "raised_at", complaints=Count("pk")),
            by_month(
                ratings.filter(accuracy__isnull=False),
                "at",
                ratings=Count("pk"),
                mean_accuracy=Avg("accuracy"),
                mean_turnaround=Avg("turnaround"),
            ),
            by_month(
                remarks,
                "raised_at",
                remarks=Count("pk"),
                decided=Count("pk", filter=Q(status__in=sorted(DECIDED))),
                upheld=Count("pk", filter=Q(status=RemarkStatus.UPHELD)),
            ),
        ),
    )


def by_month(rows: QuerySet[Any], when: str, **figures: Any) -> Facts:
    """The figures of each month in which there is a row."""
    counted = rows.order_by().annotate(month=TruncMonth(when)).values("month").annotate(**figures)
    return {row.pop("month").date(): row for row in counted}


def times(rows: QuerySet[Comment], name: str) -> Facts:
    """How long the questions of each month took to be settled."""
    waited = ExpressionWrapper(F("resolved_at") - F("created_at"), output_field=DurationField())
    seconds = rows.filter(resolved_at__isnull=False).annotate(seconds=Extract(waited, "epoch"))
    found = by_month(
        seconds,
        "created_at",
        count=Count("pk"),
        median=Percentile("seconds", fraction=0.5),
        high=Percentile("seconds", fraction=0.85),
    )
    return {
        month: {name: Times(count=row["count"], median=row["median"] / 3600, high=row["high"] / 3600)}
        for month, row in found.items()
    }
