"""API keys of a practice."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.actions.tokens_admin import NoScopes, TokenGone, TokenTooLong, create_token, revoke_token
from portal.models import ApiToken, AuditEvent, TokenScope


@pytest.fixture
def made(cleo, river):
    now = timezone.now()
    return create_token(
        practice=river, name="Export", scopes=[TokenScope.SEND], expires_at=now + timedelta(days=30), by=cleo, at=now
    )


def sent(days=30, **changes):
    day = (timezone.now() + timedelta(days=days)).date()
    return {"name": "Records export", "scopes": ["batches:write"], "expires_on": day.isoformat(), **changes}


def test_only_a_hash_is_kept(made):
    token, secret = made
    assert secret.startswith("cl_live_")
    assert len(secret) >= 8 + 43
    assert token.token_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(vars(token))
    assert secret.startswith(token.prefix)
    assert len(token.prefix) < 16


def test_a_key_ends_within_a_year(cleo, river):
    now = timezone.now()
    for expires_at in (now, now - timedelta(days=1), now + timedelta(days=367)):
        with pytest.raises(TokenTooLong):
            create_token(practice=river, name="x", scopes=[TokenScope.SEND], expires_at=expires_at, by=cleo, at=now)


def test_a_key_may_do_something(cleo, river):
    now = timezone.now()
    with pytest.raises(NoScopes):
        create_token(practice=river, name="x", scopes=[], expires_at=now + timedelta(days=1), by=cleo, at=now)


def test_a_revoked_key_stays_revoked(made, cleo):
    token, _ = made
    revoke_token(token=token, by=cleo, at=timezone.now())
    with pytest.raises(TokenGone):
        revoke_token(token=token, by=cleo, at=timezone.now())


def test_the_same_secret_stands_once(made):
    token, _ = made
    with pytest.raises(IntegrityError, match="token_hash"), transaction.atomic():
        ApiToken.objects.create(
            practice=token.practice, name="x", prefix="x", token_hash=token.token_hash, scopes=[],
            created_at=timezone.now(), created_by=token.created_by, expires_at=timezone.now(),
        )  # fmt: skip


def test_a_practice_user_makes_a_key_and_sees_it_once(as_user, cleo, river):
    browser = as_user(cleo)
    answer = browser.post("/api-keys/new/", sent(practice=river.pk))
    secret = re.search(r"cl_live_[\w-]+", answer.content.decode()).group()
    token = ApiToken.objects.get()
    assert token.token_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert (token.practice, token.created_by) == (river, cleo)
    page = browser.get("/api-keys/").content.decode()
    assert token.prefix in page
    assert secret not in page
    event = AuditEvent.objects.get(action="token.created")
    assert event.practice == river
    assert secret[8:] not in str(event.detail)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scopes": []}, "at least one thing"),
        ({"days": 400}, "within a year"),
        ({"days": -2}, "has not passed"),
        ({"name": ""}, "required"),
        ({"scopes": ["everything"]}, "not one of the available choices"),
    ],
)
def test_a_mistake_is_explained(as_user, cleo, river, changes, said):
    answer = as_user(cleo).post("/api-keys/new/", sent(**{"practice": river.pk, **changes}))
    assert said in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_a_key_is_made_for_ones_own_practice_only(as_user, cleo, lake):
    as_user(cleo).post("/api-keys/new/", sent(practice=lake.pk))
    assert not ApiToken.objects.exists()


def test_a_key_is_revoked_on_the_site(as_user, cleo, made):
    token, _ = made
    assert as_user(cleo).post(f"/api-keys/{token.pk}/revoke/").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at
    assert "Revoked" in as_user(cleo).get("/api-keys/").content.decode()
    assert AuditEvent.objects.filter(action="token.revoked", actor=cleo).exists()


def test_outsiders_neither_see_nor_revoke_it(as_user, otto, made):
    token, _ = made
    assert token.prefix not in as_user(otto).get("/api-keys/").content.decode()
    assert as_user(otto).post(f"/api-keys/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize("who", ["ann", "ada", "max_"])
def test_the_service_makes_no_keys_for_a_practice(request, as_user, who, ann, ada, max_):
    assert as_user(request.getfixturevalue(who)).get("/api-keys/new/").status_code == 404
