"""What X12 files say: payments, claims, acknowledgements, and what is wrong with them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from claims.rules.x12.outline import Plain, outline
from claims.rules.x12.reading import read

MOST_BYTES = 64 * 2**20  # an 835 of 120,000 claims; what is read takes many times as much memory


class Command(BaseCommand):
    help = (
        "Prints what is in X12 files of the kinds 835, 999, 997, TA1, 277CA, 277, 276 and 837, and what is wrong with "
        "them. With --json: a list with an object for each file; amounts are texts with two decimals; 'balanced' says "
        "whether the payment of an 835 is the sum of its claims less the provider adjustments, while lines and claims "
        "that do not balance are among the findings. Needs no database."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="everything, as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        told = (told_of(name) for name in options["files"])
        try:
            self.say(told, as_json=options["json"])
            self.stdout.flush()
        except BrokenPipeError:  # who reads has seen enough, as `head` has; nor is there anybody at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def say(self, told: Iterable[Plain], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(list(told), indent=2))
            return
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        for file in told:
            for line in summary(file):
                self.stdout.write(printable(line, encoding))


def told_of(name: str) -> Plain:
    """What a file says, or why it cannot be read."""
    try:
        with Path(name).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # missing, a folder, forbidden; no name of a file at all
        why = getattr(error, "strerror", None) or "no such file"
        return {"file": name, "transactions": [], "findings": [f"File: cannot be read: {why}"]}
    if len(content) > MOST_BYTES:
        words = f"File: longer than {MOST_BYTES:,} bytes, not read"
        return {"file": name, "transactions": [], "findings": [words]}
    return {"file": name, **outline(read(content))}


def printable(text: str, encoding: str) -> str:
    """Without what a terminal takes as a command or cannot show."""
    shown = "".join(sign if sign.isprintable() else "?" for sign in text)
    return shown.encode(encoding, "replace").decode(encoding)


def summary(file: Plain) -> Iterator[str]:
    """Some lines on a file."""
    yield file["file"]
    for one in file["transactions"]:
        yield f"  {one['kind']} {one['control']}: {', '.join(facts(one)) or 'no claims'}"
        for word in ("accepted", "rejected", "undecided", "levels"):
            yield from (f"    {word} {item['id']} {' '.join(item['codes'])}" for item in one.get(word, ()))
        yield from (f"    {finding}" for finding in one["findings"])
    yield from (f"  {finding}" for finding in file["findings"])


def facts(one: Plain) -> Iterable[str]:
    """The figures of a transaction set."""
    if one["payment"] is not None:
        yield f"payment {one['payment']}, {'balanced' if one['balanced'] else 'NOT balanced'}"
    if one["claims"]:
        yield f"{len(one['claims'])} claims"
    if one["provider_adjustments"]:
        yield f"{len(one['provider_adjustments'])} provider adjustments"
    for word in ("accepted", "rejected", "undecided", "levels"):
        if one.get(word):
            yield f"{len(one[word])} {word}"
