"""Pages arranged by keyboard in a real browser: nothing is lost whatever is pressed, nothing is written before Save."""

import random

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.arranging import arrange_pages, arrangement_of
from coding.actions.queue import take_next
from coding.forms.arranging import plan_in
from coding.models import Assignment, Encounter
from coding.rules.lifecycle import Stage
from portal.models import Page
from tests import factories
from tests.coding.benches import to_precode, visit
from tests.e2e.people import assert_accessible

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def held(river, ann):
    """Seven pages of three patients, the sixth page a separator sheet."""
    held = to_precode(river, ann, count=7)
    for number, text in {
        1: "Office visit\nPatient: Roe, Richard\nDate of service: 11/03/2026",
        3: "Office visit\nPatient: Doe, Jane\nDate of service: 11/03/2026",
        6: "PATCH T",
        7: "Office visit\nPatient: Poe, Penelope",
    }.items():
        Page.objects.filter(number=number).update(text=text)
    return held


@pytest.fixture
def page(screen, ann, held):
    page = screen(ann)
    page.goto(reverse("coding:arrange", args=[held.encounter_id]))
    expect(page.get_by_role("button", name="Page 1", exact=True)).to_be_focused()
    return page


def plan(page):
    return page.locator("[name=plan]").input_value()


def words():
    return [row.page_words for row in Encounter.objects.order_by("part")]


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_a_scan_is_cut_ordered_turned_and_saved_by_keyboard(page, held):
    own = held.encounter.label
    press(page, "ArrowRight", "ArrowRight", "s")  # page 3 begins a visit
    assert plan(page) == f"{own}: 1, 2\nnew: 3, 4, 5, 6, 7"
    press(page, "r", "]")
    assert plan(page) == f"{own}: 1, 2\nnew: 4, 3@90, 5, 6, 7"
    press(page, "Shift+ArrowLeft")
    press(page, "End", "Space", "ArrowLeft", "Space")
    expect(page.get_by_role("button", name="Page 7", exact=True)).to_have_attribute("aria-pressed", "true")
    press(page, "1")
    assert plan(page) == f"{own}: 1, 2, 6, 7\nnew: 3@90, 4, 5"
    press(page, "z", "z", "z")
    assert plan(page) == f"{own}: 1, 2\nnew: 3@90, 4, 5, 6, 7"
    press(page, "Home", "ArrowRight", "ArrowRight", "m")
    assert plan(page) == f"{own}: 1, 2, 3@90, 4, 5, 6, 7"
    press(page, "z", "End", "ArrowLeft", "x")
    assert plan(page) == f"{own}: 1, 2\nnew: 3@90, 4, 5, 7\nout: 6"
    assert words() == ["1–7"]
    press(page, "Enter")
    page.wait_for_url(f"**{reverse('coding:precode', args=[held.encounter_id])}")
    assert words() == ["1–2", "3–5, 7"]
    assert Encounter.objects.get(part=2).placed.get(position=1).turn == 90


def test_proposed_cuts_are_taken_one_by_one_or_not(page, held):
    own = held.encounter.label
    expect(page.get_by_text("2 cuts proposed.")).to_be_visible()
    expect(page.get_by_text("Page 3: another patient: “Patient” changes; a new heading.", exact=True)).to_be_visible()
    assert_accessible(page)
    press(page, "?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    for label in (
        "Cut here",
        "Join with the visit above",
        "Turn the page to the right",
        "Next proposed cut",
        "Accept all",
    ):
        expect(sheet).to_contain_text(label)
    press(page, "Escape", "p")
    expect(page.get_by_role("button", name="Page 3", exact=True)).to_be_focused()
    press(page, "a")
    assert plan(page) == f"{own}: 1, 2\nnew: 3, 4, 5, 6, 7"
    expect(page.get_by_role("button", name="Page 7", exact=True)).to_be_focused()
    press(page, "n")
    expect(page.get_by_text("No cuts proposed.")).to_be_visible()
    press(page, "Shift+X")
    assert plan(page) == f"{own}: 1, 2\nnew: 3, 4, 5, 7\nout: 6"
    assert words() == ["1–7"]
    assert_accessible(page)


def test_all_proposed_cuts_at_once_and_back(page, held):
    press(page, "Shift+A")
    assert plan(page) == f"{held.encounter.label}: 1, 2\nnew: 3, 4, 5, 6\nnew: 7"
    press(page, "z")
    assert plan(page) == f"{held.encounter.label}: 1, 2, 3, 4, 5, 6, 7"
    expect(page.get_by_text("2 cuts proposed.")).to_be_visible()


def test_whatever_is_pressed_every_page_stays_in_one_place(page, held):
    chance = random.Random(4711)  # noqa: S311  (keys, not secrets)
    keys = ("s", "m", "r", "x", "[", "]", "Space", "z", "1", "2", "3", "a", "n", "p", "ArrowDown", "ArrowUp",
            "ArrowLeft", "ArrowRight", "Home", "End")  # fmt: skip
    for _ in range(150):
        key = chance.choice(keys)
        press(page, key)
        found = plan_in(plan(page))
        numbers = [number for row in found.visits for number in row.numbers]
        assert sorted([*numbers, *found.left_out]) == [1, 2, 3, 4, 5, 6, 7], key
        assert found.visit_of(held.encounter_id).slots, key
    expect(page.locator("[data-place]")).to_have_count(7)


def test_somebody_who_was_faster_is_named_and_nothing_is_lost(page, held, ann):
    own = held.encounter.label
    press(page, "ArrowRight", "s")
    theirs = plan_in(f"{own}: 1-4\nnew: 5-7")
    arrange_pages(assignment=held, by=ann, at=timezone.now(), asked=theirs, version=None)
    press(page, "Enter")
    expect(page.get_by_text("arranged this chart at")).to_be_visible()
    assert plan(page).startswith(f"{own}: 1\nnew: 2, 3, 4, 5, 6, 7")
    assert words() == ["1–4", "5–7"]
    page.get_by_role("link", name="take theirs").click()
    expect(page.get_by_role("heading", name="Visit 2")).to_be_visible()
    assert plan(page).startswith(f"{own}: 1, 2, 3, 4\n")


def test_without_scripts_the_text_does_it(screen, ann, held):
    page = screen(ann, java_script_enabled=False)
    page.goto(reverse("coding:arrange", args=[held.encounter_id]))
    expect(page.get_by_role("img", name="Page 7")).to_be_visible()
    page.get_by_role("link", name="Fill in all of them").click()
    page.get_by_text("As text").click()
    expect(page.get_by_label("Pages of each visit")).to_have_value(
        f"{held.encounter.label}: 1-2\nnew: 3-5\nnew: 7\nout: 6"
    )
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{reverse('coding:precode', args=[held.encounter_id])}")
    assert words() == ["1–2", "3–5", "7"]


def test_at_the_bench_one_hears_of_new_pages_and_keeps_the_focus(screen, river, ann, held):
    arrange_pages(
        assignment=held, by=ann, at=timezone.now(), asked=plan_in(f"{held.encounter.label}: 1-6\nnew: 7"), version=None
    )
    kim = factories.UserFactory(roles=["coder"], name="Kim Larsen")
    other = take_next(by=kim, at=timezone.now(), stages=[Stage.PRECODING])
    page = screen(kim)
    page.clock.install()
    page.goto(reverse("coding:precode", args=[other.encounter_id]))
    expect(page.get_by_label("Patient name")).to_be_focused()
    asked = plan_in(f"{held.encounter.label}: 1-5\n{other.encounter.label}: 7, 6")
    arrange_pages(assignment=held, by=ann, at=timezone.now(), asked=asked, version=None)
    page.clock.run_for(61_000)
    expect(page.locator("[data-alerts]")).to_contain_text("Ann Archer changed the pages of this visit. Page 6 added.")
    expect(page.get_by_label("Patient name")).to_be_focused()


def test_five_hundred_pages_are_moved_without_a_wait(screen, river, ann):
    encounter = visit(river, count=1)
    image = encounter.chart.pages.get().image_name
    rows = [
        Page(practice=river, chart=encounter.chart, number=number, width=850, height=1100, image_name=image)
        for number in range(2, 501)
    ]
    Page.objects.bulk_create(rows)
    type(encounter.chart).objects.update(page_count=500)
    model = encounter.placed.model
    model.objects.bulk_create(
        model(practice=river, encounter=encounter, page=page, chart=encounter.chart, position=page.number)
        for page in Page.objects.filter(number__gt=1)
    )
    held: Assignment = take_next(by=ann, at=timezone.now(), stages=[Stage.PRECODING])
    page = screen(ann)
    page.goto(reverse("coding:arrange", args=[held.encounter_id]))
    expect(page.get_by_role("button", name="Page 1", exact=True)).to_be_focused()
    press(page, "ArrowDown", "s")
    took = page.evaluate(
        """async () => {
          const began = performance.now();
          document.querySelector('[data-do="turn"]').click();
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          return performance.now() - began;
        }"""
    )
    assert took < 1000, took
    assert len(arrangement_of(encounter.chart).visits) == 1
    press(page, "Enter")
    page.wait_for_url(f"**{reverse('coding:precode', args=[held.encounter_id])}")
    assert len(arrangement_of(encounter.chart).visits) == 2
