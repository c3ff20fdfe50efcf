"""After fifteen minutes away the session locks; the password opens it where it was."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from portal.models import AuditEvent
from tests import factories

SCRIPT = {"x-csrftoken": "any"}
MINUTES_16 = timedelta(minutes=16)


@pytest.fixture
def start(time_machine):
    cache.clear()
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    return now


@pytest.fixture
def browser(as_user, ann, start):
    signed = as_user(ann)
    assert signed.get("/security/").status_code == 200
    return signed


@pytest.fixture
def away(browser, start, time_machine):
    """Ann's browser, sixteen minutes after she last touched it."""
    time_machine.move_to(start + MINUTES_16, tick=False)
    return browser


def unlock(browser, password=factories.PASSWORD, **more):
    return browser.post("/unlock/", {"password": password, **more})


def test_a_page_asked_for_after_fifteen_minutes_is_the_unlock_page(away):
    answer = away.get("/security/?tab=1")
    assert answer.url == "/unlock/?next=%2Fsecurity%2F%3Ftab%3D1"
    page = away.get(answer.url)
    assert 'type="password"' in page.content.decode()
    assert 'value="/security/?tab=1"' in page.content.decode()
    assert AuditEvent.objects.get(action="session.locked").actor_id


def test_fourteen_minutes_are_no_reason(browser, start, time_machine):
    time_machine.move_to(start + timedelta(minutes=14))
    assert browser.get("/security/").status_code == 200
    time_machine.move_to(start + timedelta(minutes=28))
    assert browser.get("/security/").status_code == 200


def test_the_right_password_opens_the_same_session_at_the_same_page(away):
    key = away.session.session_key
    away.get("/security/")
    answer = unlock(away, next="/security/?tab=1")
    assert answer.url == "/security/?tab=1"
    assert away.session.session_key == key
    assert away.get("/security/").status_code == 200
    assert AuditEvent.objects.filter(action="session.unlocked").count() == 1


def test_what_the_session_held_is_still_there(browser, start, time_machine):
    session = browser.session
    session["draft"] = "kept"
    session.save()
    time_machine.move_to(start + MINUTES_16)
    browser.get("/security/")
    unlock(browser)
    assert browser.session["draft"] == "kept"


def test_the_form_of_the_page_behind_the_lock_can_still_be_sent(ann, start, time_machine):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ann)
    page = browser.get("/security/")
    token = page.context["csrf_token"]
    time_machine.move_to(start + MINUTES_16)
    sent = {"theme": "dark", "csrfmiddlewaretoken": str(token)}
    assert browser.post("/appearance/", sent, headers=SCRIPT | {"x-csrftoken": str(token)}).status_code == 423
    answer = browser.post(
        "/unlock/", {"password": factories.PASSWORD}, headers={"x-csrftoken": str(token), "accept": "application/json"}
    )
    assert answer.status_code == 200
    assert browser.post("/appearance/", sent).status_code == 302
    ann.refresh_from_db()
    assert ann.theme == "dark"


def test_a_wrong_password_opens_nothing(away):
    away.get("/security/")
    answer = unlock(away, "wrong")
    assert answer.status_code == 403
    assert "not right" in answer.content.decode()
    assert away.get("/security/").status_code == 302
    assert AuditEvent.objects.get(action="sign_in.failed").detail["page"] == "portal:unlock"


def test_tries_to_unlock_are_throttled(away):
    away.get("/security/")
    for _ in range(5):
        assert unlock(away, "wrong").status_code == 403
    assert unlock(away).status_code == 429
    assert away.get("/security/").status_code == 302


@pytest.mark.parametrize(
    "headers",
    [SCRIPT, {"hx-request": "true"}, {"accept": "application/json"}, {"x-background": "1"}, {"sec-fetch-mode": "cors"}],
)
def test_scripts_are_told_with_423(away, headers):
    answer = away.post("/appearance/", {"theme": "dark"}, headers=headers)
    assert answer.status_code == 423
    assert answer.json() == {"locked": True}


def test_a_form_sent_too_late_changes_nothing_and_says_so(away, ann):
    answer = away.post("/appearance/", {"theme": "dark"}, headers={"referer": "http://testserver/security/"})
    assert answer.url == "/unlock/?next=%2Fsecurity%2F"
    assert "Nothing was changed" in away.get(answer.url).content.decode()
    ann.refresh_from_db()
    assert ann.theme == "system"


def test_the_way_back_never_leaves_the_site(away):
    answer = away.post("/appearance/", {"theme": "dark"}, headers={"referer": "https://evil.example/security/"})
    assert answer.url == "/unlock/?next=%2F"
    assert unlock(away, next="https://evil.example/").url == "/"
    away.get("/security/")
    assert unlock(away, next="//evil.example/").url == "/"


def test_the_pages_own_requests_do_not_keep_it_open(browser, start, time_machine):
    for minute in range(1, 15):
        time_machine.move_to(start + timedelta(minutes=minute))
        assert browser.get("/security/", headers={"x-background": "1"}).status_code == 200
    time_machine.move_to(start + timedelta(minutes=15, seconds=1))
    assert browser.get("/security/", headers={"x-background": "1"}).status_code == 423


def test_somebody_at_the_screen_keeps_it_open(browser, start, time_machine):
    for minute in range(10, 60, 10):
        time_machine.move_to(start + timedelta(minutes=minute))
        assert browser.post("/keep-alive/", headers=SCRIPT).status_code == 204
    assert browser.get("/security/").status_code == 200


def test_a_locked_session_is_not_kept_alive(away):
    assert away.post("/keep-alive/", headers=SCRIPT).status_code == 423
    assert away.get("/security/").status_code == 302


def test_a_locked_session_stays_locked_however_soon_one_asks_again(away):
    for _ in range(3):
        assert away.get("/security/").status_code == 302
    assert AuditEvent.objects.filter(action="session.locked").count() == 1


def test_a_locked_session_can_be_signed_out(away):
    away.get("/security/")
    assert away.post("/account/logout/").status_code == 302
    assert "_auth_user_id" not in away.session


def test_an_open_session_has_nothing_to_unlock(browser):
    assert browser.get("/unlock/?next=/security/").url == "/security/"


def test_a_stranger_cannot_unlock(client, db):
    assert client.get("/unlock/").url == "/account/login/"
    assert client.post("/unlock/", headers={"accept": "application/json"}).status_code == 401


def test_after_twelve_hours_the_session_ends_although_it_was_used(browser, start, time_machine):
    for minutes in range(10, 12 * 60 + 1, 10):
        time_machine.move_to(start + timedelta(minutes=minutes), tick=False)
        assert browser.post("/keep-alive/", headers=SCRIPT).status_code == 204
    time_machine.move_to(start + timedelta(hours=12, seconds=1), tick=False)
    answer = browser.get("/security/")
    assert answer.url == "/account/login/?next=%2Fsecurity%2F"
    assert "_auth_user_id" not in browser.session
    assert AuditEvent.objects.filter(action="session.ended").count() == 1


def test_a_script_of_an_ended_session_is_told_with_401(browser, start, time_machine):
    time_machine.move_to(start + timedelta(hours=12, minutes=1))
    assert browser.post("/keep-alive/", headers=SCRIPT).status_code in {401, 302}
    assert "_auth_user_id" not in browser.session
