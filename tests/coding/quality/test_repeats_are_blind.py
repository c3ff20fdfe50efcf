"""Blind: the bench of a second person is that of a first one, and nothing of the first is found anywhere."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.coding import submit_coding
from coding.actions.queue import take_next
from coding.models import (
    Encounter,
)
from feedback.models import Comment
from portal import scope
from tests import factories
from tests.coding.lines import MINUTE, NOON, coded, load_codes, precoded, waiting
from tests.coding.quality.twice import FIRST, agreed_on, code_twice, judge, on_the_line

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def read(response):
    return response.content.decode(errors="replace")


def test_the_bench_of_a_second_coder_is_that_of_a_first_one(client, ann, river, ada, kim):
    """The very same page, but for the numbers in it, as before anybody had coded the visit."""
    load_codes()
    agreed_on(river, ada, codings=100)
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river))
    factories.PageFactory(chart=chart, number=1)
    at = timezone.now()
    encounter = precoded(waiting(chart=chart, at=at), ann, at=at)
    client.force_login(ann)
    client.post(reverse("coding:next"))
    first = client.get(reverse("coding:code", args=[encounter.pk]))
    held = take_next(by=ann, at=timezone.now(), stages=["coding"])
    submit_coding(assignment=held, by=ann, at=timezone.now(), coded=coded(*FIRST), reason="documented")
    on_the_line(at=timezone.now())
    copy = Encounter.objects.get(repeats=encounter)
    client.force_login(kim)
    answer = client.post(reverse("coding:next"))
    assert answer.url == reverse("coding:code", args=[copy.pk])
    second = client.get(answer.url)
    assert without_numbers(read(second), "Kim Larsen", copy) == without_numbers(read(first), "Ann Archer", encounter)


def without_numbers(page, name, encounter):
    """The page without what differs between any two visits and people: ids, labels, tokens, times and links."""
    page = page.replace(name, "NAME").replace(encounter.label, "LABEL")
    page = re.sub(r'(csrfmiddlewaretoken" value|csrf-token" content|nonce|unsent-work person)="[^"]*"', r"\1", page)
    page = re.sub(r"/work/p/[^\"']+", "PAGE", page)
    page = re.sub(r"\b(KL|AA)\b", "XX", page)
    return [line.strip() for line in re.sub(r"\d+", "0", page).splitlines() if line.strip()]


def test_the_second_coder_finds_nothing_of_the_first_anywhere(client, original, copy, kim, ann):
    Comment.objects.bulk_create([comment_about(original, ann, "99214 fits, E11.9 as well.")])
    client.force_login(kim)
    take_next(by=kim, at=timezone.now(), stages=["coding"])
    names = {"encounter": copy.pk}
    pages = [
        client.get(reverse("coding:queue")),
        client.get(reverse("coding:code", args=[copy.pk])),
        client.get(reverse("coding:encounter", args=[copy.pk])),
        client.get(reverse("coding:recent")),
        client.post(reverse("coding:findings", args=[copy.pk]), {**names, "body": "{}"}),
        client.get(reverse("coding:quality")),
        client.get(reverse("coding:queries")),
    ]
    for page in pages:
        assert page.status_code in {200, 422}
        for word in ("E11.9", "E119", "99214", "Ann Archer"):
            assert word not in read(page), (page.request["PATH_INFO"], word)
    for name in ("encounter", "work", "code", "verify", "precode"):
        assert client.get(reverse(f"coding:{name}", args=[original.pk])).status_code == 404
    thread = original.batch.thread
    assert client.get(reverse("feedback:thread", args=[thread.pk])).status_code == 404
    assert list(Encounter.objects.visible_to(kim)) == [copy]


def comment_about(encounter, by, body):
    thread = factories.ThreadFactory(batch=encounter.batch)
    return Comment(
        practice=encounter.practice, thread=thread, author=by, encounter=encounter, body=body, created_at=NOON
    )


def test_in_a_thread_of_the_batch_they_do_not_see_what_is_said_of_the_visit(original, copy, kim, ann):
    Comment.objects.bulk_create([comment_about(original, ann, "99214 fits.")])
    other = factories.EncounterFactory(chart=factories.ChartFactory(batch=original.batch))
    factories.AssignmentFactory(encounter=other, user=kim, lease_until=LATER)
    assert Comment.objects.visible_to(kim).count() == 1
    code_twice(kim, at=LATER + MINUTE)
    assert not Comment.objects.visible_to(kim).exists()


def test_what_the_second_coder_did_looks_as_anything_that_they_did(client, copy, kim):
    code_twice(kim, at=timezone.now())
    client.force_login(kim)
    queue = read(client.get(reverse("coding:queue")))
    assert "To verify" in queue
    assert "Verified" not in queue


def test_a_second_verifier_who_returned_it_sees_it_returned(client, judged, vic):
    judge(vic, verdict="returned", comment="Which knee?", at=timezone.now())
    client.force_login(vic)
    assert "To code" in read(client.get(reverse("coding:queue")))


def test_nobody_else_sees_the_copy(client, original, copy, ann, bea, max_, cleo):
    for person in (ann, bea, max_, cleo):
        assert copy not in Encounter.objects.visible_to(person)
        client.force_login(person)
        assert client.get(reverse("coding:encounter", args=[copy.pk])).status_code == 404


def test_the_database_itself_keeps_it_from_the_practice(original, copy, cleo):
    assert original.practice_id in cleo.practice_ids
    with scope.practice(original.practice_id):
        assert set(Encounter.objects.values_list("pk", flat=True)) == {original.pk}
