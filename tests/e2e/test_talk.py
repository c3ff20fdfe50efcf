"""The talk in two browsers: the practice's and the service's."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.models import Remark
from coding.rules.lifecycle import EncounterStatus
from feedback.actions.comments import add_comment
from feedback.actions.threads import ensure_thread
from feedback.models import Comment, Complaint, InboxItem
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import load_codes, verified
from tests.e2e.people import assert_accessible

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]


@pytest.fixture
def thread(river):
    return factories.ThreadFactory(batch=factories.BatchFactory(practice=river, name="March notes"))


def test_an_internal_note_with_a_mention_is_seen_by_the_service_only(screen, thread, cleo, max_, ann):
    factories.AssignmentFactory(
        encounter=factories.EncounterFactory(chart=factories.ChartFactory(batch=thread.batch)), user=ann
    )
    page = screen(max_)
    page.goto(reverse("feedback:thread", args=[thread.pk]))
    page.get_by_text("Internal note", exact=True).click()
    expect(page.get_by_text("Only Chartline's people see it.")).to_be_visible()
    body = page.get_by_label("Message")
    body.press_sequentially("@an")
    option = page.get_by_role("option", name=ann.name)
    expect(option).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("option", name=cleo.name)).to_have_count(0)
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(body).to_have_value(f"@{ann.name} ")
    page.keyboard.type("look twice, please.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message.internal")).to_contain_text("look twice")
    assert_accessible(page)
    note = Comment.objects.get()
    assert (note.is_internal, [row.user for row in note.mentions.all()]) == (True, [ann])

    other = screen(cleo)
    other.goto(reverse("feedback:thread", args=[thread.pk]))
    expect(other.get_by_text("No messages.")).to_be_visible()
    expect(other.get_by_text("Internal")).to_have_count(0)


def test_the_inbox_by_keyboard(screen, thread, cleo, max_):
    for word in ("First.", "Second.", "Third."):
        add_comment(thread=thread, by=cleo, body=word, at=timezone.now())
    page = screen(max_)
    page.goto(reverse("feedback:stream"))
    items = page.locator("[data-item]")
    expect(items).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(items.nth(1)).to_be_focused()
    page.keyboard.press("e")
    expect(items).to_have_count(2)
    expect(items.nth(1)).to_be_focused()
    expect(items.nth(1)).to_contain_text("First.")
    page.keyboard.press("z")
    expect(items).to_have_count(3)
    page.keyboard.press("h")
    expect(items).to_have_count(2)
    expect(page.get_by_text("Put off to tomorrow morning.")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("u")
    page.keyboard.press("k")
    page.keyboard.press("r")
    page.wait_for_url("**reply_to=**")
    expect(page.get_by_text("Answers")).to_be_visible()
    assert InboxItem.objects.filter(user=max_, snoozed_until__isnull=False).count() == 1


def test_a_complaint_goes_to_a_manager_and_ends_with_words(screen, thread, cleo, max_):
    page = screen(cleo)
    page.goto(reverse("feedback:thread", args=[thread.pk]))
    page.get_by_label("Message").fill("Three batches came late.")
    page.get_by_text("Question, chart, people, files").click()
    page.get_by_label("This is a complaint").check()
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".message")).to_contain_text("Complaint")

    other = screen(max_)
    other.goto(reverse("feedback:stream"))
    expect(other.locator("[data-item]")).to_contain_text("Three batches came late.")
    complaint = Complaint.objects.get()
    other.goto(reverse("feedback:complaint", args=[complaint.pk]))
    assert_accessible(other)
    other.get_by_role("button", name="Close the complaint").click()
    expect(other.get_by_role("alert")).to_contain_text("Say what was done about it")
    other.get_by_label("What was done about it").fill("Your batches go first.")
    other.get_by_role("button", name="Close the complaint").click()
    expect(other.get_by_text("is closed, and the practice is told")).to_be_visible()

    page.goto(reverse("feedback:thread", args=[thread.pk]))
    expect(page.locator(".message").last).to_contain_text("Your batches go first.")


def test_a_remark_on_a_code_is_looked_at_by_somebody_new_and_answered(screen, river, ann, bea, cleo):
    load_codes()
    visit = verified(river, ann, bea)
    ensure_thread(batch=visit.batch, at=timezone.now())
    page = screen(cleo)
    page.goto(reverse("coding:encounter", args=[visit.pk]))
    page.get_by_role("link", name="Remark on 99213").click()
    page.get_by_label("What is wrong with it").fill("The visit took ten minutes.")
    assert_accessible(page)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#visit-remarks")).to_contain_text("Waits for a second look")

    vic = factories.UserFactory(name="Vic Rossi", roles=[Role.VERIFIER])
    other = screen(vic)
    other.goto(reverse("coding:remarks"))
    other.get_by_role("link", name=Remark.objects.get().label).click()
    expect(other.get_by_text("The visit took ten minutes.")).to_have_count(0)
    other.get_by_role("button", name="Look at it again").click()
    expect(other.get_by_text("The visit took ten minutes.")).to_be_visible()
    other.get_by_label("What you found").fill("Ten minutes are 99212.")
    assert_accessible(other)
    other.get_by_role("button", name="Uphold the remark").click()
    expect(other.get_by_text("The visit goes back to its coder.")).to_be_visible()
    visit.refresh_from_db()
    assert visit.status == EncounterStatus.TO_CODE

    page.goto(reverse("feedback:stream"))
    expect(page.locator("[data-item]")).to_contain_text("your remark is upheld")
