"""Webhooks: signed, without a word about patients, at least once under one key, and never redirected."""

import base64
import hashlib
import hmac
import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.actions.channels import BadAddress, NothingToDo, end_channel, pause_channel, resume_channel, rotate_secret
from portal.actions.dispatches import NotResendable, begin_attempt, resend_dispatch, send_dispatch
from portal.actions.dispatches import test_channel as ping
from portal.actions.jobs import JobLost
from portal.models import Attempt, AuditEvent, Dispatch, Job, JobState, Notice
from portal.rules.dispatches import MOST_ATTEMPTS
from tests.portal.channels.conftest import attempt, claim, delivered, job_of, only_dispatch, webhook_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


@pytest.fixture
def hook(river, receiver, ada):
    return webhook_of(river, receiver.url, ada)


def verified(headers, body, secret):
    """What the receiver's side reckons (Standard Webhooks 1.0, with nothing of ours); the signatures that fit."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    fitting = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return [one for one in headers["webhook-signature"].split(" ") if one == fitting]


def test_a_delivery_is_told_once_signed_and_without_a_patient(hook, receiver, river):
    _, secret = hook
    delivery = delivered(river)
    assert attempt(only_dispatch()).state == "accepted"
    [(headers, body)] = receiver.got
    assert verified(headers, body, secret)
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    told = json.loads(body)
    assert told["type"] == "delivery.ready"
    assert told["data"] == {
        "practice": "RIVER", "batch": delivery.batch.label, "batch_id": delivery.batch_id, "delivery_id": delivery.pk,
        "version": 1, "format": "csv", "file_name": delivery.file_name, "size": delivery.size,
        "sha256": delivery.sha256, "encounters": 1,
        "url": f"http://127.0.0.1:8000/api/v1/results/{delivery.pk}/file",
    }  # fmt: skip
    assert b"Quinlan" not in body
    one = Attempt.objects.get()
    assert (one.outcome, one.code, one.fault) == ("accepted", "200", "")
    assert one.milliseconds is not None
    assert job_of(only_dispatch()).state == JobState.DONE


def test_a_body_that_was_changed_on_the_way_does_not_fit_its_signature(hook, receiver, river):
    _, secret = hook
    delivered(river)
    attempt(only_dispatch())
    [(headers, body)] = receiver.got
    assert not verified(headers, body.replace(b"RIVER", b"LAKES"), secret)
    assert not verified({**headers, "webhook-timestamp": "1"}, body, secret)
    assert not verified(headers, body, "whsec_" + base64.b64encode(b"x" * 24).decode())


@pytest.mark.parametrize(
    ("answer", "fault"), [(500, "http_500"), (404, "http_404"), (429, "http_429"), ("drop", "unreachable")]
)
def test_what_fails_is_tried_again_under_the_same_key_until_it_is_taken(hook, receiver, river, answer, fault):
    receiver.answers = [answer, answer]
    delivered(river)
    dispatch = only_dispatch()
    for number in (1, 2):
        before = timezone.now()
        assert attempt(dispatch).state == "waiting"
        assert (job_of(dispatch).state, job_of(dispatch).fault) == (JobState.READY, fault)
        assert job_of(dispatch).due_at > before + timedelta(seconds=3 if number == 1 else 20)
    assert attempt(dispatch).state == "accepted"
    assert len(receiver.got) == 3
    assert set(receiver.ids) == {dispatch.key}
    assert list(Attempt.objects.values_list("number", "outcome")) == [(1, "failed"), (2, "failed"), (3, "accepted")]
    assert dispatch.failures == 0


def test_one_that_hangs_is_left_after_a_while(hook, receiver, river, monkeypatch):
    monkeypatch.setattr("portal.channels.http_post.READ", 0.3)
    receiver.answers = ["hang"]
    delivered(river)
    dispatch = attempt(only_dispatch())
    assert (dispatch.state, Attempt.objects.get().fault) == ("waiting", "timeout")
    assert attempt(dispatch).state == "accepted"
    assert set(receiver.ids) == {dispatch.key}


def test_one_that_answers_twice_is_heard_once(hook, receiver, river):
    receiver.answers = ["twice"]
    delivered(river)
    assert attempt(only_dispatch()).state == "accepted"
    assert Attempt.objects.get().code == "200"
    assert len(receiver.got) == 1


def test_the_receiver_says_how_long_to_wait(hook, receiver, river):
    receiver.answers, receiver.headers = [503], {"Retry-After": "600"}
    delivered(river)
    attempt(only_dispatch())
    wait = job_of(only_dispatch()).due_at - timezone.now()
    assert timedelta(seconds=590) < wait < timedelta(seconds=601)


def test_it_is_not_redirected(hook, receiver, river):
    receiver.answers, receiver.headers = [307], {"Location": "http://127.0.0.1:1/elsewhere"}
    delivered(river)
    assert attempt(only_dispatch()).state == "waiting"
    assert (Attempt.objects.get().fault, len(receiver.got)) == ("redirected", 1)


def test_a_refusal_is_not_repeated_and_reaches_people(hook, receiver, river, max_, cleo, otto):
    receiver.answers = [422]
    delivered(river)
    dispatch = attempt(only_dispatch())
    assert (dispatch.state, dispatch.trouble) == ("rejected", "rejected")
    assert job_of(dispatch).state == JobState.DONE
    assert set(Notice.objects.filter(kind="delivery_trouble").values_list("recipient", flat=True)) == {max_.pk, cleo.pk}


def test_410_pauses_the_channel_and_what_comes_waits(hook, receiver, river, max_, ada):
    channel, _ = hook
    receiver.answers = [410]
    delivered(river)
    dispatch = attempt(only_dispatch())
    channel.refresh_from_db()
    assert (dispatch.state, dispatch.trouble, channel.pause) == ("waiting", "stopped", "gone")
    later = delivered(river)
    waiting = only_dispatch(delivery=later)
    assert not Job.objects.filter(object_id=waiting.pk, kind="portal.send_dispatch").exists()
    assert resume_channel(channel=channel, by=ada, at=timezone.now()) == 2
    assert (attempt(dispatch).state, attempt(waiting).state) == ("accepted", "accepted")
    assert not Dispatch.objects.troubled().exists()
    assert len(receiver.got) == 3


def test_it_is_given_up_after_every_attempt_and_not_tried_by_itself_again(hook, receiver, river):
    receiver.answers = [500] * 20
    delivered(river)
    dispatch = only_dispatch()
    for _ in range(MOST_ATTEMPTS):
        attempt(dispatch)
    assert (dispatch.state, dispatch.trouble) == ("failed", "failed")
    assert len(receiver.got) == MOST_ATTEMPTS
    assert attempt(dispatch).state == "failed"
    assert len(receiver.got) == MOST_ATTEMPTS


def test_a_resend_of_what_was_never_taken_has_the_same_key_of_what_was_taken_a_new_one(hook, receiver, river, max_):
    receiver.answers = [422]
    delivered(river)
    first = attempt(only_dispatch())
    second = attempt(resend_dispatch(dispatch=first, by=max_, at=timezone.now()))
    first.refresh_from_db()
    assert (first.state, second.state, second.resend_of) == ("replaced", "accepted", first)
    assert (first.trouble, second.trouble) == ("", "")
    third = attempt(resend_dispatch(dispatch=second, by=max_, at=timezone.now()))
    second.refresh_from_db()
    assert (second.state, third.state) == ("accepted", "accepted")
    assert receiver.ids[0] == receiver.ids[1] != receiver.ids[2]
    with pytest.raises(NotResendable):
        resend_dispatch(dispatch=first, by=max_, at=timezone.now())


def test_what_is_on_its_way_cannot_be_sent_beside_itself(hook, receiver, river, max_):
    delivered(river)
    with pytest.raises(NotResendable):
        resend_dispatch(dispatch=only_dispatch(), by=max_, at=timezone.now())
    done = attempt(only_dispatch())
    resend_dispatch(dispatch=done, by=max_, at=timezone.now())
    with pytest.raises(NotResendable):
        resend_dispatch(dispatch=done, by=max_, at=timezone.now())


def test_while_a_secret_changes_both_sign_and_later_the_new_one_alone(hook, receiver, river, ada):
    channel, old = hook
    new = rotate_secret(channel=channel, by=ada, at=timezone.now())
    delivered(river)
    attempt(only_dispatch())
    headers, body = receiver.got[-1]
    assert verified(headers, body, old)
    assert verified(headers, body, new)
    channel.refresh_from_db()
    channel.earlier_until = timezone.now() - timedelta(seconds=1)
    channel.save()
    later = delivered(river)
    attempt(only_dispatch(delivery=later))
    headers, body = receiver.got[-1]
    assert not verified(headers, body, old)
    assert verified(headers, body, new)


def test_the_secret_is_in_no_row_in_the_clear_and_opens_in_no_other(hook, river, receiver, ada):
    channel, secret = hook
    channel.refresh_from_db()
    assert secret.encode() not in bytes(channel.secret)
    other, _ = webhook_of(river, receiver.url, ada)
    other.secret = channel.secret
    other.save()
    delivered(river)
    stolen = attempt(only_dispatch(channel=other))
    assert (stolen.state, stolen.attempts.get().fault) == ("failed", "secret_lost")


def test_a_test_is_a_message_of_its_own_kind_and_shows_in_the_log(hook, receiver, river, ada):
    channel, secret = hook
    dispatch = attempt(ping(channel=channel, by=ada, at=timezone.now()))
    [(headers, body)] = receiver.got
    assert json.loads(body)["type"] == "test"
    assert verified(headers, body, secret)
    assert (dispatch.state, dispatch.delivery) == ("accepted", None)
    receiver.answers = [500]
    broken = attempt(ping(channel=channel, by=ada, at=timezone.now()))
    assert (broken.state, broken.trouble) == ("failed", "")


def test_a_paused_channel_sends_nothing_and_loses_nothing(hook, receiver, river, ada):
    channel, _ = hook
    delivered(river)
    pause_channel(channel=channel, by=ada, at=timezone.now())
    with pytest.raises(NothingToDo):
        pause_channel(channel=channel, by=ada, at=timezone.now())
    assert attempt(only_dispatch()).state == "waiting"
    delivered(river)
    assert receiver.got == []
    assert resume_channel(channel=channel, by=ada, at=timezone.now()) == 2
    for dispatch in Dispatch.objects.all():
        assert attempt(dispatch).state == "accepted"
    assert len(set(receiver.ids)) == len(receiver.got) == 2


def test_an_ended_channel_leaves_what_waited_with_the_batch(hook, receiver, river, ada):
    channel, _ = hook
    delivered(river)
    end_channel(channel=channel, by=ada, at=timezone.now())
    dispatch = attempt(only_dispatch())
    assert (dispatch.state, dispatch.trouble) == ("failed", "")
    channel.refresh_from_db()
    assert bytes(channel.secret) == b""
    delivered(river)
    assert Dispatch.objects.count() == 1
    assert receiver.got == []


def test_what_was_being_sent_when_its_channel_ended_is_given_up_after_it_failed(hook, receiver, river, ada):
    channel, _ = hook
    delivered(river)
    dispatch = only_dispatch()
    assert begin_attempt(claim=claim(dispatch), at=timezone.now()) is not None
    end_channel(channel=channel, by=ada, at=timezone.now())
    dispatch.refresh_from_db()
    assert dispatch.state == "sending"
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert attempt(dispatch).state == "failed"
    assert receiver.got == []


def test_only_the_formats_of_its_choice_go_through_and_only_the_practices_own(river, lake, receiver, ada, otto):
    webhook_of(river, receiver.url, ada, formats=("fhir", "hl7"))
    webhook_of(lake, receiver.url, ada)
    delivered(river)
    assert not Dispatch.objects.exists()
    delivered(river, kind="hl7", ending=".hl7")
    assert only_dispatch().channel.practice == river


@pytest.mark.parametrize("url", [
    "http://ehr.example.com/hook", "https://user:pass@ehr.example.com/", "ftp://ehr.example.com", "nothing", "https://",
])  # fmt: skip
def test_an_address_that_may_not_be_asked_is_refused(river, ada, url):
    with pytest.raises(BadAddress):
        webhook_of(river, url, ada)


def test_an_address_within_our_own_network_is_never_asked(hook, receiver, river, settings):
    settings.FHIR_PRIVATE_HOSTS = frozenset()
    channel, _ = hook
    delivered(river)
    assert attempt(only_dispatch()).state == "failed"
    assert Attempt.objects.get().fault == "not_https"
    channel.url = f"https://localhost:{receiver.http.server_port}/hook"
    channel.save()
    later = only_dispatch(delivery=delivered(river))
    attempt(later)
    assert later.attempts.get().fault == "private_address"
    assert receiver.got == []


def test_two_workers_with_one_dispatch_write_one_end(hook, receiver, river):
    delivered(river)
    dispatch = only_dispatch()
    late = claim(dispatch)
    Job.objects.filter(pk=late.job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    second = claim(dispatch)
    with pytest.raises(JobLost):
        send_dispatch(claim=late, clock=timezone.now)
    send_dispatch(claim=second, clock=timezone.now)
    assert receiver.ids == [dispatch.key]


def test_who_did_what_is_in_the_trail_and_no_secret_is(hook, receiver, river, ada):
    _, secret = hook
    delivered(river)
    attempt(only_dispatch())
    told = AuditEvent.objects.filter(action__in=["channel.made", "dispatch.tried"])
    assert sorted(told.values_list("action", flat=True)) == ["channel.made", "dispatch.tried"]
    assert not any(re.search(r"whsec|Quinlan", str(event.detail)) or secret in str(event.detail) for event in told)
