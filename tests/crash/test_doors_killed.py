"""The SFTP server, a run of the FHIR door and a reader are killed between two effects; each file is there once.

As in test_failpoints.py, every strike is followed by the ledger, and by what the door's own client finds.
"""

import csv
import json
import shutil

import pytest
from django.utils import timezone
from PIL import Image

from portal import scope
from portal.actions import fhir
from portal.models import AuditEvent, Batch, Chart, FhirDocument, InboxFile, PageWords
from portal.rules.inbox import FileState
from portal.rules.intake import ChartStatus
from portal.rules.specialties import Specialty
from portal.rules.words import WordsSource, WordsState
from tests import files, processes
from tests.crash.site import harmed
from tests.crash.test_failpoints import BY_FHIR, BY_READER, BY_SFTP
from tests.portal.fhir.standin import BEGIN, StandIn
from tests.sftp import Client, Server, client_of

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
RECEIVING = ("storage.drafted", "storage.kept", "intake.blob_kept", "intake.row_written")
QUEUED = ("job.committed", "job.rung")
CHOSEN = ("storage.kept", "sftp.taken")
FIRST = "kill 1"
THE_MARK = "kill 3"  # two files are closed before the mark that sends their folder


def arm(folder, point, order=FIRST):
    (folder / point).write_text(order)


def fired(folder, point):
    return not (folder / point).exists()


def points_of(folder, name):
    """A directory of orders for one process alone: the others pass the same places."""
    place = folder / f"points-{name}"
    place.mkdir()
    return place


# -- SFTP ------------------------------------------------------------------------------------------
STRIKES = [
    *((point, FIRST) for point in (*BY_SFTP, *RECEIVING, *QUEUED, "batch.sent")),
    ("sftp.closed", THE_MARK),
]  # fmt: skip


@pytest.mark.parametrize(
    "strikes",
    [
        pytest.param([strike for strike in STRIKES if strike[0] in CHOSEN], marks=pytest.mark.faults, id="chosen"),
        pytest.param(
            [strike for strike in STRIKES if strike[0] not in CHOSEN], marks=pytest.mark.every_fault, id="others"
        ),
    ],
)
def test_sftp_killed_anywhere_loses_nothing(strikes, river, cleo, ann, tmp_path):
    orders = points_of(tmp_path, "sftp")
    with harmed(tmp_path, practice=river, sender=cleo, coder=ann) as site:
        server = Server(tmp_path, more={"CHARTLINE_FAILPOINTS": str(orders)})
        server.start()
        site.running["sftp"] = server.running
        records = Records(client_of(server, river, cleo, tmp_path), site)
        records.send()  # caches are warm, the practice has its key
        site.drain()
        for point, order in strikes:
            arm(orders, point, order)
            records.send(killed_at=point)
            assert fired(orders, point)
            site.drain()
            site.check()
            records.check()


class Records:
    """A practice's records system: it puts a folder by OpenSSH's sftp, and does all of it again after a failure."""

    def __init__(self, client: Client, site: object) -> None:
        self.client, self.site, self.number = client, site, 0
        self.sent: list[bytes] = []
        (client.folder / "SEND").touch()

    def send(self, *, killed_at: str = "") -> None:
        """Two new files and the mark that they are all; the server dies of it once, and is started again."""
        self.number += 1
        folder, server = f"/inbox/f{self.number}", self.client.server
        lines = [f"-mkdir {folder}"]
        for name in ("a.pdf", "b.pdf"):
            content, path = self.site.fresh(), self.client.folder / f"{self.number}-{name}"
            path.write_bytes(content)
            self.sent.append(content)
            lines.append(f"put {path} {folder}/{name}")
        lines.append(f"put {self.client.folder / 'SEND'} {folder}/SEND")
        done = self.client.run(*lines)
        if killed_at:
            assert done.returncode != 0
            assert processes.wait_until(lambda: not server.running.alive(), seconds=10), f"{killed_at} was not reached"
            server.start()
            self.site.running["sftp"] = server.running
            done = self.client.run(*lines)
        assert done.returncode == 0, done.stderr + server.log()

    def check(self) -> None:
        """Each file is one original in a batch that was sent, and the client finds its receipt."""
        digests = {files.sha256(content) for content in self.sent}
        with scope.service():
            originals = Chart.objects.filter(duplicate_of=None, batch__source=Batch.Source.SFTP)
            found = list(originals.exclude(batch__status="open").values_list("sha256", "status"))
            assert sorted(found) == sorted((digest, ChartStatus.READY) for digest in digests)
            assert originals.count() == len(digests)
            assert InboxFile.objects.filter(state=FileState.TAKEN).count() == self.charts().count()
            assert not InboxFile.objects.exclude(state__in=[FileState.TAKEN, FileState.DROPPED]).exists()
        assert digests == {row["sha256"] for row in self.receipts() if row["outcome"] in {"received", "duplicate"}}

    def charts(self):
        return Chart.objects.filter(batch__source=Batch.Source.SFTP)

    def receipts(self) -> list[dict[str, str]]:
        """The lines of every receipt in the outbox, fetched by the client."""
        place = self.client.folder / "outbox"
        shutil.rmtree(place, ignore_errors=True)
        done = self.client.run(f"get -r /outbox {place}")
        assert done.returncode == 0, done.stderr
        return [row for path in place.rglob("receipt.csv") for row in csv.DictReader(path.read_text().splitlines())]


# -- FHIR ------------------------------------------------------------------------------------------
@pytest.fixture
def standin(settings):
    settings.FHIR_PRIVATE_HOSTS = frozenset({"127.0.0.1"})
    server = StandIn()
    server.start()
    yield server
    server.stop()


@pytest.mark.every_fault
def test_a_run_of_the_fhir_door_killed_anywhere_is_gone_on_with(standin, river, cleo, ann, ada, tmp_path):
    with harmed(tmp_path, practice=river, sender=cleo, coder=ann, FHIR_PRIVATE_HOSTS="127.0.0.1") as site:
        endpoint = fhir.create_endpoint(
            practice=river, base_url=f"{standin.base}/fhir", token_url=f"{standin.base}/token",
            client_id="chartline-client", specialty=Specialty.PRIMARY_CARE, since=BEGIN, by=ada, at=timezone.now(),
        )  # fmt: skip
        standin.public_key = json.loads(endpoint.public_key)
        pull(site, standin, endpoint)
        site.drain()
        for point in (*BY_FHIR, *RECEIVING, *QUEUED, "batch.sent"):
            site.arm(point)
            pull(site, standin, endpoint)
            assert processes.wait_until(lambda point=point: site.fired(point), seconds=30), point + site.logs()
            site.drain()
            site.check()
            check_documents(standin)


def pull(site, standin, endpoint):
    """Two new documents, and the endpoint is asked for them."""
    for name in ("a.pdf", "b.pdf"):
        standin.add(site.fresh(), f"{len(standin.documents)}-{name}")
    fhir.ask_now(endpoint=endpoint, by=endpoint.created_by, at=timezone.now())


def check_documents(standin):
    """Each document is one chart in a batch that was sent, with the note that it was fetched."""
    wanted = sorted((one.name, files.sha256(one.content)) for one in standin.documents)
    with scope.service():
        charts = Chart.objects.filter(batch__source=Batch.Source.FHIR, status=ChartStatus.READY)
        assert sorted(charts.exclude(batch__status="open").values_list("original_name", "sha256")) == wanted
        assert FhirDocument.objects.exclude(chart=None).count() == FhirDocument.objects.count() == len(wanted)
    assert max(standin.fetched.values()) <= 2  # once more after a death


# -- readers ---------------------------------------------------------------------------------------
@pytest.mark.every_fault
def test_a_reader_killed_anywhere_loses_no_words(river, cleo, ann, tmp_path):
    orders = points_of(tmp_path, "reader")
    with harmed(tmp_path, practice=river, sender=cleo, coder=ann, OCR_SECOND_ENGINE="0") as site:
        site.start_reader(CHARTLINE_FAILPOINTS=str(orders))
        send_upside_down(site)
        site.drain()
        for point in (*BY_READER, "render.child_started", "render.child_ended", "storage.drafted", "storage.kept"):
            arm(orders, point)
            send_upside_down(site)
            assert processes.wait_until(lambda point=point: fired(orders, point), seconds=40), point + site.logs()
            site.drain()
            site.check()
            check_words()


def send_upside_down(site):
    """A scanned page that has to be read and turned."""
    site.seed += 1
    page = files.scan(site.seed, size=(1275, 1650)).transpose(Image.Transpose.ROTATE_180)
    site.system.send(files.encoded(page, "PDF", resolution=150.0))


def check_words():
    """Every page was read and turned, and each chart told once that its words are there."""
    with scope.service():
        rows = list(PageWords.objects.values_list("state", "source", "turn", "fault"))
        told = AuditEvent.objects.filter(action="chart.words_read")
        assert rows == [(WordsState.DONE, WordsSource.OCR, 180, "")] * Chart.objects.count()
        assert told.count() == told.values("object_id").distinct().count() == len(rows)
