"""A load is killed in the middle, or two run at once; the lists are whole whatever happens."""

import sys

import psycopg
import pytest

from coding.actions.code_sets import LOAD_LOCK
from coding.models import BundledPair, Edition
from tests import processes
from tests.coding.layouts.test_bundled_pairs import text

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
LINES = 60_000
COPIED = "SELECT 1 FROM pg_stat_progress_copy WHERE tuples_processed > 0"


def quarter(folder, name, rationale, lines=LINES):
    """A file of pairs that takes several COPYs."""
    rows = (f"{10000 + n % 90000}\t{n // 90000:02}102\t\t20200401\t*\t1\t{rationale}" for n in range(lines))
    file = folder / name
    file.write_text(text(*(row.replace("\t00102", "\tG0102") for row in rows)))
    return file


def load(folder, file, name):
    command = [sys.executable, "manage.py", "load_codes", "ptp_practitioner", str(file)]
    return processes.start([*command, "--edition", "2026 Q4", "--effective", "2026-10-01"], folder, name)


def is_copying():
    with psycopg.connect(processes.database_address(), autocommit=True) as server:
        return server.execute(COPIED).fetchone() is not None


def is_rolled_back():
    """Whether the lock of loads is free: PostgreSQL has noticed that the process is gone."""
    with psycopg.connect(processes.database_address()) as server:
        return server.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOAD_LOCK]).fetchone() == (True,)


def test_a_load_that_is_killed_leaves_nothing(tmp_path):
    file = quarter(tmp_path, "pairs.txt", "Standards")
    running = load(tmp_path, file, "first")
    assert processes.wait_until(is_copying, seconds=90, every=0.005), running.log.read_text()
    processes.kill(running)
    assert processes.wait_until(is_rolled_back, seconds=60)
    assert not Edition.objects.exists()
    assert not BundledPair.objects.exists()
    again = load(tmp_path, file, "again")
    assert again.process.wait(timeout=120) == 0, again.log.read_text()
    assert BundledPair.objects.count() == LINES == Edition.objects.get().rows


def test_two_loads_at_once_are_one_after_the_other(tmp_path):
    file = quarter(tmp_path, "pairs.txt", "Standards", lines=20_001)
    both = [load(tmp_path, file, name) for name in ("one", "two")]
    assert [running.process.wait(timeout=120) for running in both] == [0, 0]
    logs = sorted(running.log.read_text().strip() for running in both)
    assert logs[0] == "ptp_practitioner 2026 Q4: 20001 rows in BundledPair"
    assert "unchanged" in logs[1]
    assert BundledPair.objects.count() == 20_001


def test_two_corrections_at_once_leave_one_of_them_whole(tmp_path):
    both = [load(tmp_path, quarter(tmp_path, f"{word}.txt", word, lines=20_001), word) for word in ("One", "Two")]
    assert [running.process.wait(timeout=120) for running in both] == [0, 0]
    edition = Edition.objects.get()
    kept = BundledPair.objects.values_list("rationale", flat=True)
    assert (len(kept), set(kept)) == (20_001, {edition.file_name.removesuffix(".txt")})
