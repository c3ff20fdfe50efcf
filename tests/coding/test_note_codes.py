"""The codes that notes of the tabular list name: by example, and on every note of the official XML."""

import re

import pytest

from coding.rules.note_codes import Span, instructions, spans_of
from coding.rules.tables import CodeNote, NoteKind
from tests.coding.tabular import KINDS, tabular_xml


@pytest.mark.parametrize(
    ("note", "within", "outside"),
    [
        ("type 1 diabetes mellitus (E10.-)", "E10 E109 E1065", "E11 E09 E119"),
        ("drug or chemical induced diabetes (E08.-, E10-E13)", "E089 E10 E1122 E139", "E099 E14 E0"),
        ("poisoning (T36-T50 with fifth or sixth character 1-4 or 6)", "T380X1A T380X6A T39011A", "T380X5A T39015A"),
        ("toxic effect (T51-T65 with fifth or sixth character 1-4)", "T5801XA T510X2A", "T5805XA"),
        ("adverse effect (T36-T50 with fifth or sixth character 5)", "T380X5A T45515D", "T380X1A"),
        ("to identify underdosing (T36-T50 with final character 6)", "T465X6A", "T465X5A"),
        ("salicylates (T39.0-, with sixth character 1-4)", "T39011A", "T39015A T391X1A"),
        ("diabetic (peripheral) angiopathy (E08-E13 with .51-.52)", "E1151 E0852", "E1159 E1165 E1451"),
        ("skin disorders in diabetes (E08-E13 with .62-)", "E11621 E13628", "E1165"),
        ("fluency disorder (I69. with final characters -23)", "I69323", "I69320"),
        ("hallucinations (F11-F19 with fifth to sixth characters 51)", "F11151 F19951", "F11150 F10151"),
        ("amnestic syndrome (F10-F19 with 5th character .6)", "F1026", "F1020 F0996"),
        ("leukemia in remission C91.0-C95.9 with 5th character 1", "C9101 C9511", "C9100"),
        ("open skull fracture (S02.- with 7th character B)", "S020XXB", "S020XXA S02"),
        ("open fracture (S52.- with open fracture 7th character)", "S52501B S52501H", "S52501A S52501D"),
        ("whooping cough with pneumonia (A37 with fifth-character 1)", "A3701 A3791", "A3700"),
        ("deficits (I69.01-I69.11-, I69.81- I69.91-)", "I69010 I69115 I69911", "I6920 I6931"),
        ("injuries in subcategories S06.1- to S06.6-, and S06.81- to S06.89-", "S061X0A S06890A", "S060X0A"),
        ("rheumatoid arthritis, if  known (M05.00 to M05.8A)", "M0500 M0579 M058A", "M059"),
        ("underlying chronic kidney disease (CKD) (N18.-)", "N184", "N19"),
        ("code from category Z3A, Weeks of gestation", "Z3A20", "Z39"),
        ("torticollis NOS M43.6", "M436", "M435"),
        ("electrolyte imbalance (E87.8}", "E878", "E876"),
        ("abscess of intestine with Crohn's disease (K50.014, K50.114,)", "K50014 K50114", "K50214"),
        ("hypertensive disease (I10-I15, I1A)", "I10 I159 I1A0", "I160"),
        ("encounter for delivery (O09-O60, O80-O82, O94-O9A)", "O0990 O600 O9A211 O9989", "O701 O85"),
    ],
)  # fmt: skip
def test_a_note_covers(note, within, outside):
    found = spans_of(note)
    assert all(any(span.covers(code) for span in found) for code in within.split())
    assert not any(span.covers(code) for span in found for code in outside.split())


@pytest.mark.parametrize(
    "note",
    [
        "certain localized infections - see body system-related chapters",
        "underlying disease, such as:",
        "dietary vitamin B12 deficiency",
        "Acute nephritic syndrome (with C3 glomerulopathy)",
        "glucose-6-phosphate dehydrogenase [G6PD] deficiency",
        "code, if applicable, for codes G31.0-G31.83, G31.85-G31.9, to identify:",
        "",
    ],
)
def test_a_note_names_no_code(note):
    assert spans_of(note) == ()


def notes(kind):
    name = next(name for name, of in KINDS.items() if of is kind)
    return ["".join(note.itertext()) for block in tabular_xml().iter(name) for note in block.findall("note")]


PRINTED = re.compile(r"\b[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?(?![0-9A-Za-z])")
# Not codes, or not what the note is about: the vitamin, and "any type in A15 (J65)".
NOT_CODES = {"B12", "A15"}


@pytest.mark.parametrize(
    ("kind", "share"),
    [
        (NoteKind.EXCLUDES1, 0.976),
        (NoteKind.CODE_FIRST, 0.740),
        (NoteKind.USE_ADDITIONAL, 0.786),
        (NoteKind.CODE_ALSO, 0.722),
    ],
)
def test_every_printed_code_of_the_official_notes_is_read(kind, share):
    """What is left over names no code: heads of lists, "underlying disease", "code to injury"."""
    texts = notes(kind)
    for text in texts:
        ends = {end for span in spans_of(text) for end in (span.first, span.last)}
        printed = {code.replace(".", "") for code in PRINTED.findall(text)} - NOT_CODES
        assert printed <= ends or "for codes" in text, text
    assert sum(bool(spans_of(text)) for text in texts) / len(texts) >= share


def test_every_span_of_the_official_notes_runs_forward():
    for kind in (NoteKind.EXCLUDES1, NoteKind.EXCLUDES2, NoteKind.CODE_FIRST, NoteKind.USE_ADDITIONAL):
        for text in notes(kind):
            assert all(span.first[: len(span.last)] <= span.last for span in spans_of(text)), text


def test_a_list_belongs_to_the_head_before_it():
    def note(text, holder="F02"):
        return CodeNote(NoteKind.CODE_FIRST, holder, text)

    first, second, third = instructions(
        (
            note("the underlying physiological condition, such as:"),
            note("Alzheimer's (G30.-)"),
            note("Huntington's disease (G10)"),
            note("code from category O08"),
            note("gangrene (I96)", "L97"),
        ),
        NoteKind.CODE_FIRST,
    )
    assert first.spans == (Span("G30", "G30"), Span("G10", "G10"))
    assert first.conditional
    assert second.spans == (Span("O08", "O08"),)
    assert (third.holder, third.conditional) == ("L97", False)
