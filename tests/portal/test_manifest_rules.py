"""Manifests as practice systems and spreadsheets write them: read, recognised, checked, matched."""

from datetime import date

import pytest

from portal.rules.manifest import (
    KNOWN_AS,
    LARGEST,
    MOST_COLUMNS,
    MOST_ROWS,
    UNUSABLE,
    Column,
    NotAManifest,
    Unusable,
    day_of,
    file_key,
    match_rows,
    read_rows,
    read_table,
    recognised,
)

TEXT = "File,Patient,DOS\na.pdf,Müller,3/2/2026\n"
FILE, PATIENT, DOS = Column.FILE, Column.PATIENT, Column.SERVICE_DATE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-with-mark", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_any_delimiter_and_encoding_is_found_out(encoding, delimiter, line_end):
    text = TEXT.replace(",", delimiter).replace("\n", line_end)
    content = b"\xff\xfe" + text.encode("utf-16-le") if "mark" in encoding else text.encode(encoding)
    table = read_table(content)
    assert table.headings == ("File", "Patient", "DOS")
    assert table.rows == (("a.pdf", "Müller", "3/2/2026"),)


def test_quoted_cells_keep_their_delimiters_and_lines_are_counted_as_in_the_file():
    table = read_table(b'\n"File";"Patient, of ours"\n\n"a.pdf";"Doe, Jane ""JD"""\n"b.pdf";"two\nlines"\nc.pdf\n')
    assert table.headings == ("File", "Patient, of ours")
    assert table.rows == (("a.pdf", 'Doe, Jane "JD"'), ("b.pdf", "two lines"), ("c.pdf", ""))
    assert table.lines == (4, 6, 7)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", Unusable.EMPTY),
        (b"File,Patient\n\n  \n", Unusable.EMPTY),
        (b"x" * (LARGEST + 1), Unusable.TOO_LARGE),
        (b"PK\x03\x04\0\0", Unusable.NOT_TEXT),
        (b"\xff\xfea", Unusable.NOT_TEXT),
        (b"\xef\xbb\xbfFile,Patient\na,M\0\n", Unusable.NOT_TEXT),
        ("File,Patient\na,M\0\n".encode("utf-16"), Unusable.NOT_TEXT),
        (b'File,Patient\na,"' + b"x" * 131_073, Unusable.UNCLOSED),
        (b"File\x81,a\nb,c", Unusable.NOT_TEXT),
        (b"File\na.pdf\n", Unusable.ONE_COLUMN),
        (b"a,b\n" * (MOST_ROWS + 2), Unusable.TOO_MANY_ROWS),
        (b"," * MOST_COLUMNS + b"a\nb,c\n", Unusable.TOO_MANY_COLUMNS),
    ],
)
def test_what_is_no_manifest_is_named(content, why):
    with pytest.raises(NotAManifest) as refused:
        read_table(content)
    assert refused.value.why == why
    assert UNUSABLE[why]


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        ("File,Patient,DOS", (FILE, PATIENT, DOS)),
        ("FILE_NAME;Patient Name;Date of Service", (FILE, PATIENT, DOS)),
        ("Document Name|Pt. Name|Service-Date", (FILE, PATIENT, DOS)),
        ("Pt Last,Pt First,D.O.B.", (Column.LAST_NAME, Column.FIRST_NAME, Column.BIRTH_DATE)),
        ("Acct #,Rendering Provider,Payor", (Column.MRN, Column.PROVIDER, Column.PAYER)),
        ("MRN,NPI,Insurance", (Column.MRN, Column.PROVIDER, Column.PAYER)),
        ("File,Filename,Colour", (FILE, None, None)),
    ],
)
def test_headings_are_recognised_each_kind_once(headings, expected):
    table = read_table(f"{headings}\nx,y,z\nx;y;z\nx|y|z\n".encode())
    assert recognised(table)[:3] == expected


def test_no_heading_means_two_things():
    names = [name for known in KNOWN_AS.values() for name in known]
    assert len(names) == len(set(names))


def test_a_column_of_file_names_is_known_by_its_cells():
    table = read_table(b"Doc,Who\na.pdf,Doe\nb.tif,Roe\nc,Poe\n")
    assert recognised(table) == (FILE, None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("03/02/2026", date(2026, 3, 2)), ("3/2/26", date(2026, 3, 2)), ("3-2-1961", date(1961, 3, 2)),
        ("3/2/61", date(1961, 3, 2)), ("2026-03-02", date(2026, 3, 2)), ("20260302", date(2026, 3, 2)),
        ("2026-03-02T10:00:00", date(2026, 3, 2)), ("03/02/2026 10:00 AM", date(2026, 3, 2)),
        ("13/02/2026", None), ("02/30/2026", None), ("March 2", None), ("", None), ("0000-00-00", None),
    ],
)  # fmt: skip
def test_days_are_read_as_americans_and_machines_write_them(text, day):
    assert day_of(text) == day


def test_rows_say_what_is_wrong_with_them():
    table = read_table(
        b"File,Last,First,DOB,DOS\n"
        b"a.pdf,Doe,Jane,1/2/1960,3/2/2026\n"
        b",Roe,,31/2/1960,3/2/2026\n"
        b"c.pdf,,,3/3/2026,3/2/2026\n"
    )
    columns = (FILE, Column.LAST_NAME, Column.FIRST_NAME, Column.BIRTH_DATE, DOS)
    good, nameless, late = read_rows(table, columns)
    assert (good.patient, good.birth_date, good.service_date) == ("Doe, Jane", date(1960, 1, 2), date(2026, 3, 2))
    assert good.problems == ()
    assert nameless.problems == ("No file is named.", "Birth date: this is no date such as 03/31/2026.")
    assert (nameless.patient, nameless.line) == ("Roe", 3)
    assert late.problems == ("The birth date lies after the date of service.",)


FILES = [(1, "Scan-001.PDF"), (2, "b.pdf"), (3, "b.tif"), (4, "Müller.pdf"), (5, "x.pdf"), (6, "x.pdf")]


@pytest.mark.parametrize(
    ("name", "file", "problem"),
    [
        ("scan-001.pdf", 1, ""),
        ("SCAN-001", 1, ""),
        ("C:\\Scans\\March\\scan-001.pdf", 1, ""),
        ("scans/scan-001", 1, ""),
        ("scan-001.tif", 1, ""),  # the name of the file before it was made a PDF
        ("b.pdf", 2, ""),
        ("b", None, "Several files of the batch have this name."),
        ("x.pdf", None, "Several files of the batch have this name."),
        ("Mu\u0308ller.pdf", 4, ""),
        ("nobody.pdf", None, "No file of the batch has this name."),
        ("", None, ""),
    ],
)
def test_a_row_finds_its_file_with_or_without_folder_and_ending(name, file, problem):
    matches = match_rows([name], FILES)
    assert (matches.files, matches.problems) == ((file,), (problem,))
    assert matches.unnamed == tuple(number for number, _ in FILES if number != file)


def test_a_key_has_no_folder_and_no_case():
    assert file_key(" scans/A.PDF ") == "a.pdf"
