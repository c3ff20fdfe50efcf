"""What a coder may learn from: topics with rulings and charts, lessons, and charts before and since."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.lessons import education_of, give_lesson
from coding.models import Lesson, Ruling
from coding.rules.reasons import Reason
from portal.models import Contract
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import load_codes
from tests.coding.plans.year import one_chart

pytestmark = pytest.mark.django_db
OFFICE = "Office, established patient"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def worked(river, ann, bea, max_, now):
    """Six visits of Ann's, the first three too high; and a ruling on the codes."""
    load_codes()
    Contract.objects.filter(practice=river).update(verification_share=100)
    provider = factories.ProviderFactory(practice=river)
    for number in range(6):
        one_chart(river, provider, ann, bea, now - timedelta(days=9 - number), right=number > 2)
    return Ruling.objects.create(
        pattern="99213-99214", text="Count the problems.", starts_on=now.date() - timedelta(days=3), issued_by=max_,
        issued_at=now,
    )  # fmt: skip


def study(ann, now):
    (one,) = education_of(ann, seen_by=ann, at=now, on=now.date()).studies
    return one


def test_a_topic_names_reason_family_ruling_and_charts(worked, ann, now):
    one = study(ann, now)
    assert (one.topic.reason, one.topic.family, one.topic.charts) == (Reason.EM_LEVEL, OFFICE, 3)
    assert one.rulings == (worked,)
    assert one.lesson is None


def test_charts_before_and_since_a_lesson(worked, ann, max_, now):
    taught = now - timedelta(days=6, hours=12)
    give_lesson(coder=ann, reason=Reason.EM_LEVEL, family=OFFICE, note="Problems.", by=max_, at=taught)
    one = study(ann, now)
    assert (one.around.before.count, one.around.before.of) == (3, 3)
    assert (one.around.after.count, one.around.after.of) == (0, 3)


def test_a_lesson_on_what_is_not_found_any_more_is_listed_at_the_end(worked, ann, max_, now):
    give_lesson(coder=ann, reason=Reason.SPECIFICITY, family="E11", note="", by=max_, at=now)
    ((lesson, around),) = education_of(ann, seen_by=ann, at=now, on=now.date()).past
    assert (lesson.family, around.before.count, around.before.of) == ("E11", 0, 6)


def test_a_manager_notes_a_lesson_and_the_coder_reads_it(worked, ann, max_, as_user):
    given = {"reason": "em_level", "family": OFFICE, "note": "Problems and data."}
    answer = as_user(max_).post(reverse("coding:give-lesson", args=[ann.pk]), given)
    assert answer.url == reverse("coding:education", args=[ann.pk])
    shown = as_user(ann).get(answer.url).content.decode()
    assert "E/M level: Office, established patient" in shown
    assert "Count the problems." in shown
    assert "Problems and data." in shown
    assert "3 of 6" in shown
    assert "Not enough charts yet to compare." in shown
    assert "Gone through today" not in shown
    assert as_user(ann).post(reverse("coding:give-lesson", args=[ann.pk]), given).status_code == 404
    assert Lesson.objects.count() == 1


def test_a_topic_that_there_cannot_be_is_not_noted(worked, ann, max_, as_user):
    url = reverse("coding:give-lesson", args=[ann.pk])
    answer = as_user(max_).post(url, {"reason": "mood", "family": OFFICE}, follow=True)
    assert "That topic is not known any more." in answer.content.decode()
    assert not Lesson.objects.exists()


def test_a_coder_does_not_read_anothers_list(worked, ann, as_user):
    kim = factories.UserFactory(roles=[Role.CODER])
    assert as_user(kim).get(reverse("coding:education", args=[ann.pk])).status_code == 404
    assert "Nothing verified yet." in as_user(kim).get(reverse("coding:education", args=[kim.pk])).content.decode()
