"""The files that the American Medical Association gives to licensees; numbers and words here are invented."""

import pytest

from coding.rules.layouts.cpt import CODE_FILE, LONG_FILE, MODIFIER_FILE, SHORT_FILE, TABBED_FILE
from coding.rules.layouts.shape import WrongFile
from tests.coding.layouts.reading import read, refused, rows

HEADER = "\t".join(
    [
        "Concept Id", "CPT Code", "Long", "Medium", "Short", "Consumer", "Spanish Consumer",
        "Current Descriptor Effective Date", "Test Name", "Lab Name", "Manufacturer Name",
    ]
)  # fmt: skip
NOTICE = "Licence of an invented list\n\nTerms, and more terms\n"


def code(number: str, long: str, medium: str = "", short: str = "") -> str:
    return "\t".join(["100", number, long, medium, short, "", "", "20250101", "", "", ""]) + "\n"


CODES = (
    f"{NOTICE}{HEADER}\n"
    + code("00001", 'Invented, with a "mark', "INVENTED MARK", "INV MARK")
    + code("0002U", "Other")
)


def test_the_code_list_follows_a_notice_and_has_three_lengths_of_title():
    assert rows(CODE_FILE, CODES, "code", "title", "medium_title", "short_title") == [
        ("00001", 'Invented, with a "mark', "INVENTED MARK", "INV MARK"),
        ("0002U", "Other", "", ""),
    ]


def test_spoiled_rows_of_the_code_list_are_refused_by_the_line_of_the_file():
    content = CODES + code("1", "Short number") + "100\t00003\n" + code("00004", "")
    assert refused(CODE_FILE, content) == [
        (7, "'1' is no CPT code"),
        (8, "has not as many cells as the header"),
        (9, "has no long descriptor"),
    ]


def test_a_modifier_that_stands_in_two_sections_is_taken_once():
    header = (
        "ConceptID\tModifier Code\tLevel I/II\tModifier Descriptor Effective\tModifier Name\tModifier Description\t"
    )
    content = (
        f"{NOTICE}{header}Section (Main Section)\n"
        "1\t25\tI\t20250101\tInvented\tLong words\tCPT\n2\t25\tI\t20250101\tInvented\tLong words\tASC\n"
        "3\tLT\tII\t20250101\tOther\tLong words\tCPT\n"
    )
    assert rows(MODIFIER_FILE, content, "code", "title") == [("25", "Invented"), ("LT", "Other")]
    assert refused(MODIFIER_FILE, content.replace("\tLT\t", "\tL\t")) == [(7, "'L' is no modifier")]


def test_older_files_have_one_title_each():
    notice = "COPYRIGHT NOTICE\nOF AN INVENTED LIST\n"
    assert rows(TABBED_FILE, f"{notice}00001\tInvented service\n", "code", "title") == [("00001", "Invented service")]
    assert rows(SHORT_FILE, f"{notice}00001 INVENTED SVC\n0002T OTHER\n", "code", "title") == [
        ("00001", "INVENTED SVC"),
        ("0002T", "OTHER"),
    ]
    long = f"{notice}0000101 Invented service that goes\n0000102 on below\n0002T01 Other\n"
    assert rows(LONG_FILE, long, "code", "title") == [
        ("00001", "Invented service that goes on below"),
        ("0002T", "Other"),
    ]
    assert refused(LONG_FILE, long.replace("0000102", "0000103")) == [
        (3, "the lines of the code are not numbered 01, 02, ... (columns 6-7)")
    ]


def test_each_file_is_known_apart():
    long, short, tabbed = "0000101 Invented\n", "00001 INVENTED\n", "00001\tInvented\n"
    contents = [(CODE_FILE, CODES), (LONG_FILE, long), (SHORT_FILE, short), (TABBED_FILE, tabbed)]
    for layout, _own in contents:
        for other, content in contents:
            if layout is other:
                assert not refused(layout, content)
            else:
                with pytest.raises(WrongFile):
                    read(layout, content)
