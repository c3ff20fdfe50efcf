"""Drawn at random, verified blind: the coder's side is not on the page until it is asked for; why a visit was drawn."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.queue import give, take_next
from coding.actions.scores import set_quality_terms
from coding.models import Draft, Encounter, Reveal, Verification
from coding.rules.lifecycle import EncounterStatus, Stage
from coding.rules.sampling import BadFocus, Sampled, Source, clean_focus, focus_of, is_selected, why_verified
from coding.rules.scoring_profiles import STANDARD
from portal.actions.batches import day_of
from portal.models import AuditEvent, Contract
from portal.rules.roles import Role
from tests import factories
from tests.coding.benches import body, form_for, visit, with_words
from tests.coding.lines import coded, load_codes, submitted, waiting

pytestmark = pytest.mark.django_db

MINE = body("E119", ("99213", [1]), comment="Mine.")


def url_of(held, name="verify"):
    return reverse(f"coding:{name}", args=[held.encounter_id])


@pytest.fixture
def held(river, ann, bea):
    """Bea has Ann's version in hand, which was drawn at random."""
    load_codes()
    Contract.objects.filter(practice=river).update(verification_share=99)
    seed, at = f"contract {Contract.objects.get(practice=river).pk}", timezone.now()
    visits = [visit(river), visit(river)]
    drawn = next(one for one in visits if is_selected(seed=seed, number=one.pk, share=99))
    Encounter.objects.exclude(pk=drawn.pk).update(due_at=at + timedelta(days=90))
    submitted(drawn, ann, at=at, version=coded("E119 I10", "99214@1"))
    assert drawn.samples.get().sampled() == Sampled(Source.RANDOM, seed, 99)
    return take_next(by=bea, at=at, stages=[Stage.VERIFICATION])


# -- blind ---------------------------------------------------------------------------------------------

THEIRS = ("I10", "99214", "E11.9", "E119", "Ann Archer")


def test_the_coders_side_is_nowhere_on_the_page(held, bea, as_user):
    browser = as_user(bea)
    for page in (
        browser.get(url_of(held)),
        browser.post(url_of(held, "compare"), form_for(held, body=MINE)),
        browser.post(url_of(held, "agree"), form_for(held, body=body(), agree="diagnosis|unsupported|I10|")),
        browser.get(reverse("coding:encounter", args=[held.encounter_id])),
        browser.get(reverse("coding:work", args=[held.encounter_id]), follow=True),
    ):
        shown = page.content.decode()
        assert [word for word in THEIRS if word in shown and word not in MINE] == []
    page = browser.get(url_of(held))
    assert "random 99 %, seed contract" in page.content.decode()
    assert 'value="reveal"' in page.content.decode()
    assert 'value="verified"' not in page.content.decode()


def test_a_form_without_scripts_takes_nothing_from_the_coders_version(held, bea, as_user):
    rows = {"dx-1": "I10", "px-1-code": "99214", "px-1-units": "1", "px-1-pointers": "A"}
    as_user(bea).post(url_of(held), form_for(held, **rows, action="save"))
    assert Draft.objects.get().body["diagnoses"] == [{"code": "I10"}]


def test_there_is_no_verdict_before_the_coders_side_was_seen(held, bea, as_user):
    page = as_user(bea).post(url_of(held), form_for(held, body=MINE, action="verified"))
    assert page.status_code == 422
    assert "Look at the coder" in page.content.decode()
    assert not Verification.objects.exists()


def test_who_coded_nothing_is_shown_nothing(held, bea, as_user):
    page = as_user(bea).post(url_of(held), form_for(held, body=body(), action="reveal"))
    assert page.status_code == 422
    assert not Reveal.objects.exists()


def test_what_was_there_at_the_reveal_is_kept_and_told(held, bea, as_user):
    browser = as_user(bea)
    answer = browser.post(url_of(held), form_for(held, body=MINE, action="reveal"))
    assert answer.url == url_of(held)
    kept = Reveal.objects.get()
    assert [line["code"] for line in kept.body["diagnoses"]] == ["E119"]
    told = AuditEvent.objects.get(action="verification.revealed")
    assert (told.actor, told.object_id) == (bea, held.encounter_id)
    assert told.detail["diagnoses"] == 1
    page = browser.get(url_of(held))
    assert [(row["label"], row["coder"], row["verifier"]) for row in page.context["comparison"]] == [
        ("Agree", "E11.9", "E11.9"), ("Not supported", "I10", ""), ("Up-coded", "99214", "99213"),
    ]  # fmt: skip
    assert "Diagnoses: E119, Procedures: 99213" in page.context["revealed"]
    # What the verifier changes afterwards does not change what they had.
    same = json.dumps(json.loads(body("E119 I10", ("99214", [1]))))
    browser.post(url_of(held), form_for(held, version=1, body=same, action="reveal"))
    kept.refresh_from_db()
    assert [line["code"] for line in kept.body["procedures"]] == ["99213"]
    assert AuditEvent.objects.filter(action="verification.revealed").count() == 1


def test_another_verifier_is_blind_again(held, bea, as_user):
    as_user(bea).post(url_of(held), form_for(held, body=MINE, action="reveal"))
    other = factories.UserFactory(roles=[Role.VERIFIER])
    give(encounter=held.encounter, to=other, by=factories.UserFactory(roles=[Role.MANAGER]), at=timezone.now())
    page = as_user(other).get(url_of(held))
    assert page.context["blind"] is True
    assert "99214" not in page.content.decode()


def test_after_the_reveal_a_verdict_is_given_as_on_any_bench(held, bea, as_user):
    browser = as_user(bea)
    browser.post(url_of(held), form_for(held, body=MINE, action="reveal"))
    sent = with_words(held, MINE)
    browser.post(url_of(held), form_for(held, version=1, body=sent, action="corrected"))
    assert Verification.objects.get().verdict == "corrected"


# -- why a visit is verified ---------------------------------------------------------------------------

FACTS = {"is_again": False, "seed": "contract 7", "share": 5, "focus": ""}
IN, OUT = (
    next(number for number in range(1000) if is_selected(seed="contract 7", number=number, share=5) is wanted)
    for wanted in (True, False)
)


@pytest.mark.parametrize(
    ("number", "facts", "words"),
    [
        (IN, {}, "random 5 %, seed contract 7"),
        (IN, {"focus": "-25"}, "random 5 %, seed contract 7"),
        (OUT, {}, None),
        (OUT, {"focus": "-25"}, "focused: modifier 25"),
        (OUT, {"focus": "99215 99211-99214"}, "focused: 99213"),
        (OUT, {"focus": "E11*"}, "focused: E119"),
        (OUT, {"focus": "-59 99215"}, None),
        (OUT, {"share": 100}, "every visit"),
        (OUT, {"share": None, "seed": ""}, "every visit"),
        (OUT, {"is_again": True}, "coded again"),
    ],
)
def test_why_a_coding_is_verified(number, facts, words):
    found = why_verified(coded("E119", "99213-25@1"), number=number, **{**FACTS, **facts})
    assert (found.words if found else None) == words


def test_a_focus_is_written_as_modifiers_and_codes():
    assert clean_focus(" -25, 99215;e11* -25") == "-25 99215 E11*"
    for wrong in ("25", "-2", "knees", "99215-99213"):
        with pytest.raises(BadFocus):
            clean_focus(wrong)
    assert focus_of(coded(), "") == ""


def test_why_it_was_drawn_is_kept_with_the_version(river, ann, bea, ada):
    load_codes()
    at = timezone.now()
    Contract.objects.filter(practice=river).update(verification_share=0)
    contract = Contract.objects.get(practice=river)
    set_quality_terms(
        practice=river, by=ada, at=at, name="Plain", starts_on=day_of(river, at), profile=STANDARD, step_hours=48,
        focus="-25",
    )  # fmt: skip
    plain, marked = (
        submitted(visit_of(river), ann, at=at, version=version)
        for version in (coded("E119", "99213@1"), coded("E119", "99213-25@1"))
    )
    assert plain.status == EncounterStatus.VERIFIED
    assert marked.samples.get().sampled() == Sampled(Source.FOCUS, f"contract {contract.pk}", 0, "modifier 25")
    assert not plain.samples.exists()


def visit_of(practice):
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=practice))
    return waiting(at=timezone.now(), chart=chart)


# -- nobody verifies what they coded, be it second ------------------------------------------------------
