"""HL7 over MLLP: framed, acknowledged by name, never blindly repeated, and over TLS that is checked."""

import ssl
import subprocess
from pathlib import Path

import pytest
from django.utils import timezone

from portal.actions.dispatches import resend_dispatch
from portal.actions.dispatches import test_channel as ping
from portal.channels import mllp
from portal.channels.mllp import messages_of
from portal.failpoints import Fired
from portal.models import Attempt
from tests.portal.channels.conftest import attempt, delivered, messages, mllp_of, only_dispatch

GOLDEN = Path(__file__).parents[2] / "golden" / "clinical"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


@pytest.fixture
def channel(river, listener, ada):
    return mllp_of(river, listener, ada)


@pytest.fixture
def charges(river, channel):
    """Three messages on their way."""
    delivered(river, content=messages(1, 2, 3), kind="hl7", ending=".hl7")
    return only_dispatch()


def test_every_message_is_framed_and_acknowledged_once(charges, listener):
    assert attempt(charges).state == "accepted"
    assert listener.ids == ["CL1", "CL2", "CL3"]
    assert b"\r".join(listener.got[0].split(b"\r")[:1]).startswith(b"MSH|^~\\&|CHARTLINE")
    assert listener.got[1] + b"" == messages(2)
    assert (charges.taken, Attempt.objects.get().code) == (3, "AA")


@pytest.mark.parametrize("code", ["AE", "AR", "CE", "CR"])
def test_a_refusal_stops_the_file_reaches_people_and_is_not_repeated(charges, listener, max_, code):
    listener.answers = ["AA", code]
    dispatch = attempt(charges)
    assert (dispatch.state, dispatch.trouble, dispatch.taken) == ("rejected", "rejected", 1)
    assert (Attempt.objects.get().fault, Attempt.objects.get().code) == ("acknowledged_no", code)
    assert attempt(dispatch).state == "rejected"
    assert listener.ids == ["CL1", "CL2"]
    again = attempt(resend_dispatch(dispatch=dispatch, by=max_, at=timezone.now()))
    assert again.state == "accepted"
    assert listener.ids == ["CL1", "CL2", "CL2", "CL3"]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [("hang", "timeout"), ("drop", "unreachable"), ("other", "wrong_acknowledgement"), ("noise", "unreachable")],
)
def test_without_its_answer_a_message_goes_again_under_the_same_id(charges, listener, monkeypatch, answer, fault):
    monkeypatch.setattr(mllp, "READ", 0.3)
    listener.answers = ["AA", answer]
    dispatch = attempt(charges)
    assert (dispatch.state, dispatch.taken, Attempt.objects.get().fault) == ("waiting", 1, fault)
    assert attempt(dispatch).state == "accepted"
    assert listener.ids == ["CL1", "CL2", "CL2", "CL3"]


def test_one_that_answers_twice_is_not_taken_for_the_next_answer(charges, listener):
    listener.answers = ["twice", "twice", "AE"]
    dispatch = attempt(charges)
    assert (dispatch.state, dispatch.taken) == ("rejected", 2)
    assert listener.ids == ["CL1", "CL2", "CL3"]


def test_a_receiver_that_only_keeps_it_for_now_is_told_apart(charges, listener):
    listener.answers = ["AA", "CA", "AA"]
    assert attempt(charges).state == "sent"


def test_a_worker_that_dies_after_an_acknowledgement_repeats_one_message_at_most(charges, listener, settings, tmp_path):
    settings.FAILPOINTS = str(tmp_path)
    (tmp_path / "mllp.acknowledged").write_text("raise 2")
    assert attempt(charges).state == "sending"
    assert charges.taken == 1
    assert attempt(charges).state == "accepted"
    assert listener.ids == ["CL1", "CL2", "CL2", "CL3"]
    assert list(Attempt.objects.values_list("outcome", flat=True)) == ["cut", "accepted"]
    assert issubclass(Fired, Exception)


@pytest.mark.parametrize(("content", "fault"), [(b"", "no_message"), (b"MSH|^~\\&|A\rPID|1\r", "no_control_id")])
def test_a_file_that_is_no_message_goes_to_a_person(river, channel, listener, content, fault):
    delivered(river, content=content or b" ", kind="hl7", ending=".hl7")
    dispatch = attempt(only_dispatch())
    assert (dispatch.state, dispatch.attempts.get().fault) == ("rejected", fault)
    assert listener.got == []


def test_a_batch_without_anything_billable_is_no_trouble(river, channel, listener):
    delivered(river, content=b"BHS|^~\\&\rBTS|0|Batch B-7\r", kind="hl7", ending=".hl7")
    dispatch = attempt(only_dispatch())
    assert (dispatch.state, dispatch.attempts.get().code) == ("accepted", "none")
    assert listener.got == []


def test_the_envelope_of_a_batch_file_stays_here_and_line_ends_do_not_matter():
    batch = b"\xef\xbb\xbfFHS|^~\\&\nBHS|^~\\&\r\n" + messages(1, 2).replace(b"\r", b"\r\n") + b"BTS|2\nFTS|1\n"
    found = messages_of(batch)
    assert [message.control_id for message in found] == ["CL1", "CL2"]
    assert b"".join(message.content for message in found) == messages(1, 2)


def test_what_the_format_writes_travels_message_by_message(river, channel, listener):
    """The envelope of the file stays here, and each message has the control id by which it is known again."""
    content = (GOLDEN / "E-00101.hl7").read_bytes()
    delivered(river, content=content, kind="hl7", ending=".hl7")
    assert attempt(only_dispatch()).state == "accepted"
    assert listener.ids == ["E00101V1"]
    assert listener.got[0].startswith(b"MSH|")
    assert content.startswith(b"BHS|")


def certificate(folder, name):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_tls_is_checked_against_the_host(river, listener, ada, tmp_path, settings, monkeypatch):
    settings.FHIR_PRIVATE_HOSTS = frozenset({"localhost", "127.0.0.1"})
    listener.secure = certificate(tmp_path, "localhost")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    channel = mllp_of(river, listener, ada, tls=True, host="localhost")
    delivered(river, content=messages(1), kind="hl7", ending=".hl7")
    dispatch = attempt(only_dispatch())
    assert (dispatch.state, dispatch.attempts.get().fault) == ("waiting", "certificate")
    assert listener.got == []
    monkeypatch.setattr(mllp.ssl, "create_default_context", lambda: trusting)
    assert attempt(dispatch).state == "accepted"
    channel.host = "127.0.0.1"
    channel.save()
    delivered(river, content=messages(2), kind="hl7", ending=".hl7")
    other = attempt(only_dispatch(state="waiting"))
    assert other.attempts.get().fault == "certificate"


def test_a_test_sends_no_message(channel, listener, ada):
    assert attempt(ping(channel=channel, by=ada, at=timezone.now())).state == "accepted"
    assert listener.got == []
    listener.stop()
    broken = attempt(ping(channel=channel, by=ada, at=timezone.now()))
    assert (broken.state, broken.attempts.get().fault) == ("failed", "unreachable")


def test_a_private_address_is_never_asked(charges, listener, settings):
    settings.FHIR_PRIVATE_HOSTS = frozenset()
    dispatch = attempt(charges)
    assert (dispatch.state, dispatch.attempts.get().fault) == ("failed", "private_address")
    assert listener.got == []
