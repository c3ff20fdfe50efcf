"""Expected prices from the loaded fee schedules: one line, or a CSV file of them."""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from coding.actions.prices import NATIONAL, NoSuchLocality, PricedTogether, indices_of, price_claims
from coding.rules.fee_modifiers import Practitioner
from coding.rules.pricing import Price, Service
from coding.rules.rbrvs import Indices

MOST_UNITS = 99_999  # of a line; no claim carries more, and each is priced by itself
CODE = re.compile(r"[A-Z0-9]{4,5}")
UNITS = re.compile(r"[0-9]{0,6}")
COLUMNS = ("hcpcs", "modifiers", "units", "date", "carrier", "locality", "pos")


class BadRow(Exception):
    """A row of the CSV file that says no service; the text says why."""


class Command(BaseCommand):
    help = (
        "Prices a service (`price 99213 --on 2025-02-01 --locality 07102-13 --pos 11`) or each row of a CSV file "
        f"with the columns {', '.join(COLUMNS)}; rows of one date with the same value in a column `claim` are one "
        "claim for the multiple-procedure rules. Modifiers are separated by blanks. The CSV printed has the columns of "
        "the file, then amount (dollars, empty where there is no price) and steps (separated by ' | ')."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("service", nargs="?", help="code, with modifiers behind hyphens: 45378-53")
        parser.add_argument("--csv", dest="file", metavar="FILE", help="a CSV file of services; - for standard input")
        parser.add_argument("--on", type=date.fromisoformat, help="date of service, YYYY-MM-DD")
        parser.add_argument("--locality", help="carrier and locality (07102-13); national amounts without it")
        parser.add_argument("--pos", default="11", help="place of service, two digits")
        parser.add_argument("--units", type=units_in, default=1)
        parser.add_argument("--practitioner", choices=[kind.value for kind in Practitioner], default="physician")
        parser.add_argument("--qualifying", action="store_true", help="the factor of a qualifying APM participant")

    def handle(self, *_args: Any, **options: Any) -> None:
        how = {"practitioner": Practitioner(options["practitioner"]), "qualifying": options["qualifying"]}
        if options["file"]:
            return self.price_file(options["file"], how)
        if not options["service"] or options["on"] is None:
            raise CommandError("Name a service and its date (--on), or a file (--csv).")
        code, *modifiers = options["service"].upper().split("-")
        if not CODE.fullmatch(code):
            raise CommandError("A service is a code of four or five characters, with its modifiers behind hyphens.")
        carrier, _, locality = (options["locality"] or "").partition("-")
        service = Service(code, options["on"], tuple(modifiers), options["units"], options["pos"])
        try:
            indices = indices_at(carrier, locality, options["on"])
        except NoSuchLocality as error:
            raise CommandError(str(error)) from error
        ((price,),) = price_claims([PricedTogether((service,), indices)], **how)
        self.stdout.write(f"{options['service'].upper()}: {worded(price)}")
        for step in price.steps:
            self.stdout.write(f"  {step}")
        return None

    def price_file(self, name: str, how: dict[str, Any]) -> None:
        if name == "-":
            return self.price_lines(sys.stdin, how)
        try:
            with Path(name).open(encoding="utf-8-sig", newline="") as file:
                return self.price_lines(file, how)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{name} cannot be read as UTF-8 text: {error}") from error

    def price_lines(self, file: TextIO, how: dict[str, Any]) -> None:
        reader = csv.DictReader(file)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
        if missing:
            raise CommandError(f"The file has no column {', '.join(missing)}; it needs {', '.join(COLUMNS)}.")
        try:
            rows = list(reader)
        except csv.Error as error:
            raise CommandError(f"Line {reader.line_num} is no CSV: {error}.") from error
        # A file that was priced before has the columns of the prices already.
        names = dict.fromkeys([*(reader.fieldnames or []), "amount", "steps"])
        writer = csv.DictWriter(self.stdout, list(names), lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        prices = priced(rows, how)
        for number, row in enumerate(rows):
            amount, steps = prices[number]
            writer.writerow({**row, "amount": amount, "steps": steps})


def priced(rows: list[dict[str, str]], how: dict[str, Any]) -> dict[int, tuple[str, str]]:
    """Amount and steps of every row, by its place; rows of one claim, date and locality are priced together."""
    found: dict[int, tuple[str, str]] = {}
    members: dict[tuple[Any, ...], list[tuple[int, Service]]] = defaultdict(list)
    claims: list[tuple[list[int], PricedTogether]] = []
    indices_once = cache(indices_at)
    for place, row in enumerate(rows):
        try:
            service = service_of(row)
        except BadRow as error:
            found[place] = ("", str(error))
        else:
            claim = row.get("claim") or ("row", place)
            members[claim, service.on, row["carrier"].strip(), row["locality"].strip()].append((place, service))
    for (_claim, on, carrier, locality), lines in members.items():
        places = [place for place, _service in lines]
        try:
            indices = indices_once(carrier, locality, on)
        except NoSuchLocality as error:
            found.update(dict.fromkeys(places, ("", str(error))))
        else:
            claims.append((places, PricedTogether(tuple(service for _place, service in lines), indices)))
    prices = price_claims([claim for _places, claim in claims], **how)
    for (places, _claim), of_claim in zip(claims, prices, strict=True):
        found.update({place: told(price) for place, price in zip(places, of_claim, strict=True)})
    return found


def told(price: Price) -> tuple[str, str]:
    return ("" if price.amount is None else f"{price.amount:.2f}", " | ".join(price.steps))


def units_in(text: str) -> int:
    """A whole number from 1 to MOST_UNITS, 1 for nothing; ValueError for anything else."""
    if not UNITS.fullmatch(text) or not 1 <= int(text or 1) <= MOST_UNITS:
        raise ValueError
    return int(text or 1)


def service_of(row: dict[str, str]) -> Service:
    if None in row or None in row.values():  # how DictReader gives cells without a column, and columns without a cell
        raise BadRow("the row has more or fewer cells than there are columns")
    try:
        on = date.fromisoformat(row["date"].strip())
    except ValueError:
        raise BadRow("the date is YYYY-MM-DD") from None
    try:
        units = units_in(row["units"].strip())
    except ValueError:
        raise BadRow(f"units are a whole number from 1 to {MOST_UNITS}") from None
    if not CODE.fullmatch(row["hcpcs"].strip().upper()):
        raise BadRow("a code has four or five letters and digits")
    modifiers = tuple((row["modifiers"] or "").upper().replace("-", " ").replace(",", " ").split())
    return Service(row["hcpcs"].strip().upper(), on, modifiers, units, row["pos"].strip().zfill(2))


def indices_at(carrier: str, locality: str, on: date) -> Indices:
    """The locality's indices; leading zeros that a spreadsheet drops are put back. National without a carrier."""
    if not carrier:
        return NATIONAL
    if not (carrier + locality).isdigit():
        raise NoSuchLocality("A locality is written as its carrier and its number: 07102-13.")
    return indices_of(carrier.zfill(5), locality.zfill(2), on=on)


def worded(price: Price) -> str:
    return "no price" if price.amount is None else f"{price.amount:.2f}"
