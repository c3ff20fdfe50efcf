"""The smallest valid rows of the work: encounters, assignments, submissions, lists."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from coding.actions.encounters import place_pages
from coding.models import Addendum, Assignment, Code, Edition, Encounter, QueueRank, Submission
from coding.rules.addenda import AddendumSource
from coding.rules.arranging import Slot
from coding.rules.code_sets import LISTS_OF, CodeSet
from coding.rules.codings import System
from coding.rules.lifecycle import EncounterStatus, Stage
from portal.models import (
    Page,
)
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests.factories.practices import ChartFactory, UserFactory


class EncounterFactory(DjangoModelFactory):
    """An encounter that waits for pre-coding, over the pages that its chart has."""

    class Meta:
        model = Encounter
        skip_postgeneration_save = True

    chart = factory.SubFactory(ChartFactory)
    batch = factory.SelfAttribute("chart.batch")
    practice = factory.SelfAttribute("chart.practice")
    specialty = Specialty.PRIMARY_CARE
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=24))
    waiting_since = factory.LazyFunction(timezone.now)
    created_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def pages(self: Encounter, create: bool, numbers: Any, **_kwargs: Any) -> None:  # noqa: FBT001
        """All pages that the chart has, or those with the numbers."""
        if create:
            there = Page.objects.filter(chart=self.chart).values_list("number", flat=True)
            place_pages(encounter=self, slots=[Slot(number) for number in numbers or sorted(there)])


class AddendumFactory(DjangoModelFactory):
    """A chart of the same batch that came later; it has no pages yet."""

    class Meta:
        model = Addendum

    encounter = factory.SubFactory(EncounterFactory)
    practice = factory.SelfAttribute("encounter.practice")
    chart = factory.SubFactory(ChartFactory, batch=factory.SelfAttribute("..encounter.batch"))
    source = AddendumSource.PERSON
    attached_at = factory.LazyFunction(timezone.now)


class AssignmentFactory(DjangoModelFactory):
    class Meta:
        model = Assignment

    encounter = factory.SubFactory(EncounterFactory)
    practice = factory.SelfAttribute("encounter.practice")
    stage = Stage.PRECODING
    user = factory.SubFactory(UserFactory, roles=[Role.CODER])
    started_at = factory.LazyFunction(timezone.now)
    opened_at = factory.LazyFunction(timezone.now)
    lease_until = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=10))


class SubmissionFactory(DjangoModelFactory):
    """Pre-coding that was submitted a moment ago."""

    class Meta:
        model = Submission

    assignment = factory.SubFactory(AssignmentFactory, ended_at=factory.LazyFunction(timezone.now), end="finished")
    encounter = factory.SelfAttribute("assignment.encounter")
    practice = factory.SelfAttribute("encounter.practice")
    user = factory.SelfAttribute("assignment.user")
    stage = factory.SelfAttribute("assignment.stage")
    status, old_rank = EncounterStatus.TO_CODE, QueueRank.NORMAL
    submitted_at = factory.LazyFunction(timezone.now)
    until = factory.LazyAttribute(lambda row: row.submitted_at + timedelta(seconds=30))
    old_waiting_since = factory.LazyFunction(timezone.now)


class EditionFactory(DjangoModelFactory):
    """One edition of a list serves a whole test: asked for again, the first comes back."""

    class Meta:
        model = Edition
        django_get_or_create = ("code_set", "effective")

    code_set = CodeSet.ICD10CM
    name = factory.LazyAttribute(lambda o: f"test {o.effective}")
    effective = factory.LazyAttribute(lambda o: date(2014 if o.code_set == CodeSet.ICD9CM else 2015, 10, 1))
    ends_on = factory.LazyAttribute(lambda o: date(2015, 9, 30) if o.code_set == CodeSet.ICD9CM else None)
    file_name = "test.txt"
    sha256 = "0" * 64
    rows = 0
    loaded_at = datetime(2026, 1, 1, tzinfo=UTC)


class CodeFactory(DjangoModelFactory):
    class Meta:
        model = Code

    system = System.ICD10CM
    edition = factory.SubFactory(
        EditionFactory, code_set=factory.LazyAttribute(lambda o: LISTS_OF[o.factory_parent.system][-1])
    )
    code = factory.Sequence(lambda n: f"Z{n:03d}")
    title = factory.Sequence(lambda n: f"Condition {n}")
    billable = True
