"""ICD-10-CM as plain lists."""

import gzip

import pytest

from coding.rules.layouts.icd10cm_codes import CODES_FILE, ORDER_FILE, TABBED_LIST
from coding.rules.layouts.shape import WrongFile
from tests.coding.layouts.reading import read, refused, rows

ORDER = (
    "04299 E112    0 Type 2 diabetes mellitus with kidney complications           "
    "Type 2 diabetes mellitus with kidney complications\n"
    "04301 E1122   1 Type 2 diabetes mellitus w diabetic chronic kidney disease   "
    "Type 2 diabetes mellitus with diabetic chronic kidney disease\n"
    "57893 S52501A 1 Unsp fracture of the lower end of right radius, init         "
    "Unspecified fracture of the lower end of right radius, initial encounter for closed fracture\n"
)


def test_an_order_file_has_headings_and_both_titles():
    assert rows(ORDER_FILE, ORDER, "system", "code", "billable", "short_title") == [
        ("icd10cm", "E112", False, "Type 2 diabetes mellitus with kidney complications"),
        ("icd10cm", "E1122", True, "Type 2 diabetes mellitus w diabetic chronic kidney disease"),
        ("icd10cm", "S52501A", True, "Unsp fracture of the lower end of right radius, init"),
    ]
    assert rows(ORDER_FILE, ORDER, "title")[1] == ("Type 2 diabetes mellitus with diabetic chronic kidney disease",)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("04301", "0x301", 2, "'0x301' is no order number (columns 1-5)"),
        ("E1122  ", "E11.22 ", 2, "'E11.22' is no ICD-10-CM code (columns 7-13)"),
        ("S52501A 1", "S52501A 2", 3, "'2' is no 0 (heading) or 1 (code)"),
        ("Unspecified fracture", "Unspecified\0fracture", 3, "has unreadable characters in its title"),
        ("Type 2 diabetes mellitus with diabetic chronic kidney disease\n", "\n", 2, "has no title"),
    ],
)
def test_a_spoiled_line_is_refused_with_its_reason_and_no_other(old, new, line, reason):
    assert refused(ORDER_FILE, ORDER.replace(old, new)) == [(line, reason)]
    assert len(read(ORDER_FILE, ORDER.replace(old, new))) == 3


def test_a_codes_file_lists_codes_that_can_be_reported():
    content = (
        "A000    Cholera due to Vibrio cholerae 01, biovar cholerae\r\nH8101   M\xe9ni\xe8re's disease, right ear\r\n"
    )
    expected = [
        ("A000", True, "Cholera due to Vibrio cholerae 01, biovar cholerae"),
        ("H8101", True, "Ménière's disease, right ear"),
    ]
    assert rows(CODES_FILE, content.encode("utf-8"), "code", "billable", "title") == expected
    assert rows(CODES_FILE, content.encode("latin-1"), "code", "billable", "title") == expected
    assert refused(CODES_FILE, content + "A00     \nA001 X  Cholera\n") == [
        (3, "has no title"),
        (4, "'A001 X' is no ICD-10-CM code (columns 1-7)"),
    ]


def test_a_tabbed_list_says_what_is_billable():
    content = 'code\tbillable\tlong_title\nA00\t0\tCholera\nQA00\t0\tOther\nA000\t1\t"Cholera, ""classic"""\n'
    assert rows(TABBED_LIST, content, "code", "billable", "title") == [
        ("A00", False, "Cholera"),
        ("QA00", False, "Other"),
        ("A000", True, 'Cholera, "classic"'),
    ]
    assert refused(TABBED_LIST, content + "A001\t1\n\nA002\tyes\tCholera\n") == [
        (5, "has not as many cells as the header"),
        (7, "'yes' is no 0 (heading) or 1 (code)"),
    ]


def test_a_tabbed_list_may_be_packed():
    content = b"code\tbillable\tlong_title\nA00\t0\tCholera\n"
    assert rows(TABBED_LIST, gzip.compress(content), "code") == [("A00",)]
    with pytest.raises(WrongFile, match="unpacked"):
        read(TABBED_LIST, gzip.compress(content)[:-20])


def test_each_list_knows_the_others_apart():
    tabbed, codes = "code\tbillable\tlong_title\nA00\t0\tCholera\n", "A000    Cholera due to Vibrio cholerae\n"
    contents = {ORDER_FILE.source: ORDER, CODES_FILE.source: codes, TABBED_LIST.source: tabbed}
    for layout in (ORDER_FILE, CODES_FILE, TABBED_LIST):
        for source, content in contents.items():
            if source == layout.source:
                assert not refused(layout, content)
            else:
                with pytest.raises(WrongFile):
                    read(layout, content)


def test_an_empty_file_is_no_list():
    for layout in (ORDER_FILE, CODES_FILE, TABBED_LIST):
        with pytest.raises(WrongFile):
            read(layout, b"")
