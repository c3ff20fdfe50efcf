"""Rules of payers and practices: read, tried by their own examples, kept."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from coding.actions.payer_rules import ExamplesFail, PayerOfAnother, save_payer_rule
from coding.models import PayerRule as Row
from coding.rules.codings import CodedEncounter, DiagnosisLine, Sex
from coding.rules.edits import run_edits
from coding.rules.edits.payer import CHECKS, LINE_PARTS, BadRule, check_rule, holds, payer_rule
from coding.rules.payer_examples import failing_examples
from coding.rules.tables import PayerRule, Tables
from portal.models import AuditEvent
from tests import factories
from tests.coding.lines import NOON
from tests.coding.written import line

DOCUMENT = (Path(__file__).parents[2] / "docs" / "payer-rules.md").read_text()
EXAMPLE = json.loads(re.search(r"```json\n(.*?)```", DOCUMENT, re.DOTALL).group(1))
SAYS = {"text": "No.", "severity": "check", "source": "Manual"}
CODED = CodedEncounter(
    date_of_service=date(2026, 3, 1),
    birth_date=date(1961, 3, 2),  # 64 until tomorrow
    sex=Sex.FEMALE,
    place_of_service="11",
    payer="Blue Shield",
    visit_type="new",
    specialty="cardiology",
    diagnoses=(DiagnosisLine("E11.22"), DiagnosisLine("I10")),
    procedures=(line("G0101-LTx2@1"), line("G0102@2")),
)


def rule(condition, finding=None, **dates):
    return PayerRule("r", condition, finding or SAYS, **{"valid_from": date(2026, 1, 1), **dates})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"diagnosis": ["E11.22"]}, True),
        ({"diagnosis": ["E112"]}, False),
        ({"diagnosis": ["E11*"]}, True),
        ({"diagnosis": ["E11.*"]}, True),
        ({"first_diagnosis": ["I10"]}, False),
        ({"first_diagnosis": ["E1*", "I10"]}, True),
        ({"procedure": ["G0102"]}, True),
        ({"procedure": ["G0103"]}, False),
        ({"modifier": ["LT"]}, True),
        ({"modifier": ["RT"]}, False),
        ({"place": ["11", "22"]}, True),
        ({"place": ["22"]}, False),
        ({"sex": ["F"]}, True),
        ({"sex": ["M", "U"]}, False),
        ({"payer": ["Blue Shield"]}, True),
        ({"payer": ["blue shield"]}, False),
        ({"visit_type": ["new"]}, True),
        ({"specialty": ["radiology"]}, False),
        ({"age": {"from": 64}}, True),
        ({"age": {"to": 64}}, True),
        ({"age": {"from": 65}}, False),
        ({"age": {"from": 18, "to": 63}}, False),
        ({"date": {"from": "2026-03-01"}}, True),
        ({"date": {"from": "2026-03-02"}}, False),
        ({"date": {"to": "2026-03-01"}}, True),
        ({"date": {"from": "2026-01-01", "to": "2026-02-28"}}, False),
        ({"line": {"procedure": ["G01*"], "modifier": ["LT"]}}, True),
        ({"line": {"procedure": ["G0102"], "modifier": ["LT"]}}, False),
        ({"line": {"without_modifier": ["LT"]}}, True),
        ({"line": {"units_over": 1}}, True),
        ({"line": {"units_over": 2}}, False),
        ({"line": {"procedure": ["G0101"], "points_to": ["E11*"]}}, True),
        ({"line": {"procedure": ["G0101"], "points_to": ["I10"]}}, False),
        ({"all": [{"sex": ["F"]}, {"modifier": ["LT"]}]}, True),
        ({"all": [{"sex": ["F"]}, {"modifier": ["RT"]}]}, False),
        ({"any": [{"sex": ["M"]}, {"modifier": ["LT"]}]}, True),
        ({"any": [{"sex": ["M"]}, {"modifier": ["RT"]}]}, False),
        ({"not": {"sex": ["M"]}}, True),
        ({"not": {"all": [{"sex": ["F"]}]}}, False),
    ],
)
def test_conditions(condition, expected):
    check_rule(rule(condition))
    assert holds(condition, CODED) is expected


@pytest.mark.parametrize("condition", [{"age": {"to": 200}}, {"date": {"from": "1900-01-01"}}, {"sex": ["F"]}])
def test_a_fact_that_is_not_known_meets_nothing(condition):
    assert not holds(condition, CodedEncounter(date_of_service=None))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({}, "exactly one key"),
        ({"sex": ["F"], "age": {"to": 3}}, "exactly one key"),
        ([], "exactly one key"),
        ({"planet": ["Mars"]}, "“planet” is no condition; there are age, all, any"),
        ({"all": []}, "“all” takes a list of conditions"),
        ({"any": [{"sex": ["F"]}, {"planet": []}]}, "“planet”"),
        ({"not": {"sex": "F"}}, "list of texts"),
        ({"diagnosis": "E11"}, "list of texts"),
        ({"diagnosis": [11]}, "list of texts"),
        ({"first_diagnosis": []}, "list of texts"),
        ({"age": {"from": "18"}}, "whole years"),
        ({"age": {"from": True}}, "whole years"),
        ({"age": {}}, "whole years"),
        ({"age": {"over": 18}}, "whole years"),
        ({"date": {"from": "1 May"}}, "YYYY-MM-DD"),
        ({"date": {"from": 2026}}, "YYYY-MM-DD"),
        ({"line": {}}, "A line is an object of"),
        ({"line": {"colour": ["red"]}}, "A line is an object of"),
        ({"line": {"units_over": "2"}}, "whole number"),
        ({"line": {"points_to": "I10"}}, "list of texts"),
        ({"any": [{"line": {"procedure": ["G0101"], "points_to": [1]}}]}, "list of texts"),
    ],
)
def test_a_condition_that_cannot_be_read_is_refused(condition, words):
    with pytest.raises(BadRule, match=words):
        check_rule(rule(condition))


@pytest.mark.parametrize(
    "finding",
    [{}, {**SAYS, "text": " "}, {**SAYS, "severity": "grave"}, {**SAYS, "source": 3}, {**SAYS, "fix": "x"}],
)
def test_a_finding_has_text_severity_and_source(finding):
    with pytest.raises(BadRule):
        check_rule(PayerRule("r", {"sex": ["F"]}, finding, date(2026, 1, 1)))


def found(condition, **dates):
    tables = Tables(payer_rules=(rule(condition, **dates),))
    return [(finding.place.part.value, finding.place.number) for finding in payer_rule(CODED, tables)]


def test_it_stands_at_each_line_that_the_condition_speaks_of():
    both = {"line": {"procedure": ["G01*"]}}
    assert found(both) == [("procedure", 1), ("procedure", 2)]
    assert found({"all": [{"sex": ["F"]}, {"any": [{"line": {"modifier": ["LT"]}}, {"sex": ["M"]}]}]}) == [
        ("procedure", 1)
    ]
    assert found({"not": {"line": {"modifier": ["RT"]}}}) == [("encounter", 0)]
    assert found({"sex": ["F"]}) == [("encounter", 0)]


def test_its_days_are_included():
    condition, day = {"sex": ["F"]}, CODED.date_of_service
    assert found(condition, valid_from=day, valid_to=day)
    assert not found(condition, valid_from=day + timedelta(days=1))
    assert not found(condition, valid_to=day - timedelta(days=1))


def test_the_finding_is_in_the_rules_words():
    tables = Tables(payer_rules=(rule({"sex": ["F"]}, {**SAYS, "severity": "info"}),))
    (finding,) = [finding for finding in run_edits(CODED, tables) if finding.edit == "payer_rule"]
    assert (finding.severity, finding.text, finding.source) == ("info", "No.", "r: Manual")


# -- examples --------------------------------------------------------------------------------------------


def test_the_documents_rule_passes_its_own_examples():
    documented = PayerRule("d", EXAMPLE["condition"], EXAMPLE["finding"], date.fromisoformat(EXAMPLE["valid_from"]))
    assert failing_examples(documented, EXAMPLE["examples"]) == ()


def test_the_document_names_every_condition():
    assert not [word for word in (*CHECKS, *LINE_PARTS) if f"`{word}`" not in DOCUMENT]


def example(finds, **coding):
    return {"coding": {"date_of_service": "2026-03-01", **coding}, "finds": finds}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (example([], sex="F"), "Example 1: it finds encounter and not nothing."),
        (example(["encounter"], sex="M"), "Example 1: it finds nothing and not encounter."),
        (example(["encounter"], sex="?"), "Example 1: its coding cannot be read: sex: must keep to enum"),
        ({"coding": {}}, "Example 1: it has a coding, and a list of what it finds."),
        ("x", "Example 1: it has a coding"),
    ],
)
def test_an_example_that_does_not_come_out_is_told(wrong, words):
    (problem,) = failing_examples(rule({"sex": ["F"]}), [wrong, example(["encounter"], sex="F")])
    assert problem.startswith(words)


# -- kept ------------------------------------------------------------------------------------------------


def save(practice, by, **changes):
    return save_payer_rule(**{
        "practice": practice, "name": "Women", "condition": {"sex": ["F"]}, "finding": SAYS,
        "examples": [example(["encounter"], sex="F")], "valid_from": date(2026, 1, 1), "by": by, "at": NOON, **changes,
    })  # fmt: skip


@pytest.mark.django_db
def test_a_rule_is_kept_with_who_and_when_and_an_event(river, max_):
    payer = factories.PayerFactory(practice=river)
    kept = save(river, max_, payer=payer, valid_to=date(2026, 12, 31))
    kept.refresh_from_db()
    assert (kept.payer, kept.changed_by, kept.changed_at, kept.valid_to) == (payer, max_, NOON, date(2026, 12, 31))
    event = AuditEvent.objects.get(action="payer_rule.added")
    assert (event.actor, event.practice_id, event.object_id) == (max_, river.pk, kept.pk)


@pytest.mark.django_db
def test_the_same_name_and_day_is_the_same_rule(river, max_):
    first, second = save(river, max_), save(river, max_, finding={**SAYS, "text": "Never."})
    assert first.pk == second.pk
    assert Row.objects.get().finding["text"] == "Never."
    save(river, max_, valid_from=date(2026, 2, 1))
    assert Row.objects.count() == 2
    assert AuditEvent.objects.filter(action="payer_rule.changed").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"examples": [example([], sex="F")]}, ExamplesFail),
        ({"examples": []}, BadRule),
        ({"condition": {"planet": []}}, BadRule),
    ],
)
def test_a_rule_that_does_something_else_is_not_kept(river, max_, changes, error):
    with pytest.raises(error):
        save(river, max_, **changes)
    assert not Row.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="payer_rule").exists()


@pytest.mark.django_db
def test_a_rule_that_fails_leaves_the_one_before(river, max_):
    save(river, max_)
    with pytest.raises(ExamplesFail):
        save(river, max_, finding={**SAYS, "text": "Never."}, examples=[example([], sex="F")])
    assert Row.objects.get().finding == SAYS


@pytest.mark.django_db
def test_a_payer_of_another_practice_is_refused(river, lake, max_):
    with pytest.raises(PayerOfAnother):
        save(river, max_, payer=factories.PayerFactory(practice=lake))
