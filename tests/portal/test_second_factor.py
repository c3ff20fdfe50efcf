"""Staff sign in with a second step."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from portal.models import AuditEvent
from tests import factories


@pytest.fixture(autouse=True)
def required(settings, db):
    settings.MFA_REQUIRED_FOR_STAFF = True
    cache.clear()


def sign_in(person, browser=None):
    browser = browser or Client()
    return browser, browser.post("/account/login/", {"login": person.email, "password": factories.PASSWORD})


def code_for(secret, at=None):
    return format_hotp_value(hotp_value(secret, int(at or time.time()) // 30))


def set_up_app(person):
    """Through the pages: password again, then the app's code. The browser and the app's secret."""
    browser, _ = sign_in(person)
    page = browser.get("/account/2fa/totp/activate/", follow=True)
    assert "password" in page.content.decode().lower()
    again = browser.post(
        page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"], {"password": factories.PASSWORD}
    )
    assert again.status_code == 302
    page = browser.get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    done = browser.post("/account/2fa/totp/activate/", {"code": code_for(secret)})
    assert done.status_code == 302, done.content
    return browser, secret


@pytest.mark.parametrize("who", ["ann", "bea", "max_", "ada", "bill"])
def test_staff_without_a_second_step_set_one_up_first(request, as_user, who):
    person = request.getfixturevalue(who)
    answer = as_user(person).get("/security/")
    assert answer.url == "/account/2fa/"
    assert as_user(person).get("/account/2fa/").status_code == 200


def test_practice_users_choose_for_themselves(as_user, cleo):
    assert as_user(cleo).get("/security/").status_code == 200


def test_operators_need_one_too(as_user, db):
    operator = factories.UserFactory(is_staff=True, is_superuser=True)
    assert as_user(operator).get("/operator/").url == "/account/2fa/"


def test_recovery_codes_alone_are_no_second_step(as_user, ann):
    Authenticator.objects.create(user=ann, type="recovery_codes", data={})
    assert as_user(ann).get("/security/").url == "/account/2fa/"


def test_a_passkey_is_one(as_user, ann):
    Authenticator.objects.create(user=ann, type="webauthn", data={"name": "key"})
    assert as_user(ann).get("/security/").status_code == 200


def test_switched_off_it_asks_nobody(as_user, ann, settings):
    settings.MFA_REQUIRED_FOR_STAFF = False
    assert as_user(ann).get("/security/").status_code == 200


def test_a_locked_session_without_a_second_step_can_be_unlocked(as_user, ann):
    browser = as_user(ann)
    browser.get("/account/2fa/")
    session = browser.session
    session["locked"] = True
    session.save()
    assert browser.get("/account/2fa/").url.startswith("/unlock/")
    assert browser.get("/unlock/").status_code == 200
    assert browser.post("/unlock/", {"password": factories.PASSWORD}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_from_setting_up_the_app_to_signing_in_with_it(ann):
    browser, secret = set_up_app(ann)
    assert browser.get("/security/").status_code == 200
    assert AuditEvent.objects.filter(action="second_factor.added", actor=ann).exists()
    browser.post("/account/logout/")
    browser, answer = sign_in(ann, browser)
    assert answer.url == "/account/2fa/authenticate/"
    assert "_auth_user_id" not in browser.session  # the password alone opens nothing
    cache.clear()  # the code of this half minute was used when the app was set up
    assert browser.post("/account/2fa/authenticate/", {"code": code_for(secret)}).status_code == 302
    assert browser.get("/security/").status_code == 200
    event = AuditEvent.objects.filter(action="sign_in.done").latest("at")
    assert event.detail["ways"] == ["password", "totp"]


def test_a_code_works_once(ann):
    _, secret = set_up_app(ann)
    cache.clear()
    first, _ = sign_in(ann)
    code = code_for(secret)
    assert first.post("/account/2fa/authenticate/", {"code": code}).status_code == 302
    second, _ = sign_in(ann)
    answer = second.post("/account/2fa/authenticate/", {"code": code})
    assert answer.status_code == 200
    assert "_auth_user_id" not in second.session


def test_a_wrong_code_is_refused_and_noted(ann):
    _, secret = set_up_app(ann)
    browser, _ = sign_in(ann)
    wrong = format(1000000 - 1 - int(code_for(secret)), "06d")
    assert browser.post("/account/2fa/authenticate/", {"code": wrong}).status_code == 200
    assert "_auth_user_id" not in browser.session
    assert AuditEvent.objects.get(action="second_factor.failed").actor == ann


def test_a_recovery_code_opens_once(ann):
    browser, _ = set_up_app(ann)
    if not Authenticator.objects.filter(user=ann, type="recovery_codes").exists():
        browser.post("/account/2fa/recovery-codes/generate/")
    code = Authenticator.objects.get(user=ann, type="recovery_codes").wrap().get_unused_codes()[0]
    first, _ = sign_in(ann)
    assert first.post("/account/2fa/authenticate/", {"code": code}).status_code == 302
    assert first.get("/security/").status_code == 200
    second, _ = sign_in(ann)
    second.post("/account/2fa/authenticate/", {"code": code})
    assert "_auth_user_id" not in second.session


def test_removing_the_app_is_noted(ann):
    browser, _ = set_up_app(ann)
    browser.post("/account/2fa/totp/deactivate/")
    assert AuditEvent.objects.filter(action="second_factor.removed", actor=ann).exists()
    assert browser.get("/security/").url == "/account/2fa/"


def test_passkey_pages_answer(ann, cleo):
    browser, _ = set_up_app(ann)
    assert browser.get("/account/2fa/webauthn/").status_code == 200
    page = browser.get("/account/2fa/webauthn/add/")
    assert page.status_code == 200
    assert re.search(r"challenge", page.content.decode())
    assert Client().get("/account/2fa/webauthn/login/", headers={"accept": "application/json"}).status_code == 200
