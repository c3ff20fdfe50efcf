"""The channels' pages: admins set up, managers and admins act, the practice reads, outsiders find nothing."""

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.channels.sftp_push import fingerprint, make_key
from portal.models import Channel, Delivery, Dispatch, Job
from tests import factories

pytestmark = pytest.mark.django_db
HOOK = {"name": "EHR", "url": "https://ehr.example.com/hook"}


@pytest.fixture
def browser(ada, as_user):
    return as_user(ada)


def add(browser, practice, kind, **sent):
    return browser.post(reverse("portal:channel_add", args=[practice.pk, kind]), sent)


def do(browser, channel, what, **more):
    answer = browser.post(reverse("portal:channel_do", args=[channel.pk]), {"do": what, **more}, follow=True)
    channel.refresh_from_db()
    return answer.content.decode()


def shown(browser, channel):
    return browser.get(reverse("portal:channel", args=[channel.pk])).content.decode()


def a_delivery(channel, **fields):
    batch = factories.BatchFactory(practice=channel.practice, status="delivered", delivered_at=timezone.now())
    delivery = Delivery.objects.create(
        practice=channel.practice, batch=batch, version=1, format="csv", file_name="RIVER-B-7-v1.csv", storage_name="x",
        sha256="0" * 64, size=1, encounter_count=1, created_at=timezone.now(),
    )  # fmt: skip
    return factories.DispatchFactory(channel=channel, delivery=delivery, **fields)


def test_a_webhook_shows_its_secret_once(browser, river):
    answer = add(browser, river, "webhook", **HOOK)
    secret = answer.context["secret"]
    assert secret.startswith("whsec_")
    assert secret in answer.content.decode()
    channel = Channel.objects.get()
    assert (channel.practice, channel.kind, channel.url) == (river, "webhook", HOOK["url"])
    assert secret not in shown(browser, channel)
    again = browser.post(reverse("portal:channel_do", args=[channel.pk]), {"do": "rotate"})
    assert again.context["secret"] != secret
    assert "24 hours" in again.content.decode()


@pytest.mark.parametrize(("kind", "sent", "why"), [
    ("webhook", {"name": "x", "url": "http://ehr.example.com/"}, "must begin with https://"),
    ("webhook", {"name": "x", "url": "ehr"}, "not an address"),
    ("sftp", {"name": "x", "host": "a b", "port": "22", "user": "u", "sign_in": "key"}, "Enter a host name"),
    ("sftp", {"name": "x", "host": "h.example.com", "port": "22", "user": "u", "sign_in": "password"}, "Enter it"),
    ("sftp", {"name": "x", "host": "h.example.com", "port": "99999", "user": "u", "sign_in": "key"}, "65535"),
    ("fhir", {"name": "x", "url": "https://h.example.com/fhir", "sign_in": "bearer"}, "Enter it"),
    ("mllp", {"name": "", "host": "h.example.com", "port": "2575"}, "This field is required"),
])  # fmt: skip
def test_what_cannot_be_used_is_refused_with_the_reason(browser, river, kind, sent, why):
    answer = add(browser, river, kind, **sent)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not Channel.objects.exists()


def test_an_sftp_server_waits_for_its_key_to_be_confirmed_by_an_admin(browser, river, max_, as_user):
    add(browser, river, "sftp", name="Theirs", host="sftp.example.com", port="22", user="chartline", sign_in="key")
    channel = Channel.objects.get()
    assert channel.public_key.startswith("ssh-ed25519 ")
    assert channel.public_key in shown(browser, channel)
    assert Job.objects.filter(kind="portal.send_dispatch").count() == 1
    _, key = make_key()
    Channel.objects.update(host_key_seen=key)
    assert fingerprint(key) in shown(browser, channel)
    do(as_user(max_), channel, "confirm", fingerprint=fingerprint(key))
    assert channel.host_key == ""
    assert "another key meanwhile" in do(browser, channel, "confirm", fingerprint="SHA256:other")
    assert channel.host_key == ""
    do(browser, channel, "confirm", fingerprint=fingerprint(key))
    assert (channel.host_key, channel.host_key_seen) == (key, "")


def test_another_host_has_to_be_confirmed_anew_and_an_empty_password_stays(browser, river):
    sent = {"name": "Theirs", "host": "sftp.example.com", "port": "22", "user": "u", "sign_in": "password"}
    add(browser, river, "sftp", **sent, secret="first")
    channel = Channel.objects.get()
    before = bytes(channel.secret)
    Channel.objects.update(host_key=make_key()[1])
    page = reverse("portal:channel_change", args=[channel.pk])
    assert browser.post(page, {**sent, "name": "Renamed"}).status_code == 302
    channel.refresh_from_db()
    assert (channel.name, bytes(channel.secret), bool(channel.host_key)) == ("Renamed", before, True)
    browser.post(page, {**sent, "host": "other.example.com"})
    channel.refresh_from_db()
    assert (channel.host, channel.host_key) == ("other.example.com", "")


def test_a_manager_pauses_lets_go_on_tests_and_sends_again_and_cannot_change_where_it_leads(river, max_, as_user):
    channel, browser = factories.ChannelFactory(practice=river), as_user(max_)
    dispatch = a_delivery(channel, state="rejected", ended_at=timezone.now())
    do(browser, channel, "pause")
    assert (channel.pause, channel.paused_by) == ("person", max_)
    assert "Paused by Max Moreau" in shown(browser, channel)
    do(browser, channel, "resume")
    assert channel.pause == ""
    do(browser, channel, "test")
    assert Dispatch.objects.filter(delivery=None).count() == 1
    answer = browser.post(reverse("portal:dispatch_do", args=[dispatch.pk]), {"do": "resend"}, follow=True)
    assert "being sent again" in answer.content.decode()
    dispatch.refresh_from_db()
    assert dispatch.state == "replaced"
    assert browser.get(reverse("portal:channel_change", args=[channel.pk])).status_code == 404
    do(browser, channel, "end")
    assert channel.ended_at is None


def test_the_practice_reads_and_only_reads(river, cleo, otto, as_user):
    channel = factories.ChannelFactory(practice=river, name="Billing server")
    dispatch = a_delivery(channel)
    browser = as_user(cleo)
    assert "Billing server" in browser.get(reverse("portal:channels", args=[river.pk])).content.decode()
    assert "<button" not in shown(browser, channel).split('id="main"')[-1].split("</main>")[0].split("<details")[0]
    assert "Idempotency key" in browser.get(reverse("portal:dispatch", args=[dispatch.pk])).content.decode()
    assert browser.post(reverse("portal:channel_do", args=[channel.pk]), {"do": "pause"}).status_code == 404
    assert as_user(otto).get(reverse("portal:channel", args=[channel.pk])).status_code == 404


def test_a_channel_in_trouble_says_since_when_and_what_went_wrong(river, cleo, as_user):
    channel, since = factories.ChannelFactory(practice=river), timezone.now()
    dispatch = a_delivery(channel, trouble="repeated", trouble_since=since, failures=3)
    factories.AttemptFactory(dispatch=dispatch, fault="http_503", code="503")
    page = shown(as_user(cleo), channel)
    assert "1 file in trouble: Fails again and again" in page
    assert "HTTP status 503" in page


def test_the_batch_says_through_which_channel_each_file_went_and_whether_it_was_accepted(river, cleo, as_user):
    channel = factories.ChannelFactory(practice=river, name="Billing server")
    dispatch = a_delivery(channel, state="replaced", ended_at=timezone.now())
    factories.DispatchFactory(
        channel=channel, delivery=dispatch.delivery, state="accepted", ended_at=timezone.now(), resend_of=dispatch
    )
    page = as_user(cleo).get(reverse("portal:batch", args=[dispatch.delivery.batch_id])).content.decode()
    assert page.count("Billing server") == 1
    assert "Accepted" in page


def test_the_manager_sees_what_does_not_get_through_and_nothing_when_all_is_well(river, max_, as_user):
    page = reverse("coding:operations")
    assert "Trouble with delivery" not in as_user(max_).get(page).content.decode()
    channel = factories.ChannelFactory(practice=river, name="Billing server")
    dispatch = a_delivery(channel, trouble="late", trouble_since=timezone.now())
    content = as_user(max_).get(page).content.decode()
    assert "Trouble with delivery" in content
    assert "Not delivered by the promised time" in content
    assert reverse("portal:dispatch", args=[dispatch.pk]) in content


def test_an_ended_channel_shows_its_log_and_nothing_to_press(browser, river):
    add(browser, river, "webhook", **HOOK)
    channel = Channel.objects.get()
    assert "has ended" in do(browser, channel, "end")
    assert "Send a test" not in shown(browser, channel)
    assert "ended before" in do(browser, channel, "pause")
