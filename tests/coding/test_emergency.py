"""Emergency access: a chart one was not given, for half an hour, with a reason and an alarm."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.emergency import AlreadyReviewed, NoReason, NotForThem, open_in_emergency, review_emergency
from coding.models import EmergencyAccess, Encounter
from portal.actions.people import NotOneself
from portal.models import AuditEvent, ClientRule, Notice
from tests import factories
from tests.coding.benches import visit

pytestmark = pytest.mark.django_db
WHY = "The practice's surgeon waits for the answer on the phone."


@pytest.fixture
def chart(river):
    return visit(river)


def broken(chart, by, **fields):
    return open_in_emergency(**{"encounter": chart, "reason": WHY, "by": by, "at": timezone.now(), **fields})


@pytest.mark.parametrize("name", ["ann", "bea", "ada"])
def test_who_was_not_given_a_chart_reads_it_after_saying_why(client, chart, name, request):
    person = request.getfixturevalue(name)
    client.force_login(person)
    read = reverse("coding:encounter", args=[chart.pk])
    assert client.get(read).status_code == 404
    answer = client.post(reverse("coding:open-emergency"), {"encounter": chart.label, "reason": WHY})
    assert answer.url == read
    assert client.get(read).status_code == 200
    page = reverse("coding:page-image", args=[chart.pk, 1])
    assert client.get(page).status_code == 200


def test_it_ends_by_itself_after_half_an_hour(chart, ann):
    access = broken(chart, ann)
    assert Encounter.objects.visible_to(ann).filter(pk=chart.pk).exists()
    past = timezone.now() - timedelta(minutes=1)
    EmergencyAccess.objects.filter(pk=access.pk).update(opened_at=past - timedelta(minutes=30), until=past)
    assert not Encounter.objects.visible_to(ann).filter(pk=chart.pk).exists()


def test_every_manager_and_admin_is_told_at_once_without_the_reason(chart, ann, max_, ada, cleo):
    broken(chart, ann)
    notices = Notice.objects.filter(kind="emergency_opened")
    assert {notice.recipient for notice in notices} == {max_, ada}
    assert all(WHY not in str(notice.words) for notice in notices)
    event = AuditEvent.objects.get(action="emergency.opened")
    assert (event.actor, event.object_id, event.detail["minutes"]) == (ann, chart.pk, 30)
    assert WHY not in str(event.detail)


@pytest.mark.parametrize("reason", ["", "x", "emergency", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "   a   b   "])
def test_a_word_is_no_reason(chart, ann, client, reason):
    with pytest.raises(NoReason):
        broken(chart, ann, reason=reason)
    client.force_login(ann)
    page = client.post(reverse("coding:open-emergency"), {"encounter": chart.label, "reason": reason})
    assert page.status_code == 200
    assert not EmergencyAccess.objects.exists()


def test_no_emergency_opens_a_practice_that_is_barred(chart, ann, river):
    ClientRule.objects.create(practice=river, user=ann, reason="Her brother works there")
    with pytest.raises(NotForThem):
        broken(chart, ann)


def test_no_emergency_shows_a_blind_coder_the_original(chart, ann, river):
    copy = factories.EncounterFactory(
        chart=chart.chart, part=chart.part, repeats=chart, repeat_stage="coding", status="to_code"
    )
    factories.AssignmentFactory(encounter=copy, stage="coding", user=ann)
    for one in (chart, copy):
        with pytest.raises(NotForThem):
            broken(one, ann)


def test_a_number_that_does_not_exist_is_told_like_one_that_is_not_for_them(client, ann, chart, river):
    ClientRule.objects.create(practice=river, user=ann, reason="Her brother works there")
    client.force_login(ann)
    pages = [
        client.post(reverse("coding:open-emergency"), {"encounter": number, "reason": WHY}).content.decode()
        for number in (chart.label, "E-99999999", "what")
    ]
    assert all("There is no such encounter, or it is not for you" in page for page in pages[:2])
    assert "Enter the number of an encounter" in pages[2]


@pytest.mark.parametrize("name", ["cleo", "otto", "max_", "bill"])
def test_practices_and_those_who_see_all_have_no_such_door(client, name, request):
    client.force_login(request.getfixturevalue(name))
    assert client.get(reverse("coding:open-emergency")).status_code == 404


def test_somebody_else_says_afterwards_whether_it_was_right(client, chart, ada, max_):
    access = broken(chart, ada)
    with pytest.raises(NotOneself):
        review_emergency(access=access, was_right=True, note="", by=ada, at=timezone.now())
    client.force_login(max_)
    assert WHY in client.get(reverse("coding:emergencies"), {"show": "open"}).content.decode().replace("&#x27;", "'")
    client.post(reverse("coding:review-emergency", args=[access.pk]), {"was_right": "no", "note": "It could wait."})
    access.refresh_from_db()
    assert (access.was_right, access.review_note, access.reviewed_by) == (False, "It could wait.", max_)
    with pytest.raises(AlreadyReviewed):
        review_emergency(access=access, was_right=True, note="", by=max_, at=timezone.now())
    assert b"Not right" in client.get(reverse("coding:emergencies")).content
