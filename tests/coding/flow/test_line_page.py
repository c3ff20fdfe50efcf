"""Max sees today's promises, what ages and how work flows; each number leads to its rows; each chart is a table too."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.flow import roll_up
from coding.models import EncounterEvent, FlowDay
from tests import factories
from tests.coding.flow.test_roll_up import arrived, verified
from tests.coding.lines import load_codes, submitted

pytestmark = pytest.mark.django_db
PAGE = "coding:line"
CHARTS = ("burn-down", "ageing", "flow", "arrivals", "stage-times", "throughput")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def noon(time_machine):
    """The middle of a day, so that today has hours before and after."""
    now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    time_machine.move_to(now, tick=False)
    load_codes()
    return now


@pytest.fixture
def worked(noon, ann, bea, river):
    """Yesterday one came and was finished; today one is verified, one waits and one is late."""

    def came(at, **fields):
        batch = factories.BatchFactory(practice=river)
        return arrived(at=at, chart=factories.ChartFactory(batch=batch), **fields)

    done = came(noon - DAY - 2 * HOUR)
    submitted(done, ann, at=noon - DAY - HOUR)
    verified(done, bea, at=noon - DAY)
    today = came(noon - 5 * HOUR, due_at=noon + HOUR)
    submitted(today, ann, at=noon - 3 * HOUR)
    verified(today, bea, at=noon - HOUR)
    came(noon - 4 * HOUR, due_at=noon + 2 * HOUR)
    came(noon - 9 * HOUR, due_at=noon - HOUR)
    came(noon - HOUR, due_at=noon + 2 * DAY)
    roll_up(at=noon)
    return river


def page(browser, **query):
    return browser.get(reverse(PAGE), query)


def test_the_day_says_what_is_due_and_what_will_be_late(worked, max_, as_user):
    answer = page(as_user(max_))
    chart = answer.context["charts"]["burn_down"]
    assert chart.caption.startswith(
        "2 of 3 due today remain, 1 of them late already; at the present pace of 0.5 an hour 1 more will be late"
    )
    assert answer.context["tiles"][0] == {
        "label": "Due today", "value": "2", "note": "2 at risk", "tone": "danger",
        "url": reverse("coding:operations-encounters") + "?due=today",
    }  # fmt: skip
    assert len(as_user(max_).get(answer.context["tiles"][0]["url"]).context["rows"]) == 2


def test_each_encounter_in_progress_is_a_dot(worked, max_, as_user):
    chart = page(as_user(max_)).context["charts"]["ageing"]
    assert len(chart.dots) == 3
    assert "3 in progress; the oldest" in chart.caption
    assert "came 9 h ago" in chart.caption
    assert "last 2 finished" in chart.note


def test_the_flow_balances_with_what_stands_there_now(worked, max_, as_user):
    chart = page(as_user(max_), days=7).context["charts"]["flow"]
    assert chart.caption == "5 arrived and 2 were finished in 7 days, so what is in progress grew from 0 to 3."
    assert len(chart.table.rows) == 8


def test_stage_times_come_from_leases_and_events(worked, max_, as_user):
    rows = {row[0]: row for row in page(as_user(max_)).context["charts"]["stage_times"].table.rows}
    assert rows["Verification, waiting"][1:3] == ("2", "1.5 h")


def test_the_team_has_units_and_no_idle_time(worked, max_, ann, as_user):
    answer = page(as_user(max_))
    row = next(row for row in answer.context["team"] if row["pk"] == ann.pk)
    assert (row["done"], row["returned"], row["asked"]) == (4, 0, 0)
    assert " of " in row["accuracy"]
    heads = answer.content.decode().split('id="team"')[1].split("</thead>")[0]
    assert re.findall(r"<th[^>]*>([^<]*)</th>", heads) == [
        "Person", "In work", "Done", "Units", "Codes right", "Returned", "Questions"
    ]  # fmt: skip


def test_practices_show_the_promise_kept(worked, max_, as_user):
    [row] = page(as_user(max_)).context["practices"]
    assert (row["came"], row["finished"], row["open"]["count"], row["late"]["count"]) == (5, 2, 3, 1)
    assert row["kept"].startswith("2 of 2")


def test_numbers_are_links_to_their_rows(worked, max_, as_user):
    browser = as_user(max_)
    answer = page(browser)
    [practice] = answer.context["practices"]
    for row, name in [(practice, "open"), (practice, "late"), (answer.context["stages"][0], "now")]:
        assert len(browser.get(row[name]["url"]).context["rows"]) == row[name]["count"]
    for tile in answer.context["tiles"]:
        assert browser.get(tile["url"]).status_code == 200


@pytest.mark.parametrize("name", [*CHARTS, "team", "practices"])
def test_everything_is_had_as_csv_too(worked, max_, as_user, name):
    answer = as_user(max_).get(reverse("coding:line-csv", args=[name]))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    heads, *rows = csv.reader(io.StringIO(answer.content.decode()))
    assert rows
    assert all(len(row) == len(heads) for row in rows)


def test_a_cell_of_the_csv_is_no_formula(worked, max_, as_user):
    worked.name = "=HYPERLINK(1)"
    worked.save()
    assert b"\n'=HYPERLINK(1)" in as_user(max_).get(reverse("coding:line-csv", args=["practices"])).content


def test_an_unknown_csv_is_not_there(noon, max_, as_user):
    assert as_user(max_).get(reverse("coding:line-csv", args=["keystrokes"])).status_code == 404


def test_an_empty_site_says_so(noon, max_, as_user):
    answer = page(as_user(max_))
    assert answer.status_code == 200
    assert all(chart.is_empty for chart in answer.context["charts"].values())
    assert answer.context["charts"]["burn_down"].caption == "Nothing is due today."


def test_the_range_goes_from_week_to_quarter_and_back(noon, max_, as_user):
    browser = as_user(max_)
    assert [page(browser, days=days).context["following"] for days in (30, 7, 90)] == [7, 90, 30]
    assert page(browser, days="soon").context["days"] == 30


def test_the_page_reads_roll_ups_and_not_the_events_of_weeks(worked, max_, as_user):
    FlowDay.objects.all().delete()
    assert page(as_user(max_)).context["charts"]["arrivals"].is_empty
    assert EncounterEvent.objects.exists()
