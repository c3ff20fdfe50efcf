"""Edits of what the tabular list says about two diagnoses: Excludes1, code first, use additional code."""

from collections.abc import Iterator
from itertools import combinations

from coding.rules.codings import CodedEncounter
from coding.rules.edits.icd_repairs import put_before, put_first
from coding.rules.edits.icd_words import codes_of, guideline, is_icd10, notes_of, shown, tabular
from coding.rules.edits.repairs import without_diagnosis
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.note_codes import names, ranges_in
from coding.rules.tables import CodeNote, NoteKind, Tables

OPTIONAL = ("if applicable", "if known", "if present", "any associated", "if any")
NAMED = 4  # codes that a finding names at most
MANIFESTATION = "diseases classified elsewhere"  # "in", "in other", or "as the cause of"


def excludes1(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Two codes that are never together, unless they are about two unrelated conditions (guideline I.A.12.a)."""
    if not is_icd10(coded):
        return
    for (one, first), (two, second) in combinations(enumerate(codes_of(coded), start=1), 2):
        note = excluding(first, second, tables) or excluding(second, first, tables)
        if note is not None:
            yield Finding(
                "excludes1",
                Severity.CHECK,
                f"{shown(coded, first)} and {shown(coded, second)} exclude each other, unless they are unrelated.",
                f"{tabular(note)}; {guideline(coded, 'I.A.12.a')}",
                Place(Part.DIAGNOSIS, two),
                Fix(f"Remove diagnosis {two}", without_diagnosis(coded, two, instead=one)),
            )


def excluding(code: str, other: str, tables: Tables) -> CodeNote | None:
    """The Excludes1 note of a code that names another; a note of what both stand under is about neither."""
    for note in notes_of(code, NoteKind.EXCLUDES1, tables):
        if names(note.text, other) and not names(note.text, code):
            return note
    return None


def manifestation_first(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A manifestation "in diseases classified elsewhere" is never first-listed (guideline I.A.13)."""
    codes = codes_of(coded)
    fact = tables.diagnoses.get(codes[0]) if codes else None
    if fact is not None and is_icd10(coded) and MANIFESTATION in fact.title.lower():
        cause = cause_of(codes, tables)
        yield Finding(
            "manifestation_first",
            Severity.HARD,
            f"{shown(coded, codes[0])} is a manifestation: the disease that causes it comes first.",
            guideline(coded, "I.A.13"),
            Place(Part.DIAGNOSIS, 1),
            put_first(coded, cause) if cause else None,
        )


def cause_of(codes: list[str], tables: Tables) -> int:
    """The place of a coded disease that a code-first note of the first diagnosis names; 0 if there is none."""
    notes = [note.text for note in notes_of(codes[0], NoteKind.CODE_FIRST, tables)]
    return next((place for place, code in enumerate(codes, start=1) if any(names(text, code) for text in notes)), 0)


def code_first(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """What a code-first note names stands before; a missing one is asked for where the note calls it underlying.

    The notes at one place are one list of alternatives. Lists of circumstances ("heart failure due to hypertension")
    ask for nothing where the circumstance is not given.
    """
    if not is_icd10(coded):
        return
    codes = codes_of(coded)
    for place, code in enumerate(codes, start=1):
        for notes in alternatives(code, NoteKind.CODE_FIRST, tables):
            if not named_among(codes[: place - 1], notes):
                yield from out_of_order(coded, codes, place, notes)


def out_of_order(coded: CodedEncounter, codes: list[str], place: int, notes: list[CodeNote]) -> Iterator[Finding]:
    code = codes[place - 1]
    after = next((n for n, other in enumerate(codes, start=1) if n > place and named_among([other], notes)), 0)
    if after:
        text = f"{shown(coded, codes[after - 1])} comes before {shown(coded, code)}."
        yield finding("code_first", Severity.CHECK, text, notes, place, put_before(coded, after, place))
    elif asks_for_underlying(notes):
        text = f"{shown(coded, code)} asks for its underlying condition before it: {examples(notes)}."
        yield finding("code_first", Severity.CHECK, text, notes, place)


def use_additional(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A use-additional-code note whose codes are not there: a reminder, since the chart may hold nothing for it.

    Notes of blocks and chapters ("tobacco use") fit every code below and would remind of nothing: they are left out.
    """
    if not is_icd10(coded):
        return
    codes = codes_of(coded)
    reminded: set[str] = set()
    for place, code in enumerate(codes, start=1):
        for notes in alternatives(code, NoteKind.USE_ADDITIONAL, tables):
            own = code.startswith(notes[0].holder) and notes[0].holder not in reminded
            if own and not named_among(codes, notes):
                reminded.add(notes[0].holder)
                text = f"{shown(coded, code)} takes an additional code, if it is documented: {examples(notes)}."
                yield finding("use_additional", Severity.INFO, text, notes, place)


def alternatives(code: str, kind: NoteKind, tables: Tables) -> Iterator[list[CodeNote]]:
    """The notes of a kind that apply to a code, together where they stand together; only where they name codes."""
    places: dict[str, list[CodeNote]] = {}
    for note in notes_of(code, kind, tables):
        places.setdefault(note.holder, []).append(note)
    return (notes for notes in places.values() if any(ranges_in(note.text) for note in notes))


def named_among(codes: list[str], notes: list[CodeNote]) -> bool:
    return any(names(note.text, code) for note in notes for code in codes)


def asks_for_underlying(notes: list[CodeNote]) -> bool:
    text = " ".join(note.text for note in notes).lower()
    return "underlying" in text and not any(word in text for word in OPTIONAL)


def examples(notes: list[CodeNote]) -> str:
    ranges = list(dict.fromkeys(str(one) for note in notes for one in ranges_in(note.text)))
    return ", ".join(ranges[:NAMED]) + (" or another" if len(ranges) > NAMED else "")


def finding(  # noqa: PLR0913  (what a finding is made of)
    edit: str, severity: Severity, text: str, notes: list[CodeNote], place: int, fix: Fix | None = None
) -> Finding:
    return Finding(edit, severity, text, tabular(notes[0]), Place(Part.DIAGNOSIS, place), fix)
