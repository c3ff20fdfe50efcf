"""Keys in a real browser: changed, in the left hand, without letters; the sheet and the palette by keyboard alone."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.rules.lifecycle import EncounterStatus
from portal.actions.keyboard import choose_layout, switch_single_keys
from portal.rules.keyboard import Layout
from tests import factories
from tests.coding.benches import to_code, to_precode, visit
from tests.e2e.people import NARROW, assert_accessible

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def bench_with_codes(screen, river, ann, *codes):
    """A coding bench with these codes, the focus on the last row."""
    held = to_code(river, ann)
    page = screen(ann)
    page.goto(reverse("coding:code", args=[held.encounter_id]))
    for number, code in enumerate(codes, start=1):
        page.locator("#code-q").fill(code)
        expect(page.get_by_role("option").first).to_contain_text(code[:3])
        page.locator("#code-q").press("Enter")
        expect(page.locator("[data-row]")).to_have_count(number)
    page.keyboard.press("Escape")
    expect(page.locator("[data-row]").last).to_be_focused()
    return page


def test_a_key_is_pressed_into_its_field_and_removes_a_row_from_then_on(screen, river, ann):
    page = screen(ann)
    page.goto(reverse("portal:keyboard"))
    field = page.get_by_label("Reject the suggestion, remove the row")
    expect(field).to_have_value("X")
    page.get_by_role("button", name="Press keys for Reject the suggestion, remove the row").click()
    page.keyboard.press("Escape")
    expect(field).to_have_value("X")
    page.get_by_role("button", name="Press keys for Reject the suggestion, remove the row").press("Enter")
    page.keyboard.press("j")
    expect(field).to_have_value("J")
    field.press("Enter")  # saves, although buttons to reset come before
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("J is the key of “Row below” (Codes).")
    assert_accessible(page)
    summary.get_by_role("link").click()
    expect(field).to_be_focused()
    page.get_by_role("button", name="Press keys for Reject the suggestion, remove the row").press("Enter")
    page.keyboard.press("Shift+Y")
    expect(field).to_have_value("Shift Y")
    page.get_by_role("button", name="Save the keys").click()
    expect(page.get_by_text("changed; the layout has X")).to_be_visible()
    assert_accessible(page)
    ann.refresh_from_db()
    assert ann.own_keys == {"code.reject": ["shift+y"]}

    page = bench_with_codes(screen, river, ann, "E119", "I10")
    remove = page.get_by_role("button", name="Remove")
    expect(remove).to_have_attribute("aria-keyshortcuts", "Shift+Y")
    expect(remove.locator("kbd")).to_have_text("Shift Y")
    page.keyboard.press("x")
    page.keyboard.press("y")
    expect(page.locator("[data-row]")).to_have_count(2)
    page.keyboard.press("Shift+Y")
    expect(page.locator("[data-row]")).to_have_count(1)


def test_two_keys_after_each_other_are_captured(screen, ann):
    page = screen(ann)
    page.goto(reverse("portal:keyboard"))
    page.get_by_role("button", name="Press keys for Note").press("Enter")
    page.keyboard.press("Alt+y")
    page.keyboard.press("n")
    expect(page.get_by_label("Note", exact=True)).to_have_value("Alt Y then N")
    page.get_by_role("button", name="Press keys for Note").press("Enter")
    page.keyboard.press("Tab")  # nobody is caught in a button
    expect(page.get_by_role("button", name="Press keys for Note")).to_have_text("Press keys for Note")


def test_the_left_hand_alone_moves_and_removes(screen, river, ann):
    choose_layout(layout=Layout.LEFT_HAND, single_keys=True, by=ann, at=timezone.now())
    page = bench_with_codes(screen, river, ann, "E119", "I10")
    page.keyboard.press("w")
    expect(page.locator("[data-row]").first).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator("[data-row]").last).to_be_focused()
    page.keyboard.press("x")  # modifiers of a diagnosis: nothing to remove
    page.keyboard.press("d")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("z")
    expect(page.locator("[data-row]")).to_have_count(2)


def test_with_alt_no_letter_alone_does_anything(screen, river, ann):
    choose_layout(layout=Layout.WITH_ALT, single_keys=True, by=ann, at=timezone.now())
    page = bench_with_codes(screen, river, ann, "E119", "I10")
    for key in ("x", "k", "z", "/", "?", "1"):
        page.keyboard.press(key)
    expect(page.locator("[data-row]").last).to_be_focused()
    expect(page.locator("[data-row]")).to_have_count(2)
    page.keyboard.press("Alt+x")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("Alt+z")
    expect(page.locator("[data-row]")).to_have_count(2)
    page.keyboard.press("Alt+g")
    page.keyboard.press("q")
    page.wait_for_url(f"**{reverse('coding:queue')}")


def test_letters_are_switched_off_in_the_sheet_and_stay_off(screen, river, ann):
    page = bench_with_codes(screen, river, ann, "E119")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    for label in ("Reject the suggestion, remove the row", "Question to the practice", "Submit and next", "Queue"):
        expect(sheet).to_contain_text(label)
    for label in ("Accept the suggestion, go to the next", "Viewed, go to the next unviewed", "Cut here"):
        expect(sheet).not_to_contain_text(label)  # nothing on this page does that
    assert_accessible(page)
    with page.expect_response("**/keyboard/single-keys/"):
        sheet.get_by_role("checkbox").uncheck()
    expect(sheet).not_to_contain_text("Reject the suggestion, remove the row")
    expect(sheet).to_contain_text("Submit and next")
    page.keyboard.press("Escape")
    for _again in range(2):
        page.locator("[data-row]").focus()
        page.keyboard.press("x")
        page.keyboard.press("g")
        page.keyboard.press("h")
        expect(page.locator("[data-row]")).to_have_count(1)
        expect(page.get_by_role("button", name="Remove")).not_to_have_attribute("aria-keyshortcuts", re.compile("."))
        expect(page.get_by_role("button", name="Remove").locator("kbd")).to_be_hidden()
        page.reload()
    ann.refresh_from_db()
    assert not ann.single_keys
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Find a command, page or number")).to_be_visible()


def option(page, name):
    return page.get_by_role("option", name=re.compile(name))


def test_the_palette_does_goes_and_opens_by_keyboard_alone(screen, river, ann):
    page = bench_with_codes(screen, river, ann, "E119", "I10")
    other = visit(river, status=EncounterStatus.VERIFIED, finished_at=timezone.now())  # nobody gets it any more
    palette = page.get_by_role("dialog", name="Find a command, page or number")
    box = page.get_by_role("combobox", name="Command, page or number")
    page.keyboard.press("Control+k")
    expect(box).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(palette).to_have_count(0)
    expect(page.locator("[data-row]").last).to_be_focused()

    # A command, found by some of its letters; its key stands beside it.
    page.keyboard.press("Control+k")
    page.keyboard.type("rmrow")
    expect(option(page, "remove the row")).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option(page, "remove the row").get_attribute("id"))
    expect(option(page, "remove the row").locator("kbd")).to_have_text("X")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)

    # What was used last comes first; what this page cannot do does not come at all.
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_contain_text("remove the row")
    page.keyboard.type("viewed")
    expect(palette).to_contain_text("Nothing found.")
    assert_accessible(page)
    box.fill("")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("option").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Control+k")
    expect(palette).to_have_count(0)

    # A page.
    page.keyboard.press("Control+k")
    page.keyboard.type("queue")
    expect(page.get_by_role("option").first).to_contain_text("Queue")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('coding:queue')}")
    page.keyboard.press("Control+k")
    page.keyboard.type("security")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('portal:security')}")

    # A record by its number: what Ann holds, nothing that she does not.
    page.keyboard.press("Control+k")
    page.keyboard.type(other.label)
    expect(palette).to_contain_text("Nothing found.")
    held = ann.assignments.latest("pk").encounter
    box.fill(held.label)
    expect(page.get_by_role("option").first).to_contain_text(held.label)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('coding:code', args=[held.pk])}")
    assert held.label not in page.evaluate("JSON.stringify(localStorage)")


def test_rows_of_a_list_and_messages_of_a_thread_are_walked_and_marked(screen, river, max_):
    for _row in range(2):
        visit(river)
    page = screen(max_)
    page.goto(reverse("coding:operations-encounters"))
    rows = page.locator("row-list tbody tr")
    expect(rows).to_have_count(2)
    for key in ("j", "j", "x"):
        page.keyboard.press(key)
    expect(rows.last.get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("k")
    expect(rows.first.get_by_role("link").first).to_be_focused()

    thread = factories.ThreadFactory(batch=factories.BatchFactory(practice=river))
    messages = [factories.CommentFactory(thread=thread) for _message in range(2)]
    page.goto(reverse("feedback:thread", args=[thread.pk]))
    for key in ("j", "j"):
        page.keyboard.press(key)
    expect(page.locator(".thread > li > .message").nth(len(messages) - 1)).to_be_focused()
    page.keyboard.press("c")
    page.keyboard.type("jk")  # letters are letters in a field
    expect(page.locator("textarea[name=body]").last).to_have_value("jk")


def test_what_is_typed_before_the_palette_has_come_is_typed_into_it(screen, river, ann):
    page = bench_with_codes(screen, river, ann, "E119")

    def slowly(route):
        page.wait_for_timeout(700)
        route.continue_()

    page.route("**/palette*.js", slowly)
    page.keyboard.press("Control+k")
    page.keyboard.type("xz remove")  # each of x and z alone would change the codes
    expect(page.get_by_role("combobox", name="Command, page or number")).to_have_value("xz remove")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(page.locator("[data-row]")).to_have_count(0)


def test_a_palette_that_cannot_be_fetched_says_so_and_keys_go_on(screen, river, ann):
    page = bench_with_codes(screen, river, ann, "E119")
    page.route("**/palette*.js", lambda route: route.abort())
    page.keyboard.press("Control+k")
    expect(page.get_by_role("alert")).to_contain_text("This needs a connection")
    page.keyboard.press("x")
    expect(page.locator("[data-row]")).to_have_count(0)


def test_an_outsider_finds_no_number_and_the_palette_serves_practices_too(screen, river, cleo, otto):
    batch = factories.BatchFactory(practice=river)
    for person, found in ((cleo, 1), (otto, 0)):
        page = screen(person)
        page.goto(reverse("portal:home"))
        page.keyboard.press("Control+k")
        with page.expect_response("**/find/**"):
            page.keyboard.type(batch.label)
        expect(option(page, batch.label)).to_have_count(found)
        assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_url(f"**{reverse('portal:batches')}")
    page.goto(reverse("portal:keyboard"))
    expect(page.get_by_label("Upload charts")).to_have_value("U")
    expect(page.get_by_label("Add a code")).to_have_count(0)  # a practice comes to no bench
    assert_accessible(page)


def test_settings_and_palette_fit_a_telephone_and_hide_hints_there(screen, ann):
    page = screen(ann, has_touch=True, is_mobile=True)
    page.set_viewport_size(NARROW)
    page.goto(reverse("portal:keyboard"))
    page.locator("#user-menu summary").click()
    page.get_by_role("button", name="Find a command", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("option").first).to_be_visible()
    expect(page.get_by_role("dialog").locator("kbd").first).to_be_hidden()
    page.get_by_role("option", name=re.compile("^Security")).click()
    page.wait_for_url(f"**{reverse('portal:security')}")


def test_switched_off_on_the_server_letters_do_nothing(screen, river, ann):
    switch_single_keys(on=False, by=ann, at=timezone.now())
    page = screen(ann)
    page.goto(reverse("coding:queue"))
    page.keyboard.press("?")
    page.keyboard.press("n")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url.endswith(reverse("coding:queue"))


def test_escape_leaves_a_field_so_that_letters_are_keys_and_comes_back(screen, river, ann):
    held = to_precode(river, ann)
    page = screen(ann)
    page.goto(reverse("coding:precode", args=[held.encounter_id]))
    name = page.get_by_label("Patient name")
    expect(name).to_be_focused()
    page.keyboard.type("]")
    expect(name).to_have_value("]")
    page.keyboard.press("Escape")
    expect(name).not_to_be_focused()
    page.keyboard.press("]")
    expect(page.locator("[data-page-now]").first).to_have_text("2")
    page.keyboard.press("Escape")
    expect(name).to_be_focused()
    expect(name).to_have_value("]")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    skip = page.get_by_role("dialog", name="Why skip this chart?")
    expect(skip).to_be_visible()
    page.keyboard.press("Escape")
    expect(skip).to_be_hidden()


def test_a_chart_is_put_on_hold_and_resumed_by_keyboard(screen, river, ann):
    page = bench_with_codes(screen, river, ann, "E119")
    page.keyboard.press("Shift+M")
    expect(page.locator("#more-menu summary")).to_be_focused()
    for key in ("Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog", name=re.compile("on hold"))).to_be_visible()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{reverse('coding:queue')}")
    expect(page.get_by_role("button", name=re.compile("^Resume"))).to_be_visible()
    page.keyboard.press("Alt+1")
    expect(page.get_by_text("is back in the queue.")).to_be_visible()
