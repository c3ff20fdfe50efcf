"""The import direction is a contract, and rules stand alone."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = ("portal", "coding", "claims", "feedback")
RULES = sorted(path for app in APPS for path in (ROOT / app / "rules").rglob("*.py"))
# What a rule may not touch: the outside, the clock, chance.
FORBIDDEN_MODULES = {"os", "sys", "io", "pathlib", "socket", "random", "secrets", "time", "subprocess", "logging"}
FORBIDDEN_CALLS = {"now", "today", "utcnow", "open", "print"}
# Output formats build a file in memory.
MAY_USE_IO = {"csv_file.py", "xlsx_file.py"}


def test_the_import_contracts_hold():
    result = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.parametrize("path", RULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_rule_touches_nothing_outside(path):
    tree = ast.parse(path.read_text())
    allowed = {"io"} if path.name in MAY_USE_IO else set()
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    assert not imported & FORBIDDEN_MODULES - allowed
    assert not called & FORBIDDEN_CALLS


def test_the_rules_run_with_django_not_loaded():
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in RULES]
    code = f"import sys\nfor name in {modules!r}: __import__(name)\nassert 'django' not in sys.modules"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-1000:]
