"""A file is loaded whole or not at all, twice is once, and a corrected file takes the place of the wrong one."""

import gzip
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import IO

import pytest

from coding.actions.code_sets import EditionsClash, RowsRefused, load_edition
from coding.models import Edition, Taxonomy
from coding.rules.code_sets import CodeSet
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile
from coding.signals import codes_loaded
from portal.models import AuditEvent

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def read(file: IO[bytes]) -> Iterator[Record | Refused]:
    """The smallest layout there can be: a heading, then lines of code and classification; "?" is a spoiled line."""
    if file.readline() != b"taxonomy\n":
        raise WrongFile("The first line is not the heading.")
    for number, line in enumerate(file, start=2):
        code, _, name = line.decode().rstrip("\n").partition(" ")
        if code == "?":
            yield Refused(number, "spoiled")
        else:
            yield Record("Taxonomy", (code, "", name, ""), number)


LAYOUT = Layout(
    CodeSet.TAXONOMY, {"Taxonomy": ("code", "grouping", "classification", "specialization")}, read, "this test"
)


def load(*lines, name="26.1", effective=date(2026, 7, 1), layout=LAYOUT, **more):
    body = io.BytesIO("\n".join(("taxonomy", *lines, "")).encode())
    return load_edition(
        layout=layout, file=body, file_name="nucc.txt", name=name, effective=effective, by=None, at=NOON, **more
    )


def codes(edition: Edition) -> list[str]:
    return list(Taxonomy.objects.filter(edition=edition).order_by("code").values_list("code", flat=True))


@pytest.fixture
def told() -> Iterator[list[CodeSet]]:
    """The lists of which the signal spoke."""
    heard: list[CodeSet] = []

    def hear(*, code_set: CodeSet, **_more: object) -> None:
        heard.append(code_set)

    codes_loaded.connect(hear)
    yield heard
    codes_loaded.disconnect(hear)


def test_the_rows_belong_to_an_edition_that_names_its_file(ada, told):
    body = io.BytesIO(b"taxonomy\n207Q00000X Family Medicine\n208D00000X General Practice\n")
    report = load_edition(
        layout=LAYOUT, file=body, file_name="folder/nucc.txt", name="26.1", effective=date(2026, 7, 1), by=ada, at=NOON
    )
    assert report.rows == {"Taxonomy": 2}
    edition = Edition.objects.get()
    assert (edition.code_set, edition.name, edition.file_name, edition.rows) == ("taxonomy", "26.1", "nucc.txt", 2)
    assert (edition.loaded_by, edition.loaded_at, len(edition.sha256)) == (ada, NOON, 64)
    assert codes(edition) == ["207Q00000X", "208D00000X"]
    event = AuditEvent.objects.get(action="codes.loaded")
    assert (event.actor, event.object_id) == (ada, edition.pk)
    assert event.detail == {"code_set": "taxonomy", "edition": "26.1", "rows": 2, "removed": 0, "refused": 0}
    assert told == [CodeSet.TAXONOMY]


def test_the_same_file_again_changes_nothing(told):
    first = load("207Q00000X Family Medicine")
    again = load("207Q00000X Family Medicine")
    assert not first.unchanged
    assert again.unchanged
    assert Edition.objects.get() == first.edition == again.edition
    assert AuditEvent.objects.filter(action="codes.loaded").count() == 1
    assert told == [CodeSet.TAXONOMY]


@pytest.mark.parametrize(
    "corrected", [{"name": "26.1 corrected"}, {"effective": date(2026, 7, 2)}, {"ends_on": date(2026, 12, 31)}, {}]
)
def test_a_corrected_file_takes_the_place_of_the_edition(corrected):
    load("207Q00000X Family Medicine", "208D00000X General Practice")
    report = load("207Q00000X Family", **corrected)
    assert (report.removed, report.unchanged) == (2, False)
    assert Edition.objects.get() == report.edition
    assert codes(report.edition) == ["207Q00000X"]
    assert Taxonomy.objects.count() == 1


def test_another_edition_stands_beside_the_first():
    first = load("207Q00000X Family Medicine")
    second = load("208D00000X General Practice", name="27.0", effective=date(2027, 1, 1))
    assert (codes(first.edition), codes(second.edition)) == (["207Q00000X"], ["208D00000X"])


def test_a_name_of_one_edition_with_the_day_of_another_is_not_guessed():
    load("207Q00000X Family Medicine")
    load("207Q00000X Family Medicine", name="27.0", effective=date(2027, 1, 1))
    with pytest.raises(EditionsClash, match=r"called 26\.1, and another begins on 2027-01-01"):
        load("208D00000X General Practice", name="26.1", effective=date(2027, 1, 1))
    assert Edition.objects.count() == 2


def test_refused_rows_are_named_and_nothing_is_loaded(told):
    kept = load("207Q00000X Family Medicine").edition
    told.clear()
    with pytest.raises(RowsRefused) as refusal:
        load("? ", "208D00000X General Practice", "?")
    assert refusal.value.refused == (Refused(2, "spoiled"), Refused(4, "spoiled"))
    assert Edition.objects.get() == kept
    assert codes(kept) == ["207Q00000X"]
    assert told == []


def test_on_an_operators_word_refused_rows_are_left_out():
    report = load("?", "208D00000X General Practice", leave_out_refused=True)
    assert (report.rows, report.left_out, report.refused) == ({"Taxonomy": 1}, 1, (Refused(2, "spoiled"),))
    edition = Edition.objects.get()
    assert (edition.rows, edition.refused) == (1, 1)


def test_only_the_first_refused_rows_are_named():
    with pytest.raises(RowsRefused) as refusal:
        load(*["?"] * 1500)
    assert (refusal.value.count, len(refusal.value.refused)) == (1500, 1000)


def test_a_reason_that_quotes_a_cell_without_end_is_cut():
    def read_spoiled(_file: IO[bytes]) -> Iterator[Record | Refused]:
        yield Refused(2, "x" * 10_000_000)

    with pytest.raises(RowsRefused) as refusal:
        load(layout=replace(LAYOUT, read=read_spoiled))
    assert refusal.value.refused == (Refused(2, "x" * 300 + "…"),)


def test_a_row_that_repeats_another_is_refused_by_its_line():
    lines = ("207Q00000X Family Medicine", "208D00000X General Practice", "207Q00000X Family Medicine")
    with pytest.raises(RowsRefused) as refusal:
        load(*lines)
    assert refusal.value.refused == (Refused(4, "repeats line 2 (code 207Q00000X)"),)
    report = load(*lines, leave_out_refused=True)
    assert (report.rows, report.left_out) == ({"Taxonomy": 2}, 1)


def test_a_row_that_the_table_cannot_hold_is_refused_by_its_line():
    with pytest.raises(RowsRefused) as refusal:
        load("207Q00000X Family Medicine", "207Q00000XY Too long", "208D00000X Nul\0character", "?")
    assert [row.line for row in refusal.value.refused] == [3, 4, 5]
    assert [row.reason for row in refusal.value.refused] == [
        "code: Ensure this value has at most 10 characters (it has 11).",
        "classification: holds a NUL character",
        "spoiled",
    ]
    assert not Edition.objects.exists()


def test_a_file_of_another_layout_changes_nothing():
    kept = load("207Q00000X Family Medicine").edition
    with pytest.raises(WrongFile, match="heading"):
        load_edition(
            layout=LAYOUT, file=io.BytesIO(b"other\n"), file_name="x", name="26.1", effective=date(2026, 7, 1), by=None,
            at=NOON,
        )  # fmt: skip
    assert codes(kept) == ["207Q00000X"]


def test_a_file_longer_than_one_copy_is_loaded_whole():
    report = load(*[f"{n:010d} Name {n}" for n in range(45_000)])
    assert report.rows == {"Taxonomy": 45_000}
    assert Taxonomy.objects.count() == report.edition.rows == 45_000


def test_a_packed_file_is_unpacked(tmp_path):
    packed = tmp_path / "nucc.txt.gz"
    packed.write_bytes(gzip.compress(b"taxonomy\n207Q00000X Family Medicine\n"))
    report = load_edition(
        layout=LAYOUT, file=packed, file_name=packed.name, name="26.1", effective=date(2026, 7, 1), by=None, at=NOON
    )
    assert codes(report.edition) == ["207Q00000X"]
