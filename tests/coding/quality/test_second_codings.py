"""Blind double-coding: drawn by the terms, coded by somebody who saw nothing, counted for managers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.double_coding import (
    NotInHand,
    double_coding_report,
    give_back_second_coding,
    save_second_coding,
    submit_second_coding,
    take_second_coding,
)
from coding.actions.findings import HardFindings
from coding.actions.queue import take_next
from coding.actions.scores import set_quality_terms
from coding.forms.coding import body_of
from coding.models import Encounter, SecondCoding
from coding.rules.check_reasons import CheckReason
from coding.rules.proportions import Proportion
from coding.rules.sampling import is_selected
from coding.rules.scoring_profiles import STANDARD
from portal.models import AuditEvent, ClientRule
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories
from tests.coding.lines import MINUTE, NOON, coded, load_codes, submitted, waiting

pytestmark = pytest.mark.django_db
FIRST = ("E119 I10", "99214@1")


def agreed_on(practice, by, share, at=NOON):
    return set_quality_terms(
        practice=practice, by=by, at=at, name="Plain", starts_on=timezone.localdate(at), profile=STANDARD,
        step_hours=48, double_coding_share=share,
    )  # fmt: skip


@pytest.fixture
def kim(db):
    return factories.UserFactory(name="Kim Larsen", roles=[Role.CODER])


@pytest.fixture
def drawn(ann, river, ada):
    """Ann's coding of a River visit, to be coded a second time."""
    load_codes()
    agreed_on(river, ada, 100)
    visit(ann, river)
    return SecondCoding.objects.get()


def visit(by, practice, version=FIRST, at=NOON, pages=1):
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=practice))
    for number in range(1, pages + 1):
        factories.PageFactory(chart=chart, number=number)
    return submitted(waiting(chart=chart, at=at), by, at=at, version=coded(*version))


def done(second, by, version, at=NOON):
    submit_second_coding(second=second, coded=coded(*version), body=body_of(coded(*version)), by=by, at=at)
    second.refresh_from_db()


# -- drawing -------------------------------------------------------------------------------------------


def test_without_terms_nothing_is_coded_twice(ann, river):
    load_codes()
    visit(ann, river)
    assert not SecondCoding.objects.exists()


def test_the_share_is_drawn_by_its_own_seed_and_can_be_drawn_again(ann, river, ada):
    load_codes()
    terms = agreed_on(river, ada, 40)
    encounters = [visit(ann, river) for _ in range(12)]
    expected = {one.pk for one in encounters if is_selected(seed=f"double {terms.pk}", number=one.pk, share=40)}
    assert set(SecondCoding.objects.values_list("encounter_id", flat=True)) == expected
    assert {(row.seed, row.share) for row in SecondCoding.objects.all()} == {(f"double {terms.pk}", 40)}


def test_only_the_first_version_is_coded_again(drawn, ann, bea):
    from coding.actions.coding import submit_coding
    from coding.actions.verification import give_verdict

    held = take_next(by=bea, at=NOON)
    give_verdict(assignment=held, by=bea, at=NOON, verdict="returned", coded=None, comment="Which knee?")
    again = take_next(by=ann, at=NOON)
    submit_coding(assignment=again, by=ann, at=NOON, coded=coded(*FIRST), reason=CheckReason.DOCUMENTED)
    assert SecondCoding.objects.get().first.version == 1


# -- who codes it --------------------------------------------------------------------------------------


def test_neither_the_coder_nor_who_saw_the_codes_gets_it(drawn, ann, bea, kim):
    assert take_second_coding(by=ann, at=NOON) is None
    take_next(by=bea, at=NOON)  # she verifies it, and has it before her
    assert take_second_coding(by=bea, at=NOON) is None
    assert take_second_coding(by=kim, at=NOON) == drawn
    assert AuditEvent.objects.filter(action="second_coding.taken", actor=kim).exists()


def test_a_verifier_who_has_not_seen_it_codes_it_too(drawn, bea):
    assert take_second_coding(by=bea, at=NOON) == drawn


def test_specialties_and_barred_practices_hold_here_too(drawn, river):
    hand = factories.UserFactory(roles=[Role.CODER], specialties=[Specialty.RADIOLOGY])
    assert take_second_coding(by=hand, at=NOON) is None
    barred = factories.UserFactory(roles=[Role.CODER])
    ClientRule.objects.create(practice=river, user=barred, reason="Conflict of interest")
    assert take_second_coding(by=barred, at=NOON) is None


def test_it_is_in_one_hand_and_one_hand_has_one(drawn, kim, ann, river):
    visit(ann, river)
    other = factories.UserFactory(roles=[Role.CODER])
    first = take_second_coding(by=kim, at=NOON)
    assert take_second_coding(by=kim, at=NOON + MINUTE) == first
    assert take_second_coding(by=other, at=NOON) not in (first, None)
    assert take_second_coding(by=factories.UserFactory(roles=[Role.CODER]), at=NOON) is None


def test_what_was_left_for_hours_goes_to_another_without_what_was_written(drawn, kim, bea):
    take_second_coding(by=kim, at=NOON)
    save_second_coding(second=drawn, body=body_of(coded("I10")), by=kim, at=NOON + MINUTE)
    later = NOON + timedelta(hours=4)
    assert take_second_coding(by=bea, at=later) is None
    taken = take_second_coding(by=bea, at=later + MINUTE)
    assert (taken, taken.body) == (drawn, {})
    with pytest.raises(NotInHand):
        save_second_coding(second=drawn, body={}, by=kim, at=later + MINUTE)
    with pytest.raises(NotInHand):
        done(drawn, kim, FIRST)


def test_given_back_it_waits_again_and_keeps_nothing(drawn, kim):
    take_second_coding(by=kim, at=NOON)
    save_second_coding(second=drawn, body=body_of(coded("I10")), by=kim, at=NOON)
    give_back_second_coding(second=drawn, by=kim, at=NOON)
    drawn.refresh_from_db()
    assert (drawn.status, drawn.coder, drawn.body) == ("waiting", None, {})


def test_a_second_coding_passes_the_edits_and_changes_nothing_else(drawn, kim):
    take_second_coding(by=kim, at=NOON)
    with pytest.raises(HardFindings):
        done(drawn, kim, ("E119", "99213@"))
    before = list(Encounter.objects.values()), drawn.encounter.codings.count()
    done(drawn, kim, ("E119", "99213@1"))
    assert (drawn.status, drawn.submitted_at) == ("done", NOON)
    assert (list(Encounter.objects.values()), drawn.encounter.codings.count()) == before
    with pytest.raises(NotInHand):
        done(drawn, kim, FIRST)


# -- blind ---------------------------------------------------------------------------------------------


def test_the_second_coder_sees_the_chart_and_none_of_the_codes(client, drawn, kim):
    take_second_coding(by=kim, at=timezone.now())
    client.force_login(kim)
    shown = client.get(reverse("coding:second-coding", args=[drawn.pk])).content.decode()
    assert "Test Person" in shown
    assert reverse("coding:second-page", args=[drawn.pk, 1]) in shown
    for code in ("E11.9", "E119", "I10", "99214"):
        assert code not in shown
    for name in ("encounter", "work", "code", "verify"):
        assert client.get(reverse(f"coding:{name}", args=[drawn.encounter_id])).status_code == 404
    assert not Encounter.objects.visible_to(kim).exists()


def test_the_first_coder_sees_nothing_of_the_second(client, drawn, ann, kim):
    take_second_coding(by=kim, at=timezone.now())
    save_second_coding(second=drawn, body=body_of(coded("M1711")), by=kim, at=timezone.now())
    client.force_login(ann)
    for name in ("second-coding", "second-page"):
        args = [drawn.pk] if name == "second-coding" else [drawn.pk, 1]
        assert client.get(reverse(f"coding:{name}", args=args)).status_code == 404
    shown = client.get(reverse("coding:encounter", args=[drawn.encounter_id])).content.decode()
    assert "M17.11" not in shown and "Kim" not in shown  # noqa: PT018
    assert "Waiting for you: 0." in client.get(reverse("coding:second")).content.decode()


def test_from_taking_to_submitting_by_the_plain_form(client, drawn, kim):
    client.force_login(kim)
    assert "Waiting for you: 1." in client.get(reverse("coding:second")).content.decode()
    url = client.post(reverse("coding:second")).url
    assert url == reverse("coding:second-coding", args=[drawn.pk])
    codes = {"dx-1": "E11.9", "px-1-code": "99213", "px-1-pointers": "A"}
    client.post(url, {**codes, "action": "save"})
    assert 'value="E11.9"' in client.get(url).content.decode()
    answer = client.post(url, {**codes, "px-1-pointers": "", "action": "submit"})
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert client.post(url, {**codes, "dx-1": "!", "action": "submit"}).status_code == 422
    client.post(url, {**codes, "action": "submit"})
    drawn.refresh_from_db()
    assert (drawn.status, drawn.body["diagnoses"]) == ("done", [{"code": "E119"}])
    assert client.get(url).status_code == 404


def test_a_long_chart_costs_as_many_queries_as_a_short_one(client, ann, river, ada, kim, django_assert_max_num_queries):
    load_codes()
    agreed_on(river, ada, 100)
    client.force_login(kim)
    counts = []
    for pages in (1, 1, 20):
        visit(ann, river, pages=pages)
        second = take_second_coding(by=kim, at=timezone.now())
        with django_assert_max_num_queries(60) as counted:
            client.get(reverse("coding:second-coding", args=[second.pk]))
        counts.append(len(counted))
        done(second, kim, FIRST)
    assert counts[1] == counts[2]


# -- the report ----------------------------------------------------------------------------------------


def test_the_report_by_hand(client, ann, kim, max_, river, ada, time_machine):
    load_codes()
    time_machine.move_to(NOON, tick=False)
    at = NOON
    agreed_on(river, ada, 100, at=at)
    for mine, theirs in (
        (("E119 I10", "99214@1"), ("E119 I10", "99213@1")),
        (("I10", "99213@1"), ("I10", "99213@1")),
    ):
        visit(ann, river, version=mine, at=at)
        done(take_second_coding(by=kim, at=at), kim, theirs, at=at)
    visit(ann, river, at=at)
    report = double_coding_report(at=at)
    # Codes: 99214 against 99213 in the first, all alike in the second. Used by both: E11.9, I10; I10, 99213: 2 × 4 of
    # 3 + 3 + 2 + 2. Over 4 codes in 2 visits: 16 words, 10 there, 6 not; two places apart: 1 - 15 × 4 / (256 - 136).
    assert (report.codes.encounters, report.waiting, report.taken) == (2, 1, 0)
    assert (report.codes.exact, report.codes.positive) == (Proportion(1, 2), Proportion(8, 10))
    assert report.codes.alpha == pytest.approx(0.5)
    assert report.categories.exact == Proportion(2, 2)
    client.force_login(max_)
    shown = client.get(reverse("coding:double-coding")).content.decode()
    assert "8 of 10 · 80 %" in shown
    assert "Ann Archer and Kim Larsen" in shown
    assert "0.50 (" in shown


def test_an_empty_report_says_so(client, max_):
    client.force_login(max_)
    assert "Nothing coded twice yet." in client.get(reverse("coding:double-coding")).content.decode()


def test_the_report_costs_as_many_queries_for_many_visits(ann, kim, river, ada, django_assert_max_num_queries):
    load_codes()
    agreed_on(river, ada, 100)
    counts = []
    for _ in range(2):
        for _ in range(2):
            visit(ann, river)
            done(take_second_coding(by=kim, at=NOON), kim, FIRST)
        with django_assert_max_num_queries(8) as counted:
            double_coding_report(at=NOON)
        counts.append(len(counted))
    assert counts[0] == counts[1]
