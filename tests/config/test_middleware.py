"""What every request passes through."""

import json
import logging

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from config.middleware import by_script, database_scope, way_back
from portal import scope
from portal.models import AuditEvent


@pytest.fixture
def ask():
    return RequestFactory()


def test_a_page_is_kept_by_no_cache(client, db):
    answer = client.get("/account/login/")
    assert "no-store" in answer["Cache-Control"]
    assert "camera=()" in answer["Permissions-Policy"]


def test_the_policy_allows_no_inline_script(client, db):
    policy = client.get("/account/login/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_log_names_the_route_and_neither_path_nor_query(client, db, caplog):
    caplog.set_level(logging.INFO, logger="config.middleware")
    client.get("/join/a-secret-token?name=Roe")
    [line] = [found for found in caplog.records if found.getMessage() == "request"]
    assert line.route == "portal:join"
    assert "a-secret-token" not in str(vars(line))
    assert "Roe" not in str(vars(line))


def test_a_request_sees_the_rows_of_its_person(as_user, cleo, otto, river, lake, ask):
    from portal.models import Practice

    seen = {}

    def view(request):
        seen[request.user.pk] = set(Practice.objects.values_list("pk", flat=True))
        return HttpResponse()

    for person in (cleo, otto):
        request = ask.get("/")
        request.user = person
        database_scope(view)(request)
    assert seen == {cleo.pk: {river.pk}, otto.pk: {lake.pk}}


@pytest.mark.django_db(transaction=True)
def test_a_server_error_leaves_nothing_behind(ada, ask):
    from django.utils import timezone

    from portal.actions.audit import record

    def broken(_request):
        record("page.viewed", at=timezone.now())
        return HttpResponse(status=500)

    request = ask.get("/")
    request.user = ada
    database_scope(broken)(request)
    with scope.service():
        assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("headers", "script"),
    [
        ({}, False),
        ({"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8"}, False),
        ({"HTTP_SEC_FETCH_MODE": "navigate"}, False),
        ({"HTTP_SEC_FETCH_MODE": "same-origin"}, True),
        ({"HTTP_SEC_FETCH_MODE": "no-cors"}, True),
        ({"HTTP_X_CSRFTOKEN": "t"}, True),
        ({"HTTP_HX_REQUEST": "true"}, True),
        ({"HTTP_X_BACKGROUND": "1"}, True),
        ({"HTTP_ACCEPT": "application/json"}, True),
    ],
)
def test_a_script_is_told_from_a_person(ask, headers, script):
    assert by_script(ask.get("/", **headers)) is script


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/audit/?q=1", "/audit/?q=1"),
        ("https://evil.example/audit/", "/"),
        ("//evil.example/audit/", "/"),
        ("http://testserver//evil.example/", "/"),
        ("", "/"),
    ],
)
def test_the_way_back_is_on_this_site(ask, referer, back):
    assert way_back(ask.post("/", headers={"referer": referer})) == back


def test_times_are_shown_in_the_persons_zone(as_user, cleo, ask):
    from django.utils import timezone

    from config.middleware import user_time_zone

    cleo.time_zone = "Pacific/Honolulu"
    request = ask.get("/")
    request.user = cleo
    answer = user_time_zone(lambda _request: HttpResponse(timezone.get_current_timezone_name()))(request)
    assert answer.content == b"Pacific/Honolulu"


def test_a_stale_form_is_explained(db):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/appearance/", {"theme": "dark"})
    assert answer.status_code == 403
    assert b"<h1" in answer.content


def test_json_answers_are_json(as_user, ann, time_machine):
    from datetime import timedelta

    from django.utils import timezone

    browser = as_user(ann)
    now = timezone.now()
    time_machine.move_to(now)
    browser.get("/security/")
    time_machine.move_to(now + timedelta(minutes=16))
    answer = browser.get("/security/", headers={"accept": "application/json"})
    assert answer.status_code == 423
    assert json.loads(answer.content) == {"locked": True}
