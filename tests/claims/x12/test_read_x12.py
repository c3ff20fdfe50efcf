"""The command prints what a file says, and never a traceback."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from claims.management.commands import read_x12
from tests.claims.x12.made import FILES

ROOT = Path(__file__).parents[3]


def told(*names, **options):
    out = StringIO()
    call_command("read_x12", *(str(name) for name in names), stdout=out, **options)
    return out.getvalue()


def test_each_file_is_an_object_with_its_sets_and_findings():
    names = [FILES / "two_payments.x12", FILES / "reversal.x12"]
    both = json.loads(told(*names, json=True))
    assert [file["file"] for file in both] == [str(name) for name in names]
    assert [[one["payment"] for one in file["transactions"]] for file in both] == [["95.40", "0.00"], ["0.00"]]
    assert all(one["balanced"] and not one["findings"] for file in both for one in file["transactions"])
    assert all(set(file) == {"file", "transactions", "findings"} and not file["findings"] for file in both)


def test_people_get_some_lines():
    lines = told(FILES / "two_payments.x12").splitlines()
    assert lines[1:] == [
        "  835 0001: payment 95.40, balanced, 2 claims",
        "  835 0002: payment 0.00, balanced, 1 claims, 2 provider adjustments",
    ]


def test_what_is_no_readable_file_is_told_beside_the_others(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 40)
    names = [tmp_path / "missing", tmp_path, tmp_path / "empty", tmp_path / "binary", "\0", FILES / "reversal.x12"]
    *strange, good = json.loads(told(*names, json=True))
    assert all(not file["transactions"] and file["findings"] for file in strange)
    assert good["transactions"]
    assert "File: cannot be read: No such file or directory" in told(*names)


def test_a_file_that_is_too_long_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(read_x12, "MOST_BYTES", 1000)
    (tmp_path / "long").write_bytes(b"A" * 1001)
    [file] = json.loads(told(tmp_path / "long", json=True))
    assert file["findings"] == ["File: longer than 1,000 bytes, not read"]


def test_signs_that_a_terminal_takes_as_commands_are_not_printed(tmp_path):
    (tmp_path / "bad").write_bytes((FILES / "reversal.x12").read_bytes().replace(b"*0001~", b"*\x1b[2J~"))
    assert "\x1b" not in told(tmp_path / "bad")


@pytest.mark.parametrize(("encoding", "options"), [("utf-8", ["--json"]), ("ascii", [])])
def test_it_runs_without_a_database_on_any_terminal(tmp_path, encoding, options):
    name = tmp_path / "\xe9\udcff.x12"
    name.write_bytes((FILES / "reversal.x12").read_bytes().replace(b"CLP*C1*1*120*", b"CLP*C1*1*12\xc3\xa9*"))
    variables = [
        "DATABASE_URL=postgres://nobody@127.0.0.1:1/none", f"PYTHONIOENCODING={encoding}", f"CHARTLINE_VAR={tmp_path}",
    ]  # fmt: skip
    command = ["env", *variables, sys.executable, "manage.py", "read_x12", str(name), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"is no amount" in done.stdout


def test_who_reads_may_stop_reading():
    names = " ".join([str(FILES / "two_payments.x12")] * 200)
    command = f"{sys.executable} manage.py read_x12 {names} --json | head -1"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True)
    assert (done.stdout, done.stderr) == (b"[\n", b"")
