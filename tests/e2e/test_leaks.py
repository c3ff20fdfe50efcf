"""Nothing of one chart gets into another: late answers, mixed-up answers, Back and Forward, the browser's memory."""

import json
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from coding.models import Draft
from tests.coding.benches import many_to_code
from tests.e2e.windows import add, wait_for_journal

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def charts(river, ann):
    """Two charts on one person's benches."""
    return many_to_code(river, ann, 2)


@pytest.fixture
def page(screen, ann):
    return screen(ann, bypass_csp=True)  # the policy would refuse what the test asks the page


def url_of(held):
    return reverse("coding:code", args=[held.encounter_id])


def show(page, held):
    """The bench in place of the one that is shown, as the page itself does it."""
    page.evaluate('url => import("/static/js/next-chart.js").then((benches) => benches.visit(url))', url_of(held))
    expect(page.locator(f'draft-keeper[encounter="{held.encounter_id}"]')).to_have_count(1)


def note_of(held):
    draft = Draft.objects.filter(encounter=held.encounter_id).first()
    return draft.body["comment"] if draft else ""


def all_is_saved(page):
    wait_for_journal(page, 0)


def test_a_late_answer_about_a_chart_does_not_get_into_the_next_one(page, charts):
    first, second = charts
    late = []
    page.goto(url_of(first))
    page.route(f"**/{first.encounter_id}/findings/", lambda route: late.append(route))  # noqa: PLW0108  (playwright marks its handlers)
    add(page, "E119")
    for _ in range(100):
        if late:
            break
        page.wait_for_timeout(50)
    show(page, second)
    before = page.locator("#findings").inner_html()
    late[0].continue_()
    page.wait_for_timeout(700)
    assert page.locator("#findings").inner_html() == before
    expect(page.locator("[data-row]")).to_have_count(0)
    all_is_saved(page)
    assert [draft.encounter_id for draft in Draft.objects.all()] == [first.encounter_id]


def test_what_is_typed_before_a_swap_is_saved_where_it_was_typed(page, charts):
    first, second = charts
    page.goto(url_of(first))
    page.locator("#id_comment").press_sequentially("Of the first")
    show(page, second)  # before the typing has paused
    expect(page.locator("#id_comment")).to_have_value("")
    page.locator("#id_comment").press_sequentially("Of the second")
    page.wait_for_timeout(800)
    all_is_saved(page)
    assert (note_of(first), note_of(second)) == ("Of the first", "Of the second")


@pytest.mark.parametrize("part", ["findings", "draft"])
def test_an_answer_about_another_chart_is_left(page, charts, part):
    """A proxy, a worker or we ourselves mix up two answers."""
    first, second = charts

    def mixed_up(route):
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "x-encounter": str(first.encounter_id)})

    page.goto(url_of(second))
    findings = page.locator("#findings [data-hard]")
    before = findings.get_attribute("data-hard")
    page.route(f"**/{second.encounter_id}/{part}/", mixed_up)
    add(page, "E119")
    if part == "findings":
        expect(page.locator("#findings [data-stale]")).to_be_visible()
        assert findings.get_attribute("data-hard") == before
    else:
        expect(page.locator("[data-save-state]")).to_have_text("Not saved, will retry")
        expect(page.locator("[data-unsent]")).to_contain_text("1 change not sent yet")
    page.unroute_all()
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"), timeout=20_000)
    all_is_saved(page)
    assert Draft.objects.get().version == 1  # the answer was lost, the action was not taken twice


def test_back_and_forward_show_each_chart_as_it_is(page, charts):
    first, second = charts
    page.goto(url_of(first))
    page.locator("#id_comment").fill("Of the first")
    show(page, second)
    page.locator("#id_comment").fill("Of the second")
    for _ in range(2):
        page.go_back()
        expect(page.locator(f'draft-keeper[encounter="{first.encounter_id}"]')).to_have_count(1)
        expect(page.locator("#id_comment")).to_have_value("Of the first")
        page.go_forward()
        expect(page.locator(f'draft-keeper[encounter="{second.encounter_id}"]')).to_have_count(1)
        expect(page.locator("#id_comment")).to_have_value("Of the second")
    all_is_saved(page)
    assert (note_of(first), note_of(second)) == ("Of the first", "Of the second")


def test_two_steps_back_at_once_show_where_one_has_arrived(page, charts):
    first, second = charts
    page.goto(url_of(first))
    show(page, second)
    page.locator("#id_comment").fill("Of the second")
    all_is_saved(page)
    show(page, first)
    slow = []
    page.route(f"**{url_of(second)}", lambda route: slow.append(route))  # noqa: PLW0108
    page.evaluate("history.back()")
    for _ in range(100):
        if slow:
            break
        page.wait_for_timeout(50)
    page.evaluate("history.back()")
    expect(page).to_have_url(re.compile(url_of(first)))
    expect(page.locator("#id_comment")).to_have_value("")
    slow[0].continue_()
    page.wait_for_timeout(700)
    assert page.url.endswith(url_of(first))
    assert page.locator("draft-keeper").get_attribute("encounter") == str(first.encounter_id)
    expect(page.locator("#id_comment")).to_have_value("")


def test_the_browser_does_not_fill_in_what_stood_in_a_form_before(page, charts):
    """Another window has changed it meanwhile: coming back shows that, not what the browser remembers."""
    first, second = charts
    page.goto(url_of(first))
    page.locator("#id_comment").fill("Old")
    all_is_saved(page)
    page.goto(url_of(second))
    page.wait_for_load_state("networkidle")
    Draft.objects.update(body={**Draft.objects.get().body, "comment": "New"}, version=9)
    page.go_back()
    expect(page.locator("#id_comment")).to_have_value("New")
    page.wait_for_timeout(300)
    expect(page.locator("#id_comment")).to_have_value("New")


def test_a_page_that_comes_out_of_the_browsers_memory_asks_what_is_stored(page, charts):
    first, _ = charts
    page.goto(url_of(first))
    page.locator("#id_comment").fill("Old")
    all_is_saved(page)
    Draft.objects.update(version=9)
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.locator("draft-keeper").get_by_text("You have changed this chart in another window.")).to_be_visible()


SAID_LATE = """url => Promise.all(["session", "next-chart"].map((name) => import(`/static/js/${name}.js`)))
  .then(([{ say }, { visit }]) => {
    const { replaceWith } = Element.prototype
    Element.prototype.replaceWith = function (...given) {
      if (this.id === "main") say("Patient: Quenby")
      return replaceWith.apply(this, given)
    }
    return visit(url).then(() => {})
  })"""


def test_what_was_said_of_a_chart_is_not_there_under_the_next_one(page, charts):
    """Neither what a screen reader has been told, nor what it is about to be."""
    first, second = charts
    page.goto(url_of(first))
    page.evaluate(SAID_LATE, url_of(second))
    page.wait_for_timeout(300)
    expect(page.locator("#live")).not_to_contain_text("Quenby")


def test_what_a_detached_bench_is_told_stays_with_its_chart(page, charts):
    """Something of the old bench that ends late still acts on the old chart, never on the one that is shown."""
    first, second = charts
    page.goto(url_of(first))
    page.evaluate("window.old = document.querySelector('draft-keeper')")
    body = page.evaluate("document.querySelector('code-list').body")
    show(page, second)
    page.evaluate("body => window.old.keep(body)", {**body, "comment": "Late, of the first"})
    page.wait_for_timeout(300)
    all_is_saved(page)
    assert (note_of(first), note_of(second)) == ("Late, of the first", "")
    assert json.dumps(page.evaluate("document.querySelector('code-list').body")).count("Late") == 0
