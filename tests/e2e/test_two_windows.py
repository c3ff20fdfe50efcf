"""Two windows of one bench: compared line by line, one version made of both, nothing written over unseen."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from coding.models import Draft
from tests.coding.benches import to_code
from tests.e2e.people import assert_accessible
from tests.e2e.windows import (
    add,
    add_known,
    bench,
    codes,
    journal,
    kill,
    wait_for_journal,
    wait_until_empty,
)

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def held(river, ann):
    return to_code(river, ann)


@pytest.fixture
def page(screen, ann):
    return screen(ann, bypass_csp=True)  # the policy would refuse what the test asks the page


def test_a_second_window_leaves_the_work_of_a_living_one_alone(page, held):
    bench(page, held)
    page.route("**/draft/", lambda route: route.abort())
    add_known(page)
    wait_for_journal(page, 1)
    other = page.context.new_page()
    other.goto(reverse("coding:queue"))
    other.wait_for_load_state("networkidle")
    assert not Draft.objects.exists()
    assert len(journal(other)) == 1


@pytest.fixture
def two(page, held):
    """Two windows of one bench: the first has saved E11.9, the second adds I10 and is told."""
    bench(page, held)
    other = page.context.new_page()
    bench(other, held)
    add(page, "E119")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    add(other, "I10")
    expect(other.locator("[data-unsent]")).to_contain_text("This was changed in another window at")
    return page, other


def saved(page):
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    wait_until_empty(page)


def test_two_windows_are_compared_line_by_line_by_keyboard(two):
    _, other = two
    assert codes() == ["E119"]
    other.get_by_role("button", name="Show changes").press("Enter")
    dialog = other.get_by_role("dialog", name=re.compile("two versions"))
    expect(dialog.get_by_role("group", name="Diagnosis")).to_have_count(2)
    expect(dialog).to_contain_text("in another window")
    assert_accessible(other)
    expect(dialog.get_by_role("radio", name="This window: I10")).to_be_checked()
    dialog.get_by_role("radio", name="This window: I10").focus()
    for key in ("Tab", "ArrowUp"):  # the second line, E11.9: as in this window, where it is not
        other.keyboard.press(key)
    expect(dialog.get_by_role("radio", name="This window: not in this one")).to_be_checked()
    other.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    wait_until_empty(other)
    assert codes() == ["I10"]


def test_what_only_one_window_has_is_kept_unless_somebody_chooses_otherwise(two):
    _, other = two
    other.get_by_role("button", name="Show changes").click()
    other.get_by_role("button", name="Keep what is chosen").click()
    expect(other.locator("[data-row]")).to_have_count(2)
    wait_until_empty(other)
    assert sorted(codes()) == ["E119", "I10"]


def test_a_choice_can_be_put_off_and_work_goes_on(two):
    _, other = two
    other.get_by_role("button", name="Show changes").click()
    dialog = other.get_by_role("dialog", name=re.compile("two versions"))
    expect(dialog).to_be_visible()
    other.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    other.locator("#id_comment").fill("More")
    expect(other.locator("[data-unsent]")).to_contain_text("2 changes not sent yet")
    assert codes() == ["E119"]
    other.get_by_role("button", name="Keep mine").click()
    saved(other)
    assert (codes(), Draft.objects.get().body["comment"]) == (["I10"], "More")


def test_taking_theirs_shows_them(two):
    _, other = two
    other.get_by_role("button", name="Take theirs").click()
    expect(other.locator("#line-d1")).to_contain_text("E11.9")
    wait_until_empty(other)
    assert codes() == ["E119"]
    add(other, "M1711")
    saved(other)
    assert codes() == ["E119", "M1711"]


def test_a_window_that_has_nothing_to_send_hears_of_the_other(two):
    first, other = two
    other.get_by_role("button", name="Keep mine").click()
    saved(other)
    first.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(first.get_by_text("You have changed this chart in another window.").first).to_be_visible()
    first.get_by_role("link", name="Show it as it is now").click()
    expect(first.locator("#line-d1")).to_contain_text("I10")


def test_a_window_that_is_looked_at_again_says_what_another_one_left(two):
    """The other window has gone to another site; the first one was in sight all the time."""
    first, other = two
    other.goto("about:blank")
    first.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(first.locator("[data-unsent]")).to_contain_text("1 change not sent yet")


def test_a_killed_windows_work_is_compared_on_any_page(two):
    first, other = two
    context = other.context
    kill(other)
    first.goto(reverse("coding:queue"))
    banner = first.locator("[data-unsent]")
    expect(banner).to_contain_text("1 change not sent yet")
    assert_accessible(first)
    first.get_by_role("button", name="Show changes").click()
    assert_accessible(first)
    first.get_by_role("button", name="Keep what is chosen").click()
    wait_until_empty(first)
    assert sorted(codes()) == ["E119", "I10"]
    assert len(context.pages) == 1
