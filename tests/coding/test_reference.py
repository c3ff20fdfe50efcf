"""What a bench says about the code in hand: by the date of service, sourced, for nobody but who has the visit."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coding.actions.tables import forget_short_lists
from coding.models import (
    AddOnPair,
    BundledPair,
    CodeGroup,
    CodeNote,
    CoverageGroup,
    Crosswalk,
    FeeSchedule,
    PreCoding,
    Ruling,
    UnitLimit,
)
from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from portal.rules.roles import Role
from tests import factories
from tests.coding.benches import form_for, many_to_code, to_code, to_verify
from tests.coding.lines import VISIT_DAY
from tests.coding.prices.rows import row
from tests.coding.prices.test_price_command import edition, stored

pytestmark = pytest.mark.django_db
BEFORE, AFTER = date(2026, 4, 1), date(2026, 11, 1)  # the visit is of 2026-10-30
LONG_AGO = date(2020, 1, 1)
WHEN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def held(river, ann):
    forget_short_lists()  # another test's edition may have had the same number
    return to_code(river, ann)


def body(diagnoses="", procedures=""):
    """body("E119 I10", "99213-25 20610")."""
    lines = [text.split("-") for text in procedures.split()]
    return json.dumps({
        "diagnoses": [{"code": code} for code in diagnoses.split()],
        "procedures": [{"code": code, "modifiers": modifiers, "units": 1} for code, *modifiers in lines],
    })  # fmt: skip


@pytest.fixture
def ask(held, ann, as_user):
    """The answer about a code, in one line of text."""

    def ask(code, kind="diagnosis", *, sent=""):
        answer = as_user(ann).post(
            reverse("coding:reference", args=[held.encounter_id]),
            form_for(held, code=code, kind=kind, body=sent or body()),
        )
        assert (answer.status_code, answer["X-Encounter"]) == (200, str(held.encounter_id))
        return " ".join(answer.content.decode().split())

    return ask


def tabular(effective=BEFORE, text="type 1 diabetes mellitus (E10.-)", chapter="4"):
    of = edition(CodeSet.ICD10CM_TABULAR, effective)
    CodeGroup.objects.create(edition=of, position=1, label=chapter, title="Endocrine", first="E00", last="E89",
                             categories=["E11"])  # fmt: skip
    CodeGroup.objects.create(edition=of, position=2, within=1, label="E08-E13", title="Diabetes", first="E08",
                             last="E13", categories=["E11"])  # fmt: skip
    for place, (holder, kind, words) in enumerate([
        (chapter, "use_additional", "Endocrine activity"),
        ("E11", "excludes1", text),
        ("E119", "inclusion_term", "Type 2 diabetes NOS"),
    ]):  # fmt: skip
        CodeNote.objects.create(edition=of, position=place, holder=holder, kind=kind, text=words)
    return of


def pair(one, two, *, since=LONG_AGO, until=None, indicator="1", of=None):
    of = of or edition(CodeSet.PTP_PRACTITIONER, BEFORE)
    BundledPair.objects.create(edition=of, column_one=one, column_two=two, effective=since, deleted_on=until,
                               indicator=indicator, rationale="Standards of practice")  # fmt: skip
    return of


# -- a diagnosis ---------------------------------------------------------------------------------------


def test_the_notes_of_a_diagnosis_come_with_those_above_it_nearest_first(ask):
    tabular()
    text = ask("E11.9")
    assert text.index("Type 2 diabetes NOS") < text.index("From E11") < text.index("From chapter 4")
    assert "Excludes1" in text
    assert "Tabular list, icd10cm_tabular 2026-04-01" in text


def test_what_a_note_names_and_the_visit_has_is_marked(ask):
    tabular(text="hypertension (I10-I15)")
    assert "on this visit: I10" in ask("E119", sent=body("E119 I10 M1711"))
    assert "on this visit" not in ask("E119", sent=body("E119 M1711"))


def test_the_edition_of_the_date_of_service_answers_not_a_later_one(ask):
    tabular(text="as it was (E10.-)")
    tabular(AFTER, text="as it is now (E10.-)")
    assert "as it was" in ask("E119")
    PreCoding.objects.update(date_from=date(2026, 11, 2), date_to=date(2026, 11, 2))
    text = ask("E119")
    assert "as it is now" in text
    assert "for 11/02/2026" in text


def test_the_guidelines_are_those_of_the_chapter_and_the_fiscal_year(ask):
    tabular()
    assert "ICD-10-CM Official Guidelines FY2027, I.C.4" in ask("E119")


def test_a_chapter_without_guidelines_names_none(ask):
    tabular(chapter="3")
    assert "Official Guidelines" not in ask("E119")


def test_the_other_revision_is_there_with_its_mapping(ask):
    of = edition(CodeSet.GEM_10_TO_9, date(2018, 1, 1))
    Crosswalk.objects.create(edition=of, position=1, source="E119", target="25000", approximate=True, no_map=False,
                             combination=False, scenario=0, choice_list=0)  # fmt: skip
    factories.CodeFactory(system=System.ICD9CM, code="25000", title="Diabetes, no complication",
                          edition=edition(CodeSet.ICD9CM, date(2014, 10, 1)))  # fmt: skip
    text = ask("E119")
    assert "250.00" in text
    assert "Diabetes, no complication" in text
    assert "General Equivalence Mappings, gem_10_to_9 2018-01-01" in text


def test_a_code_that_the_list_of_the_day_lacks_says_so(ask):
    assert "not in ICD-10-CM on 10/30/2026" in ask("E118")


# -- a procedure ---------------------------------------------------------------------------------------


def test_a_code_that_is_only_looked_at_meets_the_codes_of_the_visit(ask):
    pair("20610", "99213")
    text = ask("99213", "procedure", sent=body("", "20610 71046"))
    assert "20610" in text
    assert "includes this code, only with a modifier; no modifier yet." in text
    assert "NCCI PTP ptp_practitioner 2026-04-01, indicator 1, since 01/01/2020: Standards of practice" in text
    assert "71046" not in text


def test_a_modifier_on_the_line_separates_the_pair(ask):
    pair("20610", "99213")
    assert "a modifier separates them" in ask("99213", "procedure", sent=body("", "20610 99213-25"))


def test_a_pair_that_did_not_hold_on_the_day_is_not_told(ask):
    of = pair("20610", "99213", until=date(2026, 9, 30))
    pair("71046", "99213", since=AFTER, of=of)
    text = ask("99213", "procedure", sent=body("", "20610 71046"))
    assert "Bundled on this visit" not in text
    assert "bundled with no other code of this visit" in text


def test_the_limit_and_the_primaries_come_with_their_editions(ask):
    UnitLimit.objects.create(edition=edition(CodeSet.MUE_PRACTITIONER, BEFORE), code="20610", units=2,
                             adjudication=3, rationale="Clinical: data")  # fmt: skip
    AddOnPair.objects.create(edition=edition(CodeSet.ADD_ONS, BEFORE), add_on="20610", primary="99213", kind=1)
    text = ask("20610", "procedure")
    assert "<strong>2 units a day, more with records (MAI 3)</strong>" in text
    assert "NCCI MUE mue_practitioner 2026-04-01: Clinical: data" in text
    assert "Add-on code to 99213" in text


def test_price_and_work_are_those_of_day_place_and_payer(ask, held, river):
    factor = {"conversion_factor": Decimal("32.3465")}
    stored(row("99213", "1.30", "1.35", "0.57", "0.10", **factor), edition(CodeSet.RELATIVE_VALUES, BEFORE))
    stored(row("99213", "9.30", "1.35", "0.57", "0.10", **factor), edition(CodeSet.RELATIVE_VALUES, AFTER))
    text = ask("99213", "procedure")
    assert "<strong>$88.95</strong>" in text
    assert "Medicare, national" in text
    assert "<strong>1.30</strong>" in text
    PreCoding.objects.update(place_of_service="22")
    assert "<strong>$63.72</strong>" in ask("99213", "procedure")
    payer = factories.PayerFactory(practice=river)
    PreCoding.objects.update(payer=payer, place_of_service="11")
    FeeSchedule.objects.create(practice=river, payer=payer, name="Acme 2026", starts_on=date(2026, 1, 1),
                               percent_of_medicare=120)  # fmt: skip
    text = ask("99213", "procedure")
    assert "<strong>$106.74</strong>" in text
    assert "Acme 2026, national" in text


def test_a_coverage_article_is_held_against_the_visits_diagnoses(ask):
    of = edition(CodeSet.COVERAGE, BEFORE)
    for number, covered in ((1, ["M1711"]), (2, ["E119"])):
        CoverageGroup.objects.create(edition=of, article="A100", title="Joint injections", group=number,
                                     procedures=["20610"], covered=covered, not_covered=["I10"])  # fmt: skip
    text = ask("20610", "procedure", sent=body("E119 I10 M1711"))
    assert "lists E11.9, M17.11, against I10." in text
    assert "lists none of this visit's diagnoses" in ask("20610", "procedure", sent=body("Z000"))


# -- rulings -------------------------------------------------------------------------------------------


def ruled(text, *, pattern="E11*", since=date(2026, 1, 1), **fields):
    return Ruling.objects.create(pattern=pattern, text=text, starts_on=since, issued_at=WHEN,
                                 issued_by=factories.UserFactory(roles=[Role.MANAGER]), **fields)  # fmt: skip


def test_rulings_in_force_for_this_code_client_and_payer_are_told(ask, river, lake):
    PreCoding.objects.update(payer=factories.PayerFactory(practice=river, name="Acme"))
    mine = ruled("Code the type.", practice=river, payer="acme")
    ruled("Of another payer.", practice=river, payer="Bolt")
    ruled("Of another client.", practice=lake)
    ruled("Of another code.", pattern="I10")
    ruled("Not yet.", since=date(2099, 1, 1))
    text = ask("E119")
    assert f'href="{reverse("coding:ruling", args=[mine.pk])}"' in text
    assert "Code the type." in text
    for other in ("another payer", "another client", "another code", "Not yet"):
        assert other not in text


# -- for whom, and at what cost ------------------------------------------------------------------------


def test_who_does_not_have_the_visit_gets_nothing(held, as_user, bea, cleo, otto):
    for person in (factories.UserFactory(roles=[Role.CODER]), bea, cleo, otto):
        answer = as_user(person).post(
            reverse("coding:reference", args=[held.encounter_id]),
            form_for(held, code="E119", kind="diagnosis", body=body()),
        )
        assert answer.status_code == 404, person


def test_a_question_about_another_chart_is_refused(held, ann, as_user):
    sent = form_for(held, code="E119", kind="diagnosis", body=body(), encounter=held.encounter_id + 1)
    assert as_user(ann).post(reverse("coding:reference", args=[held.encounter_id]), sent).status_code == 404


def test_a_verifier_asks_at_their_own_bench(river, ann, bea, as_user):
    held = to_verify(river, ann, bea)
    sent = form_for(held, code="E119", kind="diagnosis", body=body())
    answer = as_user(bea).post(reverse("coding:reference", args=[held.encounter_id]), sent)
    assert (answer.status_code, b"E11.9" in answer.content) == (200, True)


@pytest.mark.parametrize(
    ("code", "kind", "sent"),
    [("<b>", "diagnosis", "{}"), ("E119", "drug", "{}"), ("", "", "{}"), ("E119", "diagnosis", "{"),
     ("E119", "diagnosis", '{"procedures": [{"code": "99213", "modifiers": ["toolong"]}]}')],
)  # fmt: skip
def test_what_is_no_code_is_refused_in_words(held, ann, as_user, code, kind, sent):
    answer = as_user(ann).post(
        reverse("coding:reference", args=[held.encounter_id]), form_for(held, code=code, kind=kind, body=sent)
    )
    assert answer.status_code == 422
    assert b"finding hard" in answer.content


def test_without_a_date_of_service_no_edition_answers(ask):
    PreCoding.objects.all().delete()
    assert "date of service is not known" in ask("E119")


def test_it_asks_the_database_as_often_for_many_codes_as_for_one(river, ann, as_user):
    forget_short_lists()
    one, other = many_to_code(river, ann, 2)
    tabular()
    of = pair("20610", "99213")
    for number in range(20):
        pair("99213", f"J{number:04}", of=of)
    stored(row("99213", "1.30", "1.35", "0.57", "0.10", conversion_factor=Decimal("32.3465")),
           edition(CodeSet.RELATIVE_VALUES, BEFORE))  # fmt: skip
    many = body("E119 I10 M1711 M1712", " ".join(["20610", *(f"J{number:04}" for number in range(20))]))

    def asked(held, code, kind, sent):
        client = as_user(ann)
        url, form = reverse("coding:reference", args=[held.encounter_id]), form_for(held, code=code, kind=kind,
                                                                                    body=sent)  # fmt: skip
        client.post(url, form)  # what a process reads once
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.post(url, form).status_code == 200
        return len(queries)

    for code, kind, most in (("99213", "procedure", 34), ("E119", "diagnosis", 22)):
        few = asked(one, code, kind, body())
        assert asked(other, code, kind, many) == few
        assert few <= most


def test_the_visit_day_of_these_tests_lies_between_the_editions():
    assert BEFORE < VISIT_DAY < AFTER
