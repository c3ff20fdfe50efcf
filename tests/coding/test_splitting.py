"""Where a scan is proposed to be cut, and why: a table that a coder can read, and two whole scans."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules.page_signs import ScannedPage, signs_of
from coding.rules.splitting import Sign, Strength, propose
from portal.rules.separators import NEW_VISIT as OURS
from tests.coding.scans import forty_patients, long_chart

ANN = "Office visit\nPatient: Doe, Jane\nDate of service: 11/03/2026\n"
LONE = "Nothing but a few words.\n"


def pages(*texts):
    return [ScannedPage(number, text) for number, text in enumerate(texts, start=1)]


# Pages in order → the page before which a cut is proposed, with its signs and its strength; None for no cut.
CASES = {
    "another name": ((ANN, "Patient: Roe, Richard"), 2, {Sign.PATIENT}, Strength.CERTAIN),
    "the same name in the other order": ((ANN, "Patient name: JANE DOE"), None, set(), None),
    "a middle name more": ((ANN, "Patient: Doe, Jane Ann"), None, set(), None),
    "a name read badly once": (("Patient: Abernathy, Maria", "Patient: Abernalhy, Maria"), None, set(), None),
    "brothers with other birth dates": (
        ("Patient: Roe, John\nDOB: 01/02/1961", "Patient: Roe, Joan\nDOB: 03/04/1963"), 2, {Sign.PATIENT},
        Strength.CERTAIN,
    ),
    "another record number where no name stands": (
        ("MRN: 40017\nvisit", "MRN: 99203\nvisit"), 2, {Sign.PATIENT}, Strength.CERTAIN,
    ),
    "a record number that differs under the same name": (
        ("Patient: Doe, Jane\nMRN: 40017", "Patient: Doe, Jane\nMRN: 99203"), None, set(), None,
    ),
    "another birth date in words": (
        ("Date of birth: Feb 3, 1961", "DOB: 1980-07-09"), 2, {Sign.PATIENT}, Strength.CERTAIN,
    ),
    "the same birth date written otherwise": (("Date of birth: Feb 3, 1961", "DOB: 02/03/61"), None, set(), None),
    "another date of service": ((ANN, "Patient: Doe, Jane\nDOS: 11/04/2026"), 2, {Sign.SERVICE}, Strength.LIKELY),
    "the same date of service written otherwise": ((ANN, "Visit date: Nov 3, 2026"), None, set(), None),
    "a date in the text": ((ANN, "The wound was closed on 10/01/2026."), None, set(), None),
    "numbering and a heading start over": (
        ("Office visit\nPage 2 of 2", "Progress note\nPage 1 of 3"), 2, {Sign.NUMBERING, Sign.HEADING},
        Strength.PERHAPS,
    ),
    "numbering alone": (("text\nPage 2 of 2", "text\nPage 1 of 3"), None, set(), None),
    "numbering and heading of the same patient and day": (
        (ANN + "Page 2 of 2", ANN + "Page 1 of 3"), None, set(), None,
    ),
    "numbering that goes on": (("Office visit\nPage 1 of 2", "Office visit\nPage 2 of 2"), None, set(), None),
    "patient in a sentence": ((ANN, "Patient: denies pain and fever since Monday"), None, set(), None),
    "the name of a medicine": ((ANN, "Medicine name: Metformin Hydrochloride"), None, set(), None),
    "a date that does not exist": ((ANN, "DOS: 13/45/2026"), None, set(), None),
    "nothing said": ((LONE, LONE), None, set(), None),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_where_and_why(name):
    texts, page, signs, strength = CASES[name]
    cuts = propose(pages(*texts)).cuts
    assert [cut.page for cut in cuts] == ([page] if page else [])
    if page:
        assert {reason.sign for reason in cuts[0].reasons} == signs
        assert cuts[0].strength == strength


def test_a_page_that_says_nothing_belongs_to_the_visit_before():
    proposal = propose(pages(ANN, LONE, LONE, "Patient: Roe, Richard", LONE, "Patient: Roe, Richard"))
    assert [cut.page for cut in proposal.cuts] == [4]


def test_a_separator_sheet_cuts_and_is_left_out_only_if_one_says_so():
    sheet = ScannedPage(2, "Separator sheet", barcodes=(OURS,))
    proposal = propose([ScannedPage(1, LONE), sheet, ScannedPage(3, LONE), ScannedPage(4, LONE)])
    assert [(cut.page, cut.strength) for cut in proposal.cuts] == [(3, Strength.CERTAIN)]
    assert proposal.left_out == {2: "a separator sheet"}
    assert proposal.cuts[0].words == "Page 3: a separator sheet stands before it"


@pytest.mark.parametrize("barcode", ["PATCHT", "patch t", OURS])
def test_the_sheets_of_common_scan_programs_are_known(barcode):
    assert signs_of(ScannedPage(1, barcodes=(barcode,))).is_separator


def test_a_sheet_may_say_so_in_words_but_not_a_note():
    assert signs_of(ScannedPage(1, "PATCH T\nPlace between documents")).is_separator
    assert not signs_of(ScannedPage(1, "PATCH T\n" + "word " * 50)).is_separator


def test_an_empty_back_cuts_nothing_by_itself():
    duplex = [ScannedPage(1, ANN), ScannedPage(2, is_blank=True), ScannedPage(3, LONE), ScannedPage(4, is_blank=True)]
    proposal = propose(duplex)
    assert not proposal.cuts
    assert set(proposal.left_out) == {2, 4}


def test_an_empty_page_before_a_heading_is_a_reason():
    proposal = propose([ScannedPage(1, LONE), ScannedPage(2, is_blank=True), ScannedPage(3, "Progress note\nHeadache")])
    assert [cut.page for cut in proposal.cuts] == [3]
    assert {reason.sign for reason in proposal.cuts[0].reasons} == {Sign.BLANK, Sign.HEADING}


def test_a_barcode_printed_on_every_page_of_a_visit_tells_when_it_changes():
    codes = ("A1", "A1", "B2", "B2")
    found = propose([ScannedPage(number, LONE, barcodes=(code,)) for number, code in enumerate(codes, start=1)])
    assert [(cut.page, cut.words) for cut in found.cuts] == [(3, "Page 3: the barcode changes")]


def test_the_words_name_labels_and_never_the_patient():
    (cut,) = propose(pages(ANN, "Patient name: Roe, Richard\nDate of service: 11/04/2026")).cuts
    assert cut.words == "Page 2: another patient: “Patient name” changes; another date behind “Date of service”"
    assert "Roe" not in repr(cut)


def test_forty_patients_in_one_scan_are_forty_visits():
    scan, starts = forty_patients()
    assert (len(scan), len(starts)) == (120, 40)
    began = time.perf_counter()
    proposal = propose(scan)
    assert [1, *(cut.page for cut in proposal.cuts)] == starts
    assert all(cut.strength == Strength.CERTAIN for cut in proposal.cuts)
    assert time.perf_counter() - began < 2


def test_one_long_chart_is_one_visit():
    proposal = propose(long_chart())
    assert (proposal.cuts, proposal.left_out) == ((), {})


texts = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.sampled_from(
            [ANN, LONE, "Patient: Roe, Richard", "Page 1 of 2", "MRN: 4", "DOB: 99/99/9999", "Progress note"]
        ),
    ),
    max_size=12,
)


@given(texts)
def test_any_words_give_cuts_in_order_inside_the_chart(words):
    scan = pages(*words)
    proposal = propose(scan)
    numbers = [cut.page for cut in proposal.cuts]
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= set(range(2, len(scan) + 1))
    assert not set(numbers) & set(proposal.left_out)
