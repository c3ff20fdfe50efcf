"""The smallest valid rows of the talk: threads, comments, remarks, complaints, ratings."""

from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from coding.models import Coding, Remark
from feedback.models import Comment, Complaint, InboxItem, Rating, SavedAnswer, Thread
from portal.rules.roles import Role
from tests.factories.practices import BatchFactory, UserFactory


class ThreadFactory(DjangoModelFactory):
    class Meta:
        model = Thread

    batch = factory.SubFactory(BatchFactory)
    practice = factory.SelfAttribute("batch.practice")
    created_at = factory.LazyFunction(timezone.now)


class RemarkFactory(DjangoModelFactory):
    """A remark on the first diagnosis of the visit's last version, which is made with it if there is none."""

    class Meta:
        model = Remark

    encounter = factory.SubFactory(
        "tests.factories.EncounterFactory", status="verified", finished_at=factory.LazyFunction(timezone.now)
    )
    practice = factory.SelfAttribute("encounter.practice")
    author = factory.SubFactory(UserFactory, roles=[Role.CODER])
    coding = factory.LazyAttribute(lambda of: last_version(of.encounter, of.author))
    part = "diagnosis"
    position = 1
    code = "I10"
    words = "The patient has no hypertension."
    raised_by = factory.SubFactory(UserFactory, roles=[Role.PRACTICE], practice=factory.SelfAttribute("..practice"))
    raised_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **fields: Any) -> Any:
        fields["author"] = fields["coding"].author
        return super()._create(model_class, *args, **fields)


def last_version(encounter: Any, author: Any) -> Any:
    """The visit's last version; a first one with one diagnosis if there is none."""
    last = encounter.codings.order_by("-version").first()
    if last is None:
        last = Coding.objects.create(
            practice=encounter.practice, encounter=encounter, version=1, stage="coding", author=author,
            date_of_service=timezone.now().date(), submitted_at=timezone.now(),
        )  # fmt: skip
        last.diagnoses.create(practice=encounter.practice, position=1, system="icd10cm", code="I10")
    return last


class ComplaintFactory(DjangoModelFactory):
    class Meta:
        model = Complaint

    comment = factory.SubFactory("tests.factories.CommentFactory")
    thread = factory.SelfAttribute("comment.thread")
    practice = factory.SelfAttribute("comment.practice")
    raised_by = factory.SelfAttribute("comment.author")
    raised_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=24))


class SavedAnswerFactory(DjangoModelFactory):
    class Meta:
        model = SavedAnswer

    title = factory.Sequence(lambda number: f"Answer {number}")
    body = "Please send the signed addendum."
    created_by = factory.SubFactory(UserFactory, roles=[Role.MANAGER])
    created_at = factory.LazyFunction(timezone.now)


class RatingFactory(DjangoModelFactory):
    class Meta:
        model = Rating

    batch = factory.SubFactory("tests.factories.BatchFactory")
    practice = factory.SelfAttribute("batch.practice")
    version = 1
    user = factory.SubFactory(UserFactory, roles=[Role.PRACTICE], practice=factory.SelfAttribute("..practice"))
    accuracy = 4
    turnaround = 4
    at = factory.LazyFunction(timezone.now)


class InboxItemFactory(DjangoModelFactory):
    class Meta:
        model = InboxItem

    user = factory.SubFactory(UserFactory, roles=[Role.MANAGER])
    comment = factory.SubFactory("tests.factories.CommentFactory")
    practice = factory.SelfAttribute("comment.practice")
    batch = factory.SelfAttribute("comment.thread.batch")
    kind = "comment"
    created_at = factory.LazyFunction(timezone.now)


class CommentFactory(DjangoModelFactory):
    class Meta:
        model = Comment

    thread = factory.SubFactory(ThreadFactory)
    practice = factory.SelfAttribute("thread.practice")
    author = factory.SubFactory(UserFactory, roles=[Role.MANAGER])
    body = "Please have a look."
    created_at = factory.LazyFunction(timezone.now)
