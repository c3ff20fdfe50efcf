"""A small ICD-10-CM list with notes and index, and how tests search it."""

from datetime import date

from coding.code_index import Personal, find_codes
from coding.models import CodeNote, Edition, IndexEntry
from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from coding.rules.tables import NoteKind
from tests import factories

DAY = date(2026, 3, 1)

CODES = (
    ("E11", "Type 2 diabetes mellitus", False),
    ("E1122", "Type 2 diabetes mellitus with diabetic chronic kidney disease", True),
    ("E119", "Type 2 diabetes mellitus without complications", True),
    ("I10", "Essential (primary) hypertension", True),
    ("I219", "Acute myocardial infarction, unspecified", True),
    ("J189", "Pneumonia, unspecified organism", True),
    ("M17", "Osteoarthritis of knee", False),
    ("M170", "Bilateral primary osteoarthritis of knee", True),
    ("M1711", "Unilateral primary osteoarthritis, right knee", True),
    ("M1712", "Unilateral primary osteoarthritis, left knee", True),
    ("M179", "Osteoarthritis of knee, unspecified", True),
    ("N183", "Chronic kidney disease, stage 3 (moderate)", False),
    ("N1831", "Chronic kidney disease, stage 3a", True),
    ("N1832", "Chronic kidney disease, stage 3b", True),
    ("S52501", "Unspecified fracture of the lower end of right radius", False),
    ("S52501A", "Unspecified fracture of the lower end of right radius, initial encounter for closed fracture", True),
    ("S52501D", "Unspecified fracture of the lower end of right radius, subsequent encounter for closed fracture with "
     "routine healing", True),
    ("S52501S", "Unspecified fracture of the lower end of right radius, sequela", True),
)  # fmt: skip


def fill() -> None:
    """Codes, one inclusion term at a category, and a few lines of the index."""
    for code, title, billable in CODES:
        factories.CodeFactory(code=code, title=title, billable=billable)
    tabular = factories.EditionFactory(code_set=CodeSet.ICD10CM_TABULAR)
    CodeNote.objects.create(
        edition=tabular, position=1, holder="M17", kind=NoteKind.INCLUSION_TERM, text="Gonarthrosis (M17.-)"
    )
    CodeNote.objects.create(edition=tabular, position=2, holder="M17", kind=NoteKind.EXCLUDES1, text="Coxarthrosis")
    index = factories.EditionFactory(code_set=CodeSet.ICD10CM_INDEX)
    lines = (
        (["Attack, attacks", "heart"], "", "Infarct, myocardium"),
        (["Infarct, infarction", "myocardium, myocardial (acute)"], "I219", ""),
        (["Broken wrist, dinner-fork"], "S5250-", ""),
    )
    for position, (path, code, see) in enumerate(lines, 1):
        IndexEntry.objects.create(edition=index, position=position, level=len(path) - 1, path=path, code=code, see=see)


def more_codes(code: str, title: str) -> Edition:
    """One more code, as an edition that was loaded meanwhile."""
    edition = factories.EditionFactory(effective=date(2026, 2, 1))
    factories.CodeFactory(edition=edition, code=code, title=title)
    return edition


def found(text: str, *, on: date = DAY, system: System = System.ICD10CM, limit: int = 12, **personal: object):
    return find_codes(system=system, on=on, text=text, limit=limit, personal=Personal(**personal))  # type: ignore[arg-type]


def codes(text: str, **how: object) -> list[str]:
    return [hit.code for hit in found(text, **how).hits]  # type: ignore[arg-type]


def why(text: str, code: str, **how: object) -> str:
    return next(hit.why for hit in found(text, **how).hits if hit.code == code)  # type: ignore[arg-type]
