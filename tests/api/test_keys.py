"""Who may call: keys, scopes, practices, rates."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.settings import api_settings

from portal import scope
from portal.actions.people import change_roles, deactivate_person
from portal.actions.tokens_admin import create_token
from portal.api.authentication import show_token
from portal.models import ApiCall, ApiToken, AuditEvent, Outcome, TokenScope
from portal.rules.roles import Role
from tests.api.conftest import RIVER_SECRET, System, token_of

pytestmark = pytest.mark.django_db


def shape(response):
    error = response.json()["error"]
    assert set(error) == {"code", "message", "fields"}
    return response.status_code, error["code"]


def test_without_a_key_nothing_is_told():
    for path in ("/batches", "/batches/1", "/results/1/file", "/no/such/address"):
        response = Client().get(f"/api/v1{path}")
        assert shape(response) == (401, "not_authenticated")
        assert response["WWW-Authenticate"] == 'Bearer realm="Chartline"'


@pytest.mark.parametrize(
    "header", ["Basic abc", "Bearer", "Bearer cl_live_x", "Bearer " + "z" * 51, f"Bearer {RIVER_SECRET}x"]
)
def test_a_wrong_key_is_refused_and_noted(token, header):
    response = Client(headers={"Authorization": header}).get("/api/v1/batches")
    assert shape(response) == (401, "not_authenticated")
    event = AuditEvent.objects.get(action="token.refused")
    assert event.outcome == Outcome.REFUSED
    assert event.detail["fault"] in {"malformed", "unknown"}
    assert header.split(" ")[-1] not in json.dumps(event.detail) or header == "Bearer"


@pytest.mark.parametrize("fault", ["revoked", "expired", "practice_inactive"])
def test_a_key_that_has_ended_is_refused_like_an_unknown_one(system, token, river, fault):
    unknown = System("cl_live_" + "u" * 43).get("/batches")
    now = timezone.now()
    if fault == "revoked":
        ApiToken.objects.update(revoked_at=now)
    elif fault == "expired":
        ApiToken.objects.update(expires_at=now)
    else:
        type(river).objects.filter(pk=river.pk).update(is_active=False)
    response = system.get("/batches")
    assert (response.status_code, response.content) == (401, unknown.content)
    event = AuditEvent.objects.get(action="token.refused", token_id=token.pk)
    assert (event.detail, event.practice) == ({"fault": fault}, river)


def test_a_key_belongs_to_the_practice_and_outlives_its_makers_access(system, cleo, lake, ada):
    change_roles(user=cleo, roles=[Role.PRACTICE], practice=lake, by=ada, at=timezone.now())
    assert system.get("/batches").status_code == 200
    deactivate_person(user=cleo, by=ada, at=timezone.now())
    assert system.get("/batches").status_code == 200


def test_a_key_revoked_with_its_makers_access_opens_nothing(system, cleo, ada):
    deactivate_person(user=cleo, by=ada, at=timezone.now(), revoke_keys=True)
    assert system.get("/batches").status_code == 401


def test_a_key_made_on_the_site_opens_the_api(river, cleo):
    now = timezone.now()
    _, secret = create_token(
        practice=river, name="EHR", scopes=[TokenScope.STATUS], expires_at=now + timedelta(days=1), by=cleo, at=now
    )
    assert System(secret).get("/batches").status_code == 200


CALLS = [
    ("get", "/batches", TokenScope.STATUS),
    ("post", "/batches", TokenScope.SEND),
    ("get", "/batches/{batch}", TokenScope.STATUS),
    ("post", "/batches/{batch}/files", TokenScope.SEND),
    ("post", "/batches/{batch}/send", TokenScope.SEND),
    ("get", "/batches/{batch}/results", TokenScope.RESULTS),
    ("get", "/results/{batch}/file", TokenScope.RESULTS),
    ("get", "/batches/{batch}/comments", TokenScope.READ_COMMENTS),
    ("post", "/batches/{batch}/comments", TokenScope.WRITE_COMMENTS),
]


@pytest.mark.parametrize(("method", "path", "wanted"), CALLS)
def test_each_address_wants_its_own_scope(thread, river, cleo, method, path, wanted):
    secret = "cl_live_" + "s" * 43
    token_of(river, cleo, secret, scopes=[word for word in TokenScope if word != wanted])
    response = getattr(System(secret), method)(path.format(batch=thread.batch_id))
    assert shape(response) == (403, "scope_missing")
    assert AuditEvent.objects.get(action="access.refused").detail["scope"] == wanted
    if method == "get":
        assert (
            Client(headers={"Authorization": f"Bearer {secret}"})
            .head(f"/api/v1{path.format(batch=thread.batch_id)}")
            .status_code
            == 403
        )


@pytest.mark.parametrize(("method", "path", "wanted"), [call for call in CALLS if "{" in call[1]])
def test_another_practices_object_answers_like_one_that_does_not_exist(thread, lake_system, method, path, wanted):
    data = {"body": "Whose is this?"} if path.endswith("comments") and method == "post" else None
    theirs = getattr(lake_system, method)(path.format(batch=thread.batch_id), data)
    nobodys = getattr(lake_system, method)(path.format(batch=987654), data)
    assert shape(theirs) == (404, "not_found")
    assert theirs.content == nobodys.content
    assert AuditEvent.objects.filter(action="access.refused").count() == 2


def test_a_list_shows_the_keys_own_practice_only(thread, system, lake_system):
    assert [row["id"] for row in system.get("/batches").json()["results"]] == [thread.batch_id]
    assert lake_system.get("/batches").json() == {"results": [], "next": None}


def test_without_its_practices_scope_a_key_is_not_even_found(token):
    with scope.opened(staff=False):
        assert not ApiToken.objects.filter(pk=token.pk).exists()
        show_token(token.token_hash)
        assert ApiToken.objects.get() == token
        show_token("")


def test_after_a_request_the_scope_is_closed_again(system, thread):
    with scope.opened(staff=False):
        system.get("/batches")
        assert scope.current() == ["", "", ""]
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(current_setting('chartline.token', true), '')")
            assert cursor.fetchone()[0] == ""


def test_the_use_of_a_key_is_noted_once_a_minute(system, token):
    system.get("/batches")
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    system.get("/batches")
    token.refresh_from_db()
    assert token.last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    system.get("/batches")
    token.refresh_from_db()
    assert token.last_used_at >= first


def test_too_many_calls_are_told_when_to_come_back(system, token, lake_system, monkeypatch):
    monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "token", "3/min")
    assert [system.get("/batches").status_code for _ in range(3)] == [200] * 3
    response = system.get("/batches")
    assert shape(response) == (429, "throttled")
    assert 1 <= int(response["Retry-After"]) <= 60
    assert lake_system.get("/batches").status_code == 200
    ApiCall.objects.update(at=timezone.now() - timedelta(minutes=2))
    assert system.get("/batches").status_code == 200
    assert ApiCall.objects.filter(token=token).count() == 1, "calls that no longer count are removed"


def test_an_address_that_does_not_exist_and_a_method_it_does_not_have_answer_in_the_apis_shape(system, thread):
    assert shape(system.get("/nothing/here")) == (404, "not_found")
    assert shape(system.get("/batches/-1")) == (404, "not_found")
    assert shape(system.get(f"/batches/{10**30}")) == (404, "not_found")
    assert shape(system.get(f"/batches/{thread.batch_id}/send")) == (405, "method_not_allowed")
    assert shape(Client(headers={"Authorization": f"Bearer {RIVER_SECRET}"}).delete("/api/v1/batches")) == (
        405, "method_not_allowed",
    )  # fmt: skip


def test_a_signed_in_person_is_nobody_to_the_api(as_user, max_, thread):
    assert as_user(max_).get("/api/v1/batches").status_code == 401


def test_the_secret_is_kept_as_a_hash_only(system, token):
    system.get("/batches")
    assert token.token_hash == hashlib.sha256(RIVER_SECRET.encode()).hexdigest()
    assert RIVER_SECRET not in str(list(AuditEvent.objects.values())) + str(list(ApiToken.objects.values()))
