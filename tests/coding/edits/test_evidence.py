"""No evidence: what is marked, what is not, and what nobody was asked for."""

from dataclasses import replace

import pytest

from coding.rules.coding_json import read_case, written_lines
from coding.rules.codings import DiagnosisLine, ProcedureLine
from coding.rules.edits.evidence import no_evidence
from coding.rules.em_worksheet import Problem, Worksheet
from coding.rules.evidence import Passage, lies_on_page, words_under
from coding.rules.tables import Tables
from portal.rules.words import Word
from tests.coding.written import coded

SHOWN = (Passage(7, 2, ((100, 100, 900, 200),), "type 2 diabetes"),)


def texts(version):
    return [finding.text for finding in no_evidence(version, Tables())]


def with_evidence(diagnoses, procedures, worksheet=None):
    version = coded("E119 I10", "99213@1 20610@1")
    return replace(
        version,
        diagnoses=tuple(replace(line, evidence=one) for line, one in zip(version.diagnoses, diagnoses, strict=True)),
        procedures=tuple(replace(line, evidence=one) for line, one in zip(version.procedures, procedures, strict=True)),
        worksheet=worksheet,
    )


def test_each_line_without_evidence_is_named():
    version = with_evidence((SHOWN, ()), ((), SHOWN))
    assert texts(version) == ["No evidence is marked for I10.", "No evidence is marked for 99213."]
    assert [finding.place.number for finding in no_evidence(version, Tables())] == [2, 1]


def test_whoever_was_not_asked_is_not_told():
    assert texts(coded("E119 I10", "99213@1")) == []


def test_a_worksheet_that_says_where_shows_the_level_of_the_visit_and_nothing_else():
    sheet = Worksheet(problems=(Problem.MINOR,), is_shown=True)
    assert texts(with_evidence((SHOWN, SHOWN), ((), ()), sheet)) == ["No evidence is marked for 20610."]
    silent = replace(sheet, is_shown=False)
    assert len(texts(with_evidence((SHOWN, SHOWN), ((), ()), silent))) == 2


def test_evidence_does_not_make_another_code():
    assert DiagnosisLine("I10", evidence=SHOWN) == DiagnosisLine("I10")
    assert ProcedureLine("99213", evidence=()) == ProcedureLine("99213", evidence=SHOWN)


WORDS = [
    Word("Type", 1000, 1000, 1400, 1200, 99),
    Word("2", 1500, 1000, 1600, 1200, 99),
    Word("diabetes", 1700, 1000, 2600, 1200, 99),
    Word("today", 1700, 1300, 2600, 1500, 99),
]


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        (((1000, 1000, 1400, 1200), (1500, 1000, 1600, 1200)), "Type 2"),
        (((1500, 1000, 1600, 1200), (1000, 1000, 1400, 1200)), "Type 2"),
        (((900, 900, 3000, 1250),), "Type 2 diabetes"),
        (((1000, 1000, 1100, 1200),), ""),
        (((5000, 5000, 6000, 6000),), ""),
    ],
)
def test_a_quote_is_the_words_whose_middle_lies_in_a_box(boxes, words):
    assert words_under(boxes, WORDS) == words


@pytest.mark.parametrize(
    "box",
    [None, [1, 2, 3], [0, 0, 0, 5], [5, 5, 4, 6], [0, 0, 10_001, 5], [-1, 0, 5, 5], [0.0, 0, 5, 5], [True, 0, 5, 5]],
)
def test_what_lies_on_no_page_is_no_box(box):
    assert not lies_on_page(box)
    assert lies_on_page([0, 0, 10_000, 10_000])


def test_a_case_from_outside_brings_its_evidence_and_gets_it_back():
    lines = {
        "diagnoses": [{"code": "I10", "evidence": [{"page": 2, "boxes": [[1, 2, 30, 40]], "quote": "high pressure"}]}],
        "procedures": [{"code": "99213", "pointers": [1], "evidence": []}],
    }
    read = read_case({"date_of_service": "2026-03-02", **lines}).coded
    assert read.diagnoses[0].quotes == ("high pressure",)
    assert [finding.text for finding in no_evidence(read, Tables())] == ["No evidence is marked for 99213."]
    assert written_lines(read)["diagnoses"][0]["evidence"] == lines["diagnoses"][0]["evidence"]
