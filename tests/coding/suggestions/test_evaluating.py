"""How suggestions are measured: the arithmetic by hand, the command on a small corpus, a floor on the real one."""

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from coding.actions.carried_lists import CARRIED, load_carried_lists
from coding.actions.code_sets import load_code_file
from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from coding.rules.suggestions import Evidence, Source, Suggestion
from coding.rules.suggestions.figures import (
    Counts,
    Half,
    Judged,
    Overlap,
    Place,
    by_source,
    half_of,
    micro,
    overlap,
    page_times,
    stretch,
)
from coding.rules.suggestions.history import FAMILY, HAD
from coding.rules.suggestions.medicines import ALLERGIES, MEDICINES
from coding.rules.suggestions.typed_pages import LINES, typed_pages
from coding.suggesting import note_terms
from tests import factories
from tests.coding.layouts.reading import rows
from tests.shared_data import DATA, needs_official_files

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
ON = date(2026, 5, 1)
CODIESP = DATA / "notes" / "codiesp"


def one(code: str, score: float, source: Source = Source.TITLE, system: System = System.ICD10CM) -> Suggestion:
    return Suggestion(system, code, code, score, source, "", (Evidence(1, 0, 0, ((0, 0, 1, 1),), code),))


def judged(gold: str, *found: Suggestion, gold_places=(), places=(), seconds: float = 0.01, pages: int = 1) -> Judged:
    return Judged("n", frozenset(gold.split()), gold_places, found, places, seconds, pages)


NOTES = (
    judged("A01 A02 B03", one("A01", 0.9, Source.INDEX), one("B039", 0.8), one("J1", 0.9, system=System.PROCEDURE)),
    judged("C04", one("C04", 0.5), one("C05", 0.3, Source.INDEX)),
)


def test_shares_are_counted_over_all_notes():
    assert micro(NOTES, cap=12, least=0.0) == Counts(right=2, given=4, wanted=4)
    assert micro(NOTES, cap=12, least=0.0, characters=3) == Counts(right=3, given=4, wanted=4)
    assert micro(NOTES, cap=1, least=0.0) == Counts(right=2, given=2, wanted=4)
    assert micro(NOTES, cap=12, least=0.5) == Counts(right=2, given=3, wanted=4)


def test_precision_recall_and_their_mean():
    counts = Counts(right=2, given=4, wanted=8)
    assert (counts.precision, counts.recall, counts.f1) == (0.5, 0.25, pytest.approx(2 * 0.5 * 0.25 / 0.75))
    assert (Counts(0, 0, 0).precision, Counts(0, 0, 0).recall, Counts(0, 0, 0).f1) == (0.0, 0.0, 0.0)


def test_each_source_is_counted_for_itself():
    assert by_source(NOTES, cap=12, least=0.0) == {Source.INDEX: Counts(1, 2, 4), Source.TITLE: Counts(1, 2, 4)}


def test_evidence_is_compared_where_a_code_has_one_place():
    gold = (Place("A", 1000, 1020), Place("B", 3000, 3020), Place("C", 9, 9), Place("C", 99, 99))
    ours = (Place("A", 500, 510), Place("B", 1500, 1510), Place("C", 9, 9), Place("B", 7000, 7010))
    note = judged("A B C", gold_places=gold, places=ours)
    assert stretch([note]) == pytest.approx(2.0, abs=0.01)
    assert overlap([note], 2.0) == Overlap(compared=2, near=1.0, by_chance=0.0)
    assert overlap([note], 3.0) == Overlap(compared=2, near=0.0, by_chance=0.0)
    assert overlap([], 1.0) == Overlap(0, 0.0, 0.0)
    assert stretch([]) == 1.0


def test_times_are_of_a_page():
    notes = [judged("", seconds=seconds / 1000, pages=pages) for seconds, pages in ((10, 1), (40, 2), (30, 1))]
    assert page_times(notes) == {"p50_ms": pytest.approx(20), "p95_ms": pytest.approx(30)}
    assert page_times([]) == {"p50_ms": 0.0, "p95_ms": 0.0}


def test_the_halves_are_halves_and_stay():
    halves = [half_of(f"note-{number}") for number in range(1000)]
    assert 450 < halves.count(Half.TUNED) < 550
    assert half_of("S0004-06142005000900015-1") is Half.HELD_OUT


def test_a_text_becomes_pages_whose_words_know_their_place():
    text = "One  two\n\n" + "word " * 40 + "\nthree\n" + "line\n" * LINES
    pages = typed_pages(text)
    assert [page.page.number for page in pages] == [1, 2]
    for page in pages:
        for word, offset in zip(page.page.lines.words, page.offsets, strict=True):
            assert text[offset : offset + len(word.text)] == word.text
    assert typed_pages("")[0].page.lines.words == []


# -- the command ---------------------------------------------------------------------------------------
def small_corpus(folder: Path) -> Path:
    """Six notes, each with a gold code that the note names and one that it does not."""
    for part, numbers in (("train", range(4)), ("dev", range(4, 6))):
        (folder / part / "text_files_en").mkdir(parents=True)
        for number in numbers:
            (folder / part / "text_files_en" / f"note-{number}.txt").write_text("Hypertension was found.\nNo fever.\n")
        rows = [f"note-{number}\t{code}" for number in numbers for code in ("i10", "r50.9")]
        (folder / part / f"{part}D.tsv").write_text("\n".join(rows) + "\n")
        rows = [f"note-{number}\tDIAGNOSTICO\ti10\tx\t0 12;14 20" for number in numbers]
        (folder / part / f"{part}X.tsv").write_text("\n".join([*rows, "note-1\tPROCEDIMIENTO\tbw20\tx\t0 2"]) + "\n")
    return folder


def evaluated(folder: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("evaluate_suggestions", str(folder), *options, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_measures_one_half(tmp_path):
    factories.CodeFactory(code="I10", title="Essential (primary) hypertension")
    factories.CodeFactory(code="R509", title="Fever, unspecified")
    folder = small_corpus(tmp_path)
    names = [f"note-{number}" for number in range(6)]
    reports = {half: json.loads(evaluated(folder, "--json", "--half", half.value)) for half in Half}
    for half, report in reports.items():
        count = sum(half_of(name) is half for name in names)
        assert count > 0
        assert report["notes"] == count
        assert report["at"][0]["codes"] == {
            "right": count, "given": count, "wanted": 2 * count, "precision": 1.0, "recall": 0.5, "f1": 0.6667,
        }  # fmt: skip
        assert report["evidence"]["near"] == 1.0
    assert "codes P 100.0% R 50.0%" in evaluated(folder)
    assert json.loads(evaluated(folder, "--json", "--limit", "1"))["notes"] == 1


@pytest.mark.django_db
def test_a_folder_that_is_something_else_is_refused(tmp_path):
    with pytest.raises(CommandError, match="holds no notes"):
        evaluated(tmp_path)
    (tmp_path / "train").mkdir()
    with pytest.raises(CommandError, match="cannot be read"):
        evaluated(tmp_path)


# -- on the official lists -----------------------------------------------------------------------------
CODES = [carried for carried in CARRIED if carried.layout.code_set is CodeSet.ICD10CM]


@pytest.mark.parametrize("carried", CODES, ids=lambda carried: carried.name)
def test_the_codes_of_our_own_tables_can_be_billed(carried):
    listed = rows(carried.layout, carried.file().read_bytes(), "code", "billable", table="Code")
    ours = {code for _, code in (*HAD, *FAMILY)} | set(ALLERGIES.values())
    ours |= {medicine.long_term for medicine in MEDICINES.values()} - {""}
    ours |= {term.code for term in note_terms() if term.system is System.ICD10CM}
    assert not ours - {code for code, billable in listed if billable}


FLOOR = {"codes": 0.37, "categories": 0.47, "precision": 0.54, "near": 0.8}


@needs_official_files
@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.timeout(900)  # three official lists are loaded first
def test_real_notes_are_suggested_as_well_as_was_measured():
    """On the first hundred notes of the half for tuning; docs/suggestions.md has the figures of both halves."""
    load_carried_lists(at=NOON, lists=[carried for carried in CARRIED if carried.name == "FY2026 April"])
    index = DATA / "icd10cm" / "ICD10CM_2025_Index.csv"
    load_code_file(
        code_set=CodeSet.ICD10CM_INDEX, file=index, file_name=index.name, name="FY2025", effective=date(2025, 4, 1),
        by=None, at=NOON,
    )  # fmt: skip
    report = json.loads(evaluated(CODIESP, "--json", "--limit", "100"))
    first = report["at"][0]
    assert first["codes"]["f1"] >= FLOOR["codes"]
    assert first["codes"]["precision"] >= FLOOR["precision"]
    assert first["categories"]["f1"] >= FLOOR["categories"]
    assert report["evidence"]["near"] >= FLOOR["near"]
