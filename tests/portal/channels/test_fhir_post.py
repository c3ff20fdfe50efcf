"""FHIR POST: the bundle as it was made, findable if it is there already, and what the server refuses reaches people."""

import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from portal.actions import fhir
from portal.channels.fhir_post import identifier_of
from portal.rules.dispatches import SignIn
from portal.rules.specialties import Specialty
from tests.portal.channels.conftest import attempt, delivered, fhir_of, only_dispatch
from tests.portal.fhir.standin import StandIn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
BUNDLE = json.dumps({
    "resourceType": "Bundle", "type": "collection",
    "identifier": {"system": "urn:chartline", "value": "RIVER-B-7-v1"}, "entry": [],
}).encode()  # fmt: skip


def sent(practice, content=BUNDLE):
    delivered(practice, content=content, kind="fhir", ending=".json")
    return only_dispatch()


def test_a_bundle_is_posted_as_it_was_made(river, receiver, ada):
    receiver.answers = [201]
    fhir_of(river, receiver, ada)
    dispatch = attempt(sent(river))
    [(headers, body)] = receiver.got
    assert (dispatch.state, body) == ("accepted", BUNDLE)
    assert headers["Content-Type"] == "application/fhir+json"
    assert headers["Authorization"] == "Bearer their-token"
    assert headers["Idempotency-Key"] == dispatch.key
    assert headers["If-None-Exist"] == "identifier=urn%3Achartline%7CRIVER-B-7-v1"


@pytest.mark.parametrize("answer", [500, 429, 409, "drop"])
def test_what_may_pass_is_tried_again_under_the_same_key(river, receiver, ada, answer):
    receiver.answers = [answer]
    fhir_of(river, receiver, ada)
    dispatch = attempt(sent(river))
    assert dispatch.state == "waiting"
    assert attempt(dispatch).state == "accepted"
    assert receiver.ids == [dispatch.key, dispatch.key]


@pytest.mark.parametrize("answer", [400, 404, 412, 422])
def test_a_refusal_of_the_bundle_reaches_people_and_is_not_repeated(river, receiver, ada, answer):
    receiver.answers = [answer]
    fhir_of(river, receiver, ada)
    dispatch = attempt(sent(river))
    assert (dispatch.state, dispatch.trouble, dispatch.attempts.get().fault) == (
        "rejected",
        "rejected",
        f"http_{answer}",
    )


def test_not_being_let_in_is_about_us_and_not_about_the_bundle(river, receiver, ada):
    receiver.answers = [401, 403]
    fhir_of(river, receiver, ada)
    dispatch = attempt(attempt(sent(river)))
    assert (dispatch.state, {one.fault for one in dispatch.attempts.all()}) == ("waiting", {"sign_in_refused"})
    assert attempt(dispatch).state == "accepted"


def test_what_is_no_resource_is_not_posted(river, receiver, ada):
    fhir_of(river, receiver, ada)
    dispatch = attempt(sent(river, b"[]"))
    assert (dispatch.state, dispatch.attempts.get().fault, receiver.got) == ("rejected", "not_fhir", [])


def test_it_signs_in_by_the_key_of_the_practices_fhir_server(river, receiver, ada):
    standin = StandIn()
    standin.start()
    try:
        fhir_of(river, receiver, ada, sign_in=SignIn.BACKEND, secret="", scopes="system/*.c")
        dispatch = attempt(sent(river))
        assert (dispatch.state, dispatch.attempts.get().fault) == ("failed", "no_endpoint")
        endpoint = fhir.create_endpoint(
            practice=river, base_url=f"{standin.base}/fhir", token_url=f"{standin.base}/token",
            client_id="chartline-client", specialty=Specialty.PRIMARY_CARE, since=datetime(2026, 3, 2, tzinfo=UTC),
            by=ada, at=timezone.now(),
        )  # fmt: skip
        standin.public_key = json.loads(endpoint.public_key)
        delivered(river, content=BUNDLE, kind="fhir", ending=".json")
        assert attempt(only_dispatch(state="waiting")).state == "accepted"
        [(headers, _)] = receiver.got
        assert headers["Authorization"].removeprefix("Bearer ") in standin.tokens
    finally:
        standin.stop()


@pytest.mark.parametrize(("resource", "query"), [
    ({"identifier": [{"system": "s", "value": "a b"}]}, "identifier=s%7Ca%20b"),
    ({"identifier": {"value": "7"}}, "identifier=%7C7"),
    ({"identifier": {"system": "s"}}, ""),
    ({"identifier": {"system": "s", "value": "7"}, "type": "transaction"}, ""),
    ({}, ""),
])  # fmt: skip
def test_how_a_kept_bundle_is_found_again(resource, query):
    assert identifier_of(resource) == query
