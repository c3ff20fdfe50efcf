"""`manage.py check_coding`: codings from outside, read strictly, answered in the documented shape."""

import json
import re
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from coding.models import UnitLimit
from coding.rules.code_sets import CodeSet
from coding.rules.coding_json import BadCoding, read_case, written, written_lines
from coding.rules.coding_schema import CODING, FINDINGS, TABLES
from coding.rules.codings import Sex
from coding.rules.edits import run_edits
from tests import factories
from tests.coding.lines import load_codes

DOCUMENT = Path(__file__).parents[2] / "docs" / "check-coding.md"
EXAMPLE = json.loads(re.search(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL).group(1))


@pytest.fixture
def check(tmp_path):
    def checked(content):
        file = tmp_path / "coding.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        out = StringIO()
        call_command("check_coding", str(file), stdout=out)
        return json.loads(out.getvalue())

    return checked


def edits(answer):
    return [finding["edit"] for finding in answer["findings"]]


def refused(check, content):
    with pytest.raises(CommandError) as error:
        check(content)
    assert error.value.returncode == 2
    return str(error.value)


def test_the_documents_example_finds_what_it_says(check):
    answer = check(EXAMPLE)
    assert edits(answer) == ["bundled_never", "units_over_day_limit", "modifier_59"]
    assert answer["counts"] == {"hard": 2, "check": 0, "info": 1}
    assert answer["findings"][0] == {
        "edit": "bundled_never",
        "severity": "hard",
        "text": "Line 2 (G0102) is part of line 1 (G0101), with any modifier.",
        "source": "NCCI PTP, column 1 G0101, column 2 G0102, modifier indicator 0: ",
        "place": {"part": "procedure", "number": 2, "field": "code"},
        "fix": {
            "label": "Remove line 2",
            "diagnoses": [{"code": "M17.11"}],
            "procedures": [{"code": "G0101", "modifiers": [], "units": 1, "pointers": [1]}],
        },
    }


def test_the_document_names_every_key():
    words = DOCUMENT.read_text()
    names = {*CODING["properties"], *TABLES["properties"], *FINDINGS["properties"]}
    names |= {name for rows in TABLES["properties"].values() for name in rows.get("items", {}).get("properties", ())}
    assert not [name for name in names if f"`{name}`" not in words and f'"{name}"' not in words]


def test_answers_keep_to_their_schema(check):
    Draft202012Validator(FINDINGS).validate(check(EXAMPLE))


def test_several_codings_are_answered_in_order(check):
    first, second = check([EXAMPLE, {**EXAMPLE, "procedures": [{"code": "G0101", "pointers": [1]}]}])
    assert (len(first["findings"]), len(second["findings"])) == (3, 0)


def test_both_shapes_can_be_printed():
    out = StringIO()
    call_command("check_coding", "--schema", stdout=out)
    assert json.loads(out.getvalue()) == {"input": CODING, "output": FINDINGS}


@pytest.mark.django_db
def test_without_tables_the_loaded_lists_are_asked(check):
    load_codes()
    edition = factories.EditionFactory(code_set=CodeSet.MUE_PRACTITIONER, name="2026Q1", effective=date(2026, 1, 1))
    UnitLimit.objects.create(edition=edition, code="20610", units=2, adjudication=3, rationale="Clinical")
    answer = check({
        "date_of_service": "2026-03-01",
        "diagnoses": [{"code": "E11.9"}, {"code": "Z99.99"}],
        "procedures": [{"code": "20610", "units": 3, "pointers": [1, 2]}],
    })  # fmt: skip
    assert edits(answer) == ["unknown_diagnosis", "units_over_day_limit"]
    assert answer["findings"][1]["source"] == "NCCI MUE 2026Q1, 2 units, MAI 3: Clinical"


@pytest.mark.django_db
def test_earlier_services_of_the_file_count_beside_the_loaded_lists(check):
    load_codes()
    answer = check({
        "date_of_service": "2026-03-01", "provider_npi": "1234567893", "diagnoses": [{"code": "I10"}],
        "procedures": [{"code": "71046", "pointers": [1]}],
        "earlier": [{"date_of_service": "2026-03-01", "code": "71046", "provider_npi": "1234567893"}],
    })  # fmt: skip
    assert edits(answer) == ["reported_elsewhere"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is no JSON: .* line 1"),
        ("[" * 100_000, "cannot be read as JSON"),
        ("3", "the file: must keep to type"),
        ({}, "'date_of_service' is a required property"),
        ({"date_of_service": "2026-13-01"}, "date_of_service: must keep to"),
        ({"date_of_service": "20260301"}, "date_of_service: must keep to"),
        ({"date_of_service": None, "sex": "X"}, r'sex: must keep to enum \["F", "M", "U"\]'),
        ({"date_of_service": None, "name": "Jane"}, "'name' was unexpected"),
        ({"date_of_service": None, "procedures": [{}]}, "procedures/0: 'code' is a required property"),
        ({"date_of_service": None, "procedures": [{"code": "G0101", "units": "2"}]}, "procedures/0/units"),
        ({"date_of_service": None, "procedures": [{"code": "G0101", "units": True}]}, "procedures/0/units"),
        ({"date_of_service": None, "tables": {"pairs": [{"column_one": "A"}]}}, "tables/pairs/0"),
        ({"date_of_service": None, "tables": {"notes": [
            {"code": "A00", "kind": "other", "holder": "A00", "text": ""}]}}, "kind is one of includes"),
        ([{"date_of_service": None}, {}], "coding 2: the file: 'date_of_service'"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_its_place(check, content, words):
    assert re.search(words, refused(check, content))


def test_what_stood_there_is_not_repeated(check):
    assert "SECRET" not in refused(check, {"date_of_service": "SECRET", "sex": "SECRET", "payer": 7})


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(CommandError, match=r"nowhere.json cannot be read: No such file") as error:
        call_command("check_coding", "nowhere.json")
    assert error.value.returncode == 2


def test_a_bad_payer_rule_is_refused_before_it_is_needed(check):
    rule = {
        "name": "r", "condition": {"planet": ["Mars"]}, "valid_from": "2026-01-01",
        "finding": {"text": "No.", "severity": "check", "source": "Manual"},
    }  # fmt: skip
    words = refused(check, {"date_of_service": "2026-03-01", "tables": {"payer_rules": [rule]}})
    assert "“planet” is no condition" in words


def test_every_field_is_read():
    case = read_case({
        "date_of_service": "2026-03-01", "birth_date": "1990-02-28", "sex": "M", "place_of_service": "22",
        "visit_type": "new", "specialty": "cardiology", "provider_npi": "1", "referring_npi": "2", "payer": "P",
        "practice": "RIV", "diagnoses": [{"code": "i10", "quotes": ["high"]}],
        "procedures": [{"code": "G0101", "minutes": 8, "place_of_service": "11", "quotes": ["did"]}],
    })  # fmt: skip
    coded = case.coded
    assert (coded.birth_date, coded.sex, coded.place_of_service) == (date(1990, 2, 28), Sex.MALE, "22")
    assert (coded.visit_type, coded.specialty, coded.payer, coded.practice) == ("new", "cardiology", "P", "RIV")
    assert (coded.provider_npi, coded.referring_npi) == ("1", "2")
    assert coded.diagnoses[0].quotes == ("high",)
    line = coded.procedures[0]
    assert (line.minutes, line.place_of_service, line.quotes, line.units) == (8, "11", ("did",), 1)
    assert case.tables is None


def test_lines_are_written_as_they_are_read():
    lines = {
        "diagnoses": [{"code": "I10", "quotes": ["high"]}],
        "procedures": [
            {"code": "G0101", "modifiers": ["25"], "units": 2, "pointers": [1], "minutes": 8, "quotes": ["did"]}
        ],
    }
    assert written_lines(read_case({"date_of_service": None, **lines}).coded) == lines


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([*CODING["properties"], *TABLES["properties"], "code", "units", "kind", "x"]), inner, max_size=4
    ),
    max_leaves=6,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(JSON)
def test_whatever_is_sent_is_read_or_refused(raw):
    try:
        case = read_case(raw)
    except BadCoding:
        return
    if case.tables is not None and not case.tables.payer_rules:
        written(run_edits(case.coded, case.tables))
