"""Checking codings of 1, 10 and 50 lines against a full-size NCCI table: in memory, and looked up in PostgreSQL.

And the edits of diagnoses over the real notes of the tabular list.
"""

import gc
import io
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from coding.actions.code_sets import load_code_file
from coding.actions.tables import tables_for
from coding.models import AddOnPair, Code, Edition, RelativeValue, UnitLimit
from coding.rules.code_sets import CodeSet
from coding.rules.codings import CodedEncounter, DiagnosisLine, ProcedureLine, System
from coding.rules.edits import run_edits
from coding.rules.tables import BundledPair, Tables
from portal import scope
from tests.bench import pairs
from tests.coding.edits.test_diagnoses import CASES, OF_DIAGNOSES, coding_of
from tests.coding.tabular import tables_of

NOW = datetime(2026, 11, 25, tzinfo=UTC)
DAY = date(2026, 11, 2)
SIZES = (1, 10, 50)  # a claim has up to 50 lines
NAME, EFFECTIVE = "made up", date(2026, 10, 1)
ROUNDS = 30
GOAL = 20  # milliseconds for a coding of 50 lines, look-up included
NOTED_GOAL = 2  # milliseconds for the edits of diagnoses over twelve with all their notes
NOTED = "E11.22;N18.31;I12.9;J44.1;F32.A;K21.9;M17.11;E78.2;G47.33;E66.811;Z68.35;Z79.4"
QUOTE = "long-standing disease, stable on current treatment, well controlled"
Row = tuple[str, str, date, date | None, str]


def codings(size: int, count: int) -> list[CodedEncounter]:
    """Codings of so many lines, always the same ones; half of their codes stand in column one."""
    chance = random.Random(size)  # noqa: S311  (a measurement, not a secret)
    known = pairs.codes()
    return [
        CodedEncounter(
            date_of_service=DAY,
            diagnoses=(DiagnosisLine("A000"), DiagnosisLine("A001")),
            procedures=tuple(
                ProcedureLine(code, chance.choice(((), ("59",), ("LT",), ("25",))), chance.choice((1, 1, 3)), (1, 2))
                for code in chance.sample(known, size)
            ),
            place_of_service="11",
        )
        for _ in range(count)
    ]


# -- in memory -------------------------------------------------------------------------------------------


def table_rows() -> Iterator[Row]:
    """The rows of the made-up table; equal days and indicators share one object."""
    days: dict[str, date | None] = {"*": None}
    for text in pairs.lines():
        cells = text.rstrip("\n").split("\t")
        if len(cells) == 7 and cells[3].isdigit():
            for cell in cells[3:5]:
                if cell not in days:
                    days[cell] = date(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
            begins = days[cells[3]]
            assert begins is not None
            yield cells[0], cells[1], begins, days[cells[4]], cells[5]


class Pairs(Mapping[tuple[str, str], tuple[BundledPair, ...]]):
    """The whole table as edits ask it, small enough for memory: rows are made when they are asked for."""

    def __init__(self, rows: list[Row]) -> None:
        self.count = len(rows)
        self.rows: dict[str, dict[str, tuple[date, date | None, str]]] = {}
        for one, two, *rest in rows:
            self.rows.setdefault(one, {})[two] = tuple(rest)  # type: ignore[assignment]

    def get(self, key: tuple[str, str], default: Any = None) -> Any:
        row = self.rows.get(key[0], {}).get(key[1])
        return (BundledPair(*key, *row, "Reason"),) if row else default

    def __getitem__(self, key: tuple[str, str]) -> tuple[BundledPair, ...]:
        return (BundledPair(*key, *self.rows[key[0]][key[1]], "Reason"),)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((one, two) for one, others in self.rows.items() for two in others)

    def __len__(self) -> int:
        return self.count


def naive(coded: CodedEncounter, rows: list[Row]) -> int:
    """The peer: every row of the table against every coding; how many pairs are denied."""
    codes = {line.code for line in coded.procedures}
    found = 0
    for one, two, begins, ends, indicator in rows:
        if one in codes and two in codes and begins <= DAY and (ends is None or ends >= DAY) and indicator != "9":
            found += 1
    return found


def in_memory() -> Iterator[str]:
    rows = list(table_rows())
    tables = Tables(pairs=Pairs(rows))
    gc.freeze()  # millions of rows that live on are not to be looked through in the middle of a measurement
    yield f"Edits: all of them over {len(rows):,} NCCI pairs in memory, against a loop over the table"
    for size in SIZES:
        many = codings(size, 200)
        ours = rate(lambda many=many: [run_edits(coded, tables) for coded in many], len(many))
        peer = rate(lambda many=many: [naive(coded, rows) for coded in many[:2]], 2)
        yield (
            f"  {size:2} lines: {ours:10,.0f} codings/s, {size * ours:10,.0f} lines/s; "
            f"loop {peer:6.1f} codings/s; ratio {ours / peer:,.0f}"
        )
    gc.unfreeze()


def rate(work: Callable[[], object], count: int) -> float:
    """The median of three rounds, a second."""
    rates = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        rates.append(count / (time.perf_counter() - start))
    return statistics.median(rates)


# -- looked up -------------------------------------------------------------------------------------------


def edition(code_set: CodeSet) -> Edition | None:
    """The made-up edition of a list to be filled; None if it is filled already."""
    made, is_new = Edition.objects.get_or_create(
        code_set=code_set, name=NAME, defaults={"effective": EFFECTIVE, "rows": 0, "loaded_at": NOW}
    )
    return made if is_new else None


def fill() -> None:
    """A row for every code in each list that edits ask; kept from run to run."""
    if not Edition.objects.filter(code_set=CodeSet.PTP_PRACTITIONER, name=NAME).exists():
        load_code_file(
            code_set=CodeSet.PTP_PRACTITIONER, file=io.BytesIO(pairs.table()), file_name="pairs", name=NAME,
            effective=EFFECTIVE, by=None, at=NOW,
        )  # fmt: skip
    known = pairs.codes()
    if of := edition(CodeSet.HCPCS):
        Code.objects.bulk_create(
            (Code(edition=of, system=System.PROCEDURE, code=code, title=code, billable=True) for code in known),
            batch_size=5000,
        )
    if of := edition(CodeSet.MUE_PRACTITIONER):
        UnitLimit.objects.bulk_create(
            (
                UnitLimit(edition=of, code=code, units=2, adjudication=place % 3 + 1, rationale="Policy")
                for place, code in enumerate(known)
            ),
            batch_size=5000,
        )
    if of := edition(CodeSet.ADD_ONS):
        AddOnPair.objects.bulk_create(
            (
                AddOnPair(edition=of, add_on=code, primary=known[place - 1], kind=1)
                for place, code in enumerate(known[::3])
            ),
            batch_size=5000,
        )
    if of := edition(CodeSet.RELATIVE_VALUES):
        one = Decimal(1)
        RelativeValue.objects.bulk_create(
            (
                RelativeValue(
                    edition=of, code=code, status="A", work=one, office_expense=one, facility_expense=one,
                    malpractice=one, conversion_factor=one, global_days=("000", "010", "090", "XXX")[place % 4],
                )
                for place, code in enumerate(known)
            ),
            batch_size=5000,
        )  # fmt: skip


def looked_up() -> Iterator[str]:
    fill()
    yield "Edits: the rows of a coding looked up in PostgreSQL and all edits run"
    for size in SIZES:
        spent = [measured(coded) for coded in codings(size, ROUNDS + 5)][5:]  # the first ones warm up
        whole, look_up, edits, processor = (sorted(part) for part in zip(*spent, strict=True))
        yield (
            f"  {size:2} lines: {statistics.median(whole):6.1f} ms (look-up {statistics.median(look_up):.1f}, edits "
            f"{statistics.median(edits):.1f}; processor {statistics.median(processor):.1f}), "
            f"p95 {whole[int(len(whole) * 0.95)]:.1f} ms" + (f"; goal {GOAL} ms" if size == SIZES[-1] else "")
        )


def measured(coded: CodedEncounter) -> tuple[float, float, float, float]:
    """Milliseconds in all, for the look-up, for the edits, and of the processor (this process's, no database's)."""
    start, processor = time.perf_counter(), time.process_time()
    tables = tables_for(coded)
    asked = time.perf_counter()
    run_edits(coded, tables)
    end = time.perf_counter()
    used = time.process_time() - processor
    return 1000 * (end - start), 1000 * (asked - start), 1000 * (end - asked), 1000 * used


# -- the notes of diagnoses ------------------------------------------------------------------------------


def noted() -> Iterator[str]:
    """Twelve diagnoses of one person, each with a quotation, against the notes that the list has on them."""
    case = {**CASES[0], "diagnoses": NOTED, "patient": "F 66", "lines": "99214-25 20610-RT@7"}
    diagnoses = tuple(DiagnosisLine(code, (QUOTE,)) for code in NOTED.split(";"))
    coded = replace(coding_of(case), diagnoses=diagnoses)
    tables = tables_of(coded)
    spent = sorted(diagnosis_edits(coded, tables) for _ in range(50))
    notes = sum(len(notes) for notes in tables.notes.values())
    yield f"Edits: those of diagnoses over {len(diagnoses)} with {notes} notes of the tabular list"
    yield (
        f"  processor {statistics.median(spent):.2f} ms, least {spent[0]:.2f} ms; goal {NOTED_GOAL} ms; "
        f"ratio {spent[0] / NOTED_GOAL:.2f}"
    )


def diagnosis_edits(coded: CodedEncounter, tables: Tables) -> float:
    """Milliseconds of the processor."""
    began = time.process_time()
    for edit in OF_DIAGNOSES:
        list(edit(coded, tables))
    return 1000 * (time.process_time() - began)


def report() -> Iterator[str]:
    """Lines to print."""
    yield from in_memory()
    yield from noted()
    with scope.service():
        yield from looked_up()
