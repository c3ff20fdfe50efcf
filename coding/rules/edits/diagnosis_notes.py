"""Edits from the instructional notes of the tabular list: Excludes1, code first, use additional code, code also."""

from collections.abc import Iterator

from coding.rules.code_titles import is_manifestation
from coding.rules.codings import CodedEncounter, System, dotted
from coding.rules.diagnosis_pairs import COMPANIONS
from coding.rules.edits.diagnosis_lines import Known, about, guideline, icd10_lines, moved, pairs_of, tabular
from coding.rules.edits.shape import Finding, Fix, Severity
from coding.rules.note_codes import Excluded, Instruction, excluded, in_spans, instructions, spans
from coding.rules.tables import CodeNote, NoteKind, Tables

CATEGORY_LENGTH = 3
# Added only if the record holds them, though the notes do not always say "if known": organisms, drugs, external causes.
OPTIONAL = spans("B95-B97, T36-T50, V00-Y99, Z16, Z18, Z72, Z77, F17")


def standing(holder: str) -> str:
    """Where a note stands, as people write it: a code, a block or a chapter."""
    if len(holder) < CATEGORY_LENGTH:
        return f"chapter {holder}"
    return holder if "-" in holder else dotted(System.ICD10CM, holder)


def excludes(line: Known, other: Known, named: Excluded | None = None) -> CodeNote | None:
    """The Excludes1 note at `line` that names `other` and not `line` itself; `named` if they were read already."""
    if named is None:
        named = excluded(line.notes)
    for span, note in named.get(other.code[0], ()):
        if span.covers(other.code) and not span.covers(line.code):
            return note
    return None


def excluded_pair(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Two diagnoses that an Excludes1 note keeps apart.

    Only a check: the guidelines allow both where the two conditions are unrelated, which the codes cannot tell.
    """
    lines = icd10_lines(coded, tables)
    read = {line.code: excluded(line.notes) for line in lines}
    for one, two in pairs_of(lines):
        holder, note = two, excludes(two, one, read[two.code])
        if note is None:
            holder, note = one, excludes(one, two, read[one.code])
        if note:
            yield about(
                "excluded_pair",
                Severity.CHECK,
                two,
                f"{one.shown} and {two.shown} exclude each other unless they are unrelated:"
                f" Excludes1 “{note.text.strip()}”.",
                f"{tabular(tables, holder, f'Excludes1 at {standing(note.holder)}')}; {guideline(coded, 'I.A.12.a')}",
            )


def causes(line: Known, lines: list[Known]) -> list[Known]:
    """The coded diagnoses that a "code first" note of this one names."""
    notes = instructions(line.notes, NoteKind.CODE_FIRST)
    return [other for other in lines if other.code != line.code and any(note.covers(other.code) for note in notes)]


def cause_after_manifestation(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A coded diagnosis that the note says to code first stands behind."""
    lines = icd10_lines(coded, tables)
    for line in lines:
        named = causes(line, lines)
        if not named or named[0].number < line.number or line.code in {back.code for back in causes(named[0], lines)}:
            continue
        cause = named[0]
        note = next(note for note in instructions(line.notes, NoteKind.CODE_FIRST) if note.covers(cause.code))
        yield about(
            "cause_after_manifestation",
            Severity.CHECK,
            line,
            f"{cause.shown} is coded before {line.shown}: code first {note.naming(cause.code)}.",
            f"{tabular(tables, line, f'Code first at {standing(note.holder)}')}; {guideline(coded, 'I.A.13')}",
            Fix(f"List {cause.shown} before {line.shown}", moved(coded, cause.number, line.number)),
        )


def manifestation_first(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """ "In diseases classified elsewhere" is never first-listed."""
    lines = icd10_lines(coded, tables)
    if not lines or lines[0].number != 1 or not is_manifestation(lines[0].title):
        return
    others = [line for line in lines[1:] if not is_manifestation(line.title)]
    cause = next(iter(causes(lines[0], others)), others[0] if len(others) == 1 else None)
    yield about(
        "manifestation_first",
        Severity.HARD,
        lines[0],
        f"{lines[0].shown} is a manifestation and cannot be first-listed; its cause comes first.",
        guideline(coded, "I.A.13"),
        Fix(f"List {cause.shown} first", moved(coded, cause.number, 1)) if cause else None,
    )


def manifestation_without_cause(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A manifestation needs its cause coded; a note that names none is met by any other condition."""
    lines = icd10_lines(coded, tables)
    for line in lines:
        notes = instructions(line.notes, NoteKind.CODE_FIRST)
        others = [other for other in lines if other.code != line.code and other.code[0] not in "RVWXYZ"]
        if not is_manifestation(line.title) or not notes or causes(line, lines):
            continue
        # "underlying disease, such as:" gives examples only
        closed = any(note.spans for note in notes) and not any(note.conditional for note in notes)
        if closed or not others:
            yield about(
                "manifestation_without_cause",
                Severity.CHECK,
                line,
                f"{line.shown} is a manifestation; its cause is not coded: code first {notes[0].text.rstrip(':')}.",
                f"{tabular(tables, line, f'Code first at {standing(notes[0].holder)}')}; {guideline(coded, 'I.A.13')}",
            )


def unmet(line: Known, lines: list[Known], kind: NoteKind) -> Iterator[Instruction]:
    """The unconditional notes with codes, at the diagnosis or a code above it, that no coded diagnosis answers."""
    for note in instructions(line.notes, kind):
        own = len(note.holder) >= CATEGORY_LENGTH and "-" not in note.holder
        optional = note.conditional or all(in_spans(span.first, OPTIONAL) for span in note.spans)
        if own and not optional and not any(note.covers(other.code) for other in lines):
            yield note


def told_by_companions(line: Known, note: Instruction) -> bool:
    """Whether `companion_missing` says the same more plainly."""
    return any(
        in_spans(line.code, among) and any(in_spans(span.first, companions) for span in note.spans)
        for among, companions, _, _ in COMPANIONS
    )


def additional_code(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """ "Use additional code" at the code itself, without "if applicable", and none is there."""
    lines = icd10_lines(coded, tables)
    for line in lines:
        for note in unmet(line, lines, NoteKind.USE_ADDITIONAL):
            if not told_by_companions(line, note):
                yield about(
                    "additional_code",
                    Severity.INFO,
                    line,
                    f"{line.shown}: use additional {note.text.rstrip('.')}.",
                    f"{tabular(tables, line, f'Use additional code at {standing(note.holder)}')};"
                    f" {guideline(coded, 'I.B.7')}",
                )


def code_also(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """ "Code also" at the code itself, without "if applicable", and none is there; the order is free."""
    lines = icd10_lines(coded, tables)
    for line in lines:
        for note in unmet(line, lines, NoteKind.CODE_ALSO):
            yield about(
                "code_also",
                Severity.INFO,
                line,
                f"{line.shown}: code also {note.text.rstrip('.')}.",
                f"{tabular(tables, line, f'Code also at {standing(note.holder)}')}; {guideline(coded, 'I.A.17')}",
            )
