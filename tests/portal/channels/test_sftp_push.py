"""SFTP push to the practice's own server: a key that a person confirmed, whole files under their names, each once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.actions.channels import NothingToDo, OtherKey, confirm_host_key, resume_channel
from portal.actions.dispatches import resend_dispatch
from portal.channels import sftp_push
from portal.channels.sftp_push import fingerprint
from portal.models import Attempt, Dispatch, Job, JobState, Notice
from portal.rules.dispatches import SignIn
from tests.portal.channels.conftest import CONTENT, attempt, delivered, job_of, only_dispatch, sftp_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


@pytest.mark.parametrize("sign_in", [SignIn.PASSWORD, SignIn.KEY])
def test_a_file_lies_whole_under_its_name(sftp, river, ada, sign_in):
    sftp_of(river, sftp, ada, sign_in=sign_in)
    delivery = delivered(river)
    assert attempt(only_dispatch()).state == "accepted"
    assert sftp.files() == {delivery.file_name: CONTENT}
    assert job_of(only_dispatch()).state == JobState.DONE
    if sign_in == SignIn.KEY:
        assert sftp.passwords == []


def test_nothing_and_no_password_goes_to_a_server_whose_key_nobody_confirmed(sftp, river, ada):
    channel = sftp_of(river, sftp, ada, confirmed=False)
    assert fingerprint(channel.host_key_seen) == fingerprint(sftp.public_key)
    delivered(river)
    assert not channel.sends
    assert not Job.objects.filter(object_id=only_dispatch().pk, kind="portal.send_dispatch").exists()
    assert (sftp.passwords, sftp.files()) == ([], {})
    with pytest.raises(OtherKey):
        confirm_host_key(channel=channel, host_key="ssh-ed25519 AAAA", by=ada, at=timezone.now())
    confirm_host_key(channel=channel, host_key=channel.host_key_seen, by=ada, at=timezone.now())
    assert attempt(only_dispatch()).state == "accepted"


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256"])
def test_a_server_with_another_key_gets_nothing_and_people_hear_of_it(sftp, river, ada, max_, kind):
    channel = sftp_of(river, sftp, ada)
    sftp.change_host_key(kind)
    sftp.passwords.clear()
    delivery = delivered(river)
    dispatch = attempt(only_dispatch())
    channel.refresh_from_db()
    assert (dispatch.state, dispatch.trouble, channel.pause) == ("waiting", "stopped", "host_key")
    assert (sftp.passwords, sftp.files()) == ([], {})
    assert Notice.objects.get(kind="delivery_trouble").recipient == max_
    with pytest.raises(NothingToDo):
        resume_channel(channel=channel, by=ada, at=timezone.now())
    confirm_host_key(channel=channel, host_key=channel.host_key_seen, by=ada, at=timezone.now())
    assert attempt(dispatch).state == "accepted"
    assert list(sftp.files()) == [delivery.file_name]
    dispatch.refresh_from_db()
    assert dispatch.trouble == ""


def test_a_wrong_password_and_a_missing_folder_have_names(sftp, river, ada):
    channel = sftp_of(river, sftp, ada)
    delivered(river)
    dispatch = only_dispatch()
    sftp.password = "changed"
    assert attempt(dispatch).state == "waiting"
    sftp.password = "river-opens"
    channel.path = "nowhere"
    channel.save()
    assert attempt(dispatch).state == "waiting"
    sftp.stop()
    assert attempt(dispatch).state == "waiting"
    sftp.start()
    assert list(Attempt.objects.filter(dispatch=dispatch).values_list("fault", flat=True)) == [
        "sign_in_refused", "no_folder", "unreachable",
    ]  # fmt: skip
    assert dispatch.trouble == "repeated"
    channel.path = "results"
    channel.save()
    assert attempt(dispatch).state == "accepted"
    dispatch.refresh_from_db()
    assert dispatch.trouble == ""


def test_a_file_that_lies_there_already_was_delivered_and_another_of_its_name_is_left_alone(sftp, river, ada, max_):
    sftp_of(river, sftp, ada)
    delivery = delivered(river)
    place = sftp.folder / "results" / delivery.file_name
    place.write_bytes(CONTENT)
    before = place.stat().st_mtime_ns
    dispatch = attempt(only_dispatch())
    assert (dispatch.state, Attempt.objects.get(dispatch=dispatch).code) == ("accepted", "there")
    assert place.stat().st_mtime_ns == before
    other = delivered(river)
    place = sftp.folder / "results" / other.file_name
    place.write_bytes(b"something else")
    dispatch = attempt(only_dispatch(delivery=other))
    assert (dispatch.state, dispatch.trouble) == ("rejected", "rejected")
    assert place.read_bytes() == b"something else"
    place.unlink()
    assert attempt(resend_dispatch(dispatch=dispatch, by=max_, at=timezone.now())).state == "accepted"
    assert place.read_bytes() == CONTENT


def test_a_part_of_an_earlier_attempt_is_written_over(sftp, river, ada):
    sftp_of(river, sftp, ada)
    delivery = delivered(river)
    (sftp.folder / "results" / f"{delivery.file_name}.part").write_bytes(b"x" * 100_000)
    assert attempt(only_dispatch()).state == "accepted"
    assert sftp.files() == {delivery.file_name: CONTENT}


def test_a_server_that_never_answers_is_left_in_time(river, ada, sftp, monkeypatch):
    sftp_of(river, sftp, ada)
    monkeypatch.setattr(sftp_push, "WHOLE", 0.001)
    delivered(river)
    dispatch = attempt(only_dispatch())
    assert (dispatch.state, dispatch.attempts.get().fault) == ("waiting", "timeout")


def test_a_private_address_is_never_asked(river, ada, sftp, settings):
    sftp_of(river, sftp, ada)
    settings.FHIR_PRIVATE_HOSTS = frozenset()
    delivered(river)
    dispatch = attempt(only_dispatch())
    assert (dispatch.state, dispatch.attempts.get().fault) == ("failed", "private_address")


def test_a_late_delivery_reaches_people_once_until_it_is_over(sftp, river, ada, max_, cleo):
    from portal.actions.delivery_trouble import watch_dispatches

    channel = sftp_of(river, sftp, ada)
    sftp.stop()
    now = timezone.now()
    for _ in range(3):
        delivered(river)
    assert watch_dispatches(at=now + timedelta(hours=25)) == 3
    assert watch_dispatches(at=now + timedelta(hours=26)) == 0
    assert Dispatch.objects.troubled().filter(channel=channel, trouble="late").count() == 3
    assert Notice.objects.filter(kind="delivery_trouble").count() == 2  # Max and Cleo, for one channel
    sftp.start()
    for dispatch in Dispatch.objects.exclude(delivery=None):
        attempt(dispatch)
    assert not Dispatch.objects.troubled().exists()
    delivered(river)
    assert watch_dispatches(at=now + timedelta(hours=30)) == 1
    assert Notice.objects.filter(kind="delivery_trouble").count() == 4
