"""A file's name, size and first bytes: what is decided before anything is drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.file_types import CDA, DOCX, HEAD, HEIC, RTF, TEXT, ZIP, media_type_of
from portal.rules.intake import (
    ADVICE,
    LONGEST_NAME,
    ChartStatus,
    Refusal,
    display_name,
    refusal_at_receipt,
)
from portal.rules.lifecycle import CHART_MOVES
from tests import files


@pytest.mark.parametrize(
    ("make", "media_type"),
    [
        (files.text_pdf, "application/pdf"),
        (lambda: b"\r\njunk of a mail gateway\n" + files.text_pdf(), "application/pdf"),
        (files.fax_tiff, "image/tiff"),
        (files.jpeg, "image/jpeg"),
        (files.png, "image/png"),
        (files.html, ""),
        (lambda: b"<html>%PDF-1.4 is what we serve</html>", ""),
        (lambda: b'{"error": "no %PDF- here"}', TEXT),
        (lambda: b"PK\x03\x04 a zip that holds %PDF-", ZIP),
        (lambda: b"PK\x03\x04\x14\x00[Content_Types].xml", DOCX),
        (lambda: b"{\\rtf1\\ansi Plan}", RTF),
        (lambda: b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", HEIC),
        (lambda: b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", HEIC),
        (lambda: b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif", ""),
        (lambda: b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", ""),
        (lambda: b'<?xml version="1.0"?>\n<!-- a licence -->\n<ClinicalDocument xmlns="urn:hl7-org:v3">', CDA),
        (lambda: b"<hl7:ClinicalDocument xmlns:hl7='urn:hl7-org:v3'>", CDA),
        (lambda: b"<note>ClinicalDocument</note>", ""),
        (lambda: "Señora López".encode("utf-16"), TEXT),
        (lambda: "Fieber 38,5 °C".encode("cp1252"), TEXT),
        (lambda: "é".encode() * 600, TEXT),
        (lambda: b"MZ" + bytes(60), ""),
        (lambda: b"GIF89a\x01\x00\x01\x00", ""),
        (lambda: b"", ""),
        (lambda: b" " * 2000, ""),
        (lambda: b"\x01" + b" " * 2000 + b"%PDF-1.4", ""),
    ],
)
def test_the_type_comes_from_the_first_bytes(make, media_type):
    assert media_type_of(make()[:HEAD]) == media_type


@pytest.mark.parametrize(
    ("name", "size", "head", "reason"),
    [
        ("a.pdf", 10, b"%PDF-1.4", None),
        ("a.tif", 10, b"%PDF-1.4", None),  # a wrong ending does no harm when the content is taken
        ("a.pdf", 0, b"", Refusal.EMPTY),
        ("a.pdf", 101, b"%PDF-1.4", Refusal.TOO_LARGE),
        ("a.pdf", 100, b"%PDF-1.4", None),
        ("a.PDF", 10, b"<html>", Refusal.NAME_DIFFERS),
        ("a.docx", 10, b"PK\x03\x04", None),
        ("a.txt", 10, b"Plan: rest", None),
        ("note", 10, b"Plan: rest", None),
        ("a.pdf", 10, b"Session expired", Refusal.NAME_DIFFERS),
        ("a.html", 10, b"<html>", Refusal.UNKNOWN_TYPE),
        ("", 10, b"????", Refusal.UNKNOWN_TYPE),
    ],
)
def test_what_is_wrong_at_receipt_has_a_name(name, size, head, reason):
    assert refusal_at_receipt(name=name, size=size, head=head, limit=100) == reason


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("visit.pdf", "visit.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\charts\\visit.pdf", "visit.pdf"),
        ("a\x00b\nc.pdf", "abc.pdf"),
        ("photo\u202efdp.exe", "photofdp.exe"),
        ("  two   words .pdf", "two words .pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
        ("...", "unnamed file"),
        ("", "unnamed file"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("=cmd().pdf", "=cmd().pdf"),
    ],
)
def test_a_name_is_shown_without_paths_and_tricks(sent, shown):
    assert display_name(sent) == shown


@given(st.text(max_size=400))
def test_any_name_can_be_shown(name):
    shown = display_name(name)
    assert 0 < len(shown) <= LONGEST_NAME
    assert "/" not in shown
    assert "\\" not in shown
    assert "\x00" not in shown
    assert display_name(shown) == shown


def test_every_refusal_says_what_was_wrong_and_what_to_do():
    assert set(ADVICE) == set(Refusal)
    assert all(advice.wrong.endswith(".") and advice.next_step.endswith(".") for advice in ADVICE.values())


def test_a_chart_that_was_refused_comes_back_by_another_try_or_gives_way_to_a_copy():
    back = [name for name, move in CHART_MOVES.items() if ChartStatus.UNREADABLE in move.old]
    assert back == ["give_way", "try_again"]  # the one to a copy that is sent, the other by a manager
