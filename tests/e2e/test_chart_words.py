"""Words over page images in a real browser: select, find, jump; by mouse and by keyboard, wide and narrow."""

import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from coding.actions.queue import take_next
from coding.rules.lifecycle import Stage
from portal import storage
from portal.actions.words import read_due_pages
from portal.models import AuditEvent, PageWords
from portal.rules.outline import headings_of
from portal.rules.words import Lines, Word, WordsState
from tests import factories, scans
from tests.coding.lines import load_codes, precoded, waiting
from tests.e2e.people import NARROW, assert_accessible

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
TYPED = """OPERATIVE NOTE
Ménière's disease; primary osteo-
arthritis of the left knee, see x-ray.
PLAN: weight-bearing as tolerated"""


def kept(practice, image):
    out = io.BytesIO()
    image.save(out, "PNG")
    return storage.keep_bytes(out.getvalue(), practice_id=practice.pk, folder="pages", ending=".png").name


def typed_lines(text):
    """Words of a typed page at even places."""
    return Lines.of(
        [Word(word, 1000 + 900 * place, 800 + 300 * row, 1000 + 900 * place + 800, 950 + 300 * row, 100)
         for place, word in enumerate(line.split())]
        for row, line in enumerate(text.splitlines())
    )  # fmt: skip


@pytest.fixture
def bench(river, ann):
    """Ann's coding bench: a skewed scan that still waits for a reader, and a page whose layer gave its words."""
    load_codes()
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river), page_count=2)
    page, _ = scans.paper()
    scan = scans.grainy(scans.reduced(scans.skewed(page, 1.7), 150), 6, 0.4, 1)
    first = factories.PageFactory(
        chart=chart, number=1, width=scan.width, height=scan.height, image_name=kept(river, scan), text_source="none"
    )
    factories.PageWordsFactory(page=first)
    second = factories.PageFactory(
        chart=chart, number=2, width=scan.width, height=scan.height, image_name=kept(river, scans.reduced(page, 150)),
        text_source="layer", text=TYPED,
    )  # fmt: skip
    lines = typed_lines(TYPED)
    factories.PageWordsFactory(
        page=second, state=WordsState.DONE, source="layer", finished_at=timezone.now(), confidence=100,
        words=[list(word) for word in lines.words], line_starts=lines.line_starts,
        headings=[list(heading) for heading in headings_of(lines)],
    )  # fmt: skip
    precoded(waiting(at=timezone.now(), chart=chart), ann, at=timezone.now())
    return take_next(by=ann, at=timezone.now(), stages=[Stage.CODING])


def open_bench(screen, bench):
    page = screen(bench.user)
    page.goto(reverse("coding:code", args=[bench.encounter_id]))
    expect(page.get_by_role("img", name="Page 1 of 2")).to_be_visible()
    return page


def found(page):
    return page.locator(".find-bar output")


def shades(page, place):
    """The darkest and the lightest grey within a place on the screen."""
    box = page.locator(place).first.bounding_box()
    shot = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("L")
    return shot.crop((4, 4, shot.width - 4, shot.height - 4)).getextrema()


def test_what_is_found_can_still_be_read(screen, bench):
    """The mark colours the page below it and never covers it, on white and on dark paper."""
    page = open_bench(screen, bench)
    page.locator("#chart-pane .pane-body").focus()
    page.keyboard.press("f")
    expect(page.locator("#find-text")).to_be_focused()
    page.keyboard.insert_text("weight-bearing")  # at once: a search for half of the word would end in a second one
    expect(found(page)).to_contain_text("1 of 1, page 2")
    page.wait_for_function("document.querySelectorAll('figure')[1].querySelector('img').complete", timeout=20_000)
    # The words of the layer stand at made-up places: a place with ink is marked instead.
    page.evaluate("""() => {
        const mark = document.querySelector(".marks .selected")
        const place = { x: 1000, y: 780, width: 3000, height: 1200 }
        for (const [name, value] of Object.entries(place)) mark.setAttribute(name, value)
    }""")
    ink, paper = shades(page, ".marks .selected")
    assert ink < 110
    assert paper > 180
    page.evaluate("document.querySelector('#chart-pane').dataset.paper = 'dark'")
    paper, ink = shades(page, ".marks .selected")
    assert ink > 180
    assert paper < 110
    # axe passes over words in the colour of their ground.
    assert page.locator(".page-place").evaluate("one => getComputedStyle(one).color") == "rgb(230, 235, 241)"


def test_words_are_selected_where_the_scan_shows_them(screen, bench):
    assert read_due_pages(at=timezone.now(), seconds=120) == 1
    page = open_bench(screen, bench)
    assert not page.locator(".words").count()
    page.locator("#page-1 .sheet").hover()
    words = page.locator("#page-1 .words span")
    expect(words.first).to_have_text("River ")
    row = PageWords.objects.get(page__number=1)
    sheet = page.locator("#page-1 .sheet").bounding_box()
    for index, (text, x0, y0, x1, _, _) in enumerate(row.words[:40]):
        box = words.nth(index).bounding_box()
        natural = words.nth(index).evaluate(
            "span => { const r = document.createRange(); r.setStart(span.firstChild, 0);"
            "r.setEnd(span.firstChild, span.textContent.length - 1); const b = r.getBoundingClientRect();"
            "return [b.left, b.right] }"
        )
        assert box["y"] == pytest.approx(sheet["y"] + y0 / 10_000 * sheet["height"], abs=2), text
        assert natural[0] == pytest.approx(sheet["x"] + x0 / 10_000 * sheet["width"], abs=2), text
        assert natural[1] == pytest.approx(sheet["x"] + x1 / 10_000 * sheet["width"], abs=4), text
    start, end = words.get_by_text("type", exact=True).first, words.get_by_text("diabetes,", exact=True).first
    one, other = start.bounding_box(), end.bounding_box()
    page.mouse.move(one["x"] + 1, one["y"] + one["height"] / 2)
    page.mouse.down()
    page.mouse.move(other["x"] + other["width"] - 8, other["y"] + other["height"] / 2, steps=8)
    page.mouse.up()
    assert page.evaluate("String(getSelection())").strip().startswith("type 2 diabetes")
    page.keyboard.press("f")
    expect(page.locator("#find-text")).to_have_value(re.compile(r"type 2 diabetes,?"))
    assert AuditEvent.objects.filter(action="page.words_viewed", actor=bench.user).exists()


def test_find_goes_from_match_to_match_across_pages_and_line_ends(screen, bench):
    read_due_pages(at=timezone.now(), seconds=120)
    page = open_bench(screen, bench)
    address = page.url
    page.keyboard.press("f")
    expect(page.locator("#find-text")).to_be_focused()
    page.keyboard.insert_text("left knee")  # at once: Enter searches first if letters came since the last search
    expect(found(page)).to_have_text("1 of 6, page 1")
    assert page.locator("#page-1 .marks rect.dx").count() == 8
    page.keyboard.press("Enter")
    expect(found(page)).to_have_text("2 of 6, page 1")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    expect(found(page)).to_have_text("6 of 6, page 2")
    chosen = page.locator(".marks rect.selected").first.bounding_box()
    pane = page.locator("#chart-pane .pane-body").bounding_box()
    assert pane["y"] <= chosen["y"] <= pane["y"] + pane["height"]
    for asked, told in (
        ("meniere", "1 of 1, page 2"),
        ("OSTEOARTHRITIS OF", "2 of 2, page 2"),
        ("xray", "2 of 2, page 2"),
        ("weight bearing", "1 of 1, page 2"),
        ("(.*", "Not found"),
    ):
        page.locator("#find-text").fill(asked)
        expect(found(page)).to_have_text(told)
    assert_accessible(page)
    page.locator("#find-text").press("Escape")
    expect(page.locator(".find-bar")).to_be_hidden()
    assert not page.locator(".marks rect").count()
    assert page.url.partition("#")[0] == address


def test_the_outline_jumps_to_a_section(screen, bench):
    read_due_pages(at=timezone.now(), seconds=120)
    page = open_bench(screen, bench)
    page.keyboard.press("o")
    entries = page.locator(".outline a")
    expect(entries.filter(has_text="Assessment and plan")).to_be_visible()
    assert [text.splitlines()[0] for text in entries.all_inner_texts()][:3] == [
        "Chief complaint", "History of present illness", "Past history",
    ]  # fmt: skip
    assert_accessible(page)
    entries.filter(has_text="Operative note").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-page-now]").first).to_have_text("2")
    expect(page.locator("#chart-pane .pane-body")).to_be_focused()


def test_reading_begins_before_words_are_there(screen, bench):
    page = open_bench(screen, bench)
    expect(page.locator("[data-words-progress]")).to_have_text("Words: 1 of 2 pages read")
    expect(page.locator("#page-1 figcaption")).to_contain_text("still being read")
    page.keyboard.press("f")
    expect(page.locator("#find-text")).to_be_focused()
    page.keyboard.insert_text("knee")
    expect(found(page)).to_have_text("1 of 1, page 2; 1 not read yet")
    read_due_pages(at=timezone.now(), seconds=120)
    page.locator("#page-1 .sheet").hover()
    expect(page.locator("#page-1 .words span").first).to_have_text("River ", timeout=20_000)
    expect(page.locator("[data-words-progress]")).to_be_hidden()


def test_a_turned_page_takes_its_words_along_and_a_phone_has_room_for_the_find_bar(screen, bench):
    read_due_pages(at=timezone.now(), seconds=120)
    page = open_bench(screen, bench)
    page.locator("#page-1 .sheet").hover()
    expect(page.locator("#page-1 .words span").first).to_be_attached()
    page.keyboard.press("Shift+R")
    sheet, over = page.locator("#page-1 .sheet").bounding_box(), page.locator("#page-1 .over").bounding_box()
    for side in ("x", "y", "width", "height"):
        assert over[side] == pytest.approx(sheet[side], abs=1.5)
    page.set_viewport_size(NARROW)
    page.keyboard.press("f")
    expect(page.locator("#find-text")).to_be_focused()
    assert_accessible(page)
