"""A discrepancy argued to its end by keyboard and made a ruling; the pages of quality as axe and a phone see them."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.scores import set_quality_terms
from coding.models import Dispute, Ruling
from coding.rules.scoring_profiles import PRESETS
from portal.actions.batches import day_of
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import load_codes, verified
from tests.coding.quality.twice import code_twice, judge, on_the_line, visit
from tests.coding.suggestions.verified import verified_visit
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


def test_the_report_on_what_was_coded_and_judged_twice(people, river, ann, bea, ada):
    load_codes()
    at = timezone.now()
    set_quality_terms(
        practice=river, by=ada, at=at, name="Weighted", starts_on=day_of(river, at), profile=PRESETS["Weighted"],
        step_hours=24, double_coding_share=100, double_verifying_share=100,
    )  # fmt: skip
    kim = factories.UserFactory(name="Kim Larsen", roles=[Role.CODER])
    vic = factories.UserFactory(name="Vic Verity", roles=[Role.VERIFIER])
    for mine, theirs in (("99214@1", "99213@1"), ("99213@1", "99213@1"), ("99213@1", "99213@1")):
        visit(ann, river, version=("E119 I10", mine), at=at)
        judge(bea, at=at)
        on_the_line(at=at)
        code_twice(kim, at=at, version=("E119 I10", theirs))
        judge(vic, at=at, version=("E119", mine), verdict="corrected")

    page = people["max"].go(reverse("coding:double-coding"))
    expect(page.get_by_text("Ann Archer and Kim Larsen")).to_be_visible()
    expect(page.get_by_text("Bea Brandt and Vic Verity")).to_be_visible()
    people["max"].look("double-coding")
    people["ada"].go(reverse("coding:quality-terms", args=[river.pk]))
    people["ada"].look("quality-terms")


def test_the_figures_of_suggestions_and_the_rows_behind(people, river, ann, bea):
    load_codes()
    for number in range(4):
        verified_visit(river, ann, bea, is_blind=number == 3)
    page = people["max"].go(reverse("coding:quality"))
    page.get_by_role("link", name="Suggestions").click()
    expect(page.get_by_role("heading", name="Do suggestions lead?")).to_be_visible()
    people["max"].look("suggestion-figures")
    page.get_by_role("row", name="Wrong suggestions submitted").get_by_role("link").first.click()
    expect(page.get_by_text("Shown; not kept; submitted: 3")).to_be_visible()
    people["max"].look("suggestion-rows")
