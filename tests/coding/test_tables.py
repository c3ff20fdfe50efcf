"""What the edits are given: the rows of the editions in force, the patient's other visits, the practice's rules."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coding.actions.findings import check_coding, weights_for
from coding.actions.tables import tables_for
from coding.actions.verification import give_verdict
from coding.models import (
    AddOnPair,
    BundledPair,
    CodeGroup,
    CodeNote,
    CoverageGroup,
    Edition,
    Modifier,
    PayerRule,
    PlaceOfService,
    PreCoding,
    RelativeValue,
    UnitLimit,
    Verdict,
)
from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from coding.rules.edits import run_edits
from coding.rules.lifecycle import EncounterStatus, NotBillableReason, Stage
from tests import factories
from tests.coding.lines import NOON, VISIT_DAY, coded, facts_for, load_codes, submitted, waiting

pytestmark = pytest.mark.django_db

CODES = [f"G{number:04d}" for number in range(50)]
YEARS = timedelta(days=365)


def edition(code_set, name="2026Q4", effective=date(2020, 1, 1), **fields):
    return factories.EditionFactory(code_set=code_set, name=name, effective=effective, **fields)


def pair(one, two, **fields):
    return BundledPair.objects.create(**{
        "edition": edition(CodeSet.PTP_PRACTITIONER), "column_one": one, "column_two": two,
        "effective": date(2020, 1, 1), "indicator": "1", "rationale": "Misuse of column two code", **fields,
    })  # fmt: skip


def relative_value(code, **fields):
    return RelativeValue.objects.create(**{
        "edition": edition(CodeSet.RELATIVE_VALUES, "RVU26D"), "code": code, "status": "A", "work": "1.30",
        "office_expense": "1.35", "facility_expense": "0.57", "malpractice": "0.10", "conversion_factor": "33.4009",
        "global_days": "010", **fields,
    })  # fmt: skip


def everything_loaded():
    """A list of every kind, with a row or more for each of fifty codes."""
    for place, code in enumerate(CODES):
        factories.CodeFactory(system=System.PROCEDURE, code=code)
        factories.CodeFactory(code=f"A{place:02d}")
        UnitLimit.objects.create(
            edition=edition(CodeSet.MUE_PRACTITIONER), code=code, units=3, adjudication=2, rationale="Policy"
        )
        AddOnPair.objects.create(edition=edition(CodeSet.ADD_ONS), add_on=code, primary="G9999", kind=1)
        relative_value(code)
        pair(code, CODES[place - 1])
    factories.CodeFactory(code="B00", billable=False)
    tabular = edition(CodeSet.ICD10CM_TABULAR)
    CodeNote.objects.create(edition=tabular, holder="A00", kind="excludes1", position=1, text="B00")
    Modifier.objects.create(edition=edition(CodeSet.MODIFIERS), code="25", title="A visit of its own")
    PlaceOfService.objects.create(
        edition=edition(CodeSet.PLACES_OF_SERVICE), code="11", name="Office", is_facility=False
    )
    CoverageGroup.objects.create(
        edition=edition(CodeSet.COVERAGE), article="A1", title="Title", group=1, procedures=[CODES[0]], covered=["A00"]
    )


def precoding(encounter, by, **more):
    facts = facts_for(encounter, **more)
    return PreCoding.objects.create(
        encounter=encounter, practice=encounter.practice, finished_by=by, finished_at=NOON,
        **{**vars(facts), "modifiers": list(facts.modifiers)},
    )  # fmt: skip


def counted(work):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        work()
    return len(queries)


def test_without_a_date_nothing_is_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert tables_for(coded(day=None)).diagnoses == {}


def test_the_queries_are_as_many_for_fifty_lines_as_for_one(river, ann):
    everything_loaded()
    encounter = waiting(chart__batch__practice=river)
    precoding(encounter, ann)
    short = coded("A00 B00", f"{CODES[0]}@1")
    long = coded(" ".join(f"A{n:02d}" for n in range(12)) + " B00", " ".join(f"{code}-25@1" for code in CODES))
    tables_for(short, encounter=encounter)  # the short lists are kept from here on
    few = counted(lambda: tables_for(short, encounter=encounter))
    many = counted(lambda: tables_for(long, encounter=encounter))
    assert few == many == 13


def test_rows_say_which_edition_they_are_of():
    everything_loaded()
    found = tables_for(coded("A00", f"{CODES[0]}@1 {CODES[1]}@1"))
    assert found.pairs[CODES[1], CODES[0]][0].edition == "NCCI PTP 2026Q4"
    assert found.unit_limits[CODES[0]].edition == "NCCI MUE 2026Q4"
    assert found.add_ons[CODES[0]].edition == "NCCI add-on code edits 2026Q4"
    assert found.relative_values[CODES[0], ""].edition == "RVU26D"
    assert found.coverage[0].covered == {"A00"}
    assert set(found.pairs) == {(CODES[1], CODES[0])}


def test_each_date_has_its_own_edition():
    for name, effective, units in (("2026Q3", date(2026, 7, 1), 2), ("2026Q4", date(2026, 10, 1), 5)):
        UnitLimit.objects.create(
            edition=edition(CodeSet.MUE_PRACTITIONER, name, effective), code="G0001", units=units, adjudication=2,
            rationale="Policy",
        )  # fmt: skip
    limits = {
        day: tables_for(coded("", "G0001", day=day)).unit_limits["G0001"].units
        for day in (date(2026, 9, 30), date(2026, 10, 1))
    }
    assert limits == {date(2026, 9, 30): 2, date(2026, 10, 1): 5}


def test_an_edition_that_is_loaded_counts_at_once():
    Modifier.objects.create(edition=edition(CodeSet.MODIFIERS, "old"), code="25", title="")
    assert set(tables_for(coded()).modifiers) == {"25"}
    Modifier.objects.create(edition=edition(CodeSet.MODIFIERS, "new", date(2026, 1, 1)), code="57", title="")
    assert set(tables_for(coded()).modifiers) == {"57"}


def test_an_edition_that_is_replaced_while_it_is_read_is_read_anew():
    load_codes()
    pair("20610", "99213")
    replaced = []

    def replace_first(execute, sql, *args):
        """What another process commits just before the pairs are read."""
        if "coding_bundledpair" in sql and not replaced:
            replaced.append(Edition.objects.get(code_set=CodeSet.PTP_PRACTITIONER))
            replaced[0].delete()
            pair("20610", "99213")
        return execute(sql, *args)

    with connection.execute_wrapper(replace_first):
        found = tables_for(coded("E119", "99213@1 20610@1"))
    assert list(found.pairs) == [("20610", "99213")]


def test_add_ons_and_pairs_of_other_dates():
    add_ons = edition(CodeSet.ADD_ONS)
    for primary, begins, ends in (
        ("G0001", None, VISIT_DAY), ("G0002", VISIT_DAY, None), ("G0003", None, VISIT_DAY - timedelta(days=1)),
        ("G0004", VISIT_DAY + timedelta(days=1), None),
    ):  # fmt: skip
        AddOnPair.objects.create(
            edition=add_ons, add_on="G0009", primary=primary, kind=1, effective=begins, deleted_on=ends
        )
    pair("G0001", "G0009", deleted_on=date(2021, 1, 1))
    pair("G0001", "G0009", effective=date(2022, 1, 1), indicator="0")
    found = tables_for(coded("", "G0001 G0009"))
    assert found.add_ons["G0009"].primaries == {"G0001", "G0002"}
    assert [row.indicator for row in found.pairs["G0001", "G0009"]] == ["1", "0"]


def test_a_short_list_of_modifiers_says_so():
    Modifier.objects.create(edition=edition(CodeSet.MODIFIERS), code="25", title="")
    assert not tables_for(coded()).all_modifiers
    Modifier.objects.create(edition=edition(CodeSet.HCPCS), code="LT", title="")
    found = tables_for(coded())
    assert found.all_modifiers
    assert set(found.modifiers) == {"25", "LT"}


def test_notes_come_from_the_code_what_is_above_it_its_block_and_chapter():
    tabular = edition(CodeSet.ICD10CM_TABULAR)
    for position, (label, within) in enumerate((("4", None), ("E08-E13", 0), ("E15-E16", 0))):
        categories = ["E11"] if position < 2 else ["E15"]
        CodeGroup.objects.create(
            edition=tabular, position=position, within=within, label=label, title=label, first="E08", last="E13",
            categories=categories,
        )  # fmt: skip
    for position, holder in enumerate(("4", "E08-E13", "E15-E16", "E11", "E112", "E1122", "E1121")):
        CodeNote.objects.create(edition=tabular, holder=holder, kind="excludes1", position=position, text=holder)
    found = tables_for(coded("E11.22", "")).notes["E1122"]
    assert {note.holder for note in found} == {"4", "E08-E13", "E11", "E112", "E1122"}


def test_a_heading_brings_the_codes_below_it():
    factories.CodeFactory(code="E11", billable=False)
    factories.CodeFactory(code="E112", billable=False)
    for code in ("E1121", "E1122", "E119", "I10"):
        factories.CodeFactory(code=code)
    found = tables_for(coded("E112 E119", "")).children
    assert {heading: [fact.code for fact in below] for heading, below in found.items()} == {"E112": ["E1121", "E1122"]}


# -- the patient's other visits --------------------------------------------------------------------------


@pytest.fixture
def lists(db):
    load_codes()


def visit(practice, by, version=None, **facts):
    """Another encounter, coded on its day."""
    encounter = waiting(chart__batch__practice=practice, status=EncounterStatus.TO_CODE)
    known = precoding(encounter, by, **facts)
    other = version or coded(day=known.date_from)
    row = encounter.codings.create(
        practice=practice, version=1, stage=Stage.CODING, author=by, date_of_service=known.date_from, submitted_at=NOON
    )
    for position, line in enumerate(other.procedures, start=1):
        row.procedures.create(practice=practice, coding=row, position=position, code=line.code)
    return encounter


def earlier_of(encounter):
    return [(service.date_of_service, service.code) for service in tables_for(coded(), encounter=encounter).earlier]


@pytest.fixture
def today(river, ann, lists):
    encounter = waiting(chart__batch__practice=river)
    precoding(encounter, ann, patient_name="Jane Roe", birth_date=date(1960, 1, 1))
    return encounter


def test_the_same_name_and_birth_date_or_the_same_account_is_the_same_patient(today, river, ann):
    day = VISIT_DAY - YEARS
    visit(river, ann, patient_name="JANE ROE", birth_date=date(1960, 1, 1), date_from=day, date_to=day)
    visit(river, ann, patient_name="Jane Roe", birth_date=date(1961, 1, 1), date_from=day, date_to=day)
    visit(river, ann, patient_name="Jane Doe", birth_date=date(1960, 1, 1), date_from=day, date_to=day)
    assert earlier_of(today) == [(day, "99213")]
    visit(river, ann, patient_name="J. Roe", account_number="A-7", date_from=VISIT_DAY, date_to=VISIT_DAY)
    PreCoding.objects.filter(encounter=today).update(account_number="A-7")
    assert earlier_of(today) == [(day, "99213"), (VISIT_DAY, "99213")]


def test_empty_account_numbers_make_nobody_the_same(today, river, ann):
    visit(river, ann, patient_name="Somebody Else", account_number="")
    assert earlier_of(today) == []


def test_another_practice_tells_nothing(today, lake, ann):
    visit(lake, ann, patient_name="Jane Roe", birth_date=date(1960, 1, 1))
    assert earlier_of(today) == []


def test_from_three_years_back_to_the_day_after(today, river, ann):
    for days in (-1200, -1096, -1, 1, 2):
        day = VISIT_DAY + timedelta(days=days)
        visit(river, ann, patient_name="Jane Roe", birth_date=date(1960, 1, 1), date_from=day, date_to=day)
    assert [(day - VISIT_DAY).days for day, _code in earlier_of(today)] == [-1096, -1, 1]


def test_what_was_not_billable_does_not_count(today, river, ann):
    other = visit(river, ann, patient_name="Jane Roe", birth_date=date(1960, 1, 1))
    other.status = EncounterStatus.NOT_BILLABLE
    other.not_billable_reason = next(iter(NotBillableReason))
    other.finished_at = NOON
    other.save(update_fields=["status", "not_billable_reason", "finished_at"])
    assert earlier_of(today) == []


def test_the_newest_version_counts(today, river, ann):
    other = visit(river, ann, patient_name="Jane Roe", birth_date=date(1960, 1, 1))
    newer = other.codings.create(
        practice=river, version=2, stage=Stage.VERIFICATION, author=ann, date_of_service=VISIT_DAY, submitted_at=NOON
    )
    newer.procedures.create(practice=river, coding=newer, position=1, code="99214")
    assert earlier_of(today) == [(VISIT_DAY, "99214")]


def test_a_service_of_another_encounter_is_found(today, river, ann):
    provider = PreCoding.objects.get(encounter=today).rendering_provider
    other = visit(
        river, ann, patient_name="Jane Roe", birth_date=date(1960, 1, 1), rendering_provider=provider
    )  # fmt: skip
    version = PreCoding.objects.get(encounter=today).visit()
    found = check_coding(
        encounter=today, coded=type(version)(**{**vars(version),
            "diagnoses": coded().diagnoses, "procedures": coded("E119 I10", "99213@1,2").procedures
        }),
    )  # fmt: skip
    told = [finding for finding in found if finding.edit == "reported_elsewhere"]
    assert len(told) == 1
    assert other.label in told[0].text


# -- rules of the practice and weights -------------------------------------------------------------------


def rule(practice, name, by, **fields):
    return PayerRule.objects.create(**{
        "practice": practice, "name": name, "condition": {"procedure": ["99213"]},
        "finding": {"text": "No.", "severity": "check", "source": "Manual"}, "valid_from": date(2026, 1, 1),
        "changed_by": by, "changed_at": NOON, **fields,
    })  # fmt: skip


def test_rules_are_the_practices_own_in_force_and_of_the_visits_payer(today, river, lake, max_):
    payer = factories.PayerFactory(practice=river)
    PreCoding.objects.filter(encounter=today).update(payer=payer)
    rule(river, "for all payers", max_)
    rule(river, "of the payer", max_, payer=payer)
    rule(river, "of another payer", max_, payer=factories.PayerFactory(practice=river))
    rule(river, "over", max_, valid_to=VISIT_DAY - timedelta(days=1))
    rule(river, "last day", max_, valid_to=VISIT_DAY)
    rule(river, "not yet", max_, valid_from=VISIT_DAY + timedelta(days=1))
    rule(lake, "of another practice", max_)
    names = [found.name for found in tables_for(coded(), encounter=today).payer_rules]
    assert names == ["for all payers", "last day", "of the payer"]
    assert tables_for(coded()).payer_rules == ()


def test_weights_are_the_lists_own_until_a_fee_schedule_is_loaded(lists):
    assert weights_for(coded("", "99213 99214 71046")) == {"99213": Decimal("1.30"), "99214": Decimal("1.92")}
    relative_value("99213")
    assert weights_for(coded("", "99213 99214")) == {"99213": Decimal("2.75")}


def test_in_a_facility_its_own_total_counts(lists):
    relative_value("99213")
    version = coded("", "99213")
    hospital = type(version)(**{**vars(version), "place_of_service": "22"})
    assert weights_for(hospital) == weights_for(hospital, version) == {"99213": Decimal("1.97")}


def test_weights_of_many_versions_cost_three_queries(lists, django_assert_num_queries):
    relative_value("99213")
    versions = [coded("", "99213", day=VISIT_DAY - timedelta(days=days)) for days in range(20)]
    with django_assert_num_queries(3):
        weights_for(*versions)


def test_a_verdict_still_ranks_levels(river, ann, bea, lists):
    from coding.actions.queue import take_next

    submitted(waiting(chart__batch__practice=river), ann)
    verifying = take_next(by=bea, at=NOON, stages=[Stage.VERIFICATION])
    verdict = give_verdict(
        assignment=verifying, by=bea, at=NOON, verdict=Verdict.CORRECTED, coded=coded("E119 I10", "99214@1")
    )
    assert [one.kind for one in verdict.discrepancies.all()] == ["down_coded"]


def test_a_date_before_the_first_edition_is_answered_by_it_and_says_so(db):
    edition = factories.EditionFactory(code_set=CodeSet.ICD10CM, name="FY2026 April", effective=date(2026, 4, 1))
    factories.CodeFactory(edition=edition, code="E119")

    def said(day):
        found = coded("E119", "", day=day)
        return [one.text for one in run_edits(found, tables_for(found)) if one.edit == "date_before_list"]

    assert said(date(2026, 4, 1)) == []
    assert said(date(2020, 3, 1)) == [
        "No list of diagnoses of 2020-03-01 is loaded; FY2026 April, which begins on 2026-04-01, answers instead."
    ]
