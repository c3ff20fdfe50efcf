"""A delivered batch of River's, and channels to peers that really listen."""

import pytest
from django.db import transaction
from django.utils import timezone

from portal import storage
from portal.actions.channels import Where, confirm_host_key, create_channel
from portal.actions.deliveries import add_delivery
from portal.actions.dispatches import queue_dispatches
from portal.actions.jobs import claim_job
from portal.models import Dispatch, Job, JobState
from portal.rules.dispatches import ChannelKind, SignIn
from portal.tasks import send_dispatch as task
from tests import factories
from tests.portal.channels.peers import Listener, Receiver, SftpServer

CONTENT = b"Chart,Patient\r\nC-0001,Marta Quinlan\r\n"


@pytest.fixture(autouse=True)
def near(settings):
    """The peers of these tests are on this machine."""
    settings.FHIR_PRIVATE_HOSTS = frozenset({"127.0.0.1"})


@pytest.fixture
def sftp(tmp_path):
    folder = tmp_path / "practice"
    (folder / "results").mkdir(parents=True)
    server = SftpServer(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def receiver():
    peer = Receiver()
    peer.start()
    yield peer
    peer.stop()


@pytest.fixture
def listener():
    peer = Listener()
    peer.start()
    yield peer
    peer.stop()


def delivered(practice, *, content=CONTENT, kind="csv", ending=".csv", at=None):
    """A result file of a delivered batch; what goes through channels is written with it, as at every delivery."""
    at = at or timezone.now()
    batch = factories.BatchFactory(practice=practice, status="delivered", delivered_at=at)
    stored = storage.keep_bytes(content, practice_id=practice.pk, folder="deliveries", ending=ending)
    with transaction.atomic():
        delivery = add_delivery(
            batch=batch, version=1, kind=kind, ending=ending, stored=stored, encounter_count=1, at=at
        )
        queue_dispatches(deliveries=[delivery], at=at)
    return delivery


def job_of(dispatch):
    return Job.objects.filter(kind="portal.send_dispatch", object_id=dispatch.pk).latest("pk")


def attempt(dispatch):
    """One attempt now, as a worker makes it, whenever it would be due; the dispatch afterwards."""
    job = job_of(dispatch)
    Job.objects.filter(pk=job.pk, state=JobState.READY).update(due_at=timezone.now())
    task(job_id=job.pk)
    dispatch.refresh_from_db()
    return dispatch


def only_dispatch(**which):
    return Dispatch.objects.exclude(delivery=None).get(**which)


def webhook_of(practice, url, by, **more):
    """A channel and its secret."""
    return create_channel(
        practice=practice, kind=ChannelKind.WEBHOOK, where=Where(name="EHR", url=url, **more), secret="", by=by,
        at=timezone.now(),
    )  # fmt: skip


def sftp_of(practice, server, by, *, sign_in=SignIn.PASSWORD, confirmed=True, path="results"):
    """A channel to the server, whose key a person has confirmed."""
    channel, _ = create_channel(
        practice=practice, kind=ChannelKind.SFTP, secret=server.password if sign_in == SignIn.PASSWORD else "", by=by,
        where=Where(name="Their server", host="127.0.0.1", port=server.port, user="chartline", path=path,
                    sign_in=sign_in), at=timezone.now(),
    )  # fmt: skip
    attempt(Dispatch.objects.get(channel=channel, delivery=None))
    channel.refresh_from_db()
    if sign_in == SignIn.KEY:
        server.keys.add(channel.public_key.split()[1])
    if confirmed:
        confirm_host_key(channel=channel, host_key=channel.host_key_seen, by=by, at=timezone.now())
        channel.refresh_from_db()
    return channel


def claim(dispatch):
    return claim_job(job_id=job_of(dispatch).pk, at=timezone.now())


def messages(*numbers):
    """A file of charges, as the format writes them."""
    return "".join(
        f"MSH|^~\\&|CHARTLINE||EHR|RIVER|20260302||DFT^P03|CL{number}|P|2.5.1\rPID|1||77||Quinlan^Marta\rFT1|1|||20260302\r"
        for number in numbers
    ).encode()


def mllp_of(practice, peer, by, *, tls=False, host="127.0.0.1"):
    channel, _ = create_channel(
        practice=practice, kind=ChannelKind.MLLP, secret="", by=by, at=timezone.now(),
        where=Where(name="Interface engine", host=host, port=peer.port, tls=tls, formats=("hl7",)),
    )  # fmt: skip
    return channel


def fhir_of(practice, peer, by, *, sign_in=SignIn.BEARER, secret="their-token", **more):  # noqa: S107  (no secret)
    channel, _ = create_channel(
        practice=practice, kind=ChannelKind.FHIR, secret=secret, by=by, at=timezone.now(),
        where=Where(name="EHR", url=peer.url, sign_in=sign_in, formats=("fhir",), **more),
    )  # fmt: skip
    return channel
