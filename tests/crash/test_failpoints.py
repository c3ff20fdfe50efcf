"""Every process is killed at every place between two effects; nothing is lost, nothing is done twice."""

import pytest

from portal.failpoints import POINTS
from tests import files, processes
from tests.crash.site import harmed

# Where each place is struck: by somebody who sends (web), while charts are drawn, or while results go out.
WHILE_SENDING = (
    "storage.drafted", "storage.kept", "intake.blob_kept", "intake.row_written", "batch.sent", "web.committed",
    "job.committed", "job.rung", "upload.part_kept", "upload.part_written", "upload.completed",
    "upload.parts_forgotten",
)  # fmt: skip
WHILE_DRAWING = (
    "job.claimed", "render.source_fetched", "render.child_started", "render.child_ended", "render.page_kept",
    "render.drawn", "render.written", "render.committed", "encounter.created", "sweep.marked", "refusal.written",
    "job.put_off",
)  # fmt: skip
WHILE_FINISHING = (
    "encounter.moved", "delivery.file_kept", "delivery.files_kept", "delivery.written", "delivery.committed",
    "notice.rendered", "notice.taken", "notice.written", "audit.sealed", "audit.committed",
)  # fmt: skip


# Struck in test_doors_killed.py and test_channels_killed.py, among the places that these processes share with others.
BY_SFTP = ("sftp.closed", "sftp.batch_opened", "sftp.taken", "sftp.folder_sent")
BY_FHIR = ("fhir.document_fetched", "fhir.document_taken", "fhir.run_written")
BY_CHANNELS = (
    "dispatch.begun", "dispatch.answered", "dispatch.written", "sftp_push.uploaded", "sftp_push.renamed",
    "mllp.acknowledged",
)  # fmt: skip
BY_READER = ("words.claimed", "words.read", "words.written")


def test_every_place_is_struck():
    struck = WHILE_SENDING + WHILE_DRAWING + WHILE_FINISHING + BY_SFTP + BY_FHIR + BY_READER + BY_CHANNELS
    assert sorted(struck) == sorted(POINTS)


@pytest.mark.crash
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "order",
    [
        pytest.param("kill 1", marks=pytest.mark.faults, id="kill"),
        pytest.param("raise 1", marks=pytest.mark.every_fault, id="fault"),
        pytest.param("full 1", marks=pytest.mark.every_fault, id="full"),
    ],
)
@pytest.mark.parametrize(
    "points", [WHILE_SENDING, WHILE_DRAWING, WHILE_FINISHING], ids=["sending", "drawing", "finishing"]
)
def test_a_death_or_fault_at_any_place_loses_nothing(points, order, river, cleo, ann, tmp_path):
    with harmed(tmp_path, practice=river, sender=cleo, coder=ann) as site:
        site.system.send(site.fresh())  # caches are warm, the practice has its key
        site.drain()
        for point in points:
            strike(site, point, order)
        site.check_mails(twice=len({"notice.taken", "notice.written"} & set(points)))  # what SMTP cannot rule out


def strike(site, point, order):
    """Strike at the place while somebody sends; then everything comes to its end by itself."""
    site.arm(point, order)
    for prepare in MORE.get(point, ()):
        prepare(site)
    site.desk.send(site.fresh())
    if point in WHILE_SENDING:
        site.system.send(site.fresh(), in_parts=site.fresh())
    if not processes.wait_until(lambda: site.fired(point) or not nudge(site), seconds=60):
        raise AssertionError(f"{point} was not reached\n{site.logs()}")
    site.drain()
    assert site.fired(point)
    site.check()


def nudge(site):
    """Do what a coder and the clock do, so that places far down the line are reached; always true."""
    site.coder.finish_one()
    site.hurry()
    return True


def send_what_cannot_be_drawn(site):
    site.system.send(site.fresh(), files.no_pages() + b"%%%d" % site.seed)


def make_a_job_fail(site):
    """The first chart that is drawn meets a fault of ours, so that its job is put off."""
    site.arm("render.source_fetched", "raise 1")


def leave_a_job_unclaimed(site):
    """A worker dies with a claimed job, so that the sweep finds one that is due."""
    site.arm("job.claimed", "kill 1")


MORE = {
    "refusal.written": (send_what_cannot_be_drawn,),
    "job.put_off": (make_a_job_fail,),
    "sweep.marked": (leave_a_job_unclaimed,),
}
