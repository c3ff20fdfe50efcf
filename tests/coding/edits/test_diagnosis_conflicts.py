"""Conflicts and sequences that every coder knows, against the notes of the official tabular list."""

import pytest

from tests.coding.edits.test_diagnoses import coding_of, findings

CASE = {"date": "2026-03-01", "place": "11", "patient": "", "lines": ""}


def found(codes):
    return findings(coding_of({**CASE, "diagnoses": codes.replace(" ", "; ")}))


@pytest.mark.parametrize(
    ("codes", "note"),
    [
        ("E11.9 E10.9", "type 2 diabetes mellitus (E11.-)"),
        ("E11.9 E13.9", "postpancreatectomy diabetes mellitus (E13.-)"),
        ("I10 O16.9", "hypertensive disease complicating pregnancy, childbirth and the puerperium (O10-O11, O13-O16)"),
        ("R10.9 N23", "renal colic (N23)"),
        ("J45.909 R06.2", "Asthma (J45.-)"),
        ("F32.A F33.1", "recurrent depressive disorder (F33.-)"),
        ("M54.50 M54.41", "lumbago with sciatica (M54.4-)"),
        ("M54.50 S39.012A", "low back strain (S39.012)"),
        ("N39.0 N30.01", "cystitis (N30.-)"),
        ("I21.4 I25.2", None),
        ("K21.9 K20.90", None),
        ("J44.9 J45.909", None),  # code also
        ("E11.22 I10", None),
        ("R10.9 K57.92", None),  # no note: a sign, and another edit's matter
        ("G47.33 E66.2", "pickwickian syndrome (E66.2)"),
        ("Z87.891 F17.210", "history of tobacco dependence (Z87.891)"),
        ("Z33.1 O26.891", "complications of pregnancy (O00-O9A)"),
        ("Z34.01 O09.01", "supervision of normal pregnancy (Z34.-)"),
        ("D64.9 D50.9", None),
        ("R73.03 E11.9", "diabetes mellitus (E08-E13)"),
        ("L03.115 L03.90", None),
        ("F10.20 F10.10", "alcohol dependence (F10.2-)"),
    ],
)
def test_excludes1(codes, note):
    notes = [finding.text for finding in found(codes) if finding.edit == "excluded_pair"]
    assert bool(notes) is (note is not None)
    if note:
        assert f"Excludes1 “{note}”" in notes[0]


@pytest.mark.parametrize(
    ("codes", "first"),
    [
        ("N18.31 I12.9", "I12.9"),
        ("N18.4 E11.22", "E11.22"),
        ("I50.22 I11.0", "I11.0"),
        ("L97.511 E11.621", "E11.621"),
        ("D63.1 N18.5", "N18.5"),
        ("D63.0 C18.9", "C18.9"),
        ("F02.80 G30.9", "G30.9"),
        ("G53 C79.31", "C79.31"),
        ("E66.811 Z68.35", None),
        ("J44.1 J20.9", None),
    ],
)
def test_code_first(codes, first):
    fixes = [finding.fix.after for finding in found(codes) if finding.edit == "cause_after_manifestation"]
    assert [after.diagnoses[0].code for after in fixes] == ([first] if first else [])
