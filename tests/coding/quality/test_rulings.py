"""The register: from a settled dispute to a rule, withdrawn by date, and what it changed."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.disputes import agree_discrepancy, decide_rebuttal, rebut_discrepancy
from coding.actions.moves import AlreadyMoved
from coding.actions.rulings import (
    BadDates,
    NotSettled,
    OwnDispute,
    agreement_around,
    issue_ruling,
    rulings_for,
    withdraw_ruling,
)
from coding.models import Dispute, Encounter, Ruling
from coding.rules.proportions import Proportion
from portal import scope
from portal.models import AuditEvent, ClientRule
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import NOON, load_codes, verified

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)
DAY = timedelta(days=1)


@pytest.fixture
def dispute(river, ann, bea):
    load_codes()
    verified(river, ann, bea)
    return Dispute.objects.get()


def issued(by, **more):
    return issue_ruling(
        **{
            "by": by,
            "at": NOON,
            "today": TODAY,
            "pattern": "99202-99215",
            "text": "Count the time.",
            "starts_on": TODAY,
            **more,
        }
    )


def argued(dispute, ann, bea):
    rebut_discrepancy(dispute=dispute, by=ann, at=NOON, comment="Two chronic conditions.")
    decide_rebuttal(dispute=dispute, upheld=False, by=bea, at=NOON)
    return dispute


def test_a_settled_dispute_becomes_a_ruling(dispute, ann, bea, max_):
    with pytest.raises(NotSettled):
        issued(max_, dispute=dispute)
    ruling = issued(max_, dispute=argued(dispute, ann, bea))
    assert (ruling.label, ruling.dispute_number, ruling.pattern) == (f"R-{ruling.pk:04d}", dispute.pk, "99202-99215")
    assert AuditEvent.objects.filter(action="ruling.issued", object_id=ruling.pk, actor=max_).exists()


def test_what_was_only_agreed_was_no_dispute(dispute, ann, max_):
    agree_discrepancy(dispute=dispute, by=ann, at=NOON)
    with pytest.raises(NotSettled):
        issued(max_, dispute=dispute)


def test_a_side_of_the_dispute_does_not_make_it_a_rule(dispute, ann, bea):
    argued(dispute, ann, bea)
    with pytest.raises(OwnDispute):
        issued(bea, dispute=dispute)


def test_a_ruling_begins_today_or_later_and_is_withdrawn_by_date(max_):
    with pytest.raises(BadDates):
        issued(max_, starts_on=TODAY - DAY)
    ruling = issued(max_, starts_on=TODAY + DAY)
    for on in (TODAY - DAY, TODAY):
        with pytest.raises(BadDates):
            withdraw_ruling(ruling=ruling, on=on, by=max_, at=NOON, today=TODAY)
    withdraw_ruling(ruling=ruling, on=TODAY + 5 * DAY, by=max_, at=NOON, today=TODAY)
    assert (ruling.withdrawn_from, ruling.withdrawn_by) == (TODAY + 5 * DAY, max_)
    held = [Ruling.objects.holding(TODAY + days * DAY).exists() for days in (0, 1, 4, 5)]
    assert held == [False, True, True, False]
    with pytest.raises(AlreadyMoved):
        withdraw_ruling(ruling=ruling, on=TODAY + 9 * DAY, by=max_, at=NOON, today=TODAY)


def test_what_applies_to_a_visit(dispute, river, lake, max_):
    encounter = Encounter.objects.get()
    everywhere, here = issued(max_), issued(max_, practice=river)
    issued(max_, practice=lake), issued(max_, payer="Nobody Mutual"), issued(max_, pattern="E11*")
    found = rulings_for(encounter, ["99213"], on=TODAY)
    assert [one.number for one in found] == [here.pk, everywhere.pk]


def test_agreement_before_and_after(river, ann, bea, max_, time_machine):
    load_codes()
    start = NOON + 30 * DAY
    days = [(-9, "99214@1", "99213@1"), (-5, "99213@1", "99213@1"), (1, "99213@1", "99213@1"),
            (2, "20610@1", "20610@1"), (3, "99213@1", "99213@1"), (20, "99214@1", "99213@1")]  # fmt: skip
    for day, mine, theirs in days:
        time_machine.move_to(start + day * DAY, tick=False)
        verified(river, ann, bea, mine=mine, theirs=theirs)
    ruling = issued(max_, starts_on=timezone.localdate(start))
    around = agreement_around(ruling, seen_by=max_)
    assert (around.before, around.after) == (Proportion(1, 2), Proportion(2, 3))
    time_machine.move_to(start, tick=False)
    withdraw_ruling(
        ruling=ruling, on=timezone.localdate(start + 10 * DAY), by=max_, at=start, today=timezone.localdate(start)
    )
    assert agreement_around(ruling, seen_by=max_).after == Proportion(2, 2)
    other = issued(max_, starts_on=timezone.localdate(start), practice=factories.PracticeFactory())
    assert agreement_around(other, seen_by=max_).before == Proportion(0, 0)


def test_what_was_coded_on_the_first_day_before_it_was_issued_came_before(river, ann, bea, max_, time_machine):
    load_codes()
    time_machine.move_to(NOON, tick=False)
    verified(river, ann, bea)
    ruling = issued(max_, at=NOON + timedelta(hours=1))
    time_machine.move_to(NOON + timedelta(hours=2), tick=False)
    verified(river, ann, bea, mine="99213@1")
    around = agreement_around(ruling, seen_by=max_)
    assert (around.before, around.after) == (Proportion(0, 1), Proportion(1, 1))


def test_measuring_costs_as_many_queries_for_many_verdicts(
    river, ann, bea, max_, django_assert_max_num_queries, time_machine
):
    load_codes()
    time_machine.move_to(NOON, tick=False)
    ruling = issued(max_, pattern="992* E11*")
    counts = []
    assert max_.permissions  # asked once a person
    for _ in range(2):
        for _ in range(2):
            verified(river, ann, bea)
        with django_assert_max_num_queries(12) as counted:
            agreement_around(ruling, seen_by=max_)
        counts.append(len(counted))
    assert counts[0] == counts[1]


# -- who sees it ---------------------------------------------------------------------------------------


def test_the_database_hides_rulings_from_practices(river, lake, max_, cleo):
    own, everywhere = issued(max_, practice=river), issued(max_)
    issued(max_, practice=lake)
    with scope.practice(river.pk):
        assert list(Ruling.objects.all()) == [own]
    assert everywhere in Ruling.objects.all()
    assert not Ruling.objects.visible_to(cleo).exists()


def test_a_barred_coder_does_not_read_the_practices_rulings(river, lake, ann, max_):
    issued(max_, practice=lake)
    mine, everywhere = issued(max_, practice=river), issued(max_)
    ClientRule.objects.create(practice=lake, user=ann, reason="Conflict of interest")
    assert set(Ruling.objects.visible_to(ann)) == {mine, everywhere}


# -- pages ---------------------------------------------------------------------------------------------


def test_a_manager_issues_and_withdraws_and_a_coder_reads(client, dispute, ann, bea, max_, river, time_machine):
    time_machine.move_to(NOON, tick=False)
    argued(dispute, ann, bea)
    client.force_login(max_)
    assert "Make it a ruling" in client.get(reverse("coding:dispute", args=[dispute.pk])).content.decode()
    form = client.get(reverse("coding:issue-ruling"), {"dispute": dispute.pk}).context["form"]
    assert form.initial["pattern"] == "99214 99213"
    today = timezone.localdate()
    sent = {"pattern": "99202-99215", "text": "Two chronic conditions are moderate.", "practice": river.pk, "payer": "",
            "specialty": "", "starts_on": f"{today}", "dispute": dispute.pk}  # fmt: skip
    answer = client.post(reverse("coding:issue-ruling"), sent)
    ruling = Ruling.objects.get()
    assert answer.url == reverse("coding:ruling", args=[ruling.pk])
    shown = client.get(answer.url).content.decode()
    assert dispute.label in shown and "Coded before" in shown  # noqa: PT018
    client.force_login(ann)
    listed = client.get(reverse("coding:rulings"), {"code": "99213"}).content.decode()
    assert ruling.label in listed
    assert ruling.label not in client.get(reverse("coding:rulings"), {"code": "E119"}).content.decode()
    shown = client.get(answer.url).content.decode()
    assert "Two chronic conditions are moderate." in shown
    assert "Coded before" not in shown
    assert client.post(reverse("coding:withdraw-ruling", args=[ruling.pk]), {"on": f"{today}"}).status_code == 404
    client.force_login(max_)
    client.post(reverse("coding:withdraw-ruling", args=[ruling.pk]), {"on": f"{today}"})
    assert client.get(reverse("coding:rulings")).context["rows"] == []
    every = client.get(reverse("coding:rulings"), {"all": "on"}).context["rows"]
    assert [row["state"] for row in every] == ["Withdrawn"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pattern": "level 4"}, "Codes are written like"),
        ({"starts_on": "2020-01-01"}, "begins today or later"),
        ({"text": ""}, "This field is required"),
    ],
)
def test_a_form_that_does_not_do_says_why(client, max_, change, words, time_machine):
    time_machine.move_to(NOON, tick=False)
    client.force_login(max_)
    sent = {"pattern": "99213", "text": "Yes.", "starts_on": f"{timezone.localdate()}", **change}
    answer = client.post(reverse("coding:issue-ruling"), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Ruling.objects.exists()


def test_a_dispute_that_is_not_over_is_refused_on_the_form(client, dispute, max_, time_machine):
    time_machine.move_to(NOON, tick=False)
    client.force_login(max_)
    sent = {"pattern": "99213", "text": "Yes.", "starts_on": f"{timezone.localdate()}", "dispute": dispute.pk}
    answer = client.post(reverse("coding:issue-ruling"), sent)
    assert (answer.status_code, Ruling.objects.exists()) == (422, False)
    client.force_login(factories.UserFactory(roles=[Role.MANAGER]))
    assert client.post(reverse("coding:issue-ruling"), {**sent, "dispute": "9" * 30}).status_code == 404
