"""The benches at every size at which people have them: nothing clipped, nothing too wide, every sign has a shape."""

import re
from dataclasses import dataclass

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.coding import submit_coding
from coding.actions.flow import roll_up
from coding.actions.queue import take_next
from coding.rules.check_reasons import CheckReason
from coding.rules.lifecycle import Stage
from feedback.actions.comments import add_comment
from feedback.actions.complaints import raise_complaint
from portal.models import Contract
from tests import factories
from tests.coding.benches import to_precode
from tests.coding.lines import coded, load_codes, verified
from tests.coding.worded import FIVE, suggest, worded_bench
from tests.e2e.people import panes_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh, Maximiliana Theodora Q"


@dataclass(frozen=True)
class Glass:
    """A window: its size in CSS pixels, and how many of the screen's each of them takes (2: enlarged to 200 %)."""

    width: int
    height: int
    zoom: int = 1


PHONE = Glass(390, 844)
GLASSES = (Glass(1280, 800), Glass(1440, 900), Glass(1920, 1080), PHONE, Glass(640, 400, zoom=2))
MEDIA = (
    {"color_scheme": "light", "forced_colors": "none"},
    {"color_scheme": "dark", "forced_colors": "none"},
    {"color_scheme": "dark", "forced_colors": "active"},
)
# What scrolls in a region of its own may be wider than the region. What ends in an ellipsis says the whole elsewhere.
FAULTS = """() => {
  const found = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth + 1) found.push(`page ${scrollWidth - clientWidth}px too wide`);
  const style = (one) => getComputedStyle(one);
  const hides = (one) => ["hidden", "clip"].includes(style(one).overflowX);
  const scrolls = (one) => ["auto", "scroll"].includes(style(one).overflowX);
  const shown = (one) => one.clientWidth > 1 && one.checkVisibility({ visibilityProperty: true });
  const right = (one) => one.getBoundingClientRect().right;
  const named = (one) => `${one.tagName} ${one.className}: ${one.textContent.trim().slice(0, 40)}`;
  for (const table of document.querySelectorAll("table")) {
    for (let box = table.parentElement; shown(table) && box && !scrolls(box); box = box.parentElement) {
      if (hides(box) && right(table) > right(box) + 1) found.push(`clipped ${named(table)}`);
    }
  }
  for (const part of document.querySelectorAll("td, th, button, .button, label, legend, dt, dd, h1, h2, h3")) {
    if (!shown(part) || style(part).textOverflow === "ellipsis" || part.matches(".visually-hidden")) continue;
    if (hides(part) && part.scrollWidth > part.clientWidth + 1) found.push(`cut off ${named(part)}`);
  }
  return found;
}"""
# A sign that no font has is drawn as the one for an unassigned character is.
SHAPELESS = """() => {
  const sheet = Object.assign(document.createElement("canvas"), { width: 48, height: 48 });
  const pen = sheet.getContext("2d", { willReadFrequently: true });
  const drawn = (sign, font) => {
    pen.clearRect(0, 0, 48, 48);
    pen.font = font;
    pen.textBaseline = "top";
    pen.fillText(sign, 4, 4);
    return pen.getImageData(0, 0, 48, 48).data.join();
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (!parentElement.checkVisibility() || parentElement.closest("script, style, template")) continue;
    const font = `24px ${getComputedStyle(parentElement).fontFamily}`;
    const signs = [...new Set(data)].filter((one) => one > "~" && one.trim());
    for (const sign of signs) if (drawn(sign, font) === drawn("\\u{10FFFE}", font)) found.add(sign);
  }
  return [...found];
}"""


def looked_at(page):
    """What is wrong with what is shown, at each size and in each scheme."""
    found = []
    for glass in GLASSES:
        page.set_viewport_size({"width": glass.width, "height": glass.height})
        for pane in panes_of(page) if glass == PHONE else ("",):
            page.evaluate("pane => pane && (location.hash = pane)", pane)
            for media in MEDIA:
                page.emulate_media(**media)
                faults = page.evaluate(FAULTS)
                found += [(glass, pane, media["color_scheme"], media["forced_colors"], fault) for fault in faults]
    shapeless = page.evaluate(SHAPELESS)
    page.emulate_media(color_scheme="light", forced_colors="none")
    page.set_viewport_size({"width": 1440, "height": 900})
    return found + [("no shape", sign) for sign in shapeless]


def test_the_bench_of_precoding(screen, river, ann):
    page = screen(ann)
    page.goto(reverse("coding:precode", args=[to_precode(river, ann).encounter_id]))
    page.get_by_label("Patient name").fill(LONG)
    page.get_by_label("Birth date").fill("13/45/2090")
    assert looked_at(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").first).to_be_visible()
    assert looked_at(page) == []


def test_the_bench_of_coding(screen, river, ann):
    held = worded_bench(river, ann, wordless=1)
    suggest(held.encounter, *FIVE)
    page = screen(ann)
    page.goto(reverse("coding:code", args=[held.encounter_id]))
    expect(page.locator("[data-row].ghost").first).to_be_visible()
    assert looked_at(page) == []
    for _ in range(5):
        page.keyboard.press("a")
        page.wait_for_timeout(150)
        page.keyboard.press("a")
    expect(page.locator("#findings")).to_contain_text(re.compile("to look at|to fix|Nothing"))
    assert looked_at(page) == []
    for key, shown in (("u", "dialog[open]"), ("w", "em-worksheet"), ("?", "dialog[open]")):
        page.keyboard.press(key)
        expect(page.locator(shown).first).to_be_visible()
        assert looked_at(page) == []
        page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("diabetes")
    expect(page.get_by_role("option").first).to_be_visible()
    assert looked_at(page) == []


def test_the_bench_of_verification(screen, river, ann, bea):
    Contract.objects.update(verification_share=100)
    held = worded_bench(river, ann)
    version = coded("E119 I10 M1711", "99214@1,2")
    submit_coding(assignment=held, by=ann, at=timezone.now(), coded=version, reason=CheckReason.DOCUMENTED)
    judged = take_next(by=bea, at=timezone.now(), stages=[Stage.VERIFICATION])
    page = screen(bea)
    page.goto(reverse("coding:verify", args=[judged.encounter_id]))
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("verify-table")).to_contain_text("Not supported")
    page.keyboard.press("t")
    page.keyboard.type("A long word on this difference: " + "documentation " * 20)
    assert looked_at(page) == []


def test_the_talk(screen, river, cleo, max_):
    """Inbox, thread, complaint, search and trends, with names and words as long as they come."""
    thread = factories.ThreadFactory(batch=factories.BatchFactory(practice=river, name=LONG))
    now = timezone.now()
    max_.name = LONG
    max_.save()
    add_comment(thread=thread, by=cleo, body="documentation " * 20, at=now, needs_answer_from="service")
    complained = raise_complaint(thread=thread, by=cleo, body=f"Late again, {LONG}", at=now)
    add_comment(thread=thread, by=max_, body="Known to argue.", at=now, is_internal=True)
    factories.RatingFactory(batch=thread.batch)
    factories.SavedAnswerFactory(title=LONG)
    page = screen(max_)
    for name, args in (
        ("stream", []), ("thread", [thread.pk]), ("inbox", []), ("complaints", []), ("saved-answers", []),
        ("complaint", [complained.complaint.pk]), ("search", []), ("trends", []),
    ):  # fmt: skip
        page.goto(reverse(f"feedback:{name}", args=args))
        assert looked_at(page) == [], name
    page.goto(reverse("feedback:search"))
    page.get_by_label("Words").fill("late")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("mark").first).to_be_visible()
    assert looked_at(page) == []


def test_the_remarks(screen, river, ann, bea, max_):
    load_codes()
    visit = verified(river, ann, bea)
    remark = factories.RemarkFactory(encounter=visit, part="procedure", code="99213-25", words="documentation " * 30)
    page = screen(max_)
    for address in (reverse("coding:remarks"), reverse("coding:remark", args=[remark.pk])):
        page.goto(address)
        assert looked_at(page) == [], address


def test_what_is_looked_for_is_found(browser):
    """A table in a box that hides what is beyond it, a button that is cut off, a sign that no font has."""
    page = browser.new_page(viewport={"width": 400, "height": 300})
    page.set_content(
        """<body style="margin: 0"><div style="overflow: hidden; width: 200px"><table style="width: 300px"><tr>
        <td>wide</td></tr></table></div><button style="overflow: hidden; width: 30px; white-space: nowrap">Submit it
        </button><p>\U0010fffd ✓ –</p><div style="width: 500px">beyond</div></body>"""
    )
    found = page.evaluate(FAULTS)
    assert [fault.split()[0] for fault in found] == ["page", "clipped", "cut"]
    assert page.evaluate(SHAPELESS) == ["\U0010fffd"]
    page.close()


def test_the_line_and_what_if(screen, river, ann, max_):
    held = to_precode(river, ann)
    roll_up(at=timezone.now())
    page = screen(max_)
    page.goto(reverse("coding:line"))
    expect(page.get_by_role("heading", name="Due today")).to_be_visible()
    expect(page.locator("#ageing svg a")).to_have_count(1)
    assert looked_at(page) == []
    page.locator("#ageing summary").click()
    expect(page.get_by_role("link", name=held.encounter.label).first).to_be_visible()
    page.keyboard.press("t")
    expect(page).to_have_url(re.compile("days=7"))
    page.goto(reverse("coding:what-if") + "?moved=2&target=radiology")
    expect(page.get_by_role("heading", name="Tomorrow with the change")).to_be_visible()
    assert looked_at(page) == []
