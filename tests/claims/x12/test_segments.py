"""Files are read as they come: what is wrong with them is said, and what is in them is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.x12 import segments
from claims.rules.x12.segments import MOST_FAULTS, USUAL, Delimiters, read_file
from claims.rules.x12.writing import transaction, written
from tests.claims.x12.made import CLAIM, PAYMENT, VERSIONS, envelope, file_of

FILE = file_of("835", *PAYMENT, *CLAIM).decode()
OTHERS = Delimiters("|", ">", "!", "\n")
CONTROL_CHARACTERS = Delimiters("\x1d", "\x1f", "\x1e", "\x1c")


def faults(text):
    return [fault.words for fault in read_file(text.encode()).faults]


def segments_of(text):
    return [segment for one in read_file(text.encode()).sets for segment in one.segments]


# What a segment may hold after names were cleaned: neither delimiters nor line breaks, and no blank at an end.
ELEMENTS = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="*:^~"), max_size=12)
SEGMENTS = st.lists(
    st.tuples(st.sampled_from(["NM1", "REF", "CLM", "HI", "N3", "K3"]), st.lists(ELEMENTS, min_size=1, max_size=9)),
    max_size=30,
)


@given(SEGMENTS)
def test_what_was_written_is_read(made):
    body = [[name, *elements[:-1], elements[-1].strip() or "0"] for name, elements in made]
    [found] = read_file(written(envelope(), [transaction("835", 12, VERSIONS["835"], body)])).sets
    assert found.segments[1:-1] == body
    assert found.segments[-1] == ["SE", str(len(body) + 2), "0012"]


@pytest.mark.parametrize("delimiters", [OTHERS, CONTROL_CHARACTERS])
def test_delimiters_are_read_from_the_header(delimiters):
    [found] = read_file(file_of("835", *PAYMENT, *CLAIM, delimiters=delimiters)).sets
    assert found.delimiters == delimiters
    assert ["REF", "6R", "L1"] in found.segments


@pytest.mark.parametrize(
    "changed",
    [
        FILE.replace("~", "~\n"),
        FILE.replace("~", "~\r\n"),
        FILE.replace("~", "\n"),
        FILE.replace("~", "\r\n"),
        FILE.replace("~", "\n    "),
        FILE.replace("~", "~\n    "),
        "\ufeff" + FILE,
        FILE + "\x1a\x00\x00\r\n",
        "\n\n" + FILE,
    ],
    ids=["lines", "DOS lines", "line breaks alone", "DOS breaks alone", "breaks, indented", "indented", "BOM", "padded",
         "empty lines"],
)  # fmt: skip
def test_line_breaks_blanks_and_marks_are_nobodys_data(changed):
    assert segments_of(changed) == segments_of(FILE)
    assert not faults(changed)


def test_a_file_broken_at_eighty_characters_is_joined_again():
    broken = "\n".join(FILE[begin : begin + 80] for begin in range(0, len(FILE), 80))
    assert segments_of(broken) == segments_of(FILE)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_other_encodings_are_read(encoding):
    content = FILE.replace("EXAMPLE", "MÜLLER").encode(encoding)
    [found] = read_file(content).sets
    assert ["NM1", "QC", "1", "MÜLLER", "EVE", "", "", "", "MI", "M1"] in found.segments


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (FILE.replace("SE*", "SX*"), "Transaction set 0001 is not ended: SE is missing."),
        (FILE.replace("SE*16*", "SE*15*"), "SE01 counts 15, there are 16 segments."),
        (FILE.replace("SE*16*0001", "SE*16*0002"), "SE02 is 0002, the header has 0001."),
        (FILE.replace("GE*1*3", "GE*2*3"), "GE01 counts 2, there are 1 transaction sets."),
        (FILE.replace("GE*1*3", "GE*1*4"), "GE02 is 4, the header has 3."),
        (FILE.replace("GE*1*3~", ""), "The group is not ended: GE is missing."),
        (
            FILE.replace("IEA*1*000000007~", ""),
            "The interchange is not ended: IEA is missing. The file may have been cut off.",
        ),
        (FILE.replace("IEA*1*", "IEA*3*"), "IEA01 counts 3, there are 1 groups."),
        ("Dear Sirs, " + FILE, "10 characters before ISA were left out."),
        (FILE[FILE.index("GS*") :], "There is no ISA segment: the usual delimiters are assumed."),
        (FILE.replace("MADEUPPAYER    ", "MADEUPPAYER"), "The elements of ISA do not have their fixed widths."),
        (FILE.replace("ST*835*0001*005010X221A1~", ""), "SE ends a transaction set that did not begin."),
        (
            FILE.replace("ST*835*0001*005010X221A1~", ""),
            "14 segments stand outside any transaction set and were left out.",
        ),
        ("no X12 at all", "There is no ISA segment: this is no X12 file."),
        (FILE[:90], "ISA has less than 16 elements."),
        (FILE[:105], "ISA does not say how segments end."),
    ],
)
def test_what_is_wrong_with_the_envelopes_is_said(changed, says):
    assert says in faults(changed)


def test_a_set_without_end_is_told_from_a_whole_one():
    cut = read_file(FILE[: FILE.index("CAS*PR")].encode())
    assert [one.is_whole for one in cut.sets] == [False]
    assert [one.is_whole for one in read_file(FILE.encode()).sets] == [True]


def test_a_set_that_lacks_its_end_does_not_take_the_next_one_with_it():
    twice = FILE.replace("SE*16*0001~", "") + FILE
    assert [one.is_whole for one in read_file(twice.encode()).sets] == [False, True]


@pytest.mark.parametrize("between", ["", "\n", "~\r\n\r\n"])
def test_interchanges_in_one_file_each_have_their_delimiters(between):
    other = file_of("835", *PAYMENT, *CLAIM, delimiters=Delimiters("|", ">", "!", "'")).decode()
    both = read_file((FILE + between + other).encode())
    assert [one.delimiters.element for one in both.interchanges] == ["*", "|"]
    assert [one.place for one in both.sets] == [3, 23]


def test_a_file_that_is_cut_off_where_another_begins_loses_only_what_was_cut():
    both = read_file((FILE[:400] + FILE).encode())
    assert [one.is_whole for one in both.sets] == [False, True]


def test_a_version_before_repetitions_has_none():
    old = read_file(FILE.replace("*^*00501*", "*U*00401*").encode())
    assert old.interchanges[0].delimiters == USUAL._replace(repetition="")


def test_an_acknowledged_interchange_is_kept_with_its_place():
    text = FILE.replace("GS*HP", "TA1*000000001*261101*0830*A*000~GS*HP")
    file = read_file(text.encode())
    assert file.interchanges[0].acknowledgements == [(2, ["TA1", "000000001", "261101", "0830", "A", "000"])]
    assert not file.faults


@pytest.mark.parametrize("text", ["SE~" * 5000, "ISA*" * 5000, FILE + "GE*9*9~" * 5000])
def test_what_is_broken_throughout_is_told_so_many_times_and_no_more(text):
    assert len(faults(text)) <= MOST_FAULTS


def test_a_file_longer_than_any_that_is_sent_is_not_read_on(monkeypatch):
    monkeypatch.setattr(segments, "MOST_SEGMENTS", 10)
    long = read_file(FILE.encode())
    assert (list(long.sets), [fault.words for fault in long.faults]) == (
        [],
        ["The file is longer than any that is sent: the rest was not read."],
    )


def test_more_sets_and_interchanges_than_anybody_sends_are_not_read_on(monkeypatch):
    monkeypatch.setattr(segments, "MOST_SETS", 2)
    many = FILE.replace("GE*1*3", "ST*835*0002~SE*2*0002~ST*835*0003~SE*2*0003~GE*3*3")
    assert len(list(read_file(many.encode()).sets)) == 2
    assert "1 segments stand outside any transaction set and were left out." in faults(many)
    assert len(read_file((FILE * 3).encode()).interchanges) == 2
    assert "The file is longer than any that is sent: the rest was not read." in faults(FILE * 3)
