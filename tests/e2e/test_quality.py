"""A discrepancy argued to its end by keyboard and made a ruling; the pages of quality as axe and a phone see them."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.double_coding import submit_second_coding, take_second_coding
from coding.actions.scores import set_quality_terms
from coding.forms.coding import body_of
from coding.models import Dispute, Ruling, SecondCoding
from coding.rules.scoring_profiles import PRESETS
from portal.actions.batches import day_of
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import coded, load_codes, submitted, verified, waiting
from tests.e2e.people import Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture
def people(site, browser, ann, bea, max_, ada):
    """Everybody of the service at a browser of their own, by first name."""
    seated = {user.name.split()[0].lower(): Person(browser, site.url, user) for user in (ann, bea, max_, ada)}
    for person in seated.values():
        person.sign_in()
    yield seated
    for person in seated.values():
        person.leave()


def test_from_a_discrepancy_to_a_ruling(people, river, ann, bea):
    load_codes()
    verified(river, ann, bea)
    dispute = Dispute.objects.get()
    url = reverse("coding:dispute", args=[dispute.pk])

    page = people["ann"].go(reverse("coding:quality"))
    people["ann"].look("quality")
    page.get_by_role("link", name=dispute.label).click()
    people["ann"].look("dispute")
    page.get_by_role("button", name="Rebut").click()
    expect(page.get_by_role("link", name="Say why, in a sentence.")).to_be_visible()
    people["ann"].troubles.clear()  # the browser notes each answer 422
    page.get_by_label("Why").fill("Two chronic conditions and a prescription.")
    page.get_by_role("heading", level=1).click()  # out of the field: letters are keys again
    page.keyboard.press("r")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()

    page = people["bea"].go(url)
    page.get_by_label("Why").fill("Only one is addressed.")
    page.get_by_role("button", name="Uphold").click()
    page = people["ann"].go(url)
    page.get_by_label("Why").fill("The plan names both.")
    page.get_by_role("button", name="Ask a manager").click()

    page = people["max"].go(reverse("coding:quality"))
    people["max"].look("quality-manager")
    page.get_by_role("link", name=dispute.label).click()
    page.get_by_label("Why").fill("The plan does name both.")
    page.get_by_role("button", name="Withdraw").click()
    page = people["max"].go(url)
    page.get_by_role("link", name="Make it a ruling").click()
    people["max"].look("issue-ruling")
    page.get_by_label("Codes").fill("99202-99215")
    page.get_by_label("What holds").fill("Two chronic conditions addressed in the plan are moderate.")
    page.get_by_role("button", name="Issue").click()
    expect(page.get_by_text("is issued.")).to_be_visible()
    people["max"].look("ruling")
    people["max"].go(reverse("coding:rulings"))
    people["max"].look("rulings")
    assert Ruling.objects.get().dispute_number == dispute.pk

    page = people["ann"].go(reverse("coding:person-quality", args=[ann.pk]))
    expect(page.get_by_text("3 of 3 · 100 % (44 to 100)").first).to_be_visible()
    people["ann"].look("person-quality")


def test_a_second_coding_and_its_report(people, river, ann, bea, ada):
    load_codes()
    at = timezone.now()
    set_quality_terms(
        practice=river, by=ada, at=at, name="Weighted", starts_on=day_of(river, at), profile=PRESETS["Weighted"],
        step_hours=24, double_coding_share=100,
    )  # fmt: skip
    kim = factories.UserFactory(name="Kim Larsen", roles=[Role.CODER])
    for mine, theirs in (("99214@1", "99213@1"), ("99213@1", "99213@1"), ("99213@1", "")):
        chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river))
        submitted(waiting(chart=chart, at=at), ann, at=at, version=coded(procedures=mine))
        if theirs:
            second, version = take_second_coding(by=kim, at=at), coded(procedures=theirs)
            submit_second_coding(second=second, coded=version, body=body_of(version), by=kim, at=at)

    page = people["bea"].go(reverse("coding:second"))
    people["bea"].look("second")
    page.get_by_role("button", name="Take the next").click()
    people["bea"].look("second-coding")
    page.get_by_label("A, diagnosis 1").fill("E11.9")
    page.get_by_label("Code 1").fill("99213")
    page.get_by_label("Pointers 1").fill("A")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Coded a second time.")).to_be_visible()
    assert SecondCoding.objects.done().count() == 3

    page = people["max"].go(reverse("coding:double-coding"))
    expect(page.get_by_text("Ann Archer and Kim Larsen")).to_be_visible()
    people["max"].look("double-coding")
    people["ada"].go(reverse("coding:quality-terms", args=[river.pk]))
    people["ada"].look("quality-terms")
