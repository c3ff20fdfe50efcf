"""What holds for whatever stands on a page."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.evidence import lies_on_page, words_under
from coding.rules.visit_facts import Confidence, Known, PageOfVisit, Source, facts_of
from coding.rules.visit_facts.names import same_person
from tests.coding.visit_facts.cases import cases
from tests.coding.visit_facts.practice import PRACTICE, RECEIVED, known_of, laid_out

ALL = [*cases("tuned"), *cases("set_aside"), *cases("fresh")]
LINES = [line for case in ALL for page in case.pages for line in page.splitlines()]
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip


def read(text, **more):
    return facts_of(Known((PageOfVisit(1, 1, laid_out(text)),), PRACTICE, RECEIVED, **more))


def filled(facts, name):
    return facts[name].filled.value if name in facts and facts[name].filled else None


pages = st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=60)), max_size=12).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(pages)
def test_every_candidate_says_where_it_was_read(text):
    lines = laid_out(text)
    for facts in facts_of(Known((PageOfVisit(7, 3, lines),), PRACTICE, RECEIVED)).values():
        values = [one.value for one in facts.candidates]
        assert len(values) == len(set(values)) <= 9
        for one in facts.candidates:
            assert one.value
            assert one.said
            assert one.passages
            for passage in one.passages:
                assert (passage.page, passage.number) == (7, 3)
                assert passage.boxes
                assert all(lies_on_page(box) for box in passage.boxes)
                assert passage.quote.split() == words_under(passage.boxes, lines.words).split()


@settings(max_examples=150, deadline=None)
@given(pages, st.dictionaries(st.sampled_from(["birth_date", "date_from"]), st.just("01/02/2020")))
def test_only_what_is_sure_or_the_manifest_s_fills_a_field(text, manifest):
    for facts in read(text, manifest=manifest).values():
        first = facts.candidates[0]
        if facts.fills:
            assert first.confidence is Confidence.SURE or (first.source, len(facts.candidates)) == (Source.MANIFEST, 1)
        else:
            assert first.confidence is not Confidence.SURE


days = st.dates(date(1910, 1, 1), RECEIVED)
forms = st.sampled_from(
    [
        lambda day: f"{day.month}/{day.day}/{day.year}", lambda day: f"{day:%m/%d/%Y}", lambda day: f"{day:%m-%d-%Y}",
        lambda day: f"{day:%m.%d.%Y}", lambda day: day.isoformat(),
        lambda day: f"{MONTHS[day.month - 1]} {day.day}, {day.year}",
        lambda day: f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}",
        lambda day: f"{day.day:02d}-{MONTHS[day.month - 1][:3]}-{day.year}", lambda day: f"{day:%m%d%Y}",
    ]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(days, forms)
def test_a_labelled_day_is_read_in_every_form(day, form):
    facts = read(f"Patient: Rosa Whitfield\nDOB: {form(day)}")
    assert filled(facts, "birth_date") == f"{day:%m/%d/%Y}"
    assert facts["birth_date"].filled.passages[0].quote == form(day)


@settings(max_examples=100, deadline=None)
@given(st.dates(RECEIVED - timedelta(days=36500), RECEIVED))
def test_a_year_of_two_digits_lies_behind_the_day_the_chart_came(day):
    found = filled(read(f"DOB: {day:%m/%d/%y}"), "birth_date")
    assert found is not None
    month, number, year = (int(part) for part in found.split("/"))
    assert (month, number, year % 100) == (day.month, day.day, day.year % 100)
    assert RECEIVED - timedelta(days=36525) < date(year, month, number) <= RECEIVED


@settings(max_examples=60, deadline=None)
@given(st.dates(RECEIVED + timedelta(days=1), RECEIVED + timedelta(days=3000)))
def test_a_day_to_come_is_neither_a_visit_nor_a_birth(day):
    assert not read(f"DOS: {day:%m/%d/%Y}\nDOB: {day:%m/%d/%Y}").keys() & {"birth_date", "date_from"}


@pytest.mark.parametrize(
    "label",
    [
        "Printed:", "Print date:", "Fax date:", "Received:", "Scanned:", "Reported:", "Dictated:", "Transcribed:",
        "D:", "T:", "Next appointment:", "Last visit:", "LMP:", "Date of injury:", "Date of onset:", "DOI:",
        "Effective:", "Expires:", "Guarantor DOB:", "Subscriber date of birth:", "Follow-up:", "Collected:",
    ],
)  # fmt: skip
def test_other_days_are_neither_the_visit_nor_the_birth(label):
    assert not read(f"{label} 11/03/2026").keys() & {"birth_date", "date_from", "date_to"}


@pytest.mark.parametrize(
    "line",
    [
        "11/07/2026 08:14 FAX 555 010 0199   RIVER FAMILY MED   P.01/03", "Page 1 of 3   Printed 11/06/2026",
        "From: 555-010-0123  To: 555-010-0199  11/07/2026 9:14 AM", "Surgery on 06/02/2019.", "since 10/01/2026",
    ],
)  # fmt: skip
def test_a_day_without_a_label_says_nothing(line):
    assert "date_from" not in read(f"{line}\nThe knee is better.")


@settings(max_examples=100, deadline=None)
@given(st.permutations(["Whitfield", "Rosa", "Anne"]))
def test_a_name_is_the_same_in_any_order(words):
    assert same_person(" ".join(words)) == same_person("Whitfield, Rosa Anne")


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_reading_a_page_twice_says_nothing_new(case):
    """A chart whose pages were scanned twice has the same candidates, and fills the same fields."""
    once, twice = (facts_of(known_of(case, pages)) for pages in (None, [laid_out(text) for text in case.pages * 2]))
    assert {name: filled(once, name) for name in once} == {name: filled(twice, name) for name in twice}
