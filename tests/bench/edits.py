"""Checking codings of 1, 10 and 50 lines against a full-size NCCI table: in memory, and looked up in PostgreSQL."""

import io
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from coding.actions.code_sets import load_code_file
from coding.actions.tables import tables_for
from coding.models import AddOnPair, Code, Edition, RelativeValue, UnitLimit
from coding.rules.code_sets import CodeSet
from coding.rules.codings import CodedEncounter, DiagnosisLine, ProcedureLine, System
from coding.rules.edits import run_edits
from coding.rules.tables import BundledPair, Tables
from portal import scope
from tests.bench import pairs

NOW = datetime(2026, 11, 25, tzinfo=UTC)
DAY = date(2026, 11, 2)
SIZES = (1, 10, 50)  # a claim has up to 50 lines
NAME, EFFECTIVE = "made up", date(2026, 10, 1)
ROUNDS = 30
GOAL = 20  # milliseconds for a coding of 50 lines, look-up included
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
        self.rows: dict[str, dict[str, tuple[date, date | None, str]]] = {}
        for one, two, *rest in rows:
            self.rows.setdefault(one, {})[two] = tuple(rest)  # type: ignore[assignment]

    def __getitem__(self, key: tuple[str, str]) -> tuple[BundledPair, ...]:
        return (BundledPair(*key, *self.rows[key[0]][key[1]], "Reason"),)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((one, two) for one, others in self.rows.items() for two in others)

    def __len__(self) -> int:
        return sum(map(len, self.rows.values()))


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
    yield f"Edits: all of them over {len(rows):,} NCCI pairs in memory, against a loop over the table"
    for size in SIZES:
        many = codings(size, 200)
        ours = rate(lambda many=many: [run_edits(coded, tables) for coded in many], len(many))
        peer = rate(lambda many=many: [naive(coded, rows) for coded in many[:2]], 2)
        yield (
            f"  {size:2} lines: {ours:10,.0f} codings/s, {size * ours:10,.0f} lines/s; "
            f"loop {peer:6.1f} codings/s; ratio {ours / peer:,.0f}"
        )


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
        spent = []
        for coded in codings(size, ROUNDS + 5):
            start = time.perf_counter()
            tables = tables_for(coded)
            asked = time.perf_counter()
            run_edits(coded, tables)
            spent.append((asked - start, time.perf_counter() - asked))
        spent = spent[5:]
        whole = sorted(1000 * sum(one) for one in spent)
        look_up, edits = (1000 * statistics.median(part) for part in zip(*spent, strict=True))
        yield (
            f"  {size:2} lines: {statistics.median(whole):6.1f} ms (look-up {look_up:.1f}, edits {edits:.1f}), "
            f"p95 {whole[int(len(whole) * 0.95)]:.1f} ms" + (f"; goal {GOAL} ms" if size == SIZES[-1] else "")
        )


def report() -> Iterator[str]:
    """Lines to print."""
    yield from in_memory()
    with scope.service():
        yield from looked_up()
