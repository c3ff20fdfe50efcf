"""Verification plans, drawn samples, scorecards, drift and the pay firewall, as axe and a phone see them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.drift import raise_alarms
from coding.models import AuditDraw, DriftAlarm, VerificationPlan
from portal.models import Contract
from tests import factories
from tests.coding.lines import load_codes
from tests.coding.plans.year import one_chart
from tests.e2e.people import Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture
def people(site, browser, ann, bea, max_):
    """Everybody of the service at a browser of their own, by first name."""
    seated = {user.name.split()[0].lower(): Person(browser, site.url, user) for user in (ann, bea, max_)}
    for person in seated.values():
        person.sign_in()
    yield seated
    for person in seated.values():
        person.leave()


@pytest.fixture
def worked(river, ann, bea):
    """Ten visits as the verifier sees them, then eight a level too high; and an alarm about it."""
    load_codes()
    now, provider = timezone.now(), factories.ProviderFactory(practice=river)
    for number in range(18):
        one_chart(river, provider, ann, bea, now - timedelta(days=60 - 3 * number), right=number < 10, pages=2)
    assert raise_alarms(at=now) == 2
    Contract.objects.filter(practice=river).update(verification_share=5)


def test_a_plan_from_its_setting_to_a_sample_that_is_drawn_again(worked, people, river, ann):
    max_ = people["max"]
    page = max_.go(reverse("coding:quality"))
    page.get_by_role("link", name="Verification plans").click()
    max_.look("plans")
    page.get_by_role("link", name="River Family Medicine").click()
    page.get_by_label("Random floor").fill("9")
    page.get_by_role("button", name="Set plan").click()
    expect(page.get_by_role("link", name="The random floor is at least 1 percent")).to_be_visible()
    max_.troubles.clear()  # the browser notes each answer 422
    page.get_by_label("Random floor").fill("3")
    page.get_by_role("button", name="Set plan").click()
    expect(page.get_by_text("The plan is set.")).to_be_visible()
    assert VerificationPlan.objects.count() == 1
    expect(page.get_by_text("18 of 40 charts toward the next gate")).to_be_visible()

    page.get_by_label("Codes and modifiers").fill("-25 99215")
    page.locator("form", has=page.get_by_role("button", name="Start audit")).get_by_label("Why").fill("Skewed levels")
    page.get_by_label("Number of charts").fill("20")
    page.get_by_role("button", name="Start audit").click()
    expect(page.get_by_text("0 of 20")).to_be_visible()
    form = page.locator("form", has=page.get_by_role("button", name="Put on step"))
    form.get_by_label("Coder").select_option(ann.name)
    form.get_by_label("Step").select_option("50 %")
    form.get_by_label("Why").fill("Proven elsewhere.")
    form.get_by_role("button", name="Put on step").click()
    expect(page.get_by_text("Ann Archer is on 50 % now.")).to_be_visible()
    max_.look("plan")

    page.get_by_role("link", name="Drawn samples").click()
    max_.look("draws-empty")
    today = timezone.localdate()
    page.get_by_label("Title").fill("Two months")
    page.get_by_label("Finished from").fill(f"{today - timedelta(days=70):%Y-%m-%d}")
    page.get_by_label("until", exact=True).fill(f"{today:%Y-%m-%d}")
    page.get_by_label("Divided").select_option("By coder, specialty and level")
    page.get_by_label("Visits").fill("6")
    page.get_by_label("Spares").fill("2")
    page.get_by_role("button", name="Draw").click()
    expect(page.get_by_text("Redrawn: equal.")).to_be_visible()
    max_.look("draw")
    assert AuditDraw.objects.get().frame_size == 18
    with page.expect_download() as made:
        page.get_by_role("link", name="CSV").click()
    assert made.value.suggested_filename == "S-0001.csv"
    max_.go(reverse("coding:audit-draws", args=[river.pk]))
    max_.look("draws")


def test_scorecards_topics_drift_and_the_firewall(worked, people, ann, bea):
    page = people["ann"].go(reverse("coding:person-quality", args=[ann.pk]))
    expect(page.get_by_role("heading", name="Accuracy over time")).to_be_visible()
    people["ann"].look("scorecard")
    page.get_by_role("link", name="Topics").click()
    people["ann"].look("topics")
    page = people["ann"].go(reverse("coding:drift-alarms"))
    expect(page.get_by_text("Waits for a manager").first).to_be_visible()

    page = people["bea"].go(reverse("coding:verifier-quality", args=[bea.pk]))
    expect(page.get_by_text("Rebuttals under way")).to_be_visible()
    people["bea"].look("verifier")

    page = people["max"].go(reverse("coding:drift-alarms"))
    people["max"].look("drift")
    page.get_by_role("button", name="Acknowledge").first.click()
    expect(page.get_by_role("link", name="Say what you found, in a sentence.")).to_be_visible()
    people["max"].troubles.clear()  # the browser notes each answer 422
    page.get_by_label("What you found").first.fill("Gone through with Ann.")
    page.get_by_role("button", name="Acknowledge").first.click()
    expect(page.get_by_text("Max Moreau: Gone through with Ann.")).to_be_visible()
    assert DriftAlarm.objects.open().count() == 1
    page = people["max"].go(reverse("coding:education", args=[ann.pk]))
    page.get_by_role("button", name="Gone through today").click()
    expect(page.get_by_text("Charts with it before")).to_be_visible()
    people["max"].look("topics-manager")
    page = people["max"].go(reverse("coding:firewall"))
    expect(page.get_by_text("Equal for all")).to_be_visible()
    people["max"].look("firewall")
