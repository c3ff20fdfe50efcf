"""Sections of notes in several styles, and the judgement of words and layers: rules without a database."""

import pytest

from portal.rules.marks import is_blank
from portal.rules.outline import headings_of, section
from portal.rules.words import (
    Belief,
    Lines,
    Word,
    WordsSource,
    WordsState,
    belief,
    better,
    is_readable,
    joined,
    progress_words,
    reading_note,
    weighed,
)


def typed(text, *, tall=()):
    """Words of a typed page: lines 300 apart, letters 120 wide; lines whose number is in `tall` in larger letters."""
    lines = []
    for row, line in enumerate(text.splitlines()):
        across, top, height = 800, 500 + 300 * row, 180 if row in tall else 140
        words = []
        for word in line.split():
            words.append(Word(word, across, top, across + 110 * len(word), top + height, 96))
            across += 110 * len(word) + 60
        lines.append(words)
    return Lines.of(lines)


SOAP = """Progress Note
Subjective:
Patient reports dizziness for two days, no falls, some nausea in the mornings.
Objective:
BP 132/80. Exam of the ears: tympanic membranes clear, no nystagmus at rest.
Assessment/Plan:
Benign positional vertigo. The plan: Epley manoeuvre today and home exercises."""
INLINE = """CC: left knee pain for six weeks with some swelling after work
HPI: 67-year-old woman, worse on stairs, eased by acetaminophen at night
ROS: negative except as noted above in the history of this illness
PE: BP 148/86, small effusion, crepitus, range of motion 0-110 degrees
A/P: osteoarthritis of the left knee, injection given today, return in 6 weeks"""
CAPITALS = """HISTORY OF PRESENT ILLNESS
The history was obtained from the daughter, who lives with the patient at home.
PAST MEDICAL HISTORY
Diabetes, hypertension, and a history of falls; no surgical history is known.
REVIEW OF SYSTEMS
Otherwise negative. PLAN was not discussed with the daughter at this visit yet."""
OPERATIVE = """OPERATIVE REPORT
PREOPERATIVE DIAGNOSIS: Symptomatic cholelithiasis with biliary colic.
POST-OPERATIVE DIAGNOSIS: Same as the preoperative diagnosis, confirmed.
PROCEDURE PERFORMED: Laparoscopic cholecystectomy with cholangiogram.
ANESTHESIA: General endotracheal, given by the department of anesthesia.
FINDINGS: Distended gallbladder with several stones and thin walls.
ESTIMATED BLOOD LOSS: 20 mL
SPECIMENS: Gallbladder
COMPLICATIONS: None
DESCRIPTION OF PROCEDURE
After consent the patient was brought to the room and positioned supine there."""
NUMBERED = """1. Chief complaint
Cough and fever since Monday, worse at night, with a productive sputum now.
2. Physical examination
Lungs: crackles at the right base. The assessment is made from these findings.
3. Impression and plan
Pneumonia of the right lower lobe; amoxicillin for seven days, rest and fluids."""
MIXED = """Emergency Department Course
He was given fluids and felt better within an hour of arrival to the department.
Medical Decision Making
Appendicitis was considered and found unlikely after examination and imaging.
Discharge Instructions
Return for fever, worse pain or vomiting; otherwise see your physician in a week."""


@pytest.mark.parametrize(
    ("note", "sections"),
    [
        (SOAP, ["History of present illness", "Exam", "Assessment and plan"]),
        (INLINE, ["Chief complaint", "History of present illness", "Review of systems", "Exam", "Assessment and plan"]),
        (CAPITALS, ["History of present illness", "Past history", "Review of systems"]),
        (
            OPERATIVE,
            [
                "Operative note", "Preoperative diagnosis", "Postoperative diagnosis", "Procedure", "Anesthesia",
                "Findings", "Estimated blood loss", "Specimens", "Complications", "Description of procedure",
            ],
        ),
        (NUMBERED, ["Chief complaint", "Exam", "Assessment and plan"]),
        (MIXED, ["Hospital course", "Plan", "Follow-up"]),
        ("Dear colleague,\nthank you for seeing this patient whose history is known to you.", []),
        ("The plan: nothing to do but wait and see what the next weeks will bring to her.", []),
    ],
)  # fmt: skip
def test_the_sections_of_a_note(note, sections):
    assert [name for name, _ in headings_of(typed(note))] == sections


def test_a_heading_stands_where_its_line_begins():
    assert headings_of(typed(SOAP))[1] == ("Exam", 500 + 300 * 3)


def test_larger_letters_make_a_heading_of_a_line_that_is_not_short():
    assert headings_of(typed("Past medical and surgical history\nnone\nto tell", tall={0}))[0].name == "Past history"


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("Pre-op diagnosis", "Preoperative diagnosis"), ("A&P", "Assessment and plan"), ("II. Findings", "Findings"),
        ("• Allergies", "Allergies"), ("Anaesthesia", "Anesthesia"), ("Late addendum", "Addendum"),
        ("Total time spent", "Time"), ("Whitfield", ""), ("", ""), ("Plan of the new hospital building in town", ""),
    ],
)  # fmt: skip
def test_a_phrase_names_a_section(phrase, name):
    assert section(phrase) == name


# -- what is believed ----------------------------------------------------------------------------------------
def words(*texts, confidence=90):
    return [Word(text, 1000 * n, 100, 1000 * n + 800, 200, confidence) for n, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("texts", "readable"),
    [
        (["Assessment", "gout"], True), (["140/90", "98.6"], True), (["Ménière's"], True),
        (["\ue001\ue002\ue003"], False), (["\ufffd\ufffd", "gout"], False), (["....", "----", "a"], False), ([], False),
    ],
)  # fmt: skip
def test_signs_tell_whether_a_layer_can_be_read(texts, readable):
    assert is_readable(words(*texts)) == readable


@pytest.mark.parametrize(
    ("inked", "ink", "outside", "expected"),
    [
        (1.0, 400, 20, Belief.WHOLE),  # a typed page
        (1.0, 400, 150, Belief.WHOLE),  # with a logo and lines
        (1.0, 400, 390, Belief.PART),  # a letterhead over a scan
        (0.2, 400, 390, Belief.NOT),  # words where the page is white
        (1.0, 40, 25, Belief.WHOLE),  # a few words and a line
    ],
)
def test_the_picture_tells_what_to_make_of_a_layer(inked, ink, outside, expected):
    assert belief(words("Assessment", "gout"), inked=inked, ink=ink, ink_outside=outside) == expected


def test_words_that_the_layer_has_already_are_not_added():
    layer, read = Lines.of([words("River", "Medicine")]), Lines.of([words("Rlver", "Medicine"), []])
    lower = [word._replace(y0=500, y1=600) for word in words("Plan")]
    both = joined(layer, Lines.of([*read.by_line(), lower]))
    assert both.text() == "River Medicine\nPlan"


def test_a_second_reading_is_taken_unless_it_lost_letters_and_sure_where_both_agree():
    first, second = Lines.of([words("Plan", "qout")]), Lines.of([words("Plan", "gout", confidence=99)])
    assert better(first, second)
    assert not better(first, Lines.of([words("Plan")]))
    assert not better(first, Lines([], []))
    assert [word.confidence for word in weighed(second, first).words] == [99, 60]


@pytest.mark.parametrize(("ink", "found", "blank"), [(0, 0, True), (3, 0, True), (8, 0, False), (0, 2, False)])
def test_a_page_with_next_to_no_ink_and_no_words_is_blank(ink, found, blank):
    assert is_blank(ink=ink, words=found) == blank


class Page:
    def __init__(self, state, confidence=95, source=WordsSource.OCR):
        self.state, self.confidence, self.source = state, confidence, source


def test_what_people_are_told_about_words():
    assert progress_words([Page(WordsState.DONE), Page(WordsState.WAITING), None]) == "Words: 1 of 2 pages read"
    assert progress_words([Page(WordsState.DONE), Page(WordsState.FAILED)]) == ""
    assert "still being read" in reading_note(Page(WordsState.WAITING))
    assert "64 %" in reading_note(Page(WordsState.DONE, 64))
    assert "could not be read" in reading_note(Page(WordsState.FAILED))
    assert reading_note(Page(WordsState.DONE)) == reading_note(None) == ""
