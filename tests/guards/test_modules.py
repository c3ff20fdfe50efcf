"""Modules stay short, and no tracked file names a registry or a machine."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES = 400
# A host that serves packages, or a place that exists on one machine only.
FOREIGN = re.compile(r"(pypi|npmjs|pythonhosted)\.(org|com)|deb\.debian|/home/[a-z]+/|/root/\.")


def tracked(*endings: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in listed if name.endswith(endings) and (ROOT / name).exists()]


def test_no_module_is_longer_than_four_hundred_lines():
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked(".py", ".js", ".css")
        if "/migrations/" not in str(path) and (count := len(path.read_text().splitlines())) > LINES
    }
    assert not long


def test_no_drawer_is_called_utils():
    drawers = {"utils", "helpers", "common", "core", "misc"}
    assert not [path for path in tracked(".py") if {path.stem, *path.relative_to(ROOT).parts[:-1]} & drawers]


def test_requirements_hold_hashes_and_no_addresses():
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text()
        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)


def test_no_file_names_a_registry_or_one_machine():
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked(".py", ".md", ".toml", ".txt", ".html", ".js", ".css", ".yml", "Makefile", "run")
        if path.name != "test_modules.py" and (match := FOREIGN.search(path.read_text(errors="ignore")))
    ]
    assert not found
