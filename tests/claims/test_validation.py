"""The second opinion on a written batch: never an exception, no patient in a log, no network."""

import logging
import subprocess
import sys
from dataclasses import replace

import pytest

from claims import validation
from claims.validation import CRASHED, Objection, validate
from tests.claims.x12.examples import MARTA, OWN, SUMMIT, file_of, line, simple
from tests.claims.x12.test_faults import edited

WITHOUT_NETWORK = """
import sys
def refuse(event, arguments):
    if event.startswith("socket."):
        raise RuntimeError(event)
sys.addaudithook(refuse)
from claims.validation import validate
print(validate(sys.stdin.buffer.read()))
assert "django" not in sys.modules
"""


def test_an_objection_names_claim_line_element_and_place():
    claims = simple(), simple("C-2", lines=(line(1), line(2, place_of_service="97")))
    (one,) = validate(file_of(*claims))
    assert (one.claim, one.line, one.path, one.code) == ("C-2", 2, "2400/SV105", "7")
    assert "97" in one.words
    assert file_of(*claims).split(b"~")[one.place - 1].startswith(b"SV1*")


def test_what_stands_before_a_claim_belongs_to_it():
    claim = simple("C-9", coverage=replace(OWN, payer=replace(SUMMIT, name="")))
    assert {(one.claim, one.line, one.path) for one in validate(file_of(simple(), claim))} == {
        ("C-9", 0, "2010BB/NM103")
    }


@pytest.mark.parametrize(
    ("content", "claim", "line_number", "words"),
    [
        (edited("HC:99213*125*UN*1***1:2~DTP*472*D8*20261102~REF*6R*L1~LX*2~SV1*HC:93000*48.5*UN*1***1~DTP*472*D8*20261102"
                "~REF*6R*L2~HL", "HC:99213:25:59:76:77:91:XE:XU*125*UN*1***1:2~HL"), "C-1001", 1, "IndexError"),
        (file_of(simple()).replace(b"005010X222A1", b"005010X222A2"), "", 0, "EngineError"),
    ],
    ids=["more parts than the map has", "a version without a map"],
)  # fmt: skip
def test_a_crash_of_the_validator_is_an_objection(content, claim, line_number, words):
    (one,) = validate(content)
    assert (one.claim, one.line, one.code) == (claim, line_number, CRASHED)
    assert one.words == f"The validator crashed: {words}"


def test_any_exception_of_the_validator_is_an_objection(monkeypatch):
    def fail(*arguments, **named):
        raise RuntimeError("Quinlan")

    monkeypatch.setattr(validation.pyx12.x12n_document, "x12n_document", fail)
    assert validate(file_of(simple())) == (Objection("", 0, "", CRASHED, "The validator crashed: RuntimeError", 1),)


@pytest.mark.parametrize("content", [b"", b"no X12 at all", b"ISA*00*", file_of(simple())[:300], b"\xff" * 200])
def test_what_is_no_file_is_refused(content):
    assert validate(content)


def test_nothing_of_the_patient_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    assert validate(file_of(simple(place_of_service="97", patient=MARTA)))
    assert caplog.records == []


def test_it_works_without_network_and_without_the_site():
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_NETWORK], input=file_of(simple()), capture_output=True, timeout=120
    )
    assert (run.stdout, run.returncode) == (b"()\n", 0), run.stderr
