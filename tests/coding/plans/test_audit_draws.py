"""Samples drawn from a frame: kept with frame and seed, redrawn equal, exported, never changed."""

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from coding.actions import audit_draws
from coding.actions.audit_draws import FrameEmpty, FrameTooLarge, draw_audit, drawn_again, found_in
from coding.models import AuditDraw, Encounter
from coding.rules.plans import drawn_sample
from coding.rules.plans.drawn_sample import DrawnSample
from coding.rules.plans.draws import Strata, Unit, drawn_from, frame_hash
from portal.models import AuditEvent
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories
from tests.coding.judged import told
from tests.coding.lines import NOON
from tests.coding.plan_constraints import SEED, draw

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parents[2] / "golden"


def finished(practice, coder, at=NOON, **fields):
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=practice))
    return factories.EncounterFactory(chart=chart, status="verified", finished_at=at, coded_by=coder, **fields)


@pytest.fixture
def kim(db):
    return factories.UserFactory(name="Kim Larsen", roles=[Role.CODER])


@pytest.fixture
def visits(river, lake, ann, kim):
    """30 of Ann's, 10 of Kim's, and some that are not in the frame."""
    found = [finished(river, ann) for _ in range(30)] + [finished(river, kim) for _ in range(10)]
    finished(lake, ann)
    finished(river, ann, at=NOON + timedelta(days=1))
    finished(river, ann, at=NOON - timedelta(days=1))
    waiting = finished(river, ann)
    Encounter.objects.filter(pk=waiting.pk).update(status="to_verify", finished_at=None)
    Encounter.objects.filter(pk=finished(river, ann).pk).update(repeats=found[0], repeat_stage="coding")
    return found


def made(river, max_, **more):
    return draw_audit(**{
        "practice": river, "by": max_, "at": NOON, "title": "November", "from_on": date(2026, 11, 2),
        "to_on": date(2026, 11, 2), "strata": Strata.NONE, "size": 8, "seed": SEED, **more,
    })  # fmt: skip


def test_a_draw_keeps_its_frame_and_comes_out_equal(visits, river, max_):
    row = made(river, max_, spares=2)
    assert [number for number, _ in row.frame] == [visit.pk for visit in visits]
    assert (row.frame_size, row.size, len(row.drawn)) == (40, 8, 10)
    fresh = AuditDraw.objects.get(pk=row.pk)
    again = drawn_again(fresh)
    assert (again.frame_is_whole, again.is_equal) == (True, True)
    assert fresh.sample() == drawn_from(fresh.units(), seed=SEED, size=8, spares=2)
    assert AuditEvent.objects.get(action="audit.drawn").detail["hash"] == row.frame_hash


def test_what_happens_to_the_visits_later_does_not_change_a_draw(visits, river, ann, max_):
    row = made(river, max_)
    before = row.sample()
    finished(river, ann)
    Encounter.objects.filter(pk=before[0].unit.number).update(status="to_code", finished_at=None)
    fresh = AuditDraw.objects.get(pk=row.pk)
    assert fresh.sample() == before
    assert drawn_again(fresh).is_equal


def test_a_draw_that_was_tampered_with_is_told(river):
    units = [Unit(place, 100 + place) for place in range(1, 6)]
    kept = {"frame": [[one.number, ""] for one in units], "frame_size": 5, "frame_hash": frame_hash(units), "size": 2}
    right = [[one.unit.place, one.order, False] for one in drawn_from(units, seed=SEED, size=2)]
    assert drawn_again(draw(practice=river, **kept, drawn=right)).is_equal
    wrong = [[6 - place, order, spare] for place, order, spare in right]
    if wrong == right:
        wrong = right[::-1]
    again = drawn_again(draw(practice=river, **kept, drawn=wrong))
    assert (again.frame_is_whole, again.is_equal) == (True, False)
    other = draw(practice=river, **{**kept, "frame": kept["frame"][::-1]}, drawn=right)
    assert not drawn_again(other).frame_is_whole


@pytest.mark.parametrize(
    ("strata", "sizes"),
    [
        (Strata.CODER, {"ann": 30, "kim": 10}),
        (Strata.SPECIALTY, {"ann / primary_care": 29, "ann / cardiology": 1, "kim / primary_care": 10}),
        (Strata.LEVEL, {"ann / primary_care / no level": 29, "ann / cardiology / no level": 1,
                        "kim / primary_care / no level": 10}),
    ],
)  # fmt: skip
def test_a_frame_is_divided_by_coder_specialty_and_level(visits, river, ann, kim, max_, strata, sizes):
    Encounter.objects.filter(pk=visits[0].pk).update(specialty=Specialty.CARDIOLOGY)
    row = made(river, max_, strata=strata)
    people = {f"coder {ann.pk}": "ann", f"coder {kim.pk}": "kim"}
    named = {}
    for unit in row.units():
        coder, *rest = unit.stratum.split(" / ")
        name = " / ".join([people[coder], *rest])
        named[name] = named.get(name, 0) + 1
    assert named == sizes
    assert {one.unit.stratum for one in row.sample()} == {unit.stratum for unit in row.units()}


def test_a_frame_of_one_coder(visits, river, kim, max_):
    assert made(river, max_, coder=kim).frame_size == 10


def test_nothing_to_draw_from_and_too_much(visits, river, max_, monkeypatch):
    with pytest.raises(FrameEmpty):
        made(river, max_, from_on=date(2020, 1, 1), to_on=date(2020, 1, 2))
    monkeypatch.setattr(audit_draws, "FRAME_AT_MOST", 39)
    with pytest.raises(FrameTooLarge):
        made(river, max_)


def test_the_figures_are_those_of_the_drawn_visits_without_spares(visits, river, ann, bea, max_):
    row = made(river, max_, spares=1)
    main, spare = row.sample()[0], row.sample()[-1]
    assert spare.is_spare
    for one in (main, spare):
        visit = Encounter.objects.get(pk=one.unit.number)
        told(visit, coder=visit.coded_by, verifier=bea, at=NOON)
    assert found_in(row.sample()).records.of == 1


# -- pages and files -----------------------------------------------------------------------------------


def page(browser, row):
    return browser.get(reverse("coding:audit-draw", args=[row.pk])).content.decode()


def test_a_manager_draws_and_sees_that_it_comes_out_equal(visits, river, max_, as_user):
    browser = as_user(max_)
    sent = {
        "title": "November",
        "from_on": "2026-11-02",
        "to_on": "2026-11-02",
        "strata": "coder",
        "size": "8",
        "spares": "2",
    }
    answer = browser.post(reverse("coding:make-audit-draw", args=[river.pk]), sent)
    row = AuditDraw.objects.get()
    assert answer.url == reverse("coding:audit-draw", args=[row.pk])
    shown = page(browser, row)
    assert "Redrawn: equal." in shown
    assert row.seed in shown
    assert "Ann Archer" in shown
    listed = browser.get(reverse("coding:audit-draws", args=[river.pk])).content.decode()
    assert "8 of 40" in listed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"from_on": "2020-01-01", "to_on": "2020-01-31"}, "No visit was finished in these days."),
        ({"to_on": "2026-11-01"}, "The last day is before the first."),
        ({"from_on": "2020-01-01"}, "A frame holds two years at most."),
        ({"size": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_drawn_is_said(visits, river, max_, as_user, changes, words):
    sent = {
        "title": "x", "from_on": "2026-11-02", "to_on": "2026-11-02", "strata": "none", "size": "8", "spares": "0",
        **changes,
    }  # fmt: skip
    answer = as_user(max_).post(reverse("coding:make-audit-draw", args=[river.pk]), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not AuditDraw.objects.exists()


def test_a_page_of_fifty_visits_costs_as_many_queries_as_one_of_five(
    visits, river, max_, as_user, django_assert_max_num_queries
):
    browser = as_user(max_)
    few, many = (made(river, max_, strata=Strata.CODER, size=size) for size in (5, 38))
    page(browser, few)
    for row in (few, many):
        with django_assert_max_num_queries(18):
            page(browser, row)


def the_sample():
    units = [Unit(place, 500 + place, "coder 7" if place < 9 else "coder 8") for place in range(1, 13)]
    return DrawnSample(
        audit="S-0001", title="=November", made_on=date(2026, 11, 2), period=(date(2026, 10, 1), date(2026, 10, 31)),
        seed=SEED, frame_hash=frame_hash(units), frame=units, drawn=drawn_from(units, seed=SEED, size=4, spares=1),
    )  # fmt: skip


def test_the_sample_as_csv():
    """Reviewed by eye when it changes."""
    assert drawn_sample.as_csv(the_sample()) == (GOLDEN / "drawn-sample.csv").read_bytes()


def test_the_sample_as_a_workbook_says_the_same():
    made_twice = {drawn_sample.as_xlsx(the_sample()) for _ in range(2)}
    (content,) = made_twice
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["About", "Sequential order", "Spares", "Frame"]
    rows = [tuple(cell.value for cell in row) for row in book["Sequential order"]]
    assert rows[0] == drawn_sample.HEADS
    assert rows[1:] == drawn_sample.sequential(the_sample().drawn)
    assert [row[1].value for row in book["Spares"]][1:] == [row[1] for row in drawn_sample.spares(the_sample().drawn)]
    assert book["Frame"].max_row == 13
    assert book["About"]["B3"].value == "'=November"


@pytest.mark.parametrize(("kind", "name"), [("csv", ".csv"), ("xlsx", ".xlsx"), ("frame", "-frame.csv")])
def test_the_files_of_a_draw(visits, river, max_, as_user, kind, name):
    row = made(river, max_)
    answer = as_user(max_).get(reverse("coding:audit-draw-file", args=[row.pk, kind]))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{row.label}{name}"'
    assert answer.content
    assert as_user(max_).get(reverse("coding:audit-draw-file", args=[row.pk, "exe"])).status_code == 404
