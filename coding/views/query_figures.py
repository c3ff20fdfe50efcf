"""The figures of queries for managers: how many wait, how long answers take, who asks and who is asked how often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q

from coding.models import Coding, PreCoding, Query
from coding.rules.lifecycle import Stage
from coding.rules.queries.figures import Answering, Rate, answering
from coding.rules.queries.states import QueryStatus
from portal.models import Provider, User
from portal.rules.promise import span

PERIOD = timedelta(days=90)
SHOWN = 20  # coders and providers, those with the most queries first


def figures(*, at: datetime) -> dict[str, Any]:
    """What stands above a manager's list; eight queries however many rows there are."""
    since = at - PERIOD
    asked = Query.objects.filter(encounter__repeats=None)
    recent = asked.filter(asked_at__gte=since)
    counts = asked.aggregate(
        open=Count("pk", filter=Q(status=QueryStatus.OPEN)),
        expired=Count("pk", filter=Q(status=QueryStatus.EXPIRED)),
        oldest=Min("asked_at", filter=Q(status__in=[QueryStatus.OPEN, QueryStatus.EXPIRED])),
    )
    answered = recent.filter(status=QueryStatus.ANSWERED).annotate(took=F("ended_at") - F("asked_at"))
    return {
        "open": counts["open"],
        "expired": counts["expired"],
        "oldest": span(at - counts["oldest"]) if counts["oldest"] else "",
        "days": PERIOD.days,
        **answer_words(answering(list(answered.values_list("took", flat=True)))),
        "coders": coder_rates(since=since),
        "providers": provider_rates(since=since),
    }


def answer_words(found: Answering) -> dict[str, Any]:
    return {
        "answered": found.count,
        "half": span(found.half) if found.half is not None else "–",
        "most": span(found.most) if found.most is not None else "–",
    }


def coder_rates(*, since: datetime) -> list[dict[str, Any]]:
    """Queries for a hundred visits that a coder submitted in the period."""
    asked = counted(Query.objects.filter(asked_at__gte=since, encounter__repeats=None), "asked_by")
    visits = counted(
        Coding.objects.filter(submitted_at__gte=since, stage=Stage.CODING, encounter__repeats=None),
        "author",
        of="encounter",
    )
    names = dict(User.objects.filter(pk__in=asked).values_list("pk", "name"))
    return rates(asked, visits, names)


def provider_rates(*, since: datetime) -> list[dict[str, Any]]:
    """Queries for a hundred visits of a provider that were pre-coded in the period."""
    queries = Query.objects.filter(asked_at__gte=since, provider__isnull=False, encounter__repeats=None)
    asked = counted(queries, "provider")
    visits = counted(PreCoding.objects.filter(finished_at__gte=since, encounter__repeats=None), "rendering_provider")
    names = dict(Provider.objects.filter(pk__in=asked).values_list("pk", "name"))
    return rates(asked, visits, names)


def counted(rows: Any, by: str, *, of: str = "pk") -> dict[int, int]:
    """How many of the rows there are for each value of a column."""
    return dict(rows.order_by().values_list(by).annotate(number=Count(of, distinct=of != "pk")))


def rates(asked: dict[int, int], visits: dict[int, int], names: dict[int, str]) -> list[dict[str, Any]]:
    """The table of a rate, those with the most queries first."""
    rows = sorted(asked.items(), key=lambda pair: (-pair[1], names[pair[0]]))[:SHOWN]
    found = [(names[pk], Rate(number, visits.get(pk, 0))) for pk, number in rows]
    return [
        {
            "name": name,
            "queries": rate.queries,
            "visits": rate.visits,
            "rate": f"{rate.per_hundred:.1f}" if rate.per_hundred is not None else "–",
        }
        for name, rate in found
    ]
