"""The three benches in a real browser, by keyboard alone: pre-code, code, verify; drafts survive what may happen."""

import contextlib
import gzip
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.queue import take_next
from coding.models import Assignment, Coding, Draft, Encounter, PreCoding, Verification
from coding.rules.lifecycle import EncounterStatus, Stage
from portal.models import Contract
from tests import factories
from tests.coding.benches import lapse, to_code, to_precode, to_verify, visit
from tests.coding.lines import coded, load_codes
from tests.e2e.people import assert_accessible, submit_with_reason
from tests.processes import collected_files

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def test_a_chart_walks_through_the_three_benches_by_keyboard(screen, river, ann, bea, settings):
    settings.UNDO_SECONDS = 0  # the next person comes at once
    load_codes()
    Contract.objects.update(verification_share=100)
    factories.ProviderFactory(practice=river, name="Doctor Adams")
    factories.LocationFactory(practice=river, name="Main office", place_of_service="11")
    factories.PayerFactory(practice=river, name="Acme Health")
    encounter = visit(river)

    page = screen(ann)
    page.goto(reverse("coding:queue"))
    assert_accessible(page)
    page.keyboard.press("Enter")

    # Pre-coding: typed from field to field.
    expect(page.get_by_label("Patient name")).to_be_focused()
    for text in ("Person, Test", "01021960", "F", "A-77", "10302026", "", "Est", "Doc", "", "11"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    expect(page.get_by_label("Place of service")).to_have_value("11")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    assert Draft.objects.get().body["patient_name"] == "Person, Test"
    assert_accessible(page)
    page.keyboard.press("Control+Enter")

    # Coding: two diagnoses, one procedure, pointers.
    page.wait_for_url(f"**{reverse('coding:code', args=[encounter.pk])}")
    assert PreCoding.objects.get().patient_name == "Person, Test"
    page.keyboard.press("/")
    for text in ("I10", "E119", "99213"):
        page.keyboard.type(text)
        expect(page.get_by_role("option").first).to_contain_text(text[:3])
        page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(3)
    page.keyboard.press("Escape")
    for key in ("k", "p", "d", "a", "b", "Escape", "m"):
        page.keyboard.press(key)
    page.keyboard.type("25")
    page.keyboard.press("Enter")
    expect(page.locator("#line-d1")).to_contain_text("E11.9")
    expect(page.locator("#findings")).to_contain_text("3 to look at")  # nothing is marked as evidence
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    assert_accessible(page)
    submit_with_reason(page)
    page.wait_for_url(f"**{reverse('coding:queue')}")
    assert Coding.objects.get().coded() == coded("E119 I10", "99213-25@1,2")
    assert Encounter.objects.get().status == EncounterStatus.TO_VERIFY

    # Verification: one diagnosis too many; the key changes to the verdict that fits.
    page = screen(bea)
    page.goto(reverse("coding:queue"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('coding:verify', args=[encounter.pk])}")
    expect(page.locator("verify-table")).to_contain_text("Both versions agree")
    for key in ("j", "x"):
        page.keyboard.press(key)
    expect(page.locator("verify-table")).to_contain_text("Not supported")
    expect(page.locator("[data-verdict=corrected]")).to_have_attribute("data-action", "verify.return")
    page.keyboard.press("4")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    assert_accessible(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{reverse('coding:queue')}")
    assert Verification.objects.get().verdict == "corrected"
    assert_accessible(page)


def test_a_key_undoes_and_the_sheet_lists_every_key(screen, river, ann):
    held = to_code(river, ann)
    page = screen(ann)
    page.goto(reverse("coding:code", args=[held.encounter_id]))
    page.keyboard.press("/")
    page.keyboard.type("E119")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(page.locator("[data-row]")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    for label in ("Add a code", "Submit and next", "Next page", "Make it first-listed", "Skip"):
        expect(sheet).to_contain_text(label)
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.get_by_role("dialog", name="Why skip this chart?")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("2")
    page.wait_for_url(f"**{reverse('coding:queue')}")
    assert Assignment.objects.get(pk=held.pk).skip_reason == "unreadable"


SLOW_ANSWERS = """
const quick = window.fetch;
window.fetch = async (...asked) => {
  await new Promise((done) => setTimeout(done, 700));
  return quick(...asked);
};
"""


def typed_ahead(screen, river, ann):
    """A coding bench whose searches take their time, after two codes and one that does not exist."""
    held = to_code(river, ann)
    page = screen(ann)
    page.goto(reverse("coding:code", args=[held.encounter_id]))
    page.evaluate(SLOW_ANSWERS)
    page.keyboard.press("/")
    for code in ("E119", "99213", "XX99XX"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    return page


def test_codes_typed_ahead_of_slow_answers_are_taken_one_by_one(screen, river, ann):
    page = typed_ahead(screen, river, ann)
    expect(page.locator("[data-row]")).to_have_count(2)
    expect(page.locator("[data-row]").first).to_contain_text("E11.9")
    expect(page.locator("[data-row]").last).to_contain_text("99213")
    expect(page.locator("#code-hint")).to_have_text("No code found for “XX99XX”.")
    expect(page.get_by_role("combobox", name="Add a code")).to_have_value("XX99XX")


def test_a_coding_is_sent_with_the_codes_that_were_entered_for_it(screen, river, ann):
    page = typed_ahead(screen, river, ann)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#code-hint")).to_have_text("No code found for “XX99XX”. The coding was not sent.")
    assert not Coding.objects.exists()
    page.locator("#code-q").fill("I10")
    page.keyboard.press("Enter")
    submit_with_reason(page)
    page.wait_for_url(f"**{reverse('coding:queue')}")
    sent = Coding.objects.get()
    assert [line.code for line in sent.diagnoses.all()] == ["E119", "I10"]
    assert [(line.code, line.pointers) for line in sent.procedures.all()] == [("99213", [1])]


def test_a_lost_connection_loses_no_change(screen, river, ann):
    held = to_code(river, ann)
    page = screen(ann)
    page.goto(reverse("coding:code", args=[held.encounter_id]))
    page.route("**/draft/", lambda route: route.abort())
    add(page, "E119")
    expect(page.locator("[data-save-state]")).to_have_text("Not saved, will retry")
    page.keyboard.press("Control+Enter")
    assert not Coding.objects.exists()
    page.unroute("**/draft/")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"), timeout=20_000)
    assert Draft.objects.get().body["diagnoses"] == [{"code": "E119"}]


def test_a_lost_lease_keeps_the_draft_and_can_be_taken_back(screen, river, ann):
    held = to_code(river, ann)
    page = screen(ann)
    page.goto(reverse("coding:code", args=[held.encounter_id]))
    lapse(held)
    add(page, "E119")
    expect(page.get_by_text("This chart is not yours any more.")).to_be_visible()
    assert Draft.objects.get().is_late
    assert_accessible(page)
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#line-d1")).to_contain_text("E11.9")
    add(page, "I10")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    assert len(Draft.objects.get().body["diagnoses"]) == 2


def test_a_locked_session_keeps_the_change_until_it_is_unlocked(screen, river, ann):
    held = to_code(river, ann)
    page = screen(ann)
    page.goto(reverse("coding:code", args=[held.encounter_id]))
    page.wait_for_load_state("networkidle")  # a request still answered would write the session as it was
    lock_sessions()
    add(page, "E119")
    expect(page.get_by_role("dialog", name="Locked")).to_be_visible()
    expect(page.locator("#codes-pane")).to_have_count(0)
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#line-d1")).to_contain_text("E11.9")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    assert Draft.objects.get().body["diagnoses"] == [{"code": "E119"}]


def test_the_benches_work_without_scripts(screen, river, ann, bea):
    held = to_verify(river, ann, bea, version=coded("E119 I10", "99214@1"))
    page = screen(bea, java_script_enabled=False)
    page.goto(reverse("coding:verify", args=[held.encounter_id]))
    expect(page.get_by_role("img", name="Page 1 of 3")).to_be_visible()
    page.get_by_label("Code 1", exact=True).fill("99213")
    page.get_by_role("button", name="Save draft and compare").click()
    expect(page.locator("verify-table")).to_contain_text("Up-coded")
    page.get_by_role("button", name="Verified with corrections").click()
    page.wait_for_url(f"**{reverse('coding:queue')}")
    assert Verification.objects.get().verdict == "corrected"


@pytest.mark.parametrize(
    ("bench", "limit"), [("precode", 33_000), ("code", 60_000), ("verify", 60_000), ("queue", 15_000)]
)
def test_a_bench_and_the_queue_load_little_script(screen, river, ann, bea, bench, limit):
    """Compressed, as a site sends it: at most 60 KB of script where codes are decided, 33 KB at pre-coding and 15 KB on
    another page of the staff; with the palette, dialogs and whatever else is loaded when it is asked for, 64 KB."""
    bring = {"precode": to_precode, "code": to_code, "verify": lambda river, ann: to_verify(river, ann, bea)}
    held = bring[bench](river, ann) if bench in bring else None
    address = reverse(f"coding:{bench}", args=[held.encounter_id] if held else [])
    page, answers = screen(held.user if held else ann), []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  (playwright marks its handlers)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert page.url.endswith(address)
    root = Path(collected_files())
    loaded = {
        root / Path(urlsplit(answer.url).path).relative_to("/static")
        for answer in answers
        if "javascript" in answer.headers.get("content-type", "")
    }
    assert 0 < sent(loaded) <= limit
    assert sent(with_imports(loaded)) <= 64_000


def sent(paths):
    """Bytes of scripts, compressed."""
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def with_imports(loaded):
    """Scripts, and what they would still load when it is needed."""
    found, left = set(), set(loaded)
    while left:
        path = left.pop()
        found.add(path)
        named = re.findall(r"""["']\./([\w.-]+\.js)["']""", path.read_text(encoding="utf-8"))
        left |= {path.with_name(name) for name in named} - found
    return found


def add(page, code):
    """Find a code and put it on the list."""
    page.locator("#code-q").fill(code)
    page.locator("#code-q").press("Enter")
    with contextlib.suppress(AssertionError):
        expect(page.locator("#code-hint")).not_to_contain_text("Looking for")


def lock_sessions():
    """Everybody was away for too long."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    for row in Session.objects.all():
        store = SessionStore(row.session_key)
        store["locked"] = True
        store.save()


def test_what_waits_at_a_bench_is_opened_by_its_number(screen, river, ann):
    visit(river)
    take_next(by=ann, at=timezone.now(), stages=[Stage.PRECODING])
    ahead = factories.AssignmentFactory(
        encounter=visit(river, status=EncounterStatus.PRECODING), user=ann, opened_at=None, how="pushed"
    )
    page = screen(ann)
    page.goto(reverse("coding:queue"))
    page.keyboard.press("1")
    page.wait_for_url(f"**{reverse('coding:precode', args=[ahead.encounter_id])}")
