"""Views of the encounter list: kept, shared, counted, removed; by number, so that they survive a change of name."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coding.actions import saved_views
from coding.models import SavedView
from coding.rules.encounter_filter import read_filter
from portal.models import AuditEvent
from portal.rules.roles import Role
from tests import factories
from tests.coding import listed
from tests.coding.listed import names, rows_of

pytestmark = pytest.mark.django_db
LIST = "coding:operations-encounters"


@pytest.fixture
def work(river, ann, bea):
    return listed.work(factories.BatchFactory(practice=river), coder=ann, verifier=bea, at=timezone.now())


@pytest.fixture
def browser(max_, as_user):
    return as_user(max_)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def test_a_view_is_kept_by_number_and_shown_by_name(work, max_, ann, browser):
    sent = {"q": "coder:ann status:coding", "sort": "age", "name": "Ann's"}
    answer = browser.post(reverse("coding:save-view"), sent, follow=True)
    assert said(answer) == ["The view Ann's is saved."]
    view = SavedView.objects.get()
    assert (view.query, view.sort, view.is_shared, view.made_by) == (
        f"coder:#{ann.pk} status:coding",
        "age",
        False,
        max_,
    )
    [link] = [one for one in answer.context["views"]["links"] if one["name"] == "Ann's"]
    assert link["is_present"]
    ann.name = "Ann Abbott"
    ann.save()
    answer = browser.get(reverse(LIST))
    [link] = [one for one in answer.context["views"]["links"] if one["name"] == "Ann's"]
    assert link["text"] == 'coder:"Ann Abbott" status:coding'
    assert names(work, rows_of(browser.get(link["url"]))) == {"coding"}
    assert AuditEvent.objects.get(action="view.saved").detail == {"shared": False}


def test_a_view_that_cannot_be_kept_says_why(work, max_, browser):
    url = reverse("coding:save-view")
    for sent, words in (
        ({"q": "", "name": "All"}, "There is no filter to save."),
        ({"q": "colour:red", "name": "Red"}, "There is no filter to save."),
        ({"q": "is:overdue", "name": " "}, "Give the view a name of at most 40 characters."),
        ({"q": "is:overdue", "name": "x" * 41}, "Give the view a name of at most 40 characters."),
    ):
        assert said(browser.post(url, sent, follow=True)) == [words]
    browser.post(url, {"q": "is:overdue", "name": "Late"})
    answer = browser.post(url, {"q": "is:first", "name": "late"}, follow=True)
    assert "You have a view named late already." in said(answer)
    for number in range(saved_views.MOST):
        browser.post(url, {"q": "is:first", "name": f"View {number}"})
    assert SavedView.objects.count() == saved_views.MOST
    assert "You have 20 views. Remove one first." in said(browser.get(reverse(LIST)))


def test_a_shared_view_is_everybodys_to_see_and_its_makers_to_change(work, max_, ann, browser, as_user):
    other = factories.UserFactory(name="Mona Meyer", roles=[Role.MANAGER])
    browser.post(reverse("coding:save-view"), {"q": "person:me", "name": "Mine"})
    view, theirs = SavedView.objects.get(), as_user(other)

    def seen():
        return [(one["name"], one["by"]) for one in theirs.get(reverse(LIST)).context["views"]["links"]][4:]

    assert seen() == []
    steps = {step: reverse("coding:view-step", args=[view.pk, step]) for step in ("share", "unshare", "remove", "sell")}
    for url in steps.values():
        assert theirs.post(url).status_code == 404
    browser.post(steps["share"])
    assert seen() == [("Mine", max_.name)]
    for url in steps.values():
        assert theirs.post(url).status_code == 404, "seeing it is not owning it"
    browser.post(steps["unshare"])
    assert seen() == []
    assert browser.post(steps["sell"]).status_code == 404
    browser.post(steps["remove"])
    assert not SavedView.objects.exists()
    actions = AuditEvent.objects.filter(action__startswith="view.").order_by("at").values_list("action", flat=True)
    assert list(actions) == ["view.saved", "view.shared", "view.unshared", "view.removed"]
    assert list(SavedView.objects.visible_to(ann)) == []


def test_views_are_counted_in_one_query_up_to_a_limit(work, max_, browser, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("coding.views.encounter_views.COUNTED", 1)
    saved_views.save_view(
        name="Held", found=read_filter("status:held"), sort="due", is_shared=False, by=max_, at=timezone.now()
    )
    view = SavedView.objects.get()
    url = reverse("coding:view-counts")
    browser.get(url)
    with CaptureQueriesContext(connection) as few:
        browser.get(url)
    for name in ("Late", "First"):
        saved_views.save_view(
            name=name, found=read_filter("is:first"), sort="due", is_shared=False, by=max_, at=timezone.now()
        )
    with django_assert_num_queries(len(few)):
        browser.get(url)
    SavedView.objects.exclude(pk=view.pk).delete()
    counts = json.loads(browser.get(reverse("coding:view-counts")).content)["counts"]
    assert counts == {
        "overdue": "1",
        "questions": "1",
        "held": "1+",
        "unassigned": counts["unassigned"],
        str(view.pk): "1+",
    }


def test_the_database_shows_views_to_the_service_alone(max_):
    SavedView.objects.create(name="Late", query="is:overdue", made_by=max_, made_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('chartline.staff', '', true), set_config('chartline.practices', '1', true)")
    assert not SavedView.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('chartline.staff', 'on', true)")
    assert SavedView.objects.exists()
