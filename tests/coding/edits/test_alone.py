"""The rules' own tests pass where Django cannot be imported, and in seconds."""

import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SECONDS = 20  # of the processor, whatever else the machine is doing
# The suite of the edits, read by a pytest that knows no Django: neither its plugins nor this repository's conftest.
SUITE = """
import sys

class Poison:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"django", "celery", "psycopg", "rest_framework"}:
            raise ImportError(f"{name} was asked for")

sys.meta_path.insert(0, Poison())
import pytest
sys.exit(pytest.main([
    "-q", "-c", "/dev/null", "--rootdir", ".", "--noconftest", "-p", "no:cacheprovider", "-p", "no:randomly",
    "-m", "not django_db", *sys.argv[1:],
]))
"""
TESTS = (
    "edits/test_procedures.py", "edits/test_diagnoses.py", "edits/test_units_of_minutes.py",
    "test_note_codes.py", "test_edits.py", "prices/test_prices.py",
)  # fmt: skip


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", SUITE, *arguments],
        cwd=ROOT, capture_output=True, text=True, env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_the_edits_pass_with_django_out_of_reach():
    begun = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    result = run(*(f"tests/coding/{name}" for name in TESTS))
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begun < SECONDS


def test_a_test_that_needs_django_fails_there():
    result = run("tests/coding/test_tables.py")
    assert result.returncode != 0
    assert "django was asked for" in result.stdout or "django.db was asked for" in result.stdout
