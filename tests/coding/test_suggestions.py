"""Suggestions: asked once, shown to most coders, decided one by one, measured against what was kept."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.queue import take_next
from coding.actions.suggesting import keep_suggestions
from coding.actions.verification import give_verdict
from coding.forms.coding import clean_body, decided_in
from coding.models import Coding, SuggestedCode, SuggestionDecision, SuggestionSet, Verdict
from coding.rules.codings import System
from coding.rules.lifecycle import Stage
from coding.rules.suggested import BLIND_SHARE, Decided, Decision, Outcome, is_blind, is_history, outcome, ranked
from portal.models import Contract
from tests.coding.benches import form_for, visit
from tests.coding.worded import FIVE, Suggested, suggest, worded_bench

ICD10 = System.ICD10CM


# -- rules ----------------------------------------------------------------------------------------------


def test_the_surest_comes_first_each_code_once_and_procedures_last():
    found = [
        Suggested(ICD10, "I10", 0.4),
        Suggested(System.PROCEDURE, "99213", 0.99),
        Suggested(ICD10, "E11.9", 0.8),
        Suggested(ICD10, "I10", 0.9),
    ]
    assert [(one.code, one.score) for one in ranked(found)] == [("I10", 0.9), ("E11.9", 0.8), ("99213", 0.99)]
    assert len(ranked(Suggested(ICD10, f"A{n:02d}", 0.5) for n in range(90))) == 40


@pytest.mark.parametrize(
    ("system", "code", "history"),
    [
        (ICD10, "Z87.891", True), (ICD10, "Z88.0", True), (ICD10, "Z80.3", True), (ICD10, "Z91.010", True),
        (ICD10, "Z91.14", False), (ICD10, "Z79.4", False), (ICD10, "I10", False), (System.ICD9CM, "V10.3", True),
        (System.ICD9CM, "V20.2", False), (System.PROCEDURE, "Z8000", False),
    ],
)  # fmt: skip
def test_history_and_allergies_are_told_from_what_is_coded_more_often(system, code, history):
    assert is_history(system, code) is history


def test_about_a_tenth_is_coded_blind_and_always_the_same_tenth():
    drawn = [number for number in range(10_000) if is_blind(number)]
    assert len(drawn) == pytest.approx(100 * BLIND_SHARE, rel=0.15)
    assert drawn == [number for number in range(10_000) if is_blind(number)]


@pytest.mark.parametrize(
    ("decided", "codes", "became"),
    [
        (Decided(taken={7: "I10"}), "I10", Outcome(Decision.ACCEPTED)),
        (Decided(), "I10", Outcome(Decision.ACCEPTED)),  # found by the coder without it
        (Decided(taken={7: "I11.9"}), "I119", Outcome(Decision.REPLACED, replaced_by="I119")),
        (Decided(taken={7: "I11.9"}), "E119", Outcome(Decision.UNDECIDED)),  # that line is gone
        (Decided(rejected={7: 0}), "E119", Outcome(Decision.REJECTED)),
        (Decided(rejected={7: 2}), "E119", Outcome(Decision.REJECTED, reason="denied")),
        (Decided(rejected={7: 9}), "E119", Outcome(Decision.REJECTED)),
        (Decided(rejected={8: 1}), "E119", Outcome(Decision.UNDECIDED)),
        (Decided(rejected={7: 1}), "I10", Outcome(Decision.ACCEPTED)),  # rejected and found again
    ],
)
def test_what_became_of_a_suggestion(decided, codes, became):
    assert outcome(7, "I10", decided, frozenset(codes.split())) == became


def test_a_body_says_what_was_decided():
    line = {"code": "99213", "modifiers": [], "units": 1, "pointers": [], "suggestion": 4, "state": "changed"}
    body = clean_body({
        "diagnoses": [
            {"code": "I10", "suggestion": 3, "state": "accepted"}, {"code": "E119", "suggestion": "3"},
            {"code": "M1711", "state": "accepted"},
        ],
        "procedures": [line],
        "rejected": {"5": 2, "6": 0, "x": 1, "7": 5, "8": "1"},
    })  # fmt: skip
    assert body["diagnoses"] == [
        {"code": "I10", "suggestion": 3, "state": "accepted"}, {"code": "E119"}, {"code": "M1711"},
    ]  # fmt: skip
    assert body["rejected"] == {"5": 2, "6": 0}
    assert decided_in(body) == Decided(taken={3: "I10", 4: "99213"}, rejected={5: 2, 6: 0})
    assert "rejected" not in clean_body({"rejected": ["5"]})


# -- actions --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_of_two_who_ask_the_first_is_taken(river):
    encounter = visit(river)
    first = keep_suggestions(encounter=encounter, found=[Suggested(ICD10, "I10")], engine="a", at=timezone.now())
    again = keep_suggestions(encounter=encounter, found=[Suggested(ICD10, "E119")], engine="b", at=timezone.now())
    assert again == first
    assert SuggestedCode.objects.get().code == "I10"


@pytest.fixture
def held(river, ann):
    return worded_bench(river, ann)


def post(browser, held, body, **more):
    url = reverse("coding:code", args=[held.encounter_id])
    return browser.post(url, form_for(held, body=json.dumps(body), action="submit", **more))


def line(code, pointers=(1,), **more):
    return {"code": code, "modifiers": [], "units": 1, "pointers": list(pointers), **more}


@pytest.mark.django_db
def test_the_bench_shows_suggestions_and_none_in_the_blind_sample(held, ann, as_user):
    suggest(held.encounter, *FIVE)
    browser, url = as_user(ann), reverse("coding:code", args=[held.encounter_id])
    shown = browser.get(url).context["state"]["suggestions"]
    assert [one["code"] for one in shown] == ["E119", "I10", "M1711", "M1712", "99213"]
    assert shown[0]["evidence"][0]["quote"] == "Type 2 diabetes mellitus"
    SuggestionSet.objects.update(is_blind=True)
    page = browser.get(url)
    assert page.context["state"]["suggestions"] == []
    assert "Type 2 diabetes mellitus" not in page.content.decode().replace("&quot;", "")


@pytest.mark.django_db
def test_decisions_are_kept_with_the_version_and_what_was_left_is_recorded_as_not_coded(held, ann, as_user):
    diabetes, pressure, right, left, office = suggest(held.encounter, *FIVE)
    body = {
        "diagnoses": [{"code": "E119", "suggestion": diabetes.pk, "state": "accepted"}],
        "procedures": [line("99214", suggestion=office.pk, state="changed")],
        "rejected": {str(pressure.pk): 1, str(left.pk): 0},
    }
    assert post(as_user(ann), held, body).status_code == 302
    assert {
        row.suggested_id: (row.decision, row.reason, row.replaced_by) for row in SuggestionDecision.objects.all()
    } == {
        diabetes.pk: ("accepted", "", ""),
        pressure.pk: ("rejected", "not_documented", ""),
        right.pk: ("undecided", "", ""),
        left.pk: ("rejected", "", ""),
        office.pk: ("replaced", "", "99214"),
    }
    assert SuggestionDecision.objects.first().coding.author == ann


@pytest.mark.django_db
def test_nothing_is_decided_about_what_was_not_shown(held, ann, as_user):
    suggest(held.encounter, *FIVE, is_blind=True)
    post(as_user(ann), held, {"diagnoses": [{"code": "I10"}], "procedures": [line("99213")]})
    assert Coding.objects.exists()
    assert not SuggestionDecision.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("at_once")
def test_returned_work_remembers_what_was_rejected(held, ann, bea, as_user):
    Contract.objects.update(verification_share=100)
    _, pressure, *_ = suggest(held.encounter, *FIVE)
    body = {"diagnoses": [{"code": "E119"}], "procedures": [line("99213")], "rejected": {str(pressure.pk): 2}}
    post(as_user(ann), held, body)
    judging = take_next(by=bea, at=timezone.now(), stages=[Stage.VERIFICATION])
    give_verdict(
        assignment=judging, by=bea, at=timezone.now(), verdict=Verdict.RETURNED, coded=None, comment="Look again."
    )
    take_next(by=ann, at=timezone.now(), stages=[Stage.CODING])
    page = as_user(ann).get(reverse("coding:code", args=[held.encounter_id]))
    assert page.context["state"]["rejected"] == {str(pressure.pk): 2}
