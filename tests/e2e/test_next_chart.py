"""The next chart at once, in a real browser: shown before the answer, taken back by a key, silent in no failure."""

import contextlib
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.queue import take_next
from coding.models import Assignment, Coding, Draft, Encounter, PreCoding, Submission, Verification
from coding.rules.lifecycle import EncounterStatus
from portal.models import AuditEvent, Contract
from tests import factories
from tests.coding.lines import coded, load_codes, submitted, waiting
from tests.coding.worded import FIVE, worded_chart
from tests.e2e.ahead import IN_SIGHT, accept_five, open_bench, to_code, until_fetched, url_of, wait_for
from tests.e2e.people import NARROW, assert_accessible

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def codes(db):
    load_codes()
    Contract.objects.update(verification_share=100)


def test_what_needs_an_answer_waits_for_those_before_it(screen, river, ann, codes):
    """The last of three is sent when the first two have landed: it would be handed what they are about to finish."""
    held = to_code(river, ann)
    page = open_bench(screen, held)
    until_fetched(page)
    ahead = Assignment.objects.open().ahead().order_by("pk")
    charts = [held.encounter_id, *ahead.values_list("encounter_id", flat=True)]
    first, posted = [], []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    page.route(f"**{reverse('coding:code', args=charts[:1])}", lambda route: first.append(route))  # noqa: PLW0108  (playwright marks its handlers)
    for number in range(3):
        expect(page).to_have_url(url_of("code", charts[number]))
        accept_five(page)
        page.keyboard.press("Control+Enter")
    wait_for(page, lambda: any(url.endswith(reverse("coding:code", args=[charts[1]])) for url in posted))
    page.wait_for_timeout(500)
    assert not any(url.endswith(reverse("coding:code", args=[charts[2]])) for url in posted)
    first[0].continue_()
    page.wait_for_url(f"**{reverse('coding:queue')}")
    assert set(Coding.objects.values_list("encounter_id", flat=True)) == set(charts)


def test_the_next_chart_is_there_before_the_answer(screen, river, ann, codes):
    held = to_code(river, ann)
    page = open_bench(screen, held)
    until_fetched(page)
    second, third = Assignment.objects.open().ahead().order_by("pk")
    assert not AuditEvent.objects.filter(
        action="page.viewed", object_id__in=second.encounter.pages().values("pk")
    ).exists()
    accept_five(page)
    waits = []
    page.route(f"**{reverse('coding:code', args=[held.encounter_id])}", lambda route: waits.append(route))  # noqa: PLW0108  (playwright marks its handlers)
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(url_of("code", second.encounter_id))
    expect(page).to_have_title(f"{second.encounter.label}, coding · Chartline")
    expect(page.locator("#chart-title")).to_have_text(second.encounter.label)
    expect(page.locator("[data-row].ghost").first).to_be_focused()
    assert page.locator("#page-2 img").evaluate("image => image.complete && image.src.startsWith('blob:')")
    expect(page.locator("#live")).to_have_text(f"{second.encounter.label}, coding")
    assert not Coding.objects.exists(), "the answer is still awaited"
    page.keyboard.press("a")
    expect(page.locator("[data-row].ghost")).to_have_count(4)
    wait_for(page, lambda: waits)
    waits[0].continue_()
    bar = page.locator("#undo-bar")
    expect(bar).to_contain_text(f"{held.encounter.label} submitted")
    sent = Coding.objects.get()
    assert sent.coded() == coded("E119 I10 M1711 M1712", "99213@1,2,3,4")
    wait_for(page, lambda: AuditEvent.objects.filter(action="encounter.opened", object_id=second.encounter_id).exists())
    assert set(
        AuditEvent.objects.filter(action="page.viewed", detail__chart=second.encounter.chart_id).values_list(
            "detail__page", flat=True
        )
    ) >= {1, 2}
    wait_for(page, lambda: Draft.objects.filter(encounter=second.encounter).exists())
    assert Draft.objects.get().body["diagnoses"][0]["code"] == "E119"
    assert page.evaluate("window.told") == [True]

    # Back shows the one before, as it is now; forward the one in work, with what was done.
    page.unroute_all()
    page.go_back()
    expect(page).to_have_url(url_of("code", held.encounter_id))
    expect(page.get_by_text("You are only reading.")).to_be_visible()
    page.go_forward()
    expect(page).to_have_url(url_of("code", second.encounter_id))
    expect(page.locator("#line-d1")).to_contain_text("E11.9")
    assert third.encounter_id != second.encounter_id
    assert_accessible(page)


def test_what_was_submitted_is_taken_back_by_the_key_when_the_bench_has_nothing_to_undo(screen, river, ann, codes):
    held = to_code(river, ann)
    page = open_bench(screen, held)
    until_fetched(page)
    accept_five(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#undo-bar")).to_contain_text("submitted")
    second = page.url
    page.keyboard.press("x")
    expect(page.locator("[data-row].ghost")).to_have_count(4)
    page.keyboard.press("z")
    expect(page.locator("[data-row].ghost")).to_have_count(5)
    expect(page).to_have_url(second)
    page.keyboard.press("z")
    expect(page).to_have_url(url_of("code", held.encounter_id))
    expect(page.locator("#line-d1")).to_contain_text("E11.9")
    expect(page.locator("#undo-bar")).to_be_hidden()
    encounter = Encounter.objects.get(pk=held.encounter_id)
    assert encounter.status == EncounterStatus.CODING
    assert Submission.objects.get().taken_back_at
    page.keyboard.press("z")
    expect(page.locator("#live")).to_have_text("Nothing to undo")
    # Submitted again, the other one that is open is what comes next.
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(second)


def test_a_refused_submission_is_said_and_leads_back(screen, river, ann, codes):
    held = to_code(river, ann)
    page = open_bench(screen, held)
    until_fetched(page)
    accept_five(page)
    second = Assignment.objects.open().ahead().order_by("pk").first().encounter
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    Draft.objects.update(version=9)  # another tab has saved
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(url_of("code", second.pk))
    banner = page.get_by_role("alert").filter(has_text="was not submitted")
    expect(banner).to_contain_text(f"{held.encounter.label} was not submitted: this was changed in another tab.")
    assert_accessible(page)
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page).to_have_url(url_of("code", held.encounter_id))
    expect(banner).to_have_count(0)
    expect(page.get_by_role("heading", name="This was changed in another tab")).to_be_visible()
    expect(page.locator("[data-row]")).to_have_count(5)
    assert not Coding.objects.exists()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#undo-bar")).to_contain_text("submitted")
    assert len(Coding.objects.get().coded().diagnoses) == 4


def test_a_lost_connection_is_said_and_nothing_is_lost(screen, river, ann, codes):
    held = to_code(river, ann)
    page = open_bench(screen, held)
    until_fetched(page)
    accept_five(page)
    expect(page.locator("#findings")).to_contain_text("Nothing to fix")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    page.route("**/work/encounters/**", lambda route: route.abort())
    page.keyboard.press("Control+Enter")
    banner = page.get_by_role("alert").filter(has_text="was not submitted")
    expect(banner).to_contain_text(f"{held.encounter.label} was not submitted: the connection failed.")
    page.unroute_all()
    page.get_by_role("button", name="Back to it").click()
    expect(page).to_have_url(url_of("code", held.encounter_id))
    expect(page.locator("[data-row]")).to_have_count(5)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#undo-bar")).to_contain_text(f"{held.encounter.label} submitted")


def test_a_change_that_could_not_be_saved_comes_back_as_it_was(screen, river, ann, codes):
    held = to_code(river, ann)
    page = open_bench(screen, held)
    until_fetched(page)
    accept_five(page)
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    waits = []
    page.route("**/draft/", lambda route: waits.append(route))  # noqa: PLW0108  (playwright marks its handlers)
    page.locator("#id_comment").fill("Not saved yet")
    page.locator("#id_comment").press("Control+Enter")
    expect(page).not_to_have_url(url_of("code", held.encounter_id))
    wait_for(page, lambda: waits)
    for route in waits:
        route.abort()
    page.unroute_all()
    page.route("**/draft/", lambda route: route.abort())
    banner = page.get_by_role("alert").filter(has_text="was not submitted")
    expect(banner).to_contain_text("the last change could not be saved")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("setTimeout(() => location.reload(), 0)")
    wait_for(page, lambda: asked == ["beforeunload"])
    page.get_by_role("button", name="Back to it").click()
    expect(page.locator("#id_comment")).to_have_value("Not saved yet")
    expect(page.locator("[data-row]")).to_have_count(5)
    page.unroute_all()
    page.keyboard.press("Escape")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"), timeout=20_000)
    assert Draft.objects.get(encounter=held.encounter_id).body["comment"] == "Not saved yet"


def test_hard_findings_and_reasons_stop_it_before(screen, river, ann, codes):
    held = to_code(river, ann, found=[one for one in FIVE if one[0] != "I10"])
    page = open_bench(screen, held)
    until_fetched(page)
    page.keyboard.press("Control+Enter")  # no code at all
    expect(page.get_by_role("heading", name=re.compile("Not submitted"))).to_be_visible()
    expect(page).to_have_url(url_of("code", held.encounter_id))
    for _ in range(4):
        wait_for(page, lambda: page.evaluate(IN_SIGHT))
        page.keyboard.press("a")
    expect(page.locator("[data-row].ghost")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("I10")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(5)
    page.keyboard.press("Control+Enter")  # before the check of it has come
    expect(page.get_by_role("dialog", name="Submit with something to check?")).to_be_visible()
    expect(page).to_have_url(url_of("code", held.encounter_id))
    page.keyboard.press("1")
    expect(page).not_to_have_url(url_of("code", held.encounter_id))
    expect(page.locator("#undo-bar")).to_contain_text("submitted")
    assert Coding.objects.get().check_reason == "documented"


def test_a_lock_forgets_what_was_fetched(screen, river, ann, codes):
    held = to_code(river, ann)
    page = open_bench(screen, held)
    until_fetched(page)
    page.evaluate("document.querySelector('idle-lock').lock()")
    expect(page.get_by_role("dialog", name="Locked")).to_be_visible()
    wait_for(page, lambda: not Assignment.objects.open().ahead().exists())
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#chart-title")).to_have_text(held.encounter.label)
    until_fetched(page, 4)
    accept_five(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#undo-bar")).to_contain_text("submitted")
    assert page.evaluate("window.told") == [True]


def test_precoding_and_verification_go_on_at_once_too(screen, river, ann, bea, codes):
    factories.ProviderFactory(practice=river, name="Doctor Adams")
    visits = [waiting(at=timezone.now(), chart=worded_chart(river)) for _ in range(3)]
    held = take_next(by=ann, at=timezone.now())
    page = open_bench(screen, held, "coding:precode")
    until_fetched(page)
    for text in ("Person, Test", "01021960", "F", "A-77", "10302026", "", "Est", "Doc", "", "", "11"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(url_of("precode", visits[1].pk))
    expect(page.get_by_label("Patient name")).to_be_focused()
    expect(page.get_by_label("Patient name")).to_have_value("")
    expect(page.locator("#undo-bar")).to_contain_text(f"{visits[0].label} pre-coded")
    assert PreCoding.objects.get().patient_name == "Person, Test"
    page.keyboard.press("F4")
    drawer = page.get_by_role("dialog", name="You finished last")
    expect(drawer).to_contain_text("Take back")
    assert_accessible(page)
    page.keyboard.press("1")
    expect(page).to_have_url(url_of("precode", visits[0].pk))
    expect(page.get_by_label("Patient name")).to_have_value("Person, Test")

    Encounter.objects.exclude(pk__in=[]).update(specialty="cardiology")  # out of the way
    for _ in range(3):
        submitted(
            waiting(at=timezone.now(), chart=worded_chart(river)),
            factories.UserFactory(roles=["coder"]),
            at=timezone.now(),
        )
    held = take_next(by=bea, at=timezone.now())
    page = open_bench(screen, held, "coding:verify")
    AuditEvent.objects.all()
    wait_for(page, lambda: Assignment.objects.open().ahead().filter(user=bea).count() == 2)
    page.wait_for_timeout(2500)
    page.keyboard.press("Control+Enter")
    expect(page).not_to_have_url(url_of("verify", held.encounter_id))
    expect(page.locator("#undo-bar")).to_contain_text("verified")
    assert Verification.objects.get().verdict == "verified"
    assert page.evaluate("window.told") == [True]


def test_the_drawer_opens_what_was_finished_to_be_read(screen, river, ann, codes):
    held = to_code(river, ann)
    page = open_bench(screen, held)
    until_fetched(page)
    accept_five(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#undo-bar")).to_contain_text("submitted")
    Submission.objects.update(until=timezone.now(), submitted_at=timezone.now() - timedelta(minutes=1))
    second = page.url
    page.keyboard.press("u")
    expect(page.get_by_role("dialog", name="You finished last")).to_contain_text(held.encounter.label)
    page.keyboard.press("1")
    expect(page).to_have_url(url_of("code", held.encounter_id))
    expect(page.get_by_text("You are only reading.")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(second)


def test_without_a_next_chart_in_memory_it_comes_in_place(screen, river, ann, codes):
    held = to_code(river, ann, number=2)
    page = open_bench(screen, held)
    page.route("**/ahead/", lambda route: route.abort())
    page.evaluate("window.same = true")
    accept_five(page)
    page.keyboard.press("Control+Enter")
    expect(page).not_to_have_url(url_of("code", held.encounter_id))
    expect(page.locator("[data-row].ghost")).to_have_count(5)
    expect(page.locator("#undo-bar")).to_contain_text("submitted")
    accept_five(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{reverse('coding:queue')}")
    expect(page.get_by_text("Nothing else is waiting for you.")).to_be_visible()
    assert page.evaluate("window.same"), "without loading a page"
    expect(page.get_by_role("button", name=re.compile("^Take back E-")).first).to_be_visible()


def test_old_benches_are_gone(screen, river, ann, codes):
    """After some charts nothing of those before listens or runs any more."""
    to_code(river, ann, number=6)
    held = Assignment.objects.open().get()
    page = open_bench(screen, held)
    page.evaluate("""() => {
      window.dead = [];
      for (const name of ["draft-keeper", "code-list", "code-search", "next-chart", "page-viewer"]) {
        window.dead.push(new WeakRef(document.querySelector(name)));
      }
    }""")
    for done in range(1, 5):
        until_fetched(page, done + 1)
        accept_five(page)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#undo-bar")).to_contain_text("submitted")
        expect(page.locator("[data-row].ghost")).to_have_count(5)
        with contextlib.suppress(AssertionError):
            wait_for(page, lambda done=done: Submission.objects.count() == done)
    client = page.context.new_cdp_session(page)
    client.send("HeapProfiler.collectGarbage")
    page.wait_for_timeout(300)
    client.send("HeapProfiler.collectGarbage")
    assert page.evaluate("window.dead.map((one) => one.deref()?.localName ?? null)") == [None] * 5
    assert Submission.objects.count() == 4
    assert not Draft.objects.filter(is_late=True).exists()
    page.set_viewport_size(NARROW)
    assert_accessible(page)
