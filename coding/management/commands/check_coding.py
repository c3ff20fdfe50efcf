"""The findings of the edits about codings from outside, as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from coding.actions.tables import tables_for
from coding.rules.coding_json import BadCoding, Case, read_case, written
from coding.rules.coding_schema import CODING, FINDINGS
from coding.rules.edits import run_edits
from coding.rules.edits.payer import BadRule, check_rule

BAD_INPUT = 2  # exit code


class Command(BaseCommand):
    help = (
        "Prints what the edits find in a coding, as JSON: looked up in the loaded lists, or in tables that the file "
        "brings. A file with a list of codings gets a list of answers. Input that cannot be read ends with exit code 2 "
        "and says where. docs/check-coding.md explains both shapes; --schema prints them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="JSON; - for standard input")
        parser.add_argument("--schema", action="store_true", help="print the JSON Schemas of input and output")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["schema"]:
            return self.say({"input": CODING, "output": FINDINGS})
        if not options["file"]:
            raise CommandError("Name a file, or - for standard input.", returncode=BAD_INPUT)
        raw = read_json(options["file"])
        if isinstance(raw, list):
            return self.say([answer(one, f"coding {number}: ") for number, one in enumerate(raw, start=1)])
        return self.say(answer(raw))

    def say(self, value: object) -> None:
        self.stdout.write(json.dumps(value, indent=2, ensure_ascii=False))


def read_json(name: str) -> object:
    """The content of the file; CommandError says why it is no JSON."""
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
        return json.loads(text)
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.", returncode=BAD_INPUT) from error
    except json.JSONDecodeError as error:
        raise CommandError(
            f"{name} is no JSON: {error.msg} in line {error.lineno}, column {error.colno}.", returncode=BAD_INPUT
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise CommandError(f"{name} cannot be read as JSON in UTF-8.", returncode=BAD_INPUT) from error


def answer(raw: object, which: str = "") -> dict[str, Any]:
    """What the edits find in one coding; CommandError if it is none."""
    try:
        case = read_case(raw)
        for rule in case.tables.payer_rules if case.tables else ():
            check_rule(rule)
    except (BadCoding, BadRule) as error:
        raise CommandError(f"{which}{error}", returncode=BAD_INPUT) from error
    return written(found_in(case))


def found_in(case: Case) -> Any:
    tables = case.tables if case.tables is not None else tables_for(case.coded, earlier=case.earlier)
    return run_edits(case.coded, tables)
