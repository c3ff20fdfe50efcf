"""What discrepancies are about: codes, families, topics, and charts before and since a lesson."""

from datetime import UTC, datetime, timedelta

import pytest

from coding.rules.discrepancies import Kind, Part
from coding.rules.plots import BOTTOM, HEIGHT, TOP, shares_over_time
from coding.rules.proportions import wilson
from coding.rules.reasons import Reason
from coding.rules.topics import Found, around, code_in, family_in_words, most_changed, topics

DAY = datetime(2026, 11, 2, tzinfo=UTC)


def found(
    mine="99214", theirs="99213", kind=Kind.UP_CODED, part=Part.PROCEDURE, reason=Reason.EM_LEVEL, chart=1, days=0
):
    return Found(chart * 10, chart, DAY + timedelta(days=days), reason, kind, part, mine, theirs)


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        (Kind.CHANGED, "E11.9", "E119"), (Kind.MODIFIER, "99213-25-59", "99213"), (Kind.UNITS, "2 × 20610", "20610"),
        (Kind.POINTER, "E11.9 I10", ""), (Kind.MISSED, "", ""),
    ],
)  # fmt: skip
def test_the_code_in_what_is_said(kind, value, code):
    assert code_in(kind, value) == code


@pytest.mark.parametrize(
    ("part", "code", "family"),
    [
        (Part.DIAGNOSIS, "E119", "E11"), (Part.PROCEDURE, "99214", "Office, established patient"),
        (Part.PROCEDURE, "20610", "206…"), (Part.PROCEDURE, "", "pointers"),
    ],
)  # fmt: skip
def test_the_family_of_a_code(part, code, family):
    assert family_in_words(part, code) == family


def test_codes_most_often_changed_and_what_became_of_them():
    rows = most_changed([
        found(), found(chart=2), found(theirs="99212", chart=3), found("20610-59", "20610-XS", Kind.MODIFIER),
        found("I10", "E119", Kind.SEQUENCE, Part.DIAGNOSIS),
        found("", "I10", Kind.MISSED, Part.DIAGNOSIS, Reason.OMISSION),
    ])  # fmt: skip
    assert [(row.code, row.count) for row in rows] == [("99214", 3), ("20610", 1), ("I10", 1)]
    assert rows[0].became == (("99213", 2), ("99212", 1))


def test_topics_by_reason_and_family_the_one_in_most_charts_first():
    rows = topics([
        found(chart=1), found(chart=2, days=1), found(chart=2, days=1), found("99204", "99203", chart=3),
        found("E119", "E1165", Kind.CHANGED, Part.DIAGNOSIS, Reason.SPECIFICITY, chart=4),
    ])  # fmt: skip
    assert [(row.reason, row.family, row.charts, len(row.found)) for row in rows] == [
        (Reason.EM_LEVEL, "Office, established patient", 2, 3),
        (Reason.EM_LEVEL, "Office, new patient", 1, 1),
        (Reason.SPECIFICITY, "E11", 1, 1),
    ]
    assert rows[0].found[0].encounter == 2


def test_charts_before_and_since_a_lesson():
    charts = [(number, DAY + timedelta(days=number)) for number in range(40)]
    seen = around(charts, [found(chart=number) for number in range(0, 20, 2)], taught_at=DAY + timedelta(days=20))
    assert (seen.before.count, seen.before.of, seen.after.count, seen.after.of) == (10, 20, 0, 20)
    assert seen.change.share == -0.5
    assert seen.change.high < 0
    assert around(charts, [], taught_at=DAY).change is None


# -- drawings ------------------------------------------------------------------------------------------


def test_a_drawing_keeps_every_interval_on_the_page():
    plot = shares_over_time([("Jan", "a", wilson(9, 10)), ("Feb", "b", None), ("Mar", "c", wilson(30, 30))])
    assert [mark.name for mark in plot.marks] == ["Jan", "Mar"]
    for mark in plot.marks:
        assert TOP <= mark.high <= mark.y <= mark.low <= HEIGHT - BOTTOM
    assert plot.ticks[0].name == "50 %"
    assert plot.line.count(",") == 2
    assert shares_over_time([("Jan", "a", wilson(300, 300))], goal=0.95).ticks[0].name == "90 %"
    assert shares_over_time([]).marks == ()
