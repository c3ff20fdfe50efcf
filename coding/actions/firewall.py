"""The report that pay cannot know money or levels: the measure of work, made twice from the real work of a period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from coding.actions.findings import weights_for
from coding.models import Assignment, EncounterPage, Verification
from coding.rules.lifecycle import Stage
from coding.rules.pay_metric import Proof, Versions, Work, prove
from coding.rules.sampling import UNCHOSEN
from portal.models import User

COUNTED = 3000  # checked charts, the newest


@dataclass(frozen=True)
class PersonProof:
    """One person's proof; by name."""

    person: int
    name: str
    proof: Proof


@dataclass(frozen=True)
class Report:
    """The proofs of everybody who finished work in the days, both included; `charts` were looked at of `of`."""

    from_on: date
    to_on: date
    people: tuple[PersonProof, ...]
    charts: int
    of: int

    @property
    def is_equal(self) -> bool:
        return all(one.proof.is_equal for one in self.people)

    @property
    def control_moved(self) -> bool:
        """Whether a measure by relative values was changed by the turning in anybody's work."""
        return any(one.proof.control_moved for one in self.people)


def firewall_report(*, from_on: date, to_on: date) -> Report:
    """A constant number of queries. Managers only; the caller sees to it."""
    zone = timezone.get_current_timezone()
    start = datetime.combine(from_on, datetime.min.time(), zone)
    end = datetime.combine(to_on + timedelta(days=1), datetime.min.time(), zone)
    works = work_of(start, end)
    charts, of = checked_charts(start, end)
    versions = [version for own in charts.values() for one in own for version in (one.coder, one.verifier)]
    weights = weights_for(*versions)
    names = dict(User.objects.filter(pk__in={*works, *charts}).values_list("pk", "name"))
    people = [
        PersonProof(pk, names[pk], prove(works.get(pk, []), charts.get(pk, []), weights)) for pk in {*works, *charts}
    ]
    by_name = tuple(sorted(people, key=lambda one: (one.name, one.person)))
    return Report(from_on, to_on, by_name, sum(map(len, charts.values())), of)


def work_of(start: datetime, end: datetime) -> Mapping[int, list[Work]]:
    """By person the visits that they finished, each once a stage: what came back and went again is one visit."""
    placed = EncounterPage.objects.filter(encounter=OuterRef("encounter")).order_by().values("encounter")
    pages = placed.annotate(count=Count("pk")).values("count")
    rows = (
        Assignment.objects.filter(end=Assignment.End.FINISHED, ended_at__gte=start, ended_at__lt=end)
        .order_by("user", "encounter", "stage")
        .distinct("user", "encounter", "stage")
        .annotate(pages=Coalesce(Subquery(pages), 0))
    )
    found: dict[int, list[Work]] = defaultdict(list)
    for user, stage, count in rows.values_list("user", "stage", "pages"):
        found[user].append(Work(Stage(stage), count))
    return found


def checked_charts(start: datetime, end: datetime) -> tuple[Mapping[int, list[Versions]], int]:
    """By coder both versions of the charts that were verified because all are or chance drew them; and how many."""
    rows = Verification.objects.filter(
        at__gte=start, at__lt=end, encounter__repeats=None,
        coder_version__sample__source__in=[source.value for source in UNCHOSEN],
    ).exclude(submissions__taken_back_at__isnull=False)  # fmt: skip
    lines = ("diagnoses", "procedures")
    shown = rows.select_related("coder_version", "verifier_version").prefetch_related(
        *(f"{version}__{part}" for version in ("coder_version", "verifier_version") for part in lines)
    )
    found: dict[int, list[Versions]] = defaultdict(list)
    for row in shown.order_by("-at", "-pk")[:COUNTED]:
        mine = row.coder_version.coded()
        found[row.coder_id].append(Versions(mine, row.verifier_version.coded() if row.verifier_version else mine))
    return found, rows.count()
