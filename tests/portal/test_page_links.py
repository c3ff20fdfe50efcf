"""Signed links to page images: few queries, and every check that the long way has."""

import base64
import re
import time
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coding.models import Assignment
from portal import page_links, storage, vault
from portal.models import AuditEvent, Membership, Outcome, UserRole
from portal.page_links import Writer
from tests import damage, factories, files

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(river):
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river))
    kept = storage.keep_bytes(files.png(), practice_id=river.pk, folder="pages", ending=".png")
    return factories.PageFactory(chart=chart, number=1, image_name=kept.name)


@pytest.fixture
def held(page, ann):
    encounter = factories.EncounterFactory(chart=page.chart, status="precoding")
    factories.AssignmentFactory(encounter=encounter, user=ann)
    return encounter


def address(browser, page, *, kind="chart", holder=None, at=None, number=1):
    session = browser.session
    writer = Writer(kind, int(session["_auth_user_id"]), session.session_key, at or timezone.now())
    name = "portal:page-by-link" if kind == "chart" else "coding:page-by-link"
    return reverse(name, args=[writer.to(holder or page.chart_id, number)])


def active(browser):
    """As after any page of the site: the session knows when it was used."""
    session = browser.session
    session.update({"signed_in_at": time.time(), "last_active": time.time()})
    session.save()
    return browser


def test_a_link_of_the_page_shows_the_image_and_the_view_is_noted(as_user, cleo, page):
    browser = as_user(cleo)
    shown = browser.get(reverse("portal:chart", args=[page.chart_id])).content.decode()
    answer = browser.get(re.search(r'src="(/p/[^"]+)"', shown)[1])
    assert (answer.status_code, answer.content) == (200, files.png())
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "inline"
    event = AuditEvent.objects.get(action="page.viewed")
    assert (event.actor, event.practice, event.detail) == (cleo, page.practice, {"chart": page.chart_id, "page": 1})
    assert event.session, "the trail tells sessions apart"
    assert event.address == "127.0.0.1"


def test_a_coder_sees_the_pages_of_what_they_hold(as_user, ann, page, held):
    browser = active(as_user(ann))
    assert browser.get(address(browser, page, kind="encounter", holder=held.pk)).content == files.png()


def test_it_costs_few_queries(as_user, cleo, ann, page, held, monkeypatch):
    monkeypatch.setattr(vault, "_uncommitted", set())  # a test never commits, and only what is committed is held
    for browser, more in (
        (active(as_user(cleo)), {}),
        (active(as_user(ann)), {"kind": "encounter", "holder": held.pk}),
    ):
        path = address(browser, page, **more)
        browser.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        asked = [query["sql"] for query in queries if re.match(r"\s*(SELECT|INSERT|UPDATE)", query["sql"])]
        scopes = [query for query in asked if "_setting(" in query or "set_config(" in query]
        assert len(scopes) <= 4, "two of them only because a test is a transaction itself"
        assert len(asked) - len(scopes) == (4 if more else 3), asked


@pytest.mark.parametrize("who", ["otto", "ann", "bea", "ada"])
def test_outsiders_find_nothing_by_links_of_their_own_or_of_others(as_user, request, cleo, page, held, who):
    mine = active(as_user(cleo))
    theirs = active(as_user(request.getfixturevalue(who)))
    paths = [address(mine, page), address(theirs, page), address(mine, page, kind="encounter", holder=held.pk)]
    if who != "ann":
        paths.append(address(theirs, page, kind="encounter", holder=held.pk))
    for path in paths:
        answer = theirs.get(path)
        assert (answer.status_code, answer.content) == (404, b"")
    assert not AuditEvent.objects.filter(action="page.viewed").exists()
    assert AuditEvent.objects.filter(action="access.refused", outcome=Outcome.REFUSED).count() == len(paths)


def test_a_link_is_of_use_in_its_own_session_only(as_user, client, cleo, page):
    path = address(as_user(cleo), page)
    assert client.get(path).status_code == 404
    assert active(as_user(cleo)).get(path).status_code == 404


def revoke_session(browser, person, page):
    browser.session.flush()


def deactivate(browser, person, page):
    type(person).objects.filter(pk=person.pk).update(is_active=False, deactivated_at=timezone.now(), deactivated_by=1)


def change_password(browser, person, page):
    person.set_password("another long password")
    person.save()


def take_role(browser, person, page):
    UserRole.objects.filter(user=person).delete()


def leave_practice(browser, person, page):
    Membership.objects.filter(user=person).delete()


@pytest.mark.parametrize("end", [revoke_session, deactivate, change_password, take_role, leave_practice])
def test_what_ends_access_ends_it_at_the_next_image(as_user, cleo, ada, page, end):
    browser = active(as_user(cleo))
    path = address(browser, page)
    assert browser.get(path).status_code == 200
    if end is deactivate:
        type(cleo).objects.filter(pk=cleo.pk).update(is_active=False, deactivated_at=timezone.now(), deactivated_by=ada)
    else:
        key = browser.cookies[site.SESSION_COOKIE_NAME].value
        end(browser, cleo, page)
        browser.cookies[site.SESSION_COOKIE_NAME] = key
    assert browser.get(path).status_code == 404


def test_a_skipped_encounter_is_gone_at_once(as_user, ann, page, held):
    browser = active(as_user(ann))
    path = address(browser, page, kind="encounter", holder=held.pk)
    assert browser.get(path).status_code == 200
    Assignment.objects.update(end="skipped", skip_reason="conflict", ended_at=timezone.now())
    assert browser.get(path).status_code == 404


def test_a_page_outside_the_visit_is_not_shown(as_user, ann, page, held):
    factories.PageFactory(chart=page.chart, number=2, image_name=page.image_name)
    browser = active(as_user(ann))
    assert browser.get(address(browser, page, kind="encounter", holder=held.pk, number=2)).status_code == 404


def test_an_old_link_goes_by_the_pages_own_address(as_user, cleo, page):
    browser = active(as_user(cleo))
    path = address(browser, page, at=timezone.now() - timedelta(minutes=page_links.MINUTES, seconds=1))
    answer = browser.get(path)
    assert (answer.status_code, answer["Location"]) == (302, reverse("portal:page-image", args=[page.chart_id, 1]))
    assert browser.get(path, follow=True).content == files.png()


@pytest.mark.parametrize("what", [{"locked": True}, {"last_active": 1.0}, {"signed_in_at": 1.0}])
def test_a_session_that_is_or_may_be_locked_takes_the_long_way_and_shows_nothing(as_user, cleo, page, what):
    browser = active(as_user(cleo))
    session = browser.session
    session.update(what)
    session.save()
    answer = browser.get(address(browser, page))
    assert answer.status_code == 302
    assert browser.get(answer["Location"]).status_code in {302, 401, 423}
    assert not AuditEvent.objects.filter(action="page.viewed").exists()


def test_who_only_looks_at_pages_counts_as_being_there(as_user, cleo, page):
    """A third of the idle time after the last other request, an image goes the long way, where it counts."""
    browser = active(as_user(cleo))
    session = browser.session
    session["last_active"] = time.time() - site.IDLE_LOCK_SECONDS / 2
    session.save()
    assert browser.get(address(browser, page), follow=True).content == files.png()
    assert time.time() - browser.session["last_active"] < 10


@pytest.mark.parametrize("place", [0, 8, 16, 20, 24, 32, -1])
def test_a_changed_link_is_none(as_user, cleo, page, place):
    browser = active(as_user(cleo))
    path, _, link = address(browser, page).rpartition("/")
    raw = bytearray(base64.urlsafe_b64decode(link))
    raw[place] ^= 1
    assert browser.get(f"{path}/{base64.urlsafe_b64encode(bytes(raw)).decode()}").status_code == 404


@pytest.mark.parametrize("link", ["x", "é", "A" * 64, "A" * 5000, "%00"])
def test_anything_else_is_no_link(as_user, cleo, link):
    assert as_user(cleo).get(f"/p/{link}").status_code == 404


def test_a_charts_link_is_no_encounters(as_user, max_, page, held):
    browser = active(as_user(max_))
    link = address(browser, page, holder=held.pk).rpartition("/")[2]
    assert browser.get(f"/work/p/{link}").status_code == 404


def test_links_written_before_the_signing_key_changed_still_hold(as_user, cleo, page, settings):
    browser = active(as_user(cleo))
    path = address(browser, page)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, [settings.SECRET_KEY]
    assert browser.get(path).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("by_link", [True, False])
def test_a_damaged_image_is_not_shown_and_that_is_noted(as_user, cleo, page, by_link):
    damage.overwrite(page.image_name, damage.flipped(damage.raw(page.image_name)))
    browser = active(as_user(cleo))
    path = address(browser, page) if by_link else reverse("portal:page-image", args=[page.chart_id, 1])
    answer = browser.get(path)
    assert (answer.status_code, answer.content) == (409, b"")
    assert AuditEvent.objects.get(action="page.damaged").object_id == page.pk
    assert not AuditEvent.objects.filter(action="page.viewed").exists()


def test_only_reading_is_known_there(as_user, cleo, page):
    browser = active(as_user(cleo))
    assert browser.head(address(browser, page)).status_code == 200
    assert browser.post(address(browser, page)).status_code == 405
