"""The SFTP server is killed at every place between two effects; the client tries again, and each file is there once."""

import hashlib

import pytest

from portal.models import Batch, Chart, InboxFile, InboxFolder
from portal.rules.inbox import FileState, FolderState
from tests import files, processes
from tests.crash.test_failpoints import BY_SFTP

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
POINTS = (*BY_SFTP, "storage.drafted", "storage.kept", "intake.blob_kept", "intake.row_written", "batch.sent")


@pytest.fixture
def limits(tmp_path):
    (tmp_path / "orders").mkdir()
    return {"CHARTLINE_FAILPOINTS": str(tmp_path / "orders")}


def test_a_kill_at_any_place_loses_nothing_and_a_second_try_makes_it_whole(client, river, tmp_path):
    """Each place in a folder of its own: put two files and SEND, die there, start again, do all of it again."""
    server, orders = client.server, tmp_path / "orders"
    (tmp_path / "SEND").touch()
    wanted = set()
    for number, point in enumerate(POINTS):
        lines = [f"-mkdir /inbox/f{number}"]
        for which in ("a", "b"):
            content = files.small_pdf(10 * number + ord(which))
            (tmp_path / f"{number}{which}.pdf").write_bytes(content)
            wanted.add(hashlib.sha256(content).hexdigest())
            lines.append(f"put {tmp_path}/{number}{which}.pdf /inbox/f{number}/{which}.pdf")
        (orders / point).write_text("kill 1")
        client.run(*lines, f"put {tmp_path}/SEND /inbox/f{number}/SEND")
        assert not (orders / point).exists(), f"{point} was not reached"
        assert processes.wait_until(lambda: not server.running.alive(), seconds=10), point
        server.start()
        if not InboxFolder.objects.filter(name=f"f{number}", state=FolderState.SENT).exists():
            again = client.run(*lines, f"put {tmp_path}/SEND /inbox/f{number}/SEND")
            assert again.returncode == 0, (point, again.stderr, server.log())
    originals = Chart.objects.filter(duplicate_of=None)
    assert {chart.sha256 for chart in originals} == wanted
    assert originals.count() == len(wanted)
    assert {chart.sha256 for chart in Chart.objects.exclude(duplicate_of=None)} <= wanted
    assert InboxFile.objects.filter(state=FileState.TAKEN).count() == Chart.objects.count()
    assert set(Batch.objects.values_list("status", flat=True)) == {"received"}
    assert Batch.objects.count() == len(POINTS)
    assert not InboxFile.objects.exclude(state__in=[FileState.TAKEN, FileState.DROPPED]).exists()
