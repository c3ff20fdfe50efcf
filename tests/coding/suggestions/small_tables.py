"""A small list of diagnoses with names, index and notes, and how tests ask for suggestions."""

from datetime import date

from coding.rules.code_search import Expressions
from coding.rules.codings import Sex, System
from coding.rules.suggestions import PhraseSuggester, Source, Suggestion, Tables, Visit
from coding.rules.suggestions.code_book import CodeBook
from coding.rules.suggestions.crosswalk import Counterpart, Crosswalk
from coding.rules.suggestions.lexicon import IndexLine, index_rows, lexicon, named_rows, title_rows
from coding.rules.suggestions.mentions import Finder
from coding.rules.suggestions.procedures import Procedures, procedure_rows
from coding.rules.suggestions.together import Notes
from coding.rules.suggestions.typed_pages import typed_pages
from coding.rules.tables import CodeNote, NoteKind

DAY = date(2026, 3, 1)
CODES = (
    ("C50", "Malignant neoplasm of breast", False),
    ("C50919", "Malignant neoplasm of unspecified site of unspecified female breast", True),
    ("E10", "Type 1 diabetes mellitus", False),
    ("E109", "Type 1 diabetes mellitus without complications", True),
    ("E11", "Type 2 diabetes mellitus", False),
    ("E1122", "Type 2 diabetes mellitus with diabetic chronic kidney disease", True),
    ("E1142", "Type 2 diabetes mellitus with diabetic polyneuropathy", True),
    ("E119", "Type 2 diabetes mellitus without complications", True),
    ("I10", "Essential (primary) hypertension", True),
    ("I110", "Hypertensive heart disease with heart failure", True),
    ("I129", "Hypertensive chronic kidney disease with stage 1 through stage 4 chronic kidney disease, or unspecified "
     "chronic kidney disease", True),
    ("I130", "Hypertensive heart and chronic kidney disease with heart failure and stage 1 through stage 4 chronic "
     "kidney disease", True),
    ("I509", "Heart failure, unspecified", True),
    ("J189", "Pneumonia, unspecified organism", True),
    ("J209", "Acute bronchitis, unspecified", True),
    ("J4520", "Mild intermittent asthma, uncomplicated", True),
    ("J45909", "Unspecified asthma, uncomplicated", True),
    ("K3580", "Unspecified acute appendicitis", True),
    ("M17", "Osteoarthritis of knee", False),
    ("M1711", "Unilateral primary osteoarthritis, right knee", True),
    ("M1712", "Unilateral primary osteoarthritis, left knee", True),
    ("M179", "Osteoarthritis of knee, unspecified", True),
    ("M2556", "Pain in knee", False),
    ("M25561", "Pain in right knee", True),
    ("M25562", "Pain in left knee", True),
    ("M25569", "Pain in unspecified knee", True),
    ("N18", "Chronic kidney disease (CKD)", False),
    ("N183", "Chronic kidney disease, stage 3 (moderate)", False),
    ("N1831", "Chronic kidney disease, stage 3a", True),
    ("N1832", "Chronic kidney disease, stage 3b", True),
    ("N189", "Chronic kidney disease, unspecified", True),
    ("O2441", "Gestational diabetes mellitus in pregnancy", True),
    ("R059", "Cough, unspecified", True),
    ("R0600", "Dyspnea, unspecified", True),
    ("R112", "Nausea with vomiting, unspecified", True),
    ("R509", "Fever, unspecified", True),
    ("R0789", "Other chest pain", True),
    ("R079", "Chest pain, unspecified", True),
    ("S51812", "Laceration without foreign body of left forearm", False),
    ("S51812A", "Laceration without foreign body of left forearm, initial encounter", True),
    ("S51812D", "Laceration without foreign body of left forearm, subsequent encounter", True),
    ("Z0000", "Encounter for general adult medical examination without abnormal findings", True),
    ("Z1211", "Encounter for screening for malignant neoplasm of colon", True),
    ("Z7901", "Long term (current) use of anticoagulants", True),
    ("Z7984", "Long term (current) use of oral hypoglycemic drugs", True),
    ("Z803", "Family history of malignant neoplasm of breast", True),
    ("Z833", "Family history of diabetes mellitus", True),
    ("Z853", "Personal history of malignant neoplasm of breast", True),
    ("Z8701", "Personal history of pneumonia (recurrent)", True),
    ("Z880", "Allergy status to penicillin", True),
    ("N400", "Benign prostatic hyperplasia without lower urinary tract symptoms", True),
)  # fmt: skip
NAMES = (
    ("I10", "hypertension"), ("R079", "chest pain"), ("J45909", "asthma"), ("E119", "diabetes"), ("R509", "fever"),
    ("R059", "cough"), ("R0600", "shortness of breath"), ("K3580", "appendicitis"), ("J189", "pneumonia"),
    ("I509", "congestive heart failure"), ("C50919", "breast cancer"), ("N189", "chronic kidney disease"),
    ("M179", "knee osteoarthritis"), ("J209", "bronchitis"),
)  # fmt: skip
INDEX = (
    IndexLine(["Polyneuropathy (peripheral)", "diabetic", "type 2"], "", "E1142", ""),
    IndexLine(["Diabetes, diabetic (mellitus)", "type 2", "with", "polyneuropathy"], "", "E1142", ""),
    IndexLine(["Sugar sickness"], "", "", "Diabetes, type 2, with, polyneuropathy"),
    IndexLine(["Castration, traumatic, male"], "", "S51812A", ""),
    IndexLine(["Arthropathy", "specified NEC", "knee"], "", "M179", ""),
)
EXPRESSIONS = (
    ("dm2", "type 2 diabetes mellitus"), ("htn", "hypertension"), ("ckd", "chronic kidney disease"), ("ra", "asthma"),
    ("colonoscopy", "malignant neoplasm of colon"),
)  # fmt: skip
EXCLUDES = {"J189": (CodeNote(NoteKind.EXCLUDES1, "J189", "acute bronchitis (J20.-)"),)}
PROCEDURES = (
    ("20610", "Demo: needle into a big joint", True),
    ("99213", "Office visit, known patient", True),
    ("J3301", "Injection, triamcinolone acetonide, not otherwise specified, 10 mg", True),
    ("J2001", "Injection, lidocaine hcl for intravenous infusion, 10 mg", True),
    ("G0008", "Administration of influenza virus vaccine", True),
    ("E0114", "Crutches underarm, other than wood, pair", True),
)
ICD9 = {
    "4011": "Benign essential hypertension",
    "4019": "Unspecified essential hypertension",
    "25000": "Diabetes mellitus without mention of complication",
}
BACK = (
    Counterpart("I10", "4019", approximate=True),
    Counterpart("I10", "4011", approximate=True),
    Counterpart("E119", "25000", approximate=True),
)


def tables() -> Tables:
    book = CodeBook.of(CODES)
    expressions = Expressions.of(EXPRESSIONS)
    phrases = lexicon((*title_rows(book.titles.items()), *named_rows(NAMES, Source.SYNONYM), *index_rows(INDEX)))
    listed = CodeBook.of(PROCEDURES)
    names = named_rows((("20610", "knee injection"), ("G0008", "flu shot")), Source.SYNONYM)
    procedures = lexicon((*procedure_rows(listed.titles.items()), *names))
    return Tables(
        book, phrases, expressions, Notes(EXCLUDES, {}), Procedures(listed, Finder(procedures, expressions)),
        Crosswalk.of(BACK, ICD9),
    )  # fmt: skip


OURS = PhraseSuggester(tables())


def suggested(
    text: str, *, on: date = DAY, outpatient: bool = True, sex: Sex = Sex.UNKNOWN, age: int | None = None
) -> tuple[Suggestion, ...]:
    """What is suggested for a note: lines of text, a heading ends in a colon."""
    visit = Visit(on, outpatient=outpatient, sex=sex, age=age)
    return OURS.suggest([page.page for page in typed_pages(text)], visit)


def codes(text: str, **how: object) -> list[str]:
    """The diagnoses."""
    found = suggested(text, **how)  # type: ignore[arg-type]
    return [one.code for one in found if one.system is not System.PROCEDURE]


def procedures(text: str) -> list[str]:
    return [one.code for one in suggested(text) if one.system is System.PROCEDURE]


def the(code: str, text: str, **how: object) -> Suggestion:
    """The suggestion of a code."""
    return next(one for one in suggested(text, **how) if one.code == code)  # type: ignore[arg-type]
