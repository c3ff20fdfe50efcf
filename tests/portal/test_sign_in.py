"""Signing in with a password, and what the trail says of it."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from portal.actions.people import deactivate_person
from portal.models import AuditEvent, Outcome
from tests import factories


@pytest.fixture(autouse=True)
def no_tries_yet(db):
    cache.clear()


def try_to_sign_in(email, password=factories.PASSWORD, browser=None, **more):
    return (browser or Client()).post("/account/login/", {"login": email, "password": password}, **more)


def test_a_sign_in_and_a_sign_out_stand_in_the_trail(ann):
    browser = Client(REMOTE_ADDR="203.0.113.7")
    assert try_to_sign_in(ann.email, browser=browser).status_code == 302
    event = AuditEvent.objects.get(action="sign_in.done")
    assert (event.actor, event.address, event.outcome) == (ann, "203.0.113.7", Outcome.DONE)
    assert event.detail["ways"] == ["password"]
    browser.post("/account/logout/")
    assert AuditEvent.objects.get(action="sign_out.done").actor == ann


def test_the_address_is_taken_capitals_or_not(ann):
    assert try_to_sign_in(ann.email.upper()).status_code == 302


def test_a_wrong_password_is_noted_with_the_person(ann):
    answer = try_to_sign_in(ann.email, "wrong")
    assert "do not fit together" in answer.content.decode()
    event = AuditEvent.objects.get(action="sign_in.failed")
    assert (event.actor, event.outcome, event.detail) == (
        ann,
        Outcome.REFUSED,
        {"known": True, "page": "account_login"},
    )


def test_an_unknown_address_is_noted_without_the_address(db):
    answer = try_to_sign_in("stranger@example.com")
    assert "do not fit together" in answer.content.decode()
    event = AuditEvent.objects.get(action="sign_in.failed")
    assert event.actor is None
    assert "stranger" not in str(vars(event))


def test_both_mistakes_look_the_same(ann):
    known, unknown = try_to_sign_in(ann.email, "wrong"), try_to_sign_in("stranger@example.com", "wrong")
    assert known.context["form"].errors == unknown.context["form"].errors


def test_who_is_deactivated_does_not_get_in(ada, ann):
    deactivate_person(user=ann, by=ada, at=timezone.now())
    browser = Client()
    try_to_sign_in(ann.email, browser=browser)
    assert "_auth_user_id" not in browser.session
    assert browser.get("/security/").status_code == 302


def test_after_five_wrong_passwords_even_the_right_one_waits(ann, bea, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    for _ in range(5):
        assert "do not fit" in try_to_sign_in(ann.email, "wrong").content.decode()
    refused = try_to_sign_in(ann.email)
    assert "Wait five minutes" in refused.content.decode()
    event = AuditEvent.objects.get(action="sign_in.throttled")
    assert event.actor == ann
    assert try_to_sign_in(bea.email).status_code == 302  # others are not held up
    time_machine.move_to(start.timestamp() + 301)
    assert try_to_sign_in(ann.email).status_code == 302


def test_an_unknown_address_is_throttled_alike(db):
    for _ in range(5):
        try_to_sign_in("stranger@example.com")
    assert "Wait five minutes" in try_to_sign_in("stranger@example.com").content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_count_of_tries_survives_the_request_that_made_it(ann):
    """The counter is a row written in the request's own transaction: it must be committed with the refusal."""
    for _ in range(5):
        try_to_sign_in(ann.email, "wrong")
    assert "Wait five minutes" in try_to_sign_in(ann.email).content.decode()


def test_nobody_signs_up_by_themselves(client, db):
    answer = client.post("/account/signup/", {"email": "x@example.com", "password1": "four unrelated small words"})
    assert "_auth_user_id" not in client.session
    assert answer.status_code in {200, 302, 403, 404}
    from portal.models import User

    assert not User.objects.filter(email="x@example.com").exists()


def test_a_changed_password_is_noted_and_ends_other_sessions(as_user, ann):
    other, browser = as_user(ann), Client()
    try_to_sign_in(ann.email, browser=browser)
    sent = {
        "oldpassword": factories.PASSWORD,
        "password1": "four unrelated small words",
        "password2": "four unrelated small words",
    }
    assert browser.post("/account/password/change/", sent).status_code == 302
    assert AuditEvent.objects.get(action="password.changed").actor == ann
    assert browser.get("/security/").status_code == 200
    assert other.get("/security/").status_code == 302


def test_a_reset_link_is_mailed_after_the_commit(ann, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as sending:
        assert Client().post("/account/password/reset/", {"email": ann.email}).status_code == 302
        assert not mailoutbox
    for send in sending:
        send()
    assert [mail.to for mail in mailoutbox] == [[ann.email]]


def test_a_person_behind_proxies_is_told_from_the_proxies(ann, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    try_to_sign_in(ann.email, REMOTE_ADDR="10.0.0.1", headers={"x-forwarded-for": "6.6.6.6, 203.0.113.9"})
    assert AuditEvent.objects.get(action="sign_in.done").address == "203.0.113.9"


def test_appearance_is_kept_with_the_person(as_user, ann):
    answer = as_user(ann).post("/appearance/", {"theme": "dark", "density": "dense", "next": "https://evil.example/"})
    assert answer.url == "/"
    ann.refresh_from_db()
    assert (ann.theme, ann.density) == ("dark", "dense")


def test_appearance_of_a_stranger_is_kept_in_the_browser(client, db):
    answer = client.post("/appearance/", {"theme": "dark", "next": "/account/login/"})
    assert answer.url == "/account/login/"
    assert answer.cookies["theme"].value == "dark"
    assert 'data-theme="dark"' in client.get("/account/login/").content.decode()
    assert client.post("/appearance/", {"theme": "purple"}).status_code == 400


def test_the_security_page_leads_to_everything(as_user, ann):
    page = as_user(ann).get("/security/").content.decode()
    for address in ("/account/password/change/", "/account/2fa/", "/account/2fa/webauthn/", "/account/sessions/"):
        assert f'href="{address}"' in page
