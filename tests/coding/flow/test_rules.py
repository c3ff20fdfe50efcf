"""Flow as arithmetic: percentiles, burn-down, cumulative flow, weights; every chart says its sentence."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules.charts.scales import Scale, ticks
from coding.rules.charts.shapes import area, line, stairs
from coding.rules.flow.ageing import Ageing, ageing_chart
from coding.rules.flow.burn_down import Due, burn_down, burn_down_words, pace
from coding.rules.flow.complexity import Timed, Weights, fit, least_squares, weight_words
from coding.rules.flow.cumulative import Moved, cumulative_flow, flow_words
from coding.rules.flow.day_charts import burn_down_chart, throughput_chart
from coding.rules.flow.hours import HourDone
from coding.rules.flow.percentiles import percentile, spread
from coding.rules.flow.places import IN_PROGRESS, PLACE_OF, Place
from coding.rules.flow.range_charts import StageTimes, arrivals_chart, flow_chart, stage_times_chart
from coding.rules.lifecycle import EncounterStatus, Stage

DAY = datetime(2026, 11, 26, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hour, minute=0):
    return DAY + timedelta(hours=hour, minutes=minute)


# -- percentiles -------------------------------------------------------------------------------------
def test_percentiles_lie_between_ranks():
    assert [percentile([10, 20, 30, 40, 50], share) for share in (0, 50, 85, 100)] == [10, 30, 44, 50]


def test_of_nothing_there_is_no_spread():
    assert spread([]) is None


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
def test_a_spread_is_in_order_and_within_its_values(values):
    found = spread(values)
    assert min(values) <= found.p50 <= found.p85 <= found.p95 <= max(values)


# -- burn-down ---------------------------------------------------------------------------------------
def test_twelve_are_due_and_at_the_present_pace_three_will_be_late():
    due = [Due(at(12) + timedelta(minutes=30) * number) for number in range(12)]  # 12:00, 12:30 … 17:30
    done = [Due(at(18), at(10) + timedelta(minutes=10) * number) for number in range(3)]
    # Two an hour from 11 o'clock: the n-th is finished n/2 hours later, and due half an hour after that.
    calm = burn_down([*due, *done], start=DAY, at=at(11), pace=pace(4, 2))
    assert (calm.total, calm.remaining, calm.late, calm.will_be_late) == (15, 12, 0, 0)
    assert calm.done_at == at(17)
    # One and a half an hour: 40 minutes each against 30; the first three … until 11:00 + 40n > 11:30 + 30n, n > 3.
    hurried = burn_down([*due, *done], start=DAY, at=at(11), pace=pace(3, 2))
    assert hurried.will_be_late == sum(40 * n > 60 + 30 * (n - 1) for n in range(1, 13)) == 9
    assert "9 will be late" in burn_down_words(hurried)


def test_what_is_late_already_is_said_apart():
    rows = [Due(at(9)), Due(at(10)), Due(at(23))]
    day = burn_down(rows, start=DAY, at=at(11), pace=pace(2, 2))
    assert (day.late, day.will_be_late) == (2, 0)
    assert "2 of them late already" in burn_down_words(day)
    assert "none more will be late" in burn_down_words(day)


def test_the_line_goes_down_by_one_for_each_finished():
    rows = [Due(at(18), at(9)), Due(at(18), at(10)), Due(at(18))]
    day = burn_down(rows, start=DAY, at=at(12), pace=None)
    assert day.steps == ((DAY, 3), (at(9), 2), (at(10), 1), (at(12), 1))


def test_what_was_finished_before_its_day_began_is_no_step_of_it():
    assert burn_down([], start=DAY, at=at(12), pace=None).steps == ((DAY, 0), (at(12), 0))


def test_without_a_pace_nothing_is_foretold():
    day = burn_down([Due(at(18))], start=DAY, at=at(12), pace=pace(0, 2))
    assert day.done_at is None
    assert "nothing can be said" in burn_down_words(day)


def test_the_faster_and_the_slower_pace_lie_around_the_present_one():
    found = pace(25, 2)
    assert found.low < found.per_hour == 12.5 < found.high
    day = burn_down([Due(at(18)) for _ in range(50)], start=DAY, at=at(8), pace=found)
    assert day.soonest < day.done_at == at(12) < day.latest


def test_sentences_for_no_work_and_for_a_finished_day():
    assert burn_down_words(burn_down([], start=DAY, at=at(8), pace=None)) == "Nothing is due today."
    done = burn_down([Due(at(18), at(9))], start=DAY, at=at(10), pace=None)
    assert burn_down_words(done) == "All 1 due today are finished."


def test_a_finish_on_another_day_names_the_day():
    words = burn_down_words(burn_down([Due(at(23)) for _ in range(30)], start=DAY, at=at(20), pace=pace(2, 2)))
    assert "02:00 on Sat Nov 28" in words


# -- cumulative flow ---------------------------------------------------------------------------------
NOV = [date(2026, 11, day) for day in range(20, 24)]


def test_every_status_has_its_place():
    assert set(PLACE_OF) == set(EncounterStatus)
    assert set(IN_PROGRESS) | {Place.FINISHED} == set(Place)


def test_what_stood_there_is_reckoned_back_from_what_stands_there_now():
    rows = [
        Moved(NOV[0], Place.PRECODING, 5, 3), Moved(NOV[0], Place.CODING, 3, 0),  # 5 came, 3 of them pre-coded
        Moved(NOV[2], Place.CODING, 0, 2), Moved(NOV[2], Place.FINISHED, 2, 0),  # 2 finished unsampled
    ]  # fmt: skip
    points = cumulative_flow(rows, standing={Place.PRECODING: 2, Place.CODING: 4}, first=NOV[0], last=NOV[3])
    assert [point.finished for point in points] == [0, 0, 0, 2, 2]
    assert [point.standing[Place.CODING] for point in points] == [3, 6, 6, 4, 4]
    assert [point.standing[Place.PRECODING] for point in points] == [0, 2, 2, 2, 2]
    assert [(point.arrived, point.departed) for point in points[1:]] == [(5, 0), (0, 0), (0, 2), (0, 0)]
    assert flow_words(points) == ("5 arrived and 2 were finished in 4 days, so what is in progress grew from 3 to 6.")


def test_the_lowest_curve_begins_at_zero():
    points = cumulative_flow([], standing={Place.CODING: 7}, first=NOV[0], last=NOV[3])
    assert points[0].finished == 0
    assert flow_words(points).endswith("so as much is in progress as before (7).")


def test_reopened_work_departs_backwards():
    rows = [Moved(NOV[1], Place.FINISHED, 0, 1), Moved(NOV[1], Place.CODING, 1, 0)]
    points = cumulative_flow(rows, standing={Place.CODING: 1}, first=NOV[0], last=NOV[3])
    assert [point.finished for point in points] == [0, 0, -1, -1, -1]
    assert flow_chart(points).marks  # below the edge nothing is drawn, and nothing fails


moves = st.lists(
    st.tuples(st.sampled_from(NOV), st.sampled_from([None, *IN_PROGRESS]), st.sampled_from(list(Place))), max_size=60
)


@given(moves, st.integers(0, 50))
def test_what_came_less_what_went_is_what_the_work_in_progress_changed_by(journeys, more):
    rows = []
    for day, old, new in journeys:
        rows.append(Moved(day, new, 1, 0))
        if old is not None:
            rows.append(Moved(day, old, 0, 1))
    points = cumulative_flow(rows, standing=dict.fromkeys(IN_PROGRESS, more), first=NOV[0], last=NOV[-1])
    for before, after in pairwise(points):
        change = sum(after.standing.values()) - sum(before.standing.values())
        assert change == after.arrived - after.departed
        assert after.finished - before.finished == after.departed


# -- weights -----------------------------------------------------------------------------------------
def visits(count, minutes=lambda s, p, n: {"cardiology": 6.0, "radiology": 2.0}[s] + 1.5 * p + 0.75 * n):
    rows = []
    for number in range(count):
        name, pages, lines = ("cardiology", "radiology")[number % 2], 1 + number % 5, 2 + number % 3
        rows.append(Timed(minutes(name, pages, lines), name, pages, lines))
    return rows


def test_weights_that_made_the_times_are_found_again():
    found = fit(visits(300))
    assert found.specialty == pytest.approx({"cardiology": 6.0, "radiology": 2.0})
    assert (found.pages, found.lines) == (pytest.approx(1.5), pytest.approx(0.75))
    assert found.r2 == pytest.approx(1.0)


def test_units_of_a_sum_are_the_sum_of_units():
    weights = Weights(n=100, r2=0.5, specialty={"cardiology": 6.0}, pages=1.5, lines=0.75, usual=9.0)
    assert weights.units("cardiology", done=2, pages=5, lines=7) == pytest.approx(2 * 6 + 5 * 1.5 + 7 * 0.75)
    assert weights.units("orthopedics", done=2, pages=5, lines=7) == 18.0, "not seen by the fit: the mean"


def test_too_few_times_give_no_weights():
    assert fit(visits(29)) is None


def test_what_was_left_open_overnight_does_not_count():
    assert fit([*visits(300), Timed(900.0, "cardiology", 1, 1)]).specialty["cardiology"] == pytest.approx(6.0, abs=0.1)


def test_more_pages_never_make_less_work():
    found = fit(visits(300, lambda s, p, n: 20.0 - p))
    assert found.pages == 0.0
    assert min(found.specialty.values()) >= 0


def test_a_column_that_says_nothing_new_gets_no_weight():
    found = fit([Timed(5.0 + number % 3, "radiology", 1, number % 3) for number in range(100)])
    assert found.units("radiology", done=1, pages=1, lines=2) == pytest.approx(7.0)


def test_least_squares_agrees_with_another_library():
    numpy = pytest.importorskip("numpy")
    rng = numpy.random.default_rng(5)
    table = rng.normal(size=(200, 4))
    wanted = table @ [1.0, -2.0, 0.5, 3.0] + rng.normal(size=200)
    expected = numpy.linalg.lstsq(table, wanted, rcond=None)[0]
    assert least_squares(table.tolist(), wanted.tolist()) == pytest.approx(expected.tolist())


def test_weights_are_printed_with_n_and_r2():
    words = weight_words(fit(visits(300)), {"cardiology": "Cardiology", "radiology": "Radiology"})
    assert words == (
        "Minutes of a visit: Cardiology 6.0, Radiology 2.0; each page 1.50; each line 0.75 (n = 300, R² = 1.00)"
    )


# -- drawing -----------------------------------------------------------------------------------------
def test_a_scale_keeps_to_its_edges():
    scale = Scale(0, 10, 100, 0)
    assert [scale(value) for value in (0, 5, 10, 99, -1)] == [100, 50, 0, 0, 100]


@given(st.floats(0.01, 1e7))
def test_ticks_reach_over_the_highest_value_in_few_round_steps(high):
    values = ticks(high)
    assert values[0] == 0
    assert values[-1] >= high * (1 - 1e-6)
    assert 2 <= len(values) <= 7


def test_paths():
    assert line([(0, 1), (2, 3)]) == "M0.0 1.0L2.0 3.0"
    assert stairs([(0, 9), (4, 5)]) == "M0.0 9.0H4.0V5.0"
    assert area([(0, 1), (2, 1)], [(0, 9), (2, 9)]) == "M0.0 1.0L2.0 1.0L2.0 9.0L0.0 9.0Z"


def ageing(hours, place=Place.CODING):
    return Ageing(f"E-{hours:05.0f}", "/e/", place, hours)


def test_each_encounter_is_a_dot_that_leads_to_it_and_says_its_age():
    rows = [ageing(90), ageing(40), ageing(2, Place.HELD)]
    chart = ageing_chart(rows, {Place.CODING: 2, Place.HELD: 1}, spread([10.0] * 50 + [50.0] * 50))
    assert [(dot.url, dot.kind) for dot in chart.dots] == [("/e/", "c4"), ("/e/", "c1"), ("/e/", "c1")]
    assert chart.dots[0].y < chart.dots[1].y, "the older, the higher"
    assert chart.caption == (
        "3 in progress; the oldest, E-00090, came 3.8 d ago; 1 older than 85 of 100 finished visits were (50 h)."
    )


def test_dots_of_one_age_stand_side_by_side():
    chart = ageing_chart([ageing(5) for _ in range(9)], {Place.CODING: 9}, None)
    assert len({(dot.x, dot.y) for dot in chart.dots}) == 9


def test_the_younger_ones_that_are_not_drawn_are_counted():
    assert "997 younger ones are not" in ageing_chart([ageing(5)] * 3, {Place.CODING: 1000}, None).note


def test_the_burn_down_shows_the_day_and_its_table_the_same():
    day = burn_down([Due(at(18), at(9)), Due(at(18)), Due(at(19))], start=DAY, at=at(10), pace=pace(2, 2))
    chart = burn_down_chart(day, start=DAY, at=at(10))
    assert {mark.kind for mark in chart.marks} >= {"c1 line", "c2 line", "c1 area"}
    assert ("10:00", "2", "") in chart.table.rows
    assert any("forecast" in row[0] for row in chart.table.rows)
    assert burn_down_chart(burn_down([], start=DAY, at=at(9), pace=None), start=DAY, at=at(9)).is_empty


def test_the_flow_diagram_has_a_band_for_each_place():
    points = cumulative_flow([], standing={Place.CODING: 7}, first=NOV[0], last=NOV[3])
    chart = flow_chart(points)
    assert sum(mark.kind.endswith("band") for mark in chart.marks) == len(Place)
    assert [row[0] for row in chart.table.rows] == ["before", *(day.isoformat() for day in NOV)]


def test_arrivals_and_departures_stand_side_by_side():
    points = cumulative_flow(
        [Moved(NOV[1], Place.PRECODING, 4, 0), Moved(NOV[1], Place.FINISHED, 1, 0), Moved(NOV[1], Place.CODING, 0, 1)],
        standing={Place.PRECODING: 4}, first=NOV[0], last=NOV[3],
    )  # fmt: skip
    chart = arrivals_chart(points)
    assert [bar.title for bar in chart.bars] == ["Nov 21: 4 arrived", "Nov 21: 1 finished"]
    assert chart.caption == "On 1 of 4 days less was finished than arrived; most arrived on Nov 21 (4)."


def test_the_stage_where_visits_wait_longest_is_named():
    times = [
        StageTimes(Stage.CODING, spread([60.0] * 5), spread([12.0] * 5)),
        StageTimes(Stage.VERIFICATION, spread([300.0] * 5), spread([6.0] * 5)), StageTimes(Stage.PRECODING, None, None),
    ]  # fmt: skip
    chart = stage_times_chart(times)
    assert chart.caption == "Visits wait longest for verification: 5 h in the middle, and are open there for 6 min."
    assert chart.table.rows[-1] == ("Pre-coding, in work", "0", "–", "–", "–")
    assert stage_times_chart([StageTimes(stage, None, None) for stage in Stage]).is_empty


def test_throughput_names_the_best_hour_and_what_is_usual():
    hours = [HourDone(at(8), 2, 30.0, 20.0), HourDone(at(9), 5, 70.0, 80.0)]
    chart = throughput_chart(hours)
    assert chart.caption == "100 units were finished in the last 24 hours, 100% of what is usual; most from 09:00 (70)."
    assert len(chart.bars) == 2
    assert throughput_chart([HourDone(at(8), 0, 0.0, 0.0)]).is_empty
