"""Workers are killed at every place of a channel; every result arrives, at most once more for each death."""

from collections import Counter

import pytest
from django.utils import timezone

from portal.actions.jobs import ring_due_jobs
from portal.models import Attempt, Dispatch, Job, JobState
from portal.rules.dispatches import AttemptOutcome
from tests import processes
from tests.crash.test_failpoints import BY_CHANNELS
from tests.portal.channels.conftest import delivered, fhir_of, messages, mllp_of, sftp_of, webhook_of
from tests.portal.channels.peers import Listener, Receiver, SftpServer

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
OF_SFTP, OF_MLLP = {"sftp_push.uploaded", "sftp_push.renamed"}, {"mllp.acknowledged"}


@pytest.fixture
def peers(tmp_path, settings):
    """A server of each kind, on this machine."""
    settings.FHIR_PRIVATE_HOSTS = frozenset({"127.0.0.1"})
    (tmp_path / "practice").mkdir()
    made = {
        "sftp": SftpServer(tmp_path / "practice"), "webhook": Receiver(), "fhir": Receiver(path="/Bundle"),
        "mllp": Listener(),
    }  # fmt: skip
    for peer in made.values():
        peer.start()
    yield made
    for peer in made.values():
        peer.stop()


def unfinished():
    return Dispatch.objects.unfinished().exists()


def hurry():
    """What waits for a later attempt is due now; always false."""
    now = timezone.now()
    Job.objects.filter(kind="portal.send_dispatch", state=JobState.READY).update(due_at=now, rung_at=None)
    ring_due_jobs(at=now)
    return False


def tail(worker):
    return worker.log.read_text()[-3000:]


def test_a_worker_killed_at_every_place_loses_no_result_and_repeats_one_at_most(river, ada, tmp_path, peers):
    orders = tmp_path / "points"
    orders.mkdir()
    sftp_of(river, peers["sftp"], ada, path="")
    webhook_of(river, peers["webhook"].url, ada, formats=("csv",))
    mllp_of(river, peers["mllp"], ada)
    fhir_of(river, peers["fhir"], ada)
    variables = {
        "JOB_LEASE_SECONDS": "3", "FHIR_PRIVATE_HOSTS": "127.0.0.1", "CHARTLINE_FAILPOINTS": str(orders),
    }  # fmt: skip
    kills, files, wanted = Counter(), {}, []
    worker = processes.start_worker(tmp_path, kept=True, **variables)
    try:
        for place, point in enumerate(BY_CHANNELS):
            (orders / point).write_text("kill 1")
            csv = delivered(river, content=b"%d" % place)
            hl7 = delivered(river, content=messages(f"{place}a", f"{place}b"), kind="hl7", ending=".hl7")
            bundle = delivered(river, content=b'{"resourceType": "Bundle"}', kind="fhir", ending=".json")
            files |= {one.file_name: one.sha256 for one in (csv, hl7, bundle)}
            wanted += [f"{place}a", f"{place}b"]
            done = processes.wait_until(lambda: hurry() or not unfinished(), seconds=90, every=0.5)
            assert done, (
                f"{point}: {list(Dispatch.objects.values_list('state', 'failures'))}\n{worker.log.read_text()[-3000:]}"
            )
            assert not (orders / point).exists(), f"{point} was not reached"
            kills[point] += 1
    finally:
        processes.kill(worker)
    results = Dispatch.objects.exclude(delivery=None)  # not the test that fetched the host key
    assert set(results.values_list("state", flat=True)) == {"accepted"}
    cut = Attempt.objects.filter(outcome=AttemptOutcome.CUT).count()
    assert 1 <= cut <= kills.total() * 2  # the other child of the worker may have had one in hand too
    # SFTP: each file once, whole; HTTP: each key, repeated at most once a death; MLLP: each message likewise.
    assert {name: len(content) for name, content in peers["sftp"].files().items()}.keys() == files.keys()
    heard = {kind: Counter(peers[kind].ids) for kind in ("webhook", "fhir", "mllp")}
    assert heard["webhook"].keys() == set(keys_of("webhook"))
    assert heard["fhir"].keys() == set(keys_of("fhir"))
    assert heard["mllp"].keys() == {f"CL{one}" for one in wanted}
    assert sum(sum(counts.values()) - len(counts) for counts in heard.values()) <= kills.total()
    assert max(max(counts.values()) for counts in heard.values()) <= 2


def keys_of(kind):
    return Dispatch.objects.filter(channel__kind=kind).values_list("key", flat=True)
