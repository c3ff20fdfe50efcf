"""Documents that came later: attached, told, coded again, and their difference shown."""

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.addenda import CannotAttach, attach_visit, likely_visits
from coding.actions.leases import LeaseLost
from coding.actions.queue import take_next
from coding.models import Addendum, Encounter
from coding.rules.lifecycle import EncounterStatus, Stage
from portal.models import AuditEvent, Page
from portal.rules.roles import Role
from tests import factories
from tests.coding.benches import chart_of_pages, form_for, to_code, visit
from tests.coding.lines import NOON, facts_for, load_codes, precoded, submitted, waiting

pytestmark = pytest.mark.django_db
NOTE = "Knee exam: stable. Left knee injected with 40 mg of steroid, no trouble. Return in six weeks."


@pytest.fixture
def kim(db):
    return factories.UserFactory(roles=[Role.CODER], name="Kim Larsen")


def later(batch, by, count=2, at=NOON, words=()):
    """A later chart of the same practice in somebody's hands at pre-coding."""
    waiting(at=at, chart=chart_of_pages(count, words, batch=batch))
    return take_next(by=by, at=at, stages=[Stage.PRECODING])


def first_visit(count=3, **fields):
    return waiting(chart=chart_of_pages(count), **fields)


def test_its_pages_stand_behind_the_others_and_its_own_visit_ends(ann, kim):
    first = precoded(first_visit(), ann)
    held = later(first.batch, kim)
    addendum = attach_visit(assignment=held, by=kim, at=NOON, to=first)
    assert first.page_words == f"1–3; {addendum.chart.label}: 1–2"
    assert list(first.placed.values_list("position", flat=True)) == [1, 2, 3, 4, 5]
    held.refresh_from_db()
    own = Encounter.objects.get(pk=held.encounter_id)
    assert (own.status, own.not_billable_reason, held.end) == ("not_billable", "joined", "finished")
    assert first.events.get(move="addendum").comment == f"Pages 1–2 of {addendum.chart.label}."
    assert AuditEvent.objects.get(action="encounter.addendum").detail["pages"] == [1, 2]


def test_what_waits_for_its_coder_stays_where_it_is(ann, kim):
    first = precoded(first_visit(), ann)
    attach_visit(assignment=later(first.batch, kim), by=kim, at=NOON, to=first)
    first.refresh_from_db()
    assert first.status == EncounterStatus.TO_CODE


def test_what_waits_for_verification_goes_back_to_its_coder(ann, kim):
    load_codes()
    first = submitted(first_visit(), ann)
    attach_visit(assignment=later(first.batch, kim), by=kim, at=NOON, to=first)
    first.refresh_from_db()
    assert (first.status, first.reserved_for) == (EncounterStatus.TO_CODE, ann)
    event = first.events.get(move="recode")
    assert (event.reason, event.comment) == ("addendum", "A document arrived later for this visit.")
    pages = first.codings.get().page_ids
    assert len(pages) == 3, "what was submitted keeps what it saw"


@pytest.mark.parametrize("status", ["verified", "delivered"])
def test_finished_work_is_reopened(ann, kim, status):
    load_codes()
    first = submitted(first_visit(), ann)
    Encounter.objects.filter(pk=first.pk).update(status=status, finished_at=NOON)
    attach_visit(assignment=later(first.batch, kim), by=kim, at=NOON, to=first)
    first.refresh_from_db()
    assert (first.status, first.events.get(move="reopen").reason) == (EncounterStatus.TO_CODE, "addendum")


def test_arranging_the_first_chart_leaves_the_addendum_behind(ann, kim):
    first = first_visit()
    held = take_next(by=ann, at=NOON, stages=[Stage.PRECODING])
    addendum = attach_visit(assignment=later(first.batch, kim), by=kim, at=NOON, to=first)
    from coding.actions.arranging import split_encounter

    split_encounter(assignment=held, by=ann, at=NOON, ranges=[(1, 1), (2, 3)])
    assert [row.page_words for row in Encounter.objects.filter(chart=first.chart).order_by("part")] == [
        f"1; {addendum.chart.label}: 1–2", "2–3",
    ]  # fmt: skip


def test_what_cannot_be_attached_stays(ann, kim, lake):
    first = precoded(first_visit(), ann)
    held = later(first.batch, kim)
    foreign = waiting(chart=chart_of_pages(1, batch=factories.BatchFactory(practice=lake)))
    sibling = waiting(chart=held.encounter.chart, part=2, pages=[1])
    joined = waiting(
        chart=chart_of_pages(1, batch=first.batch),
        status="not_billable",
        not_billable_reason="joined",
        finished_at=NOON,
    )
    for target in (foreign, sibling, joined, held.encounter):
        with pytest.raises(CannotAttach):
            attach_visit(assignment=held, by=kim, at=NOON, to=target)
    with pytest.raises(LeaseLost):
        attach_visit(assignment=held, by=ann, at=NOON, to=first)
    assert not Addendum.objects.exists()
    assert held.encounter.placed.count() == 2


@pytest.mark.parametrize(
    ("words", "reasons"),
    [
        ("Patient: Person, Test\nDate of service: 10/30/2026", ("same patient name", "same date of service")),
        ("Patient: Test Person\nDOB: 01/01/1960", ("same patient name", "same birth date")),
        ("Patient: Somebody, Else\nDate of service: 10/30/2026", None),
        ("Date of service: 10/30/2026", None),
        ("", None),
    ],
)
def test_visits_are_proposed_where_two_things_agree(ann, kim, words, reasons):
    first = precoded(first_visit(), ann)
    found = likely_visits(later(first.batch, kim, words=[words]).encounter)
    assert [one.reasons for one in found] == ([reasons] if reasons else [])
    assert not found or found[0].encounter == first.pk


def test_another_practice_is_never_proposed(ann, kim, lake):
    other = waiting(chart=chart_of_pages(1, batch=factories.BatchFactory(practice=lake)))
    precoded(other, ann)
    held = later(factories.BatchFactory(), kim, words=["Patient: Test Person\nDOB: 01/01/1960"])
    assert likely_visits(held.encounter) == []


# -- on the pages ----------------------------------------------------------------------------------
def later_now(first, by, words):
    return later(first.batch, by, count=len(words), at=timezone.now(), words=words)


def test_a_person_attaches_what_is_proposed_or_named(river, ann, kim, as_user):
    coding = to_code(river, ann)
    held = later_now(coding.encounter, kim, ["Patient: Test Person\nDate of service: 10/30/2026"])
    url = reverse("coding:attach", args=[held.encounter_id])
    browser = as_user(kim)
    text = browser.get(url).content.decode()
    assert f"Add to {coding.encounter.label}" in text
    assert "Same patient name, same date of service." in text
    assert "Test Person" not in text
    for wrong, said in (
        ("", "Enter the number"),
        ("knee", "Write the visit as"),
        ("E-99999", "There is no such visit"),
    ):
        page = browser.post(url, form_for(held, visit=wrong))
        assert page.status_code == 422
        assert said in page.content.decode()
    assert browser.post(url, form_for(held, visit=coding.encounter.label)).status_code == 302
    assert coding.encounter.addenda.get().attached_by == kim


def test_the_coder_hears_of_it_and_sees_what_is_new(river, ann, kim, as_user):
    coding = to_code(river, ann)
    Page._default_manager.filter(chart=coding.encounter.chart, number=2).update(text=NOTE)
    browser = as_user(ann)
    seen = browser.get(reverse("coding:code", args=[coding.encounter_id])).content.decode().split('seen="')[1]
    held = later_now(
        coding.encounter, kim, [NOTE.replace("Left", "Right"), "Words of page 1", "Chest film, two views."]
    )
    addendum = attach_visit(assignment=held, by=kim, at=timezone.now(), to=coding.encounter)
    beat = browser.post(
        reverse("coding:heartbeat", args=[coding.encounter_id]), {**form_for(coding), "seen": seen.split('"')[0]}
    )
    chart = addendum.chart.label
    assert [row["text"] for row in beat.json()["news"]] == [
        f"Kim Larsen added a document to this visit. Pages 1–3 of {chart}."
    ]
    bench = browser.get(reverse("coding:code", args=[coding.encounter_id])).content.decode()
    url = reverse("coding:added", args=[coding.encounter_id, addendum.chart_id])
    assert url in bench
    assert f"page 3 of {chart}" in bench
    page = browser.get(url)
    text = page.content.decode()
    assert [row["status"]["label"] for row in page.context["rows"]] == ["Page 2, changed", "Same as page 1", "New"]
    assert "<del>Left</del>" in text
    assert "<ins>Right</ins>" in text


@pytest.mark.parametrize(("name", "code"), [("cleo", 200), ("max_", 200), ("otto", 404), ("ada", 404), ("bea", 404)])
def test_who_sees_what_is_new(request, river, ann, kim, as_user, name, code):
    coding = to_code(river, ann)
    addendum = attach_visit(
        assignment=later_now(coding.encounter, kim, ["x"]), by=kim, at=timezone.now(), to=coding.encounter
    )
    browser = as_user(request.getfixturevalue(name))
    assert browser.get(reverse("coding:added", args=[coding.encounter_id, addendum.chart_id])).status_code == code
    assert browser.get(reverse("coding:attach", args=[coding.encounter_id])).status_code == 404


def test_pages_of_the_later_document_are_looked_at_like_the_others(river, ann, kim, as_user):
    coding = to_code(river, ann)
    visit(river, count=2)
    held = take_next(by=kim, at=timezone.now(), stages=[Stage.PRECODING])
    chart = held.encounter.chart_id
    url = reverse("coding:added-page-image", args=[coding.encounter_id, chart, 2])
    browser = as_user(ann)
    assert browser.get(url).status_code == 404
    attach_visit(assignment=held, by=kim, at=timezone.now(), to=coding.encounter)
    assert browser.get(url).status_code == 200
    assert AuditEvent.objects.filter(action="page.viewed", actor=ann, detail__chart=chart).exists()


def test_facts_helper_is_the_visit_that_the_words_name():
    """The proposals above rest on these facts."""
    facts = facts_for(first_visit())
    assert (facts.patient_name, f"{facts.date_from:%m/%d/%Y}") == ("Test Person", "10/30/2026")
