"""The search for marked values finds them in each spelling in which they could leave."""

import base64
import json
from email import message_from_bytes
from urllib.parse import quote, urlencode

import pytest
from celery import current_app
from django.core.mail import EmailMultiAlternatives
from kombu import Connection

from tests.canaries import carried, read_mail

MARKS = {"name": "Quenby Zzyzxworth", "born": "03/29/1947"}


@pytest.mark.parametrize(
    "text",
    [
        "seen: quenby zzyzxworth.",
        "Quenby\n  Zzyzxworth",
        "/charts/?of=" + quote("Quenby Zzyzxworth"),
        "/charts/?" + urlencode({"of": "Quenby Zzyzxworth"}),
        "{'body': '" + base64.b64encode(json.dumps({"of": "Quenby Zzyzxworth"}).encode()).decode() + "'}",
        "session " + base64.urlsafe_b64encode(b"?>?>?> Quenby Zzyzxworth ???").decode().rstrip("="),
    ],
)
def test_a_mark_is_found_however_it_is_spelled(text):
    assert carried(text, MARKS) == {"name"}


def test_a_birth_date_is_found_in_an_address():
    assert carried("/charts/?" + urlencode({"born": "03/29/1947"}), MARKS) == {"born"}


def test_what_carries_no_mark_is_left_alone():
    assert (
        carried("Quenby and Zzyzxworth, 03/28/1947, " + base64.b64encode(b"nothing to be seen").decode(), MARKS)
        == set()
    )


def test_a_task_argument_is_found_though_its_representation_hides_it():
    with Connection("memory://") as broker:
        current_app.send_task("x", kwargs={"of": "Quenby Zzyzxworth"}, kwargsrepr="{}", connection=broker, retry=False)
        queue = broker.channel().queues  # what would lie in Redis
        message = json.dumps([list(waiting.queue) for waiting in queue.values()])
    assert "Zzyzxworth" not in message
    assert carried(message, MARKS) == {"name"}


@pytest.mark.parametrize("place", ["subject", "text", "html"])
def test_a_mark_is_found_in_each_part_of_a_mail(place):
    words = {"subject": "", "text": "", "html": ""} | {place: "ü" * 80 + " für Quenby Zzyzxworth"}
    mail = EmailMultiAlternatives(subject="Results " + words["subject"], body=words["text"], to=["cleo@example.com"])
    mail.attach_alternative(f"<p>{words['html']}</p>", "text/html")
    assert carried(read_mail(message_from_bytes(mail.message().as_bytes())), MARKS) == {"name"}
