"""What a query may not say: a table that a coder can read, the form of a query, and properties of every fault."""

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coding.rules.queries.linter import RULES, faults
from coding.rules.queries.linter.conditions import conditions_in, is_documented
from coding.rules.queries.wording import (
    OTHER,
    REQUIRED,
    TEMPLATES,
    UNABLE,
    YES_NO,
    YES_NO_FOR,
    Purpose,
    QueryForm,
    WrittenQuery,
    all_options,
)

with (Path(__file__).parent / "linter_cases.csv").open(newline="") as file:
    CASES = list(csv.DictReader(file))
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)


def query(**more):
    return WrittenQuery(**{
        "purpose": Purpose.OTHER, "form": QueryForm.OPEN, "title": "Meaning of a result", "question": "What was it?",
        "quotes": ("Potassium 5.9",), **more,
    })  # fmt: skip


def rules_of(written, chart=""):
    return {fault.rule for fault in faults(written, chart)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['part']}: {case['text']}")
def test_each_example_is_judged_as_written(case):
    written = (
        query(form=QueryForm.CHOICE, options=(case["text"], "Another"))
        if case["part"] == "option"
        else query(**{case["part"]: case["text"]})
    )
    found = faults(written, case["chart"])
    assert {fault.rule for fault in found} == set(filter(None, case["expected"].split("|")))
    assert {fault.text for fault in found} == set(filter(None, case["words"].split("|")))


def test_the_table_has_good_and_bad_examples_of_every_rule_of_words():
    wanted = {"leading", "financial", "title", "undocumented", "slot"}
    assert wanted <= {rule for case in CASES for rule in case["expected"].split("|")}
    assert sum(not case["expected"] for case in CASES) >= 15


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_template_is_fit_to_be_sent_once_it_is_filled_in(purpose):
    template = TEMPLATES[purpose]
    written = query(
        purpose=purpose, form=template.form, title=template.title, question=template.question, options=template.options
    )
    assert rules_of(written) <= {"slot", "blank"}
    assert template.slots
    filled = query(
        purpose=purpose,
        form=template.form,
        title=template.title,
        question=template.question.replace("[", "the ").replace("]", "") or "What does it mean?",
        options=tuple(option.replace("[", "").replace("]", "") for option in template.options),
    )
    assert rules_of(filled) == set()


# -- the form of a query -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("more", "rule", "part"),
    [
        ({"title": " "}, "blank", "title"),
        ({"question": ""}, "blank", "question"),
        ({"title": "x" * 81}, "long", "title"),
        ({"question": "x" * 1501}, "long", "question"),
        ({"quotes": ()}, "indicator", "indicators"),
        ({"quotes": (" ",)}, "indicator", "indicators"),
        ({"quotes": ("a",) * 7}, "indicator", "indicators"),
        ({"quotes": ("a" * 401,)}, "long", "indicators"),
        ({"form": QueryForm.CHOICE}, "options", "options"),
        ({"form": QueryForm.CHOICE, "options": ("Left",)}, "options", "options"),
        ({"form": QueryForm.CHOICE, "options": ("Left", OTHER)}, "options", "options"),
        ({"form": QueryForm.CHOICE, "options": ("Left", "LEFT ")}, "options", "option-2"),
        ({"form": QueryForm.CHOICE, "options": ("Left", "Right", UNABLE)}, "options", "option-3"),
        ({"form": QueryForm.CHOICE, "options": tuple("abcdefghi")}, "options", "options"),
        ({"form": QueryForm.CHOICE, "options": ("Left", "x" * 121)}, "long", "option-2"),
        ({"form": QueryForm.YES_NO, "purpose": Purpose.SIGNIFICANCE}, "yes_no", "form"),
    ],
)
def test_the_form_is_complete(more, rule, part):
    assert (rule, part) in {(fault.rule, fault.part) for fault in faults(query(**more), "")}


def test_yes_or_no_is_for_what_is_documented_and_quoted():
    asks = {"form": QueryForm.YES_NO, "purpose": Purpose.CAUSE, "question": "Is the neuropathy due to the diabetes?"}
    chart = "Neuropathy of both feet. Type 2 diabetes."
    assert rules_of(query(**asks, quotes=("Neuropathy of both feet", "Type 2 diabetes")), chart) == set()
    assert rules_of(query(**asks, quotes=("Neuropathy of both feet",)), chart) == {"yes_no"}
    assert rules_of(query(**asks, quotes=("Neuropathy of both feet",)), "Neuropathy of both feet") == {"undocumented"}
    for purpose in set(Purpose) - YES_NO_FOR:
        assert "yes_no" in rules_of(query(**{**asks, "purpose": purpose}, quotes=(chart,)), chart)


def test_a_choice_may_name_what_the_chart_supports_but_does_not_name():
    """Options are what the provider judges; the brief allows a diagnosis there that the indicators support."""
    written = query(form=QueryForm.CHOICE, options=("Hyperkalemia", "A fault of the sample"))
    assert rules_of(written, "Potassium 5.9") == set()


@pytest.mark.parametrize("form", list(QueryForm))
def test_the_required_options_are_always_there_and_last(form):
    for own in ((), ("Left", "Right"), (UNABLE, "Left"), REQUIRED):
        assert all_options(form, own)[-2:] == REQUIRED
        assert all_options(form, own).count(OTHER) == 1
    assert all_options(QueryForm.YES_NO, ("Left",)) == (*YES_NO, *REQUIRED)
    assert all_options(QueryForm.OPEN, ("Left",)) == REQUIRED


# -- what holds of every fault -------------------------------------------------------------------------
@given(title=TEXT, question=TEXT, options=st.lists(TEXT, max_size=10).map(tuple), chart=TEXT,
       form=st.sampled_from(QueryForm), purpose=st.sampled_from(Purpose))  # fmt: skip
@example(title="Sepsis", question="Sepsis?", options=(), chart="", form=QueryForm.OPEN, purpose=Purpose.OTHER)
def test_a_fault_says_where_why_and_who_says_so(title, question, options, chart, form, purpose):
    written = query(title=title, question=question, options=options, form=form, purpose=purpose)
    texts = {"title": title, "question": question}
    texts |= {f"option-{number}": option for number, option in enumerate(options, start=1)}
    for fault in faults(written, chart):
        assert fault.reason
        assert fault.source
        assert fault.place
        assert texts.get(fault.part, "")[fault.start : fault.end] == fault.text


@given(before=st.sampled_from(["", "Which side, ", "What was it? "]), after=st.sampled_from(["", "?", " or none."]),
       word=st.sampled_from(["reimbursement", "DRG", "payment", "RVU", "quality score", "severity credit", "HCC"]),
       change=st.sampled_from([str.lower, str.upper, str.title, str]))  # fmt: skip
def test_no_spelling_of_a_financial_word_passes(before, after, word, change):
    hit = [one for one in faults(query(question=before + change(word) + after), "") if one.rule == "financial"]
    assert any(change(word) in one.text or one.text in change(word) for one in hit)


@given(st.lists(st.sampled_from(["right", "knee", "pain", "two", "weeks", "page", "date", "note", "which", "was"]),
                min_size=1, max_size=12).map(" ".join))  # fmt: skip
def test_plain_words_pass(text):
    assert rules_of(query(question=text)) == set()


@given(st.sampled_from(["sepsis", "heart failure", "pneumonia", "CKD", "fracture"]), TEXT)
def test_what_the_chart_says_may_be_asked_about(condition, rest):
    written = query(question=f"How would you describe the {condition}?")
    assert "undocumented" in rules_of(written, "")
    assert "undocumented" not in rules_of(written, f"{rest} {condition} {rest}")
    assert "undocumented" not in rules_of(written, f"{rest}\n{condition.upper()}, {rest}")


def test_conditions_are_whole_words():
    assert not list(conditions_in("A diagnosis, its prognosis, the stroma and a stoma; the gouty, DMs and shocking"))
    assert [text for *_, text in conditions_in("Cholecystitis, osteoarthritis and hypokalemia; DM.")] == [
        "Cholecystitis", "osteoarthritis", "hypokalemia", "DM",
    ]  # fmt: skip
    assert is_documented("ulcers", "an ulcer of the heel")
    assert is_documented("heart  failure", "Heart\nfailure")
    assert not is_documented("sepsis", "asepsis; septic")


def test_every_rule_is_in_the_list_once():
    assert len(set(RULES)) == len(RULES) == 11
