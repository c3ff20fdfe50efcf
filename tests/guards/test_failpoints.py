"""The places at which fault runs strike are listed once, named once in the code, and silent without the setting."""

import ast
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from portal import failpoints
from portal.failpoints import POINTS, Fired, reached
from tests.guards.test_deploy_check import check

ROOT = Path(__file__).parents[2]
APPS = ("config", "portal", "coding", "claims", "feedback")


def named_in_code():
    """Every argument with which `reached` is called; anything but a plain text fails here."""
    calls = [
        node
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reached"
    ]
    return [ast.literal_eval(call.args[0]) for call in calls]


def test_each_place_is_listed_and_stands_in_the_code_once():
    assert Counter(named_in_code()) == dict.fromkeys(POINTS, 1)


def test_without_the_setting_nothing_happens_and_little_is_spent():
    begun = time.perf_counter()
    for _ in range(100_000):
        reached("job.claimed")
    assert (time.perf_counter() - begun) / 100_000 < 5e-6  # seconds; about 0.1 µs on a quiet machine


def test_what_was_asked_for_happens_once_at_the_arrival_it_was_asked_for(settings, tmp_path):
    settings.FAILPOINTS = str(tmp_path)
    (tmp_path / "job.claimed").write_text("raise 2")
    reached("job.claimed")
    reached("job.rung")
    with pytest.raises(Fired):
        reached("job.claimed")
    reached("job.claimed")
    assert (tmp_path / "arrivals").read_text().split() == ["job.claimed", "job.rung", "job.claimed", "job.claimed"]


def test_a_disk_can_be_full_and_a_place_slow(settings, tmp_path):
    settings.FAILPOINTS = str(tmp_path)
    (tmp_path / "storage.drafted").write_text("full 1")
    with pytest.raises(OSError, match="No space left"):
        reached("storage.drafted")
    (tmp_path / "storage.drafted").write_text("sleep 1 0.2")
    begun = time.monotonic()
    reached("storage.drafted")
    assert time.monotonic() - begun >= 0.2


def test_a_place_that_is_not_listed_is_a_fault(settings, tmp_path):
    settings.FAILPOINTS = str(tmp_path)
    with pytest.raises(KeyError):
        reached("no.such_place")


def test_killed_is_killed(tmp_path):
    (tmp_path / "job.claimed").write_text("kill 1")
    script = "import django; django.setup(); from portal.failpoints import reached; reached('job.claimed')"
    environment = {
        **os.environ,  # noqa: TID251
        "CHARTLINE_FAILPOINTS": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment)
    assert done.returncode == -signal.SIGKILL


def test_production_refuses_them(tmp_path):
    for changed in ({"CHARTLINE_FAILPOINTS": str(tmp_path)}, {"CHARTLINE_TESTING": "1"}):
        refused = check(**changed)
        assert refused.returncode != 0
        assert "for tests" in refused.stderr
    assert set(failpoints.ACTIONS) == {"kill", "stop", "raise", "full", "sleep"}
