"""What a practice sees of its work, at every size: home, a batch beside its thread, its word on a result."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.models import DeliveryReview
from feedback.actions.threads import ensure_thread
from portal.models import Contract
from tests import factories
from tests.coding.test_delivery import coded, deliver, verdict, visit
from tests.e2e.people import assert_accessible
from tests.e2e.test_looks import looked_at

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def batch(river, ann, bea):
    """Late in work: two visits coded, one with a question; and one batch that came back yesterday."""
    now = timezone.now()
    Contract.objects.filter(practice=river).update(late_credit_a_day=2, late_credit_most=10)
    before = factories.BatchFactory(practice=river, name="Clinic notes of the first week", number=41)
    ensure_thread(batch=before, at=now)
    first = visit(before, ann)
    verdict(first, coded(first, ann), bea, "verified")
    deliver(before)
    batch = factories.BatchFactory(
        practice=river, number=42, name="November clinic notes with a name that goes on for quite a while, all sites",
        received_at=now - timedelta(hours=60), due_at=now - timedelta(hours=36),
    )  # fmt: skip
    thread = ensure_thread(batch=batch, at=now)
    for status in ("to_verify", "to_code"):
        factories.EncounterFactory(chart=factories.ChartFactory(batch=batch), status=status)
    factories.ChartFactory(batch=batch, status="unreadable", reason="empty", ready_at=None, page_count=None)
    for body in ("Was the electrocardiogram read by you or sent out?", "Which knee was injected?"):
        factories.CommentFactory(thread=thread, author=ann, body=body, needs_answer_from="practice")
    return batch


@pytest.fixture
def page(screen, cleo, batch):
    return screen(cleo, bypass_csp=True)  # the policy would refuse what axe puts into the page


def test_home_has_questions_first_and_all_of_it_fits(page):
    page.goto(reverse("portal:home"))
    expect(page.get_by_role("heading", name="Against the contract, last 12 weeks")).to_be_visible()
    heads = page.get_by_role("heading", level=2).all_inner_texts()
    assert heads == ["Questions for you", "In progress", "Last delivered", "Against the contract, last 12 weeks"]
    expect(page.get_by_text("1 of 2 coded")).to_be_visible()
    expect(page.get_by_text("so far")).to_be_visible()
    page.get_by_text("The lines as a table, week by week").click()
    assert looked_at(page) == []
    assert_accessible(page)


def test_q_walks_the_questions_and_each_is_answered_in_place(page):
    page.goto(reverse("portal:home"))
    expect(page.locator("#open-questions .message")).to_have_count(2)
    page.locator("#main").focus()
    page.keyboard.press("q")
    expect(page.locator("#open-questions textarea").first).to_be_focused()
    page.keyboard.type("Read here, by Dr. Okoro.")
    page.locator("#open-questions").get_by_role("button", name="Answer").first.click()
    expect(page.locator("#open-questions .message")).to_have_count(1)


def test_a_batch_has_its_thread_beside_the_timeline_and_under_it_on_a_phone(page, batch):
    page.goto(reverse("portal:batch", args=[batch.pk]))
    expect(page.locator("thread-box")).to_be_visible()
    expect(page.locator("#batch-timeline")).to_contain_text("Credit")
    timeline, thread = page.locator("#batch-timeline").bounding_box(), page.locator("thread-box").bounding_box()
    assert thread["x"] > timeline["x"] + timeline["width"]
    assert abs(thread["y"] - timeline["y"]) < 120
    assert looked_at(page) == []
    assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    timeline, thread = page.locator("#batch-timeline").bounding_box(), page.locator("thread-box").bounding_box()
    assert thread["y"] > timeline["y"] + timeline["height"]


def test_a_result_is_reopened_with_a_reason(page, batch):
    before = batch.practice.batches.get(number=41)
    page.goto(reverse("portal:batch", args=[before.pk]))
    page.get_by_role("link", name=before.encounters.get().label).click()
    page.get_by_role("link", name="Reopen with a reason").click()
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_text("Write what is wrong with it.").first).to_be_visible()
    assert_accessible(page)
    page.get_by_label("What is wrong with it").fill("The left knee, not the right.")
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_text("is reopened.")).to_be_visible()
    assert DeliveryReview.objects.get().reason == "The left knee, not the right."
    page.goto(reverse("portal:batch", args=[before.pk]))
    expect(page.locator("#batch-timeline")).to_contain_text("Reopened")
    expect(page.locator("thread-box")).to_contain_text("The left knee, not the right.")
