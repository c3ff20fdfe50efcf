"""What a flood meets: each limit refuses or slows, says so, and leaves other clients alone."""

import time
from pathlib import Path

import asyncssh
import pytest

from portal.models import Chart, InboxFile, InboxFolder
from portal.rules.inbox import FileState, Written
from portal.sftp.hall import Bucket
from tests import files
from tests.portal.sftp.test_walls import in_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def limits():
    return {
        "SFTP_FOLDERS": "2", "SFTP_FILES_PER_HOUR": "3", "SFTP_HANDLES": "4", "INTAKE_FILE_LIMIT": "100000",
        "SFTP_REQUESTS_PER_SECOND": "20", "SFTP_CONNECTIONS_PER_ADDRESS": "2",
    }  # fmt: skip


@pytest.fixture
def strict(client):
    """The client of a server with small limits."""
    return client


def test_folders_handles_and_files_have_a_limit(strict):
    async def work(sftp):
        await sftp.mkdir("/inbox/a")
        await sftp.mkdir("/inbox/b")
        with pytest.raises(asyncssh.SFTPError, match="as many folders as it may"):
            await sftp.mkdir("/inbox/c")
        for name in ("1", "2", "3"):
            async with sftp.open(f"/inbox/a/{name}.pdf", "wb") as file:
                await file.write(files.small_pdf(int(name)))
        with pytest.raises(asyncssh.SFTPError, match="within an hour"):
            await sftp.open("/inbox/a/4.pdf", "wb")
        label = (await sftp.listdir("/outbox"))[-1]
        for _ in range(4):
            await sftp.open(f"/outbox/{label}/receipt.csv", "rb")
        with pytest.raises(asyncssh.SFTPError, match="Too many files are open"):
            await sftp.open(f"/outbox/{label}/receipt.csv", "rb")

    in_session(strict, work)
    assert InboxFolder.objects.count() == 2
    assert Chart.objects.count() == 3


def test_a_file_above_the_limit_is_refused_while_it_comes_and_its_close_takes_nothing(strict):
    async def work(sftp):
        file = await sftp.open("/inbox/large.pdf", "wb")
        with pytest.raises(asyncssh.SFTPError, match="larger than a file may be"):
            await file.write(bytes(200_000))
        with pytest.raises(asyncssh.SFTPError):
            await file.close()

    in_session(strict, work)
    assert InboxFile.objects.get().state == FileState.CUT
    assert not Chart.objects.exists()


def test_a_flood_of_questions_is_slowed(strict):
    """Sixty at once, then twenty a second: 120 take three seconds or more."""

    async def work(sftp):
        begun = time.monotonic()
        for _ in range(120):
            await sftp.stat("/inbox")
        return time.monotonic() - begun

    assert in_session(strict, work) >= 2.8


def test_one_address_has_so_many_connections(strict):
    first = strict.begin(*["ls /inbox"] * 400)
    second = strict.begin(*["ls /inbox"] * 400)
    time.sleep(4)
    third = strict.run("ls /inbox")
    assert (first.poll(), second.poll()) == (None, None)
    assert third.returncode != 0
    for process in (first, second):
        process.kill()
        process.wait()


def test_nothing_of_a_client_is_in_the_log(strict):
    (Path(strict.folder) / "Quenby Zzyzxworth.pdf").write_bytes(files.small_pdf(1))
    strict.run(
        "mkdir /inbox/Zzyzxworth", f'put "{strict.folder}/Quenby Zzyzxworth.pdf" /inbox/Zzyzxworth', "ls /nothing"
    )
    assert Chart.objects.get().original_name == "Quenby Zzyzxworth.pdf"
    assert "Zzyzxworth" not in strict.server.log()


def test_a_bucket_lets_three_seconds_through_and_then_the_rate():
    bucket = Bucket(10)
    begun = bucket.seen
    assert [bucket.wait(begun) for _ in range(30)] == [0.0] * 30
    assert bucket.wait(begun) == pytest.approx(0.1)
    assert bucket.wait(begun + 10) == 0.0


def test_pieces_join_in_any_order():
    written = Written()
    for start, end in ((5, 9), (0, 3), (9, 12), (3, 5), (2, 4)):
        written.add(start, end)
    assert (written.whole, written.end, written.pieces) == (12, 12, [(0, 12)])
    scattered = Written()
    assert not all(scattered.add(2 * n, 2 * n + 1) for n in range(Written.MOST_PIECES + 1))
