"""The HL7 file: golden, valid to two parsers, and true to every sign of a name."""

from dataclasses import replace
from datetime import UTC, date
from pathlib import Path

import hl7
import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.formats import hl7_file
from coding.rules.formats.hl7_segments import escaped, segment
from coding.rules.formats.person_names import one_line, person_name
from coding.rules.formats.procedure_systems import is_cpt
from tests.coding.clinical.visits import BATCH, EMERGENCY, KNEE, PLAIN, TWELVE, VISITS, only, render

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "clinical"


def messages(batch=BATCH):
    return hl7.parse_batch(render(hl7_file, batch).decode())


def message(visit, **changes):
    [one] = messages(only(visit, **changes))
    return one


def value(message, segment, occurrence, *place):
    return message.extract_field(segment, occurrence, *place)


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.encounter)
def test_a_visit_is_its_golden_file(visit):
    assert render(hl7_file, only(visit)) == (GOLDEN / f"{visit.encounter}.hl7").read_bytes()


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.encounter)
def test_a_message_has_the_structure_of_the_standard(visit):
    [text] = hl7.split_file(render(hl7_file, only(visit)).decode())
    parsed = parse_message(text, validation_level=VALIDATION_LEVEL.STRICT, find_groups=True)
    assert parsed.validate()
    assert parsed.name == "DFT_P03"
    assert len(parsed.dft_p03_financial) == len(visit.lines)
    assert len(parsed.dg1) == len(visit.diagnoses)
    assert parsed.to_er7() == text.rstrip("\r") or parsed.to_er7() == text


def test_a_batch_has_a_message_a_visit_and_counts_them():
    text = render(hl7_file, BATCH).decode()
    found = hl7.parse_batch(text)
    assert found.header[3][0] == "CHARTLINE"
    assert found.header[11][0] == found.trailer[2][0] == "RIVER-B-7-v1"
    assert found.trailer[1][0] == "5"
    assert [value(one, "MSH", 1, 10) for one in found] == [
        "E00101V1", "E00102V1", "E00103V1", "E00104V1", "E00105V1",
    ]  # fmt: skip
    assert "E-00106" not in text, "what is not billable has no charge"


def test_a_batch_without_billable_visits_is_an_empty_batch():
    empty = replace(BATCH, visits=(), version=2)
    assert render(hl7_file, empty).decode().split("\r")[1] == "BTS|0|RIVER-B-7-v2"


def test_times_and_numbers_come_from_the_delivery():
    one = message(KNEE)
    assert value(one, "MSH", 1, 7) == value(one, "EVN", 1, 2) == "20260309143005-0500"
    assert value(one, "MSH", 1, 18) == "UNICODE UTF-8"
    [again, *_] = messages(replace(BATCH, version=2, made_at=BATCH.made_at.astimezone(UTC)))
    assert value(again, "MSH", 1, 10) == "E00101V2"
    assert value(again, "MSH", 1, 7) == "20260309193005+0000"
    assert value(again, "FT1", 1, 2) == value(one, "FT1", 1, 2), "the same charge, told again"


def test_lines_carry_their_code_modifiers_units_and_diagnoses():
    one = message(KNEE)
    assert [value(one, "FT1", at, 7) for at in (1, 2, 3)] == ["99213", "20610", "J1030"]
    assert [value(one, "FT1", at, 25, 1, 3) for at in (1, 2, 3)] == ["C4", "C4", "HCPCS"]
    assert [value(one, "FT1", at, 10) for at in (1, 2, 3)] == ["1", "1", "2"]
    assert [value(one, "FT1", 1, 19, at) for at in (1, 2)] == ["M17.11", "I10"]
    assert value(one, "FT1", 1, 26) == "25"
    assert value(one, "FT1", 1, 7, 1, 2) == "", "no words of a procedure"
    assert [value(one, "PR1", at, 3) for at in (1, 2, 3)] == ["99213", "20610", "J1030"]
    four = message(PLAIN)
    assert [value(four, "FT1", 1, 26, at) for at in (1, 2, 3, 4)] == ["95", "GT", "CR", "KX"]


@pytest.mark.parametrize(("visit", "system"), [(VISITS[0], "I10"), (VISITS[1], "I9")])
def test_the_coding_system_of_diagnoses_is_that_of_the_date_of_service(visit, system):
    one = message(visit)
    for at in range(1, len(visit.diagnoses) + 1):
        assert value(one, "DG1", at, 1) == str(at)
        assert value(one, "DG1", at, 2) == value(one, "DG1", at, 3, 1, 3) == system


@pytest.mark.parametrize(("visit", "kind"), [(KNEE, "O"), (EMERGENCY, "E"), (TWELVE, "I"), (PLAIN, "O")])
def test_the_patient_class_comes_from_the_place_of_service(visit, kind):
    assert value(message(visit), "PV1", 1, 2) == kind


def test_a_patient_without_an_account_is_identified_by_the_visit():
    pid = message(PLAIN)["PID"][0]
    assert str(pid[3]) == "E-00105^^^CHARTLINE^VN"
    assert str(message(KNEE)["PID"][0][3]) == "A-1001^^^^AN"
    assert "IN1" not in {str(one[0]) for one in message(PLAIN)}


def test_separators_in_values_are_escaped_and_read_back():
    text = render(hl7_file, only(EMERGENCY)).decode()
    assert r"St. Mary's \F\ ER \S\ Tower \T\ Annex" in text
    one = message(EMERGENCY)
    assert value(one, "PV1", 1, 3, 1, 9) == "St. Mary's | ER ^ Tower & Annex"
    assert value(one, "IN1", 1, 36) == "~9\\7"
    assert value(one, "PID", 1, 18) == "77&8"


def test_what_the_standard_takes_for_deletion_is_a_value():
    assert escaped('""') != '""'
    assert value(message(KNEE, member_id='""'), "IN1", 1, 36) == '""'


def test_empty_ends_fall_away_and_repetitions_are_kept():
    assert segment("ZZ1", {1: "a", 3: [("b", "", ""), "", "c"], 9: ""}) == "ZZ1|a||b~c\r"


def test_a_date_long_ago_keeps_its_zeros():
    assert value(message(KNEE, birth_date=date(901, 2, 3)), "PID", 1, 7) == "09010203"


@pytest.mark.parametrize(
    ("code", "known"),
    [("99213", True), ("0001F", True), ("0042T", True), ("0001U", True), ("J1030", False), ("G0463", False)],
)
def test_a_procedure_is_cpt_by_its_form(code, known):
    assert is_cpt(code) is known


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40) | st.text(
    '|^~\\&"\r\nÄ ,.x', max_size=20
)


@settings(max_examples=150, deadline=None)
@given(names, names)
def test_any_name_is_read_back_as_it_is(patient, account):
    one = message(KNEE, patient=person_name(patient), account_number=account)
    name = person_name(patient)
    family, given_name, further = (value(one, "PID", 1, 5, 1, at) for at in (1, 2, 3))
    assert family == name.family
    assert " ".join(filter(None, (given_name, further))) == " ".join(name.given)
    assert value(one, "PID", 1, 18) == one_line(account)
    assert len(one) == len(message(KNEE)), "no sign of a name makes a segment"


@settings(max_examples=60, deadline=None)
@given(names)
def test_any_name_keeps_the_structure_of_the_standard(patient):
    [text] = hl7.split_file(render(hl7_file, only(KNEE, patient=person_name(patient))).decode())
    parsed = parse_message(text, validation_level=VALIDATION_LEVEL.TOLERANT, find_groups=True)
    assert parsed.pid.pid_5.pid_5_1.to_er7() == escaped(person_name(patient).family)
    assert parsed.pid.pid_7.to_er7() == "19610203"


def test_the_same_delivery_gives_the_same_bytes():
    assert render(hl7_file, BATCH) == render(hl7_file, replace(BATCH))
