"""Seconds that official files take to load: a full-size table of made-up pairs, and the files beside the checkout."""

import io
import time
from datetime import UTC, date, datetime
from pathlib import Path

from coding.actions.code_sets import load_code_file
from coding.models import BundledPair, Edition
from coding.rules.code_sets import CodeSet
from coding.rules.layouts import LAYOUTS
from coding.rules.layouts.shape import Record
from tests.bench import pairs
from tests.shared_data import DATA

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PEER_ROWS = 50_000
OFFICIAL = (
    (CodeSet.RELATIVE_VALUES, "pfs/PPRRVU2025_Oct_NODESC.csv"),
    (CodeSet.MUE_PRACTITIONER, "ncci/mue_practitioner_2024q3.csv"),
    (CodeSet.MUE_HOSPITAL, "ncci/mue_outpatient_2024q3.csv"),
    (CodeSet.MUE_DME, "ncci/mue_dme_2024q3.csv"),
    (CodeSet.ADD_ONS, "ncci/aoc_2024.csv"),
    (CodeSet.PTP_PRACTITIONER, "ncci/ptp_practitioner_2024q3_sample_17codes.csv"),
    (CodeSet.GPCI, "pfs/GPCI2025.csv"),
    (CodeSet.COUNTY_LOCALITIES, "pfs/25LOCCO.txt"),
    (CodeSet.ANAESTHESIA, "pfs/ANES2025.csv"),
    (CodeSet.COVERAGE_DOCUMENTS, "lcd/documents_latest_2025-08.csv"),
)


def seconds_of(code_set: CodeSet, file: io.BytesIO | Path) -> tuple[int, float]:
    """Rows loaded and seconds taken; the edition is removed again."""
    start = time.perf_counter()
    report = load_code_file(
        code_set=code_set, file=file, file_name="bench", name="bench", effective=date(2026, 10, 1), by=None, at=NOW
    )
    took = time.perf_counter() - start
    report.edition.delete()
    return report.edition.rows, took


def rows_a_second_one_by_one(content: bytes) -> float:
    """The peer: the same reader, and Django's bulk_create in batches of 1,000."""
    layout = LAYOUTS[CodeSet.PTP_PRACTITIONER][0]
    edition = Edition.objects.create(
        code_set=CodeSet.PTP_PRACTITIONER, name="peer", effective=date(2026, 10, 1), rows=0, loaded_at=NOW
    )
    names = layout.columns["BundledPair"]
    start = time.perf_counter()
    rows = (
        BundledPair(edition=edition, **dict(zip(names, one.values, strict=True)))
        for one in layout.read(io.BytesIO(content))
        if isinstance(one, Record)
    )
    made = len(BundledPair.objects.bulk_create(rows, batch_size=1000))
    rate = made / (time.perf_counter() - start)
    edition.delete()
    return rate


def report() -> list[str]:
    """Lines to print."""
    content = pairs.table()
    rows, took = seconds_of(CodeSet.PTP_PRACTITIONER, io.BytesIO(content))
    peer = rows_a_second_one_by_one(pairs.table(PEER_ROWS))
    lines = [
        "Loading official files",
        f"  {rows:,} NCCI pairs ({len(content) / 1e6:.0f} MB) in {took:.1f} s, {rows / took:,.0f} rows/s",
        f"  bulk_create     {peer:10,.0f} rows/s on {PEER_ROWS:,} rows",
        f"  ratio           {rows / took / peer:10.2f}",
    ]
    if DATA.is_dir():
        for code_set, path in OFFICIAL:
            rows, took = seconds_of(code_set, DATA / path)
            lines.append(f"  {Path(path).name:<45} {rows:8,} rows {took:7.2f} s")
    return lines
