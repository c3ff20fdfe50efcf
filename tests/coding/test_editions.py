"""Which edition of a list answers for a day."""

import io
from datetime import UTC, date, datetime

import pytest

from coding.actions.code_sets import load_code_file
from coding.models import Code, Edition
from coding.rules.code_sets import CodeSet, EditionFact, in_force
from coding.rules.codings import System
from tests import factories

FY2026 = EditionFact(1, CodeSet.ICD10CM, "FY2026", date(2025, 10, 1))
APRIL = EditionFact(2, CodeSet.ICD10CM, "FY2026 April", date(2026, 4, 1))
FY2027 = EditionFact(3, CodeSet.ICD10CM, "FY2027", date(2026, 10, 1))
NINE = EditionFact(4, CodeSet.ICD9CM, "Version 32", date(2014, 10, 1), date(2015, 9, 30))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 10, 1), FY2026),
        (date(2026, 3, 31), FY2026),
        (date(2026, 4, 1), APRIL),
        (date(2026, 9, 30), APRIL),
        (date(2026, 10, 1), FY2027),
        (date(2030, 1, 1), FY2027),
        (date(2016, 1, 1), FY2026),  # older lists are not known: the first one answers, and says its name
    ],
)
def test_the_last_edition_that_began_by_the_day_answers(day, expected):
    assert in_force([FY2027, FY2026, APRIL], day) is expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2000, 1, 1), NINE), (date(2015, 9, 30), NINE), (date(2015, 10, 1), None)],
)
def test_a_list_that_ended_does_not_answer_after_its_last_day(day, expected):
    assert in_force([NINE], day) is expected


def test_without_an_edition_nothing_answers():
    assert in_force([], date(2026, 1, 1)) is None


@pytest.mark.django_db
def test_every_list_is_asked_in_one_query(django_assert_num_queries):
    for code_set in (CodeSet.HCPCS, CodeSet.CPT, CodeSet.MODIFIERS):
        factories.EditionFactory(code_set=code_set, effective=date(2020, 1, 1))
    newest = factories.EditionFactory(code_set=CodeSet.CPT, effective=date(2026, 1, 1))
    with django_assert_num_queries(1):
        found = Edition.objects.in_force(CodeSet.HCPCS, CodeSet.CPT, CodeSet.ADD_ONS, on=date(2026, 1, 1))
    assert set(found) == {CodeSet.HCPCS, CodeSet.CPT}
    assert found[CodeSet.CPT].pk == newest.pk


@pytest.mark.django_db
def test_a_code_is_billable_or_a_heading_by_the_day_of_the_visit():
    for name, day, content in (
        ("FY2026", date(2025, 10, 1), "I420\t1\tDilated cardiomyopathy\n"),
        (
            "FY2027",
            date(2026, 10, 1),
            "I420\t0\tDilated cardiomyopathy\nI4200\t1\tDilated, of one kind\n",
        ),
    ):
        load_code_file(
            code_set=CodeSet.ICD10CM, file=io.BytesIO(f"code\tbillable\tlong_title\n{content}".encode()),
            file_name=f"{name}.tsv", name=name, effective=day, by=None, at=datetime(2026, 11, 25, tzinfo=UTC),
        )  # fmt: skip
    before, after = (
        dict(Code.objects.on(day, system=System.ICD10CM).values_list("code", "billable"))
        for day in (date(2026, 9, 30), date(2026, 10, 1))
    )
    assert before == {"I420": True}
    assert after == {"I420": False, "I4200": True}
