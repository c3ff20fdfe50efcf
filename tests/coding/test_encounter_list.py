"""The manager's list of encounters: what its filter finds, its columns, orders, views, the look beside it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions import saved_views
from coding.forms.encounter_filter import known_names
from coding.models import Assignment, Encounter, ListColumns
from coding.models.encounter_filter import CONDITIONS, Reader, within
from coding.rules.encounter_columns import USUAL, Column
from coding.rules.encounter_filter import KEYS, STATUSES, read_filter, with_numbers
from coding.views.figures import today
from portal.models import AuditEvent
from portal.rules.roles import Role
from tests import factories
from tests.coding import listed
from tests.coding.listed import names, rows_of

pytestmark = pytest.mark.django_db
LIST = "coding:operations-encounters"


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def batch(river):
    return factories.BatchFactory(practice=river)


@pytest.fixture
def work(batch, ann, bea, at):
    return listed.work(batch, coder=ann, verifier=bea, at=at)


@pytest.fixture
def browser(max_, as_user):
    return as_user(max_)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


# -- the filter --------------------------------------------------------------------------------------
UNFINISHED = {"late", "precoding", "to_code", "coding", "on_hold", "asked", "verifying"}
FOUND = {
    "": UNFINISHED,
    "status:waiting": {"late", "to_code"},
    "status:working": {"precoding", "coding", "verifying"},
    "status:held": {"on_hold", "asked"},
    "status:query": {"asked"},
    "status:to-code,coding": {"to_code", "coding"},
    "status:verified": {"verified"},
    "status:finished": {"verified"},
    "status:held,verified": {"on_hold", "asked", "verified"},
    "status:any": UNFINISHED | {"verified"},
    "stage:precoding": {"late", "precoding"},
    "stage:coding": {"to_code", "coding", "on_hold", "asked"},
    "stage:verification": {"verifying"},
    "stage:coding status:waiting": {"to_code"},
    "is:overdue": {"late"},
    "is:unassigned": {"late", "to_code"},
    "is:first": {"to_code"},
    "due:<10h": {"late", "precoding", "to_code"},
    "due:>10h": {"coding", "on_hold", "asked", "verifying"},
    "age:>20h": {"late", "precoding", "to_code"},
    "age:<14h": {"asked", "verifying"},
    "practice:RIVER": UNFINISHED,
    "practice:LAKE": set(),
    "specialty:cardiology": {"to_code"},
    "coder:ann": {"precoding", "coding", "verifying"},
    "coder:ann status:any": {"precoding", "coding", "verifying", "verified"},
    "coder:none": {"late", "to_code", "on_hold", "asked"},
    "verifier:bea": {"verifying"},
    "verifier:bea status:any": {"verifying", "verified"},
    "verifier:none stage:verification": set(),
    "person:ann": {"precoding", "coding"},
    "person:ann,bea": {"precoding", "coding", "verifying"},
    "person:none": {"late", "to_code", "on_hold", "asked"},
    "person:me": set(),
}


@pytest.mark.parametrize("text", FOUND)
def test_what_a_filter_finds(work, river, lake, max_, at, text):
    river.code, lake.code = "RIVER", "LAKE"
    river.save()
    lake.save()
    found = with_numbers(read_filter(text), known_names(max_))
    assert not found.problems
    rows = within(Encounter.objects.all(), found, reader=Reader(max_.pk, at, today(at)))
    assert names(work, set(rows.values_list("pk", flat=True))) == FOUND[text]


def test_every_key_and_every_status_has_a_condition(max_, at):
    assert set(CONDITIONS) | {"done"} == set(KEYS)
    reader = Reader(max_.pk, at, today(at))
    for value in STATUSES:
        assert list(within(Encounter.objects.all(), read_filter(f"status:{value}"), reader=reader)) == []


def test_due_today_and_tomorrow_leave_out_what_stands_still(batch, max_, at):
    begin = today(at)
    [one, two, _later] = [
        factories.EncounterFactory(chart=factories.ChartFactory(batch=batch), due_at=begin + timedelta(hours=hours))
        for hours in (20, 30, 60)
    ]
    reader = Reader(max_.pk, at, begin)
    assert list(within(Encounter.objects.all(), read_filter("due:today"), reader=reader)) == [one]
    assert list(within(Encounter.objects.all(), read_filter("due:tomorrow"), reader=reader)) == [two]


def test_a_batch_is_found_by_its_number(work, batch, browser):
    other = factories.EncounterFactory()
    answer = browser.get(reverse(LIST), {"q": f"batch:{batch.label}"})
    assert len(rows_of(answer)) == 7
    assert other.pk not in rows_of(answer)


def test_a_mistake_is_told_and_nothing_is_shown_as_if_it_were_the_answer(work, browser):
    answer = browser.get(reverse(LIST), {"q": "is:overdue colour:red"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert rows_of(answer) == []
    assert '<code class="wrap-anywhere">colour:red</code>: There is no such key. Keys are status, stage, is,' in page
    assert 'value="is:overdue colour:red"' in page, "what was typed is there to be corrected"
    assert "The filter cannot be read." in page
    data = {"action": "first", "every": "on"}
    assert browser.post(f"{reverse(LIST)}?q=colour:red", data).status_code == 422, "and nothing is done with it"
    assert Encounter.objects.filter(priority=10).count() == 1


def test_each_token_is_a_chip_that_takes_it_away(work, ann, browser):
    answer = browser.get(reverse(LIST), {"q": "coder:ann status:coding", "sort": "age"})
    assert names(work, rows_of(answer)) == {"coding"}
    first, second = answer.context["chips"]
    assert (first["key"], first["value"]) == ("coder", ann.name)
    assert names(work, rows_of(browser.get(reverse(LIST) + second["url"]))) == {"precoding", "coding", "verifying"}
    assert "sort=age" in second["url"]
    assert 'value="coder:&quot;Ann Archer&quot; status:coding"' in answer.content.decode()


def test_what_is_added_from_the_list_of_tokens_becomes_part_of_the_filter(work, browser):
    answer = browser.get(reverse(LIST), {"q": "is:overdue", "add": "stage:precoding"})
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse(LIST)}?q=is%3Aoverdue+stage%3Aprecoding")
    offered = dict(browser.get(reverse(LIST)).context["additions"])
    assert ("coder:me", "Me") in offered["coder"]
    assert 'coder:"Ann Archer"' in dict(offered["coder"])
    for tokens in offered.values():
        for token, _label in tokens:
            assert not browser.get(reverse(LIST), {"q": token}).context["asked"].found.problems, token


def test_addresses_of_other_pages_go_on_working(work, river, ann, browser):
    for parameters, kinds in (
        ({"state": "waiting", "stage": "coding"}, {"to_code"}),
        ({"practice": river.pk, "overdue": "on"}, {"late"}),
        ({"state": "verified"}, {"verified"}),
        ({"person": ann.pk}, {"precoding", "coding"}),
    ):
        assert names(work, rows_of(browser.get(reverse(LIST), parameters))) == kinds
    answer = browser.get(reverse(LIST), {"person": ann.pk})
    assert answer.context["asked"].text == 'person:"Ann Archer"'


# -- rows and columns --------------------------------------------------------------------------------
def test_a_row_says_what_is_known_and_no_more_of_the_patient(work, ann, bea, browser):
    browser.post(reverse("coding:encounter-columns"), {"columns": list(Column), "back": reverse(LIST)})
    answer = browser.get(reverse(LIST), {"q": "status:any"})
    rows = {name: row for row in answer.context["rows"] for name in names(work, {row["pk"]})}
    assert (rows["late"]["patient"], rows["late"]["date"], rows["late"]["codes"]) == ("", None, "")
    verifying = rows["verifying"]
    assert (verifying["patient"], verifying["date"]) == ("M.Q. 1948", listed.SERVED)
    assert (verifying["codes"], verifying["coder"]["name"]) == ("3 + 1", ann.name)
    assert verifying["verifier"] == {"name": bea.name, "note": ""}
    assert rows["verified"]["verifier"]["name"] == bea.name
    assert rows["coding"]["coder"]["name"] == ann.name
    assert (rows["asked"]["question"]["label"], rows["asked"]["question"]["waits"]) == (work.query.label, "5 h")
    assert rows["on_hold"]["reason"] == "Missing page"
    page = answer.content.decode()
    for word in ("Quinlan", "Marta", "Hartung", "1948-03", work.query.title):
        assert word not in page


def test_columns_are_kept_for_the_person(work, max_, browser, as_user):
    heads = [head["label"] for head in browser.get(reverse(LIST)).context["heads"]]
    assert heads == ["Encounter", "Due", *(column.label for column in USUAL)]
    url = reverse("coding:encounter-columns")
    sent = {"columns": ["age", "patient"], "back": f"{reverse(LIST)}?q=is:overdue"}
    answer = browser.post(url, sent)
    assert answer["Location"] == f"{reverse(LIST)}?q=is:overdue"
    page = browser.get(reverse(LIST))
    assert [head["label"] for head in page.context["heads"]] == ["Encounter", "Due", "Patient", "Age"]
    assert "Practice</td>" not in page.content.decode()
    other = factories.UserFactory(roles=[Role.MANAGER])
    assert len(as_user(other).get(reverse(LIST)).context["heads"]) == 2 + len(USUAL)
    browser.post(url, {"usual": "1"})
    assert ListColumns.objects.get().columns == [column.value for column in USUAL]
    assert browser.post(url, {"columns": ["salary"]}, follow=True).redirect_chain
    assert ListColumns.objects.get().columns == [column.value for column in USUAL]
    for elsewhere in ("https://example.com/", "//example.com/", "javascript:alert(1)"):
        assert browser.post(url, {"columns": [], "back": elsewhere})["Location"] == reverse(LIST)


@pytest.mark.parametrize("columns", [(), tuple(Column)])
def test_each_head_has_its_cell(work, max_, browser, columns):
    saved_views.choose_columns(columns=columns, user=max_)
    page = browser.get(reverse(LIST)).content.decode()
    head, body = page.split("<tbody>")
    assert head.count('<th scope="col"') == 3 + len(columns)
    assert body.count('<th scope="row">') == 7
    for label in ("Due", *(column.label for column in columns)):
        assert body.count(f'data-label="{label}"') == 7
    assert body.count("data-label=") == 7 * (1 + len(columns))


@pytest.mark.parametrize(
    ("sort", "field"),
    [("due", "due_at"), ("-due", "-due_at"), ("age", "created_at"), ("-age", "-created_at"), ("batch", "batch_id"),
     ("-batch", "-batch_id"), ("nonsense", "due_at")],
)  # fmt: skip
def test_an_order_goes_through_all_pages(river, ann, bea, at, browser, sort, field):
    for number in range(9):
        listed.work(factories.BatchFactory(practice=river), coder=ann, verifier=bea, at=at, number=number)
    seen, url, texts = [], f"{reverse(LIST)}?sort={sort}", []
    while True:
        answer = browser.get(url)
        seen += rows_of(answer)
        texts.append(answer.context["pagination"]["text"])
        following = answer.context["pagination"]["next_url"]
        if following is None:
            break
        url = reverse(LIST) + following
    wanted = Encounter.objects.unfinished().order_by(field, "-pk" if field.startswith("-") else "pk")
    assert seen == list(wanted.values_list("pk", flat=True))
    assert texts == ["1–50 of 63", "51–63 of 63"]
    back = browser.get(reverse(LIST) + answer.context["pagination"]["previous_url"])
    assert (rows_of(back), back.context["pagination"]["text"]) == (seen[:50], "1–50 of 63")
    sorted_heads = [(head["label"], head["runs"]) for head in answer.context["heads"] if head["runs"]]
    assert len(sorted_heads) == 1


# -- all that match ----------------------------------------------------------------------------------
def test_an_action_goes_over_all_that_match_and_names_the_refused(batch, max_, ann, at, browser):
    for number in range(60):
        factories.EncounterFactory(
            chart=factories.ChartFactory(batch=batch), due_at=at + timedelta(hours=number), specialty="cardiology"
        )
    for _ in range(12):
        factories.EncounterFactory(chart=factories.ChartFactory(batch=batch), status="to_verify")
    assert browser.get(reverse(LIST)).context["matching"] == 72
    answer = browser.post(reverse(LIST), {"action": "give", "every": "on", "person": ann.pk}, follow=True)
    done, refused = said(answer)
    assert done == "60 encounters given to Ann Archer."
    assert refused.startswith("12 not changed: This person's roles do not include the stage. (E-")
    assert refused.endswith(" and 2 more)")
    assert Assignment.objects.open().count() == 60
    assert AuditEvent.objects.get(action="work.bulk").detail == {"what": "give", "done": 60, "refused": 12}


def test_only_what_the_filter_lets_through_is_touched(work, browser):
    browser.post(f"{reverse(LIST)}?q=specialty:primary-care", {"action": "first", "every": "on"})
    untouched = Encounter.objects.filter(priority=0)
    assert names(work, set(untouched.values_list("pk", flat=True))) == {"verified"}
    assert Encounter.objects.filter(priority=10).count() == 7


def test_more_than_can_be_done_at_once_is_refused(batch, browser, monkeypatch):
    monkeypatch.setattr("coding.forms.operations.AT_ONCE", 2)
    for _ in range(3):
        factories.EncounterFactory(chart=factories.ChartFactory(batch=batch))
    answer = browser.post(reverse(LIST), {"action": "first", "every": "on"})
    assert answer.status_code == 422
    assert "Choose at most 2 encounters at once." in answer.content.decode()
    assert not Encounter.objects.filter(priority=10).exists()


# -- the look beside the list ------------------------------------------------------------------------
def test_a_look_says_what_the_row_says_and_its_last_steps(work, ann, browser):
    answer = browser.get(reverse("coding:encounter-peek", args=[work.coding.pk]))
    page = answer.content.decode()
    assert not page.lstrip().startswith("<!doctype")
    for words in (work.coding.label, "I.H. 1961", "Ann Archer", "Coding", work.coding.chart.label, "Last steps"):
        assert words in page
    for word in ("Ivo", "Hartung", "E119"):
        assert word not in page
    assert browser.get(reverse("coding:encounter-peek", args=[999999])).status_code == 404


def test_only_managers_look(work, ann, cleo, otto, bill, as_user):
    for person in (ann, cleo, otto, bill):
        for url in (reverse("coding:encounter-peek", args=[work.coding.pk]), reverse("coding:view-counts")):
            assert as_user(person).get(url).status_code == 404
