"""Which pages of the sign-in library are open."""

import re
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import get_resolver

from tests import factories
from tests.guards.addresses import LIBRARY

CLOSED = (
    "",
    "email/",
    "signup/",
    "signup/passkey/",
    "confirm-email/",
    "confirm-email/abc/",
    "login/code/",
    "login/code/confirm/",
    "password/set/",
    "phone/change/",
    "phone/verify/",
    "3rdparty/",
)


def signed_in(person):
    browser = Client()
    browser.post("/account/login/", {"login": person.email, "password": factories.PASSWORD})
    browser.post("/account/reauthenticate/", {"password": factories.PASSWORD})
    return browser


@pytest.mark.parametrize("action", ["action_add", "action_primary", "action_send", "action_remove"])
def test_nobody_adds_or_changes_an_address(cleo, action):
    address, browser = cleo.email, signed_in(cleo)
    assert browser.get("/account/2fa/").status_code == 200
    before = list(EmailAddress.objects.values_list("email", "primary", "verified"))
    mail.outbox.clear()
    answer = browser.post("/account/email/", {action: "", "email": "thief@evil.example"})
    assert answer.status_code == 404
    assert list(EmailAddress.objects.values_list("email", "primary", "verified")) == before
    assert mail.outbox == []
    cleo.refresh_from_db()
    assert cleo.email == address


@pytest.mark.parametrize("page", CLOSED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_pages_that_an_invitation_replaces_are_closed(cleo, page, method):
    for browser in (Client(), signed_in(cleo)):
        assert getattr(browser, method)(f"/account/{page}").status_code == 404


def test_every_page_of_the_library_that_a_template_names_exists():
    named = {
        name
        for page in Path(settings.BASE_DIR, "templates").rglob("*.html")
        for name in re.findall(r"""\{% url ['"]([a-z_]+)""", page.read_text())
        if name.startswith(LIBRARY)
    }
    assert len(named) >= 20
    assert named <= {name for name in get_resolver().reverse_dict if isinstance(name, str)}


def test_a_stranger_who_asks_for_a_new_password_is_told_the_same(db):
    answer = Client().post("/account/password/reset/", {"email": "stranger@example.com"})
    assert (answer.status_code, answer.url) == (302, "/account/password/reset/done/")
