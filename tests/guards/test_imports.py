"""The import direction is a contract, and rules stand alone."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = ("portal", "coding", "claims", "feedback")
RULES = sorted(path for app in APPS for path in (ROOT / app / "rules").rglob("*.py"))
# What a rule may build on: nothing that reaches a file, the network, the clock or chance.
MODULES = {
    "__future__", "bisect", "calendar", "collections", "csv", "dataclasses", "datetime", "decimal", "difflib", "enum",
    "fractions",
    "functools", "hashlib", "heapq", "itertools", "json", "math", "operator", "re", "string", "types", "typing",
    "unicodedata", "xml", *APPS,
}  # fmt: skip
# Output formats build a file in memory; what comes from outside is held against a schema without references.
MORE_MODULES = {
    "draft_actions.py": {"uuid"},  # the type of a name that others give
    "xlsx_file.py": {"io", "xlsxwriter"},
    "pdf_paper.py": {"font_roboto", "fpdf", "pathlib"},  # the letters lie in a wheel
    "fhir_bundle.py": {"uuid"},  # names made of names
    "coding_json.py": {"jsonschema"},
    "manifest.py": {"codecs", "io"},  # text in memory
    "workbook.py": {"io", "xlsxwriter"},
    "drawn_sample.py": {"io", "xlsxwriter"},
    "paper.py": {"font_roboto", "fpdf", "pathlib"},  # the letters of the wheel
    "talk_export.py": {"io", "uuid"},
    "inbox.py": {"zoneinfo"},
    "draws.py": {"hmac"},  # chance that anybody can repeat
    "simulation.py": {"random"},  # from a seed
    "what_if.py": {"random", "statistics"},
    "characters.py": {"anyascii"},  # its tables of letters lie in the wheel
}
# The clock and the outside, called or only named (a default_factory calls it later).
FORBIDDEN_NAMES = {"now", "today", "utcnow", "open", "print", "input", "__import__"}


def test_the_import_contracts_hold():
    result = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.parametrize("path", RULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_rule_touches_nothing_outside(path):
    tree = ast.parse(path.read_text())
    assert imported(tree) <= MODULES | MORE_MODULES.get(path.name, set())
    assert not named(tree) & FORBIDDEN_NAMES


def imported(tree):
    """The first part of each imported name, wherever in the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
    return {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }


def named(tree):
    """Every name that is read, also as an attribute."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_the_rules_run_with_django_not_loaded():
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in RULES]
    code = f"import sys\nfor name in {modules!r}: __import__(name)\nassert 'django' not in sys.modules"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-1000:]
