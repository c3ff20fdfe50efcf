"""The tables come from the editions in force on the date of service, once for each process."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coding.models import CodeNote, Crosswalk, Edition, EncounterPage, IndexEntry, PreCoding
from coding.rules.code_sets import CodeSet
from coding.rules.codings import Sex, System
from coding.rules.suggestions import Suggester, Visit
from coding.rules.suggestions.typed_pages import typed_pages
from coding.rules.tables import NoteKind
from coding.suggesting import NOTE_TERMS, PhraseEngine, note_terms, suggester_for, visit_of
from portal.rules.words import WordsSource, WordsState
from tests import factories
from tests.coding.lines import NOON, precoded, waiting
from tests.coding.written import VISIT_DAY

pytestmark = pytest.mark.django_db
DAY, BEFORE = date(2026, 3, 1), date(2014, 5, 1)


@pytest.fixture(autouse=True)
def small_lists(db):
    for code, title, billable in (
        ("I10", "Essential (primary) hypertension", True),
        ("M17", "Osteoarthritis of knee", False),
        ("M179", "Osteoarthritis of knee, unspecified", True),
        ("R509", "Fever, unspecified", True),
        ("W260XXA", "Contact with knife, initial encounter", True),
    ):
        factories.CodeFactory(code=code, title=title, billable=billable)
    tabular = factories.EditionFactory(code_set=CodeSet.ICD10CM_TABULAR)
    CodeNote.objects.create(
        edition=tabular, position=1, holder="M17", kind=NoteKind.INCLUSION_TERM, text="Gonarthrosis"
    )
    CodeNote.objects.create(
        edition=tabular, position=2, holder="R50", kind=NoteKind.EXCLUDES1, text="hypertension (I10)"
    )
    index = factories.EditionFactory(code_set=CodeSet.ICD10CM_INDEX)
    IndexEntry.objects.create(edition=index, position=1, level=0, path=["Worn joint"], code="M17-")


def codes(text: str, on: date = DAY) -> list[str]:
    found = suggester_for(on).suggest([page.page for page in typed_pages(text)], Visit(on))
    return [one.code for one in found]


def test_titles_notes_index_and_the_houses_names_lead_to_codes():
    assert codes("Assessment:\nEssential hypertension.") == ["I10"]
    assert codes("Assessment:\nGonarthrosis.") == ["M179"]
    assert codes("Assessment:\nWorn joint.") == ["M179"]
    assert codes("Assessment:\nHigh blood pressure.") == ["I10"]
    assert codes("Assessment:\nContact with knife.") == []


def test_excludes_notes_are_read():
    found = suggester_for(DAY).suggest(
        [page.page for page in typed_pages("Assessment:\nHypertension. Fever.")], Visit(DAY)
    )
    assert any(one.reason.endswith("Excludes1 beside I10") for one in found)


def test_a_list_that_is_loaded_later_counts_from_its_day():
    assert codes("Assessment:\nQuillwort fever.") == ["R509"]
    later = factories.EditionFactory(effective=date(2026, 2, 1))
    factories.CodeFactory(edition=later, code="A999", title="Quillwort fever")
    assert codes("Assessment:\nQuillwort fever.") == ["A999"]
    assert codes("Assessment:\nQuillwort fever.", on=date(2026, 1, 31)) == ["R509"]


def test_before_icd_10_cm_the_older_list_answers():
    factories.CodeFactory(system=System.ICD9CM, code="4019", title="Unspecified essential hypertension")
    gems = factories.EditionFactory(code_set=CodeSet.GEM_10_TO_9)
    same = {"edition": gems, "no_map": False, "combination": False, "scenario": 0, "choice_list": 0}
    Crosswalk.objects.create(position=1, source="I10", target="4019", approximate=True, **same)
    assert codes("Assessment:\nHypertension.", on=BEFORE) == ["4019"]
    assert codes("Assessment:\nHypertension.", on=date(2015, 10, 1)) == ["I10"]


def test_without_the_older_list_or_any_list_nothing_is_suggested():
    assert codes("Assessment:\nHypertension.", on=BEFORE) == []
    Edition.objects.all().delete()
    assert codes("Assessment:\nHypertension.") == []


def test_procedures_come_from_the_loaded_lists():
    factories.CodeFactory(system=System.PROCEDURE, code="G0008", title="Administration of influenza virus vaccine")
    assert codes("Procedure:\nFlu shot given.") == ["G0008"]


def test_tables_are_read_once():
    first: Suggester = suggester_for(DAY)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert suggester_for(DAY) is first
    assert len(queries) == 2


def test_the_houses_list_of_what_notes_write_is_whole():
    assert NOTE_TERMS.read_text(encoding="utf-8").count("\n") > 100
    assert len({(one.system, one.term) for one in note_terms()}) > 200
    assert not [one for one in note_terms() if one.term != one.term.strip() or not one.code.isalnum()]


@pytest.mark.parametrize("text", ["A Band-Aid was applied.", "Wears hearing aids.", "Uses walking aids."])
def test_an_aid_is_no_illness(text):
    factories.CodeFactory(code="B20", title="Human immunodeficiency virus [HIV] disease")
    assert codes(f"Assessment:\n{text}") == []
    assert codes("Assessment:\nHIV disease.") == ["B20"]


def read(encounter, position, text, state=WordsState.DONE):
    """A page of the visit whose words are those of a text."""
    page = factories.PageFactory(chart=encounter.chart, number=position)
    lines = typed_pages(text)[0].page.lines
    done = {"finished_at": NOON, "source": WordsSource.LAYER} if state == WordsState.DONE else {}
    factories.PageWordsFactory(page=page, state=state, words=lines.words, line_starts=lines.line_starts, **done)
    EncounterPage.objects.create(
        encounter=encounter, practice=encounter.practice, page=page, chart=encounter.chart, position=position
    )


def test_a_visit_is_suggested_from_its_pages_and_what_is_known_of_it(ann):
    visit = waiting()
    EncounterPage.objects.filter(encounter=visit).delete()
    read(visit, 2, "Fever was measured.")
    read(visit, 1, "Assessment:\nHypertension.")
    read(visit, 3, "Gonarthrosis.", state=WordsState.WAITING)
    engine, place = PhraseEngine(), dict(visit.placed.values_list("page_id", "position"))
    assert engine.suggest(visit) == ()  # nothing says the day
    precoded(visit, ann)
    found = engine.suggest(visit)
    assert {one.code: place[one.evidence[0].page] for one in found} == {"I10": 1, "R509": 2}
    assert visit_of(PreCoding.objects.get(encounter=visit)) == Visit(VISIT_DAY, outpatient=True, sex=Sex.FEMALE, age=66)
    PreCoding.objects.filter(encounter=visit).update(place_of_service="21")
    assert not visit_of(PreCoding.objects.get(encounter=visit)).outpatient
