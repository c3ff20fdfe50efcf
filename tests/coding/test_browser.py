"""The code browser: lists by date, the tree, and a code's page."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from coding.models import (
    AddOnPair,
    BundledPair,
    CodeGroup,
    CodeNote,
    Crosswalk,
    FavouriteCode,
    IndexEntry,
    RelativeValue,
    UnitLimit,
)
from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from tests import factories
from tests.coding.prices.rows import row

pytestmark = pytest.mark.django_db
APRIL, OCTOBER = date(2026, 4, 1), date(2026, 10, 1)


def edition(code_set, effective=APRIL, **more):
    return factories.EditionFactory(code_set=code_set, effective=effective, name=f"of {effective}", **more)


def codes(of, system, **titles):
    for code, title in titles.items():
        factories.CodeFactory(
            edition=of, system=system, code=code.lstrip("_"), title=title, billable=not title.endswith("(heading)")
        )


@pytest.fixture
def lists():
    """Two editions of ICD-10-CM; the later one splits I42.0, adds M67.A01 and drops I42.8."""
    older, newer = edition(CodeSet.ICD10CM), edition(CodeSet.ICD10CM, OCTOBER)
    shared = {
        "I42": "Cardiomyopathy (heading)",
        "M1711": "Osteoarthritis, right knee",
        "M1712": "Osteoarthritis, left knee",
    }
    codes(older, System.ICD10CM, **shared, I420="Dilated cardiomyopathy", I428="Other cardiomyopathies")
    codes(
        newer,
        System.ICD10CM,
        **shared,
        I420="Dilated cardiomyopathy (heading)",
        I4200="Dilated cardiomyopathy, unspecified",
    )
    tabular = edition(CodeSet.ICD10CM_TABULAR)
    CodeGroup.objects.create(
        edition=tabular, position=1, label="9", title="Circulatory system", first="I00", last="I99", categories=["I42"]
    )
    CodeGroup.objects.create(
        edition=tabular, position=2, within=1, label="I30-I5A", title="Other heart disease", first="I30", last="I5A",
        categories=["I42"],
    )  # fmt: skip
    for place, (holder, kind, text) in enumerate(
        [
            ("I42", "code_first", "Pre-existing cardiomyopathy complicating pregnancy (O99.4)"),
            ("9", "excludes2", "neoplasms (C00-D49)"),
        ]
    ):
        CodeNote.objects.create(edition=tabular, position=place, holder=holder, kind=kind, text=text)


@pytest.fixture
def browse(ann, as_user):
    def browse(**query):
        answer = as_user(ann).get(reverse("coding:browser"), query)
        return answer.status_code, " ".join(answer.content.decode().split())

    return browse


def test_it_opens_with_the_chapters(lists, browse):
    status, text = browse(on="2026-05-01")
    assert status == 200
    assert "Circulatory system" in text
    assert "of 2026-04-01 answers for 2026-05-01" in text


def test_a_chapter_leads_to_blocks_and_these_to_categories(lists, browse):
    assert "Other heart disease" in browse(on="2026-05-01", group=1)[1]
    text = browse(on="2026-05-01", group=2)[1]
    assert "code=I42" in text
    assert "code=M1711" not in text


def test_a_code_shows_its_place_and_the_notes_it_inherits(lists, browse):
    text = browse(on="2026-05-01", code="I42.0")[1]
    assert "Billable</span>" in text
    assert "From I42" in text
    assert "Pre-existing cardiomyopathy complicating pregnancy" in text
    assert "From chapter 9" in text


def test_a_block_shows_its_notes_and_those_of_its_chapter(lists, browse):
    text = browse(on="2026-05-01", group=2)[1]
    assert "From chapter 9" in text
    assert '<span class="code">I30-I5A</span> Other heart disease</h2>' in text
    assert "I30.-" not in text


def test_a_code_named_in_a_note_leads_there(lists, browse):
    text = browse(on="2026-05-01", code="I42.0")[1]
    assert 'on=2026-05-01&amp;code=O994">O99.4</a>)' in text


def test_what_lies_beside_a_code_stays_in_view_with_the_code_marked(lists, browse):
    text = browse(on="2026-05-01", code="I42.0")[1]
    assert 'code=I420" aria-current="true"' in text
    assert "code=I428" in text


def test_a_list_without_headings_is_climbed_by_first_characters(browse):
    codes(edition(CodeSet.HCPCS), System.PROCEDURE, G0101="Screening", G0102="Other screening")
    assert "2 codes" in browse(system="procedure", on="2026-05-01")[1]
    text = browse(system="procedure", on="2026-05-01", code="G0101")[1]
    assert "code=G01" in text
    assert "code=G0102" in text


def test_the_favourites_are_at_the_top_of_their_list(lists, browse, ann):
    FavouriteCode.objects.create(
        user=ann, system=System.ICD10CM, code="M1711", added_at=datetime(2026, 5, 1, tzinfo=UTC)
    )
    assert "Your favourites" in browse(on="2026-05-01")[1]
    assert "Your favourites" not in browse(on="2026-05-01", code="M1712")[1]
    assert "Your favourites" not in browse(on="2026-05-01", system="icd9cm")[1]


def test_the_words_of_a_search_can_be_looked_for_in_the_other_lists(lists, browse):
    text = browse(on="2026-05-01", q="cardiomyopathy")[1]
    assert re.search(r'code=I42[08]?" autofocus', text), "Enter opens the first"
    assert "system=procedure&amp;on=2026-05-01&amp;q=cardiomyopathy" in text
    nothing = browse(on="2026-05-01", q="zzqqxx")[1]
    assert "No code for “zzqqxx”" in nothing
    assert "system=icd9cm&amp;on=2026-05-01&amp;q=zzqqxx" in nothing


def test_the_date_decides_what_is_billable(lists, browse):
    assert "Billable</span>" in browse(on="2026-09-30", code="I420")[1]
    text = browse(on="2026-10-01", code="I420")[1]
    assert "Heading: choose a code below it" in text
    assert "no longer billable: it has codes below it" in text
    assert "code=I4200" in text


@pytest.mark.parametrize("code", ["I42\0", "\0", "I42 %", "I42é💉", "I4_", "i42" * 4000])
def test_what_no_code_has_falls_out_of_an_address(lists, browse, code):
    assert browse(on="2026-05-01", code=code)[0] in {200, 404}


def test_a_code_that_is_gone_says_so(lists, browse):
    status, text = browse(on="2026-10-01", code="I428")
    assert status == 404
    assert "I42.8</span> is not in ICD-10-CM on 2026-10-01" in text
    assert "code=I420" in text, "what lies beside it"
    assert "of 2026-10-01 (2026-10-01): deleted" not in text
    assert browse(on="2026-09-30", code="I428")[0] == 200


def test_the_other_side_is_one_step_away(lists, browse):
    text = browse(on="2026-05-01", code="M1711")[1]
    assert "code=M1712" in text
    assert 'aria-current="true">Right' in text


def test_the_index_and_the_crosswalk_lead_to_it(lists, browse):
    index = edition(CodeSet.ICD10CM_INDEX)
    IndexEntry.objects.create(edition=index, position=1, level=1, path=["Cardiomyopathy", "congestive"], code="I420")
    IndexEntry.objects.create(edition=index, position=2, level=0, path=["Heart muscle"], code="I42-")
    gems = edition(CodeSet.GEM_10_TO_9)
    Crosswalk.objects.create(
        edition=gems, position=1, source="I420", target="4254", approximate=True, no_map=False, combination=False,
        scenario=0, choice_list=0,
    )  # fmt: skip
    codes(edition(CodeSet.ICD9CM, date(2014, 10, 1)), System.ICD9CM, _4254="Other primary cardiomyopathies")
    text = browse(on="2026-05-01", code="I420")[1]
    assert "Cardiomyopathy › congestive" in text
    assert "Heart muscle" in text
    assert "425.4" in text
    assert "Other primary cardiomyopathies" in text
    assert "approximate" in text


def test_an_old_date_browses_the_old_list(lists, browse):
    codes(edition(CodeSet.ICD9CM, date(2014, 10, 1)), System.ICD9CM, _25000="Diabetes", _25001="Diabetes, type I")
    assert "code=2" in browse(on="2014-12-01")[1]
    assert "250.00" in browse(on="2014-12-01", code="250")[1]


def test_a_procedure_has_prices_and_edits(browse):
    codes(edition(CodeSet.HCPCS), System.PROCEDURE, G0101="Screening", G0102="Other screening")
    values = row("G0101", "1.30", "1.35", "0.57", "0.10", conversion_factor=Decimal("32.3465"))
    names = [field.name for field in RelativeValue._meta.concrete_fields if field.name not in {"id", "edition"}]
    RelativeValue.objects.create(
        edition=edition(CodeSet.RELATIVE_VALUES), **{name: getattr(values, name) for name in names}
    )
    pairs = edition(CodeSet.PTP_PRACTITIONER)
    for effective, deleted, indicator in ((APRIL, None, "1"), (date(2020, 1, 1), date(2021, 1, 1), "0")):
        BundledPair.objects.create(
            edition=pairs, column_one="G0101", column_two="G0102", effective=effective, deleted_on=deleted,
            indicator=indicator, rationale="Standard of practice",
        )  # fmt: skip
    UnitLimit.objects.create(
        edition=edition(CodeSet.MUE_PRACTITIONER), code="G0101", units=1, adjudication=2, rationale="Policy"
    )
    AddOnPair.objects.create(edition=edition(CodeSet.ADD_ONS), add_on="G0101", primary="G0102", kind=1)
    text = browse(system="procedure", on="2026-05-01", code="G0101")[1]
    assert "Office: <strong>$88.95</strong>" in text
    assert "Facility: <strong>$63.72</strong>" in text
    assert "NCCI pairs: 1" in text
    assert "is included in this code, only with a modifier" in text
    assert "1 unit a day, absolute (practitioner, MAI 2)" in text
    assert "Add-on code to G0102" in text


def test_a_day_before_the_first_edition_says_so(lists, browse):
    assert "nothing older is loaded, and it begins on 2026-04-01" in browse(on="2020-05-01", code="I420")[1]
    assert "nothing older is loaded" not in browse(on="2026-04-01", code="I420")[1]


@pytest.mark.parametrize("query", [{"on": "yesterday"}, {"system": "icd11"}, {"group": "x"}])
def test_nonsense_is_refused(browse, query):
    assert browse(**query)[0] == 400


def test_an_unloaded_list_says_what_is_missing(browse):
    status, text = browse(system="icd10cm", on="2026-05-01")
    assert status == 200
    assert "No edition is loaded for this list" in text
