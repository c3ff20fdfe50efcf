"""Connections are cut and the server is killed in the middle of files: nothing wrong is taken, nothing is lost."""

import hashlib
import os
import random
import signal
import time

import pytest

from portal.models import Batch, Chart, InboxFile
from portal.rules.inbox import FileState
from tests import files, processes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
MIB = 1024**2
CUTS = 50
SIZE = 200 * MIB


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A file of 200 MiB that begins like a PDF; no two MiB of it are alike."""
    path = tmp_path_factory.mktemp("large") / "large.pdf"
    chance = random.Random(11)  # noqa: S311
    with path.open("wb") as out:
        out.write(files.text_pdf("large")[:100])
        while (left := SIZE - out.tell()) > 0:
            out.write(chance.randbytes(min(MIB, left)))
    return path


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def staged_bytes(server):
    return sum(path.stat().st_size for path in (server.folder / "sftp" / "staged").iterdir())


def cut(process):
    """The client dies without a word; its ssh with it."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for_charts(count, process):
    """Until there are so many, or the client has done what it had to."""
    processes.wait_until(lambda: Chart.objects.count() >= count or process.poll() is not None, seconds=60, every=0.005)


def unfinished():
    return InboxFile.objects.filter(state=FileState.CUT).first()


def until_cut_is_noted(server):
    assert processes.wait_until(
        lambda: not InboxFile.objects.filter(state=FileState.WRITING).exists(), seconds=20, every=0.02
    ), server.log()


@pytest.mark.crash
def test_fifty_cuts_of_a_large_file_end_in_the_right_bytes(client, river, large):
    """Each attempt goes on where the one before was cut; in between nothing counts as received."""
    server, chance = client.server, random.Random(5)  # noqa: S311
    assert client.run("mkdir /inbox/big").returncode == 0
    places = sorted(chance.sample(range(MIB, SIZE - 16 * MIB), CUTS))
    made = 0
    for place in places:
        verb = "reput" if made else "put"
        process = client.begin(f"{verb} {large} /inbox/big/large.pdf")
        while process.poll() is None and staged_bytes(server) < place:
            time.sleep(0.002)
        assert process.poll() is None, "the file was through before it could be cut"
        cut(process)
        made += 1
        until_cut_is_noted(server)
        assert not Chart.objects.exists()
        assert unfinished().size == staged_bytes(server)
    whole = staged_bytes(server) == SIZE  # the last cut came after the last byte: sftp does not resume that
    done = client.run(f"{'put' if whole else 'reput'} {large} /inbox/big/large.pdf")
    assert done.returncode == 0, done.stderr + server.log()
    chart = Chart.objects.get()
    assert (made, chart.size, chart.sha256) == (CUTS, SIZE, digest(large))
    assert not list((server.folder / "sftp" / "staged").iterdir())
    assert client.run("rename /inbox/big /inbox/big.ready").returncode == 0
    assert Batch.objects.get().status == "received"


@pytest.mark.crash
def test_a_killed_server_loses_nothing(client, river, large):
    """SIGKILL in the middle of a large file, and while small ones are taken; each client goes on after the restart."""
    server, chance = client.server, random.Random(6)  # noqa: S311
    assert client.run("mkdir /inbox/big").returncode == 0
    for turn in range(5):
        process = client.begin(f"{'reput' if turn else 'put'} {large} /inbox/big/large.pdf")
        place = (turn + 1) * SIZE // 7 + chance.randrange(MIB)
        while process.poll() is None and staged_bytes(server) < place:
            time.sleep(0.002)
        server.kill()
        process.wait()
        server.start()
        assert not Chart.objects.exists()
    assert client.run(f"reput {large} /inbox/big/large.pdf").returncode == 0, server.log()
    assert Chart.objects.get().sha256 == digest(large)


@pytest.mark.crash
def test_files_whose_close_was_answered_are_charts_whatever_is_killed(client, river, tmp_path):
    """What sftp reported as sent before each kill has a chart of the same bytes; a repeated put makes it whole."""
    server, chance = client.server, random.Random(8)  # noqa: S311
    folder = tmp_path / "many"
    folder.mkdir()
    contents = {f"{n:03}.pdf": files.small_pdf(n) + b"\n%" + chance.randbytes(20_000) for n in range(60)}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    assert client.run("mkdir /inbox/many").returncode == 0
    kills = 0
    while Chart.objects.filter(duplicate_of=None).count() < len(contents):
        before = Chart.objects.filter(duplicate_of=None).count()
        have = set(Chart.objects.values_list("original_name", flat=True))
        process = client.begin(*[f"put {folder / name} /inbox/many/{name}" for name in contents if name not in have])
        wait_for_charts(before + 8, process)
        if process.poll() is None:
            time.sleep(chance.random() / 20)
            server.kill()
            kills += 1
        said, _ = process.communicate()
        if kills and not server.running.alive():
            server.start()
        assert process.returncode in {0, 1, 255}, said
    kept = Chart.objects.filter(duplicate_of=None)
    assert kills >= 4
    assert {chart.original_name: chart.sha256 for chart in kept} == {
        name: hashlib.sha256(content).hexdigest() for name, content in contents.items()
    }
    assert processes.wait_until(lambda: not InboxFile.objects.filter(state=FileState.CLOSED).exists(), seconds=20), (
        server.log()
    )


@pytest.mark.crash
@pytest.mark.parametrize("limits", [{"SFTP_UNFINISHED_SECONDS": "8", "SFTP_QUIET_SECONDS": "3"}])
def test_a_file_cut_short_is_flagged_and_holds_its_folder_up_no_longer(client, river, tmp_path):
    """After half an hour (here: eight seconds) without another byte; the receipt names it."""
    server = client.server
    (tmp_path / "good.pdf").write_bytes(files.small_pdf(1))
    (tmp_path / "cut.pdf").write_bytes(files.small_pdf(2) + os.urandom(60 * MIB))
    client.run("mkdir /inbox/clinic", f"put {tmp_path / 'good.pdf'} /inbox/clinic/good.pdf")
    process = client.begin(f"put {tmp_path / 'cut.pdf'} /inbox/clinic/cut.pdf")
    while staged_bytes(server) < MIB:
        time.sleep(0.005)
    cut(process)
    until_cut_is_noted(server)
    (tmp_path / "SEND").touch()
    refused = client.run(f"put {tmp_path / 'SEND'} /inbox/clinic/SEND")
    assert "close remote: Failure" in refused.stderr, "a folder with an unfinished file was sent"
    assert Batch.objects.get().status == "open"
    assert processes.wait_until(lambda: Batch.objects.get().status == "received", seconds=40), server.log()
    row = InboxFile.objects.get(name="cut.pdf")
    assert (row.state, row.chart, row.flagged_at is not None) == (FileState.MISSED, None, True)
    client.run(f"get /outbox/{Batch.objects.get().label}/receipt.csv {tmp_path / 'r.csv'}")
    assert "cut.pdf" in (tmp_path / "r.csv").read_text()
    assert "unfinished" in (tmp_path / "r.csv").read_text()


@pytest.mark.crash
def test_a_stopped_server_keeps_what_is_half_sent(client, river, large):
    """SIGTERM breaks connections off; the file is resumed after the next start."""
    server = client.server
    process = client.begin(f"put {large} /inbox/large.pdf")
    while staged_bytes(server) < 20 * MIB:
        time.sleep(0.005)
    server.stop()
    process.wait()
    server.start()
    assert unfinished().size >= 20 * MIB
    assert client.run(f"reput {large} /inbox/large.pdf").returncode == 0
    assert Chart.objects.get().sha256 == digest(large)
