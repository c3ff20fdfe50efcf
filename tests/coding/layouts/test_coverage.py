"""Coverage articles from the download's zip file, and the list of coverage documents."""

import io
from datetime import date
from zipfile import ZipFile

import pytest

from coding.rules.layouts import coverage, coverage_documents
from coding.rules.layouts.shape import WrongFile
from tests.coding.layouts.reading import read, refused, rows

LAYOUT, DOCUMENTS = coverage.LAYOUT, coverage_documents.LAYOUT
FILES = {
    "article.csv": 'article_id,article_version,article_type,title,description,status\n'
    '56001,12,7,"Billing and Coding: Vitamin D,\nAssays","<p>many\nlines</p>",A\n56002,3,7,Other,x,A\n',
    "article_x_hcpc_code.csv": "article_id,article_version,hcpc_code_id,hcpc_code_group,long_description\n"
    "56001,12,G0101,1,words\n56001,12,G0102,1,words\n56001,12,G0103,2,words\n",
    "article_x_icd10_covered.csv": "article_id,article_version,icd10_code_id,icd10_covered_group,description\n"
    "56001,12,E55.9,1,words\n56001,12,M80.00XA,1,words\n56002,3,XX000,1,Not Applicable\n",
    "article_x_icd10_noncovered.csv": "article_id,article_version,icd10_code_id,icd10_noncovered_group,description\n"
    "56001,12,Z00.00,1,words\n",
}  # fmt: skip


def zipped(**changed: str) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in {**FILES, **changed}.items():
            if content:
                archive.writestr(f"current/{name}", "\ufeff" + content)
    return out.getvalue()


def test_a_group_has_its_procedures_and_diagnoses_without_dots():
    expected = [
        ("A56001", "Billing and Coding: Vitamin D, Assays", 1, ["G0101", "G0102"], ["E559", "M8000XA"], ["Z0000"]),
        ("A56001", "Billing and Coding: Vitamin D, Assays", 2, ["G0103"], [], []),
    ]
    assert rows(LAYOUT, zipped(), *LAYOUT.columns["CoverageGroup"]) == expected
    outer = io.BytesIO()
    with ZipFile(outer, "w") as archive:
        archive.writestr("current_article_csv.zip", zipped())
    assert rows(LAYOUT, outer.getvalue(), *LAYOUT.columns["CoverageGroup"]) == expected


def test_spoiled_lines_are_named_with_their_file():
    hcpc = FILES["article_x_hcpc_code.csv"] + "56001,12,G01,1,words\n56009,1,G0101,1,words\n56001,12,G0101,one,words\n"
    covered = FILES["article_x_icd10_covered.csv"] + "56001,12,?,1,words\nshort\n"
    content = zipped(**{"article_x_hcpc_code.csv": hcpc, "article_x_icd10_covered.csv": covered})
    assert refused(LAYOUT, content) == [
        (5, "article_x_hcpc_code.csv: 'G01' is no procedure code"),
        (6, "article_x_hcpc_code.csv: article 56009 is not in article.csv"),
        (7, "article_x_hcpc_code.csv: group 'one' is no whole number"),
        (5, "article_x_icd10_covered.csv: '?' is no diagnosis"),
        (6, "article_x_icd10_covered.csv: 1 columns instead of 5"),
    ]


def test_an_incomplete_download_is_recognised():
    with pytest.raises(WrongFile, match=r"lacks article_x_hcpc_code\.csv"):
        read(LAYOUT, zipped(**{"article_x_hcpc_code.csv": ""}))
    with pytest.raises(WrongFile, match="no zip file"):
        read(LAYOUT, b"article_id,title\n")


HEADING = (
    "contractor_name_type,document_display_id,document_id,document_type,document_version,effective_date,note,"
    "retirement_date,title,updated_on,updated_on_sort,url\n"
)
LINE = '"Noridian, LLC\n(MAC - Part B)",L36668,36668,LCD,45,08/14/2025,,N/A,Urine Drug Testing,08/06/2025,2025,https://example.test/l\n'


def test_a_document_stands_with_its_contractor_on_one_line():
    assert rows(DOCUMENTS, HEADING + LINE, *DOCUMENTS.columns["CoverageDocument"]) == [
        ("L36668", "LCD", "Urine Drug Testing", "Noridian, LLC (MAC - Part B)", "45", date(2025, 8, 14), None,
         "https://example.test/l")
    ]  # fmt: skip


def test_spoiled_documents_are_named():
    content = HEADING + LINE + LINE.replace("08/14", "14/14") + LINE.replace("L36668", "") + "odd\n"
    assert refused(DOCUMENTS, content) == [
        (4, "'14/14/2025' is no date"),
        (6, "no number or no title"),
        (8, "1 columns instead of 12"),
    ]
