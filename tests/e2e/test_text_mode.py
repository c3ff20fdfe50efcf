"""The chart as text, its small pages and what is unread, by keys."""

import re

import pytest
from playwright.sync_api import expect

from portal.models import AuditEvent
from tests.coding.worded import FIVE, suggest, worded_bench
from tests.e2e.people import NARROW, assert_accessible
from tests.e2e.test_evidence import add, open_bench, saved

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def size_of(page):
    return page.locator("#page-2 .words span").first.evaluate("word => getComputedStyle(word).fontSize")


def ready(page, figure="page-2"):
    """The words of a page stand as text."""
    expect(page.locator(f"#{figure} .words span").first).to_be_visible()
    expect(page.locator(f"#{figure} .sheet > img")).to_be_hidden()


def test_the_words_are_read_and_linked_in_place_of_the_image(screen, river, ann):
    held = worded_bench(river, ann)
    suggest(held.encounter, *FIVE[:1])
    page = open_bench(screen, held)
    page.keyboard.press("Shift+T")
    page.keyboard.press("]")
    ready(page)
    # The evidence of the suggestion in hand is marked in the text, and seen there: one key accepts it.
    expect(page.locator("#page-2 .words .selected")).to_have_text(["Type ", "2 ", "diabetes ", "mellitus "])
    assert page.locator("#page-2 .over").get_attribute("aria-hidden") is None
    page.keyboard.press("a")
    expect(page.locator("[data-row].ghost")).to_have_count(0)
    # Larger letters, within limits; another ground.
    assert size_of(page) == "16px"
    page.keyboard.press("=")
    expect(page.locator("[data-zoom-now]")).to_have_text("17 px")
    for _ in range(9):
        page.keyboard.press("=")
    assert size_of(page) == "22px"
    for _ in range(9):
        page.keyboard.press("-")
    assert size_of(page) == "14px"
    page.keyboard.press("0")
    assert size_of(page) == "16px"
    page.keyboard.press("=")
    page.keyboard.press("Shift+B")
    expect(page.locator("#chart-pane")).to_have_attribute("data-paper", "paper")
    # Selected words are linked as on the image.
    add(page, "I10")
    select_text(page, "Essential", "hypertension,")
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Evidence for I10: 1 passage")).to_be_visible()
    expect(page.locator("#page-2 .words .selected")).to_have_text(["Essential ", "hypertension, "])
    kept = saved(page)["diagnoses"][1]["evidence"]
    assert [(one["number"], one["quote"]) for one in kept] == [(2, "Essential hypertension,")]
    assert_accessible(page)
    page.set_viewport_size(NARROW)
    page.evaluate("location.hash = 'chart-pane'")
    page.reload()  # the browser keeps mode, size and ground
    ready(page)
    assert size_of(page) == "17px"
    expect(page.locator("#chart-pane")).to_have_attribute("data-paper", "paper")


def select_text(page, first, last):
    """With the mouse, from one word of the text to another."""
    words = page.locator("#page-2 .words span")
    one, other = (words.get_by_text(text, exact=True).first.bounding_box() for text in (first, last))
    page.mouse.move(one["x"] + 1, one["y"] + one["height"] / 2)
    page.mouse.down()
    page.mouse.move(other["x"] + other["width"] - 8, other["y"] + other["height"] / 2, steps=8)
    page.mouse.up()


def test_find_and_marking_by_keys_work_in_the_text(screen, river, ann):
    page = open_bench(screen, worded_bench(river, ann))
    add(page, "I10")
    page.keyboard.press("Shift+T")
    page.keyboard.press("f")
    expect(page.locator("#find-text")).to_be_focused()
    page.keyboard.insert_text("controlled")
    expect(page.locator(".find-bar output")).to_contain_text("1 of 1, page 2")
    ready(page)
    expect(page.locator("#page-2 .words .selected")).to_have_text(["controlled. "])
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+L")
    expect(page.locator(".marker")).to_be_focused()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Evidence for I10: 1 passage")).to_be_visible()
    assert [one["quote"] for one in saved(page)["diagnoses"][0]["evidence"]] == ["hypertension, controlled."]
    page.keyboard.press("Shift+T")
    expect(page.locator("#page-2 .sheet > img")).to_be_visible()
    expect(page.locator("#page-2 .over")).to_have_attribute("aria-hidden", "true")
    expect(page.locator("#page-2 .marks.shown rect")).to_have_count(1)


def test_a_scan_without_words_keeps_its_image(screen, river, ann):
    page = open_bench(screen, worded_bench(river, ann, wordless=1))
    page.keyboard.press("Shift+T")
    page.keyboard.press("]")
    page.keyboard.press("]")
    expect(page.locator("#page-3 .sheet > img")).to_be_visible()


def test_what_stood_still_is_read_and_the_small_pages_lead_there(screen, river, ann):
    held = worded_bench(river, ann, wordless=1)
    page = open_bench(screen, held)
    expect(page.locator("[data-pages-read]")).to_have_text(re.compile("of 3 pages read"))
    page.keyboard.press("o")
    unread = page.locator(".outline a[data-unread]")
    expect(unread.filter(has_text="Assessment")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+O")
    expect(page.locator(".thumbs button[aria-current]")).to_be_focused()
    expect(page.get_by_role("button", name="Page 3", exact=True)).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Page 2", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-page-now]").first).to_have_text("2")
    expect(unread.filter(has_text="Assessment")).to_have_count(0)
    small = AuditEvent.objects.filter(action="page.viewed", actor=held.user, object_id=held.encounter.pages().last().pk)
    assert small.exists(), "looking at a small page is looking at the page"
    page.reload()
    page.wait_for_timeout(1000)
    expect(unread.filter(has_text="Assessment")).to_have_count(0)
