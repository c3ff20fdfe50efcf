"""The verifier's table: reasons and severities, both sides' words, rulings, the score, agreeing, verifying again."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.coding import submit_coding
from coding.actions.queue import take_next
from coding.actions.rulings import issue_ruling
from coding.actions.scores import set_quality_terms
from coding.models import Draft, Verification
from coding.rules.check_reasons import CheckReason
from coding.rules.lifecycle import Stage
from coding.rules.scoring_profiles import PRESETS
from portal.actions.batches import day_of
from tests.coding.benches import body, form_for, to_verify, with_words
from tests.coding.lines import coded

pytestmark = pytest.mark.django_db

OTHER = body("E119", ("99213", [1]))


@pytest.fixture
def held(river, ann, bea):
    return to_verify(river, ann, bea, version=coded("E119 I10", "99214@1"))


def url_of(held, name="verify"):
    return reverse(f"coding:{name}", args=[held.encounter_id])


def table(browser, held, sent):
    """The rows as the server compares what was not saved."""
    return browser.post(url_of(held, "compare"), form_for(held, body=sent)).context


# -- reasons -------------------------------------------------------------------------------------------


def test_what_is_proposed_says_so_until_somebody_said_it(held, bea, as_user):
    browser = as_user(bea)
    rows = {row["key"]: row for row in table(browser, held, OTHER)["comparison"] if row["differs"]}
    assert {key: (row["reason"], row["severity"], row["is_proposed"]) for key, row in rows.items()} == {
        "diagnosis|unsupported|I10|": ("unsupported", "payment", True),
        "procedure|up_coded|99214|99213": ("em_level", "payment", True),
    }
    word = {"reason": "query_missed", "severity": "quality", "note": "Ask about the pressure."}
    sent = json.dumps({**json.loads(OTHER), "judged": {"diagnosis|unsupported|I10|": word}})
    page = table(browser, held, sent)
    row = next(row for row in page["comparison"] if row["kind"] == "unsupported")
    assert (row["reason"], row["severity"], row["note"], row["is_proposed"]) == (*word.values(), False)
    assert page["unexplained"] == 1


def test_no_verdict_on_a_difference_without_a_word_on_it(held, bea, as_user):
    browser = as_user(bea)
    page = browser.post(url_of(held), form_for(held, body=OTHER, action="corrected"))
    assert page.status_code == 422
    assert "2 differences have no reason of yours yet" in page.content.decode()
    assert not Verification.objects.exists()
    words = json.loads(with_words(held, OTHER))
    words["judged"]["procedure|up_coded|99214|99213"] |= {"severity": "quality", "note": "Low risk."}
    browser.post(url_of(held), form_for(held, body=json.dumps(words), action="corrected"))
    assert list(Verification.objects.get().discrepancies.values_list("reason", "severity", "note")) == [
        ("unsupported", "payment", ""), ("em_level", "quality", "Low risk."),
    ]  # fmt: skip


def test_words_and_rows_looked_at_are_kept_in_the_draft_and_nonsense_is_not(held, bea, as_user):
    browser = as_user(bea)
    agreed = "diagnosis|agree|E11.9|1"
    raw = json.loads(with_words(held, OTHER)) | {"viewed": [agreed, 7], "coder_version": 1}
    raw["judged"]["x"] = {"reason": "mood", "severity": "payment"}
    raw["judged"]["y"] = ["omission"]
    browser.post(url_of(held, "draft"), form_for(held, body=json.dumps(raw)))
    kept = Draft.objects.get().body
    assert sorted(kept["judged"]) == ["diagnosis|unsupported|I10|", "procedure|up_coded|99214|99213"]
    assert (kept["viewed"], kept["coder_version"]) == ([agreed], 1)
    page = browser.get(url_of(held)).context
    assert [row["is_viewed"] for row in page["comparison"]] == [True, True, True]
    assert page["unexplained"] == 0


# -- both sides' words ---------------------------------------------------------------------------------


def test_each_side_has_its_own_words(river, ann, bea, as_user):
    held = to_verify(river, ann, bea, version=coded("E119", "99213@1"))
    page = held.encounter.placed.order_by("position").first().page_id
    sent = json.loads(body("E119", ("99213", [1])))
    sent["diagnoses"][0]["evidence"] = [{"page": page, "boxes": [[100, 100, 900, 200]], "quote": ""}]
    row = table(as_user(bea), held, json.dumps(sent))["comparison"][0]
    assert row["coder_words"] == []
    assert [(one["place"], one["boxes"]) for one in row["verifier_words"]] == [(1, [[100, 100, 900, 200]])]


# -- agreeing ------------------------------------------------------------------------------------------


def test_agreeing_takes_back_one_difference(held, bea, as_user):
    browser = as_user(bea)
    sent = form_for(held, body=OTHER, agree="diagnosis|unsupported|I10|")
    after = browser.post(url_of(held, "agree"), sent).json()
    assert [line["code"] for line in after["diagnoses"]] == ["E119", "I10"]
    assert [(line["code"], line["dotted"]) for line in after["procedures"]] == [("99213", "99213")]
    browser.post(url_of(held), sent)  # the button of the form that needs no scripts
    assert [line["code"] for line in Draft.objects.get().body["diagnoses"]] == ["E119", "I10"]
    unknown = browser.post(url_of(held, "agree"), {**sent, "agree": "diagnosis|missed||A00"}).json()
    assert [line["code"] for line in unknown["diagnoses"]] == ["E119"]


@pytest.mark.parametrize("name", ["ann", "otto", "max_"])
def test_nobody_else_takes_anything_back(request, held, name, as_user):
    answer = as_user(request.getfixturevalue(name)).post(url_of(held, "agree"), form_for(held, body=OTHER))
    assert answer.status_code == 404


# -- the score -----------------------------------------------------------------------------------------


def test_the_score_follows_by_the_contracts_profile_with_what_it_is_divided_by(held, bea, ada, as_user):
    browser, at = as_user(bea), timezone.now()
    page = table(browser, held, OTHER)
    assert page["profile_name"] == "Every difference"
    lines, record, value = page["score_rows"]
    # E11.9 right of E11.9, I10 (extra) and the level.
    assert lines == {
        "label": "Code over code", "value": "1 of 3 · 33 % (6 to 79)", "note": "of correct + missed + wrong + extra",
    }  # fmt: skip
    assert record["value"] == "with errors"
    assert "payment would change" in record["note"]
    assert (value["value"], value["note"]) == ("over 0.62, under 0.00, net +0.62, gross 0.62", "of 1.30")
    practice = held.encounter.practice
    set_quality_terms(
        practice=practice, by=ada, at=at, name="Codes the verifier has", starts_on=day_of(practice, at),
        profile=PRESETS["Codes the verifier has"], step_hours=48,
    )  # fmt: skip
    page = table(browser, held, OTHER)
    assert page["profile_name"] == "Codes the verifier has"
    assert page["score_rows"][0]["value"].startswith("1 of 2 · 50 %")
    same = table(browser, held, body("E119 I10", ("99214", [1])))["score_rows"]
    assert same[0]["value"].startswith("3 of 3 · 100 %")
    assert same[1]["value"] == "no error that counts"


# -- rulings -------------------------------------------------------------------------------------------


def test_a_ruling_is_cited_at_the_rows_of_its_codes_while_it_holds(held, bea, max_, as_user):
    today = day_of(held.encounter.practice, timezone.now())
    issue_ruling(by=max_, at=timezone.now(), today=today, pattern="I10", text="Count it.", starts_on=today)
    issue_ruling(
        by=max_, at=timezone.now(), today=today, pattern="E11*", text="Later.", starts_on=today + timedelta(days=5)
    )
    rows = table(as_user(bea), held, OTHER)["comparison"]
    assert [[one["text"] for one in row["rulings"]] for row in rows] == [[], ["Count it."], []]


# -- verifying again -----------------------------------------------------------------------------------


def again(held, ann, bea, version, browser, sent=OTHER):
    """Returned with a version to show, coded again as `version`, and in the verifier's hand again."""
    raw = json.loads(with_words(held, sent)) | {"comment": "Look again."}
    raw["judged"]["diagnosis|unsupported|I10|"]["reason"] = "query_missed"
    browser.post(url_of(held), form_for(held, body=json.dumps(raw), action="returned"))
    at = timezone.now()
    second = take_next(by=ann, at=at, stages=[Stage.CODING])
    submit_coding(assignment=second, by=ann, at=at, coded=version, reason=CheckReason.DOCUMENTED)
    return take_next(by=bea, at=at, stages=[Stage.VERIFICATION])


@pytest.mark.usefixtures("at_once")
def test_verifying_again_shows_what_is_new_and_folds_the_rest(held, ann, bea, as_user):
    browser = as_user(bea)
    second = again(held, ann, bea, coded("E119 I10 M1711", "99213@1"), browser)
    page = browser.get(url_of(second)).context
    assert [(row["coder"], row["is_new"]) for row in page["comparison"]] == [("M17.11", True), ("99213", True)]
    assert [row["coder"] for row in page["folded"]] == ["E11.9", "I10"]
    assert [tuple(one.values()) for one in page["news"]] == [("Added", "", "M17.11"), ("Changed", "99214", "99213")]
    # What was said before and stands is folded with the word it had, and needs no other.
    page = table(browser, second, body("E119 M1711", ("99213", [1])))
    assert [(row["coder"], row["label"], row["reason"], row["is_proposed"]) for row in page["folded"]] == [
        ("E11.9", "Agree", "", False), ("I10", "Not supported", "query_missed", False),
    ]  # fmt: skip
    assert page["unexplained"] == 0


@pytest.mark.usefixtures("at_once")
def test_a_version_that_came_meanwhile_is_told_before_a_verdict(held, ann, bea, as_user):
    browser = as_user(bea)
    second = again(held, ann, bea, coded("E119", "99213@1"), browser)
    sent = json.dumps(json.loads(body("E119", ("99213", [1]))) | {"coder_version": 1})
    page = browser.post(url_of(second), form_for(second, body=sent, action="verified"))
    assert page.status_code == 422
    assert "The coder has sent a new version since you began" in page.content.decode()
    assert ("Removed", "I10", "") in [tuple(one.values()) for one in page.context["news"]]
    newest = page.context["coder_version"]
    sent = json.dumps(json.loads(sent) | {"coder_version": newest})
    browser.post(url_of(second), form_for(second, body=sent, action="verified"))
    assert Verification.objects.order_by("pk").last().verdict == "verified"
