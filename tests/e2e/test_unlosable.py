"""Nothing that was done at a bench is lost: killed tabs, a killed browser, no network, no session, another person."""

import contextlib
import json
import os
import re
import signal
import time

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Error, expect

from coding.actions.queue import give, release
from coding.models import Assignment, Draft, DraftAction
from portal import scope
from portal.rules.roles import Role
from tests import factories
from tests.coding.benches import form_for, lapse, to_code, to_precode
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.e2e.people import assert_accessible
from tests.e2e.windows import add, cut, journal, kill, mend, sign_in, wait_for_journal

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def bench(page, held, name="code"):
    page.goto(reverse(f"coding:{name}", args=[held.encounter_id]))
    page.wait_for_function("() => Boolean(customElements.get('draft-keeper'))")


def codes():
    return [line["code"] for line in Draft.objects.get().body["diagnoses"]]


def trail():
    return list(DraftAction.objects.order_by("pk").values_list("place", "taken"))


def wait_until_empty(page):
    wait_for_journal(page, 0)


@pytest.fixture
def held(river, ann):
    return to_code(river, ann)


@pytest.fixture
def page(screen, ann):
    return screen(ann, bypass_csp=True)  # the policy would refuse what the test asks the page


def test_a_killed_tab_is_brought_back_on_the_next_page(page, held):
    bench(page, held)
    cut(page)
    add(page, "E119")
    add(page, "I10")
    wait_for_journal(page, 2)
    context = page.context
    kill(page)
    mend(page)
    assert not Draft.objects.exists()
    after = context.new_page()
    after.goto(reverse("coding:queue"))
    expect(after.locator("#shell-alerts")).to_contain_text(re.compile(r"2 changes? to .* are saved now."))
    assert codes() == ["E119", "I10"]
    assert trail() == [(1, "contained"), (2, "saved")]
    wait_until_empty(after)


def test_the_bench_shows_what_was_brought_back(page, held):
    bench(page, held)
    cut(page)
    add(page, "E119")
    wait_for_journal(page, 1)
    context = page.context
    kill(page)
    mend(page)
    after = context.new_page()
    bench(after, held)
    expect(after.locator("#line-d1")).to_contain_text("E11.9")
    expect(after.locator("#shell-alerts")).to_contain_text(re.compile(r"1 changes? to .* is saved now."))
    add(after, "I10")
    expect(after.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    assert codes() == ["E119", "I10"]


def test_a_word_being_typed_is_kept_before_it_is_finished(page, held):
    bench(page, held)
    cut(page)
    page.locator("#id_comment").press_sequentially("Seen on page two")
    wait_for_journal(page, 1)
    context = page.context
    kill(page)
    mend(page)
    after = context.new_page()
    after.goto(reverse("coding:queue"))
    expect(after.locator("#shell-alerts")).to_contain_text("is saved now.")
    assert Draft.objects.get().body["comment"] == "Seen on page two"


def test_the_worksheet_is_kept_as_it_is_typed(page, held):
    """The tab dies before the typing has paused."""
    bench(page, held)
    cut(page)
    page.locator("#em-worksheet > summary").click()
    page.locator("#em-minutes").fill("25")
    page.wait_for_timeout(150)
    context = page.context
    kill(page)
    mend(page)
    after = context.new_page()
    after.goto(reverse("coding:queue"))
    expect(after.locator("#shell-alerts")).to_contain_text("is saved now.")
    assert Draft.objects.get().body["worksheet"]["minutes"] == 25


def test_fields_of_precoding_are_kept_too(page, river, ann):
    held = to_precode(river, ann)
    bench(page, held, "precode")
    cut(page)
    page.get_by_label("Patient name").press_sequentially("Person, T")
    wait_for_journal(page, 1)
    context = page.context
    kill(page)
    mend(page)
    after = context.new_page()
    bench(after, held, "precode")
    expect(after.get_by_label("Patient name")).to_have_value("Person, T")


def test_a_killed_browser_and_an_ended_session_lose_nothing_and_leave_nothing_to_read(
    browser, live_server, held, ann, tmp_path
):
    """The whole browser is killed with what it has on its disk; the person signs in again the next day."""
    chromium = browser.browser_type
    options = {"executable_path": CHROMIUM, "args": CHROMIUM_ARGUMENTS, "base_url": live_server.url, "bypass_csp": True}
    first = chromium.launch_persistent_context(tmp_path, **options)
    page = first.new_page()
    sign_in(page, ann, live_server.url)
    bench(page, held)
    cut(page)
    add(page, "E119")
    page.locator("#id_comment").press_sequentially("Quenby Zzyzxworth")
    expect(page.locator("[data-save-state]")).to_have_text("Not saved, will retry")
    wait_for_journal(page, 2)
    for line in os.popen(f"pgrep -f -- '--user-data-dir={tmp_path}'").read().split():  # noqa: S605  (our own browser)
        os.kill(int(line), signal.SIGKILL)
    with contextlib.suppress(Error):
        first.close()
    lying = b"".join(file.read_bytes() for file in (tmp_path / "Default" / "IndexedDB").rglob("*") if file.is_file())
    assert held.encounter.label.encode() not in lying
    for told in (b"E119", b"Zzyzx", "Zzyzx".encode("utf-16-le")):
        assert told not in lying
    Session.objects.all().delete()
    second = chromium.launch_persistent_context(tmp_path, **options)
    page = second.new_page()
    page.goto(reverse("coding:queue"))
    expect(page).to_have_url(re.compile("login"))
    sign_in(page, ann, live_server.url)
    page.goto(reverse("coding:queue"))
    expect(page.locator("#shell-alerts")).to_contain_text(re.compile(r"2 changes? to .* are saved now."))
    wait_until_empty(page)
    second.close()
    assert codes() == ["E119"]
    assert Draft.objects.get().body["comment"] == "Quenby Zzyzxworth"


def test_another_person_at_the_same_machine_neither_reads_nor_sends_nor_removes_it(page, held, ann, live_server):
    kim = factories.UserFactory(roles=[Role.CODER])
    bench(page, held)
    cut(page)
    add(page, "E119")
    wait_for_journal(page, 1)
    context = page.context
    kill(page)
    mend(page)
    other = context.new_page()
    sign_in(other, kim, live_server.url)
    other.goto(reverse("coding:queue"))
    other.wait_for_load_state("networkidle")
    [row] = journal(other)
    assert "E119" not in json.dumps(row)
    assert b"E119" not in bytes(row["sealed"])
    told = other.evaluate("""async () => {
      const { left, unsealed } = await import("/static/js/journal.js")
      const rows = await new Promise((done) => {
        const asked = indexedDB.open("chartline-journal", 1)
        asked.onsuccess = () => {
          const all = asked.result.transaction("actions").objectStore("actions").getAll()
          all.onsuccess = () => { asked.result.close(); done(all.result) }
        }
      })
      const { askKeys } = await import("/static/js/journal.js")
      const [name] = (await askKeys()).keys()
      return [(await left()).size, await unsealed({ ...rows[0], person: name }).then(() => "read", () => "sealed")]
    }""")
    assert told == [0, "sealed"]
    assert not Draft.objects.exists()
    sign_in(other, ann, live_server.url)
    other.goto(reverse("coding:queue"))
    expect(other.locator("#shell-alerts")).to_contain_text("is saved now.")
    assert codes() == ["E119"]


def test_a_row_that_was_moved_to_another_chart_is_not_sent(page, held):
    bench(page, held)
    cut(page)
    add(page, "E119")
    wait_for_journal(page, 1)
    context = page.context
    page.evaluate("""() => new Promise((done) => {
      const asked = indexedDB.open("chartline-journal", 1)
      asked.onsuccess = () => {
        const store = asked.result.transaction("actions", "readwrite").objectStore("actions")
        store.getAll().onsuccess = ({ target }) => {
          store.put({ ...target.result[0], encounter: "999" }).onsuccess = () => { asked.result.close(); done() }
        }
      }
    })""")
    kill(page)
    mend(page)
    after = context.new_page()
    after.goto(reverse("coding:queue"))
    expect(after.locator("#shell-alerts")).to_contain_text("they were altered on this machine")
    assert len(journal(after)) == 1
    assert not DraftAction.objects.exists()


def test_work_without_a_network_is_sent_in_order_when_it_is_back(page, held):
    bench(page, held)
    page.route("**/draft/", lambda route: route.abort())
    for code in ("E119", "I10"):
        add(page, code)
    page.context.set_offline(True)
    page.keyboard.press("Escape")
    for key in ("k", "j", "Alt+ArrowUp"):
        page.keyboard.press(key)
    expect(page.locator("[data-unsent]")).to_contain_text("3 changes not sent yet")
    assert_accessible(page)
    page.unroute("**/draft/")
    page.context.set_offline(False)
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"), timeout=40_000)
    expect(page.locator("[data-unsent]")).to_have_count(0)
    assert [place for place, _ in trail()] == [1, 2, 3]
    wait_until_empty(page)


def test_being_offline_is_said_before_anything_is_done(page, held):
    bench(page, held)
    page.context.set_offline(True)
    expect(page.locator("#shell-alerts")).to_contain_text("You are offline.")
    page.context.set_offline(False)
    expect(page.locator("#shell-alerts")).not_to_contain_text("You are offline.")


def test_an_expired_sign_in_loses_nothing_and_goes_on_after_it(page, held, ann, live_server):
    bench(page, held)
    page.wait_for_load_state("networkidle")
    Session.objects.all().delete()
    add_known(page)
    expect(page.locator("[data-unsent]")).to_contain_text("You are signed out. 1 change not sent yet")
    sign_in(page, ann, live_server.url)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    assert Draft.objects.get().body["comment"] == "Said"


@pytest.mark.parametrize("who", ["nobody", "somebody else"])
def test_what_is_done_while_signed_out_outlives_the_tab(page, held, ann, live_server, who):
    """The second change is made after the page has learned that its person is not signed in any more."""
    bench(page, held)
    page.wait_for_load_state("networkidle")
    Session.objects.all().delete()
    if who == "somebody else":
        sign_in(page, factories.UserFactory(roles=[Role.CODER]), live_server.url)
    add_known(page)
    expect(page.locator("[data-unsent]")).to_contain_text("1 change not sent yet")
    page.locator("#id_comment").fill("Said twice")
    wait_for_journal(page, 2)
    context = page.context
    kill(page)
    after = context.new_page()
    sign_in(after, ann, live_server.url)
    after.goto(reverse("coding:queue"))
    expect(after.locator("#shell-alerts")).to_contain_text("are saved now.")
    assert Draft.objects.get().body["comment"] == "Said twice"


def add_known(page):
    """A change that asks the server for nothing else."""
    page.locator("#id_comment").fill("Said")


def test_while_somebody_else_is_signed_in_nothing_is_sent(page, held, ann, live_server):
    kim = factories.UserFactory(roles=[Role.CODER])
    bench(page, held)
    page.wait_for_load_state("networkidle")
    sign_in(page, kim, live_server.url)
    add_known(page)
    expect(page.locator("[data-unsent]")).to_contain_text("Somebody else is signed in on this browser.")
    assert not Draft.objects.exists()
    sign_in(page, ann, live_server.url)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    assert Draft.objects.get().author == ann


def test_what_comes_after_the_lease_was_lost_is_kept_as_a_late_draft(page, held, ann, max_):
    """Ten minutes without a network; meanwhile a manager gave the chart to Kim."""
    bench(page, held)
    cut(page)
    add(page, "E119")
    wait_for_journal(page, 1)
    lapse(held)
    kim = factories.UserFactory(roles=[Role.CODER])
    give(encounter=held.encounter, to=kim, by=max_, at=timezone.now())
    context = page.context
    kill(page)
    mend(page)
    after = context.new_page()
    after.goto(reverse("coding:queue"))
    expect(after.locator("#shell-alerts")).to_contain_text("kept as your late draft")
    draft = Draft.objects.get()
    assert (draft.author, draft.is_late, codes()) == (ann, True, ["E119"])
    assert Assignment.objects.open().get(encounter=held.encounter).user == kim


def test_signing_out_sends_first_and_says_what_is_not_sent(page, held):
    bench(page, held)
    cut(page)
    add_known(page)
    expect(page.locator("[data-unsent]")).to_be_visible()
    page.locator("#user-menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    dialog = page.get_by_role("dialog", name="Sign out with unsent work?")
    stay = dialog.get_by_role("button", name="Stay signed in")
    expect(stay).to_be_focused()
    assert_accessible(page)
    stay.press("Enter")
    expect(dialog).to_have_count(0)
    assert Session.objects.exists()
    mend(page)
    if not page.get_by_role("button", name="Sign out").is_visible():
        page.locator("#user-menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("login"))
    assert Draft.objects.get().body["comment"] == "Said"


def test_the_lock_sends_first_and_says_what_is_not_sent(page, held):
    bench(page, held)
    cut(page)
    add_known(page)
    expect(page.locator("[data-unsent]")).to_be_visible()
    page.evaluate("document.querySelector('idle-lock').lock()")
    expect(page.get_by_role("dialog", name="Locked")).to_contain_text("1 change not sent yet")
    mend(page)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-unsent-count]")).to_be_hidden()
    with scope.service():
        assert Draft.objects.get().body["comment"] == "Said"


def test_a_chart_left_in_a_hurry_is_saved_by_the_browser_or_brought_back(page, held):
    """The page is gone before its request is answered."""
    bench(page, held)
    page.locator("#id_comment").press_sequentially("Half a wor")
    page.goto(reverse("coding:queue"))
    wait_until_empty(page)
    assert Draft.objects.get().body["comment"] == "Half a wor"
    assert DraftAction.objects.count() == Draft.objects.get().version
    release(assignment=held, by=held.user, at=timezone.now())


def test_a_page_that_was_read_before_the_last_save_came_shows_it_all_the_same(page, held):
    """A reload that overtakes a save: the server read the page first, then took the change."""
    bench(page, held)
    saves = []
    page.route("**/draft/", lambda route: saves.append(route))  # noqa: PLW0108  (playwright marks its handlers)
    add_known(page)
    for _ in range(100):
        if saves:
            break
        page.wait_for_timeout(50)

    def read_then_save(route):
        answer = route.fetch()
        for save in saves:
            save.continue_()
        time.sleep(1)
        route.fulfill(response=answer)

    page.route("**/code/", read_then_save, times=1)
    page.reload()
    expect(page.locator("#id_comment")).to_have_value("Said")
    wait_until_empty(page)


def test_what_the_browser_sent_as_the_page_went_may_be_newer_than_what_was_written_down(page, held, ann, as_user):
    bench(page, held)
    cut(page)
    page.locator("#id_comment").fill("Half")
    wait_for_journal(page, 1)
    [row] = journal(page)
    number = {name: row[name] for name in ("series", "place")}
    text = json.dumps({"diagnoses": [], "procedures": [], "comment": "Half a word"})
    address = reverse("coding:draft", args=[held.encounter_id])
    as_user(ann).post(address, form_for(held, body=text, since=row["place"], **number))
    context = page.context
    kill(page)
    mend(page)
    after = context.new_page()
    after.goto(reverse("coding:queue"))
    expect(after.locator("#shell-alerts")).to_contain_text("is saved now.")
    wait_until_empty(after)
    assert Draft.objects.get().body["comment"] == "Half a word"


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


# -- two windows ---------------------------------------------------------------------------------------
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
