"""What a log line carries: never an address, a query or anything else a person typed."""

import io
import json
import logging

import pytest
from django.core.exceptions import DisallowedRedirect
from django.test import Client, RequestFactory
from django.urls import reverse

from config.logs import JsonLines
from portal.views import account

SECRET = "S3cret-of-an-invitation"


@pytest.fixture
def written():
    """Everything the site logs, as its formatter writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def line_of(lines, logger):
    return next(line for line in lines if line["logger"] == logger)


def test_a_server_error_is_logged_without_the_address(db, written, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError(SECRET)

    monkeypatch.setattr(account, "open_invitation", broken)
    answer = Client(raise_request_exception=False).get(reverse("portal:join", args=[SECRET]), {"name": "Roe"})
    assert answer.status_code == 500
    line = line_of(written(), "django.request")
    assert line["exception"] == "RuntimeError"
    assert any("test_logs.py" in place for place in line["at_places"])
    assert SECRET not in json.dumps(written())
    assert "Roe" not in json.dumps(written())


def test_a_refused_form_is_logged_without_the_address(db, written):
    address = reverse("portal:join", args=[SECRET])
    answer = Client(enforce_csrf_checks=True).post(f"{address}?name=Roe", {"name": "Roe"})
    assert answer.status_code == 403
    assert line_of(written(), "django.security.csrf")["level"] == "warning"
    assert SECRET not in json.dumps(written())
    assert "Roe" not in json.dumps(written())


def test_an_exception_as_a_message_is_named_by_its_class(written):
    request = RequestFactory().get(f"/join/{SECRET}")
    fault = DisallowedRedirect(f"Unsafe redirect to {SECRET}")
    logging.getLogger("django.security.DisallowedRedirect").error(
        str(fault), extra={"request": request}, exc_info=fault
    )
    line = line_of(written(), "django.security.DisallowedRedirect")
    assert line["event"] == line["exception"] == "DisallowedRedirect"
    assert SECRET not in json.dumps(line)


def test_only_plain_values_are_written(written):
    request = RequestFactory().get(f"/join/{SECRET}")
    extra = {"request_id": request, "kind": [SECRET], "status": 500, "seconds": 0.5, "route": "portal:join"}
    logging.getLogger("portal.here").warning("said", extra=extra)
    line = line_of(written(), "portal.here")
    assert {key: line.get(key) for key in extra} == {
        "request_id": None,
        "kind": None,
        "status": 500,
        "seconds": 0.5,
        "route": "portal:join",
    }
    assert SECRET not in json.dumps(written())
