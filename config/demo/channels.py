"""The demo's channels and what went through them, told by the actions of a worker without any network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from portal.actions.channels import Where, confirm_host_key, create_channel
from portal.actions.dispatches import JOB, begin_attempt, end_attempt
from portal.actions.jobs import claim_job
from portal.channels.door import Answer, accepted, failed, rejected
from portal.channels.sftp_push import make_key
from portal.models import Channel, Dispatch, Job, JobState, Practice, User
from portal.rules.dispatches import ChannelKind, SignIn

AGO = timedelta(days=40)


def set_up_channels(practices: Mapping[str, Practice], *, by: User, now: datetime) -> None:
    """River's billing system hears by webhook; Lake has an SFTP server, whose key an admin confirmed."""
    create_channel(
        practice=practices["RIVER"], kind=ChannelKind.WEBHOOK, secret="", by=by, at=now - AGO,
        where=Where(name="Billing system", url="https://billing.river.example/chartline", formats=("csv",)),
    )  # fmt: skip
    sftp, _ = create_channel(
        practice=practices["LAKE"], kind=ChannelKind.SFTP, secret="", by=by, at=now - AGO,
        where=Where(name="Hospital server", host="sftp.lake.example", port=22, user="chartline", path="results",
                    sign_in=SignIn.KEY, formats=("xlsx",)),
    )  # fmt: skip
    _, shown = make_key()
    for test in Dispatch.objects.filter(channel=sftp):
        tried(test, failed("host_key_new"), at=now - AGO)
    Channel.objects.filter(pk=sftp.pk).update(host_key_seen=shown)
    confirm_host_key(channel=sftp, host_key=shown, by=by, at=now - AGO + timedelta(minutes=9))


def send_everything() -> None:
    """What was delivered arrived, once at the second attempt; the last file for Lake found another of its name."""
    dispatches = list(Dispatch.objects.unfinished().select_related("channel").order_by("made_at", "pk"))
    last = next((one for one in reversed(dispatches) if one.channel.kind == ChannelKind.SFTP), None)
    for place, dispatch in enumerate(dispatches):
        at = dispatch.made_at + timedelta(seconds=2)
        if dispatch == last:
            tried(dispatch, rejected("file_differs"), at=at)
            continue
        if place == 1:
            tried(dispatch, failed("http_503", "503"), at=at)
            at += timedelta(seconds=7)
        tried(dispatch, accepted("200" if dispatch.channel.kind == ChannelKind.WEBHOOK else ""), at=at)


def tried(dispatch: Dispatch, answer: Answer, *, at: datetime) -> None:
    """One attempt that ended so."""
    job = Job.objects.get(kind=JOB, object_id=dispatch.pk, state=JobState.READY)
    claim = claim_job(job_id=job.pk, at=at)
    attempt = None if claim is None else begin_attempt(claim=claim, at=at)
    if claim is not None and attempt is not None:
        milliseconds = 140 + 37 * (dispatch.pk % 9)
        end_attempt(attempt=attempt, answer=answer, claim=claim, milliseconds=milliseconds, at=at)
