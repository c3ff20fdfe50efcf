"""Edits from the instructional notes of the tabular list: Excludes1, code first, use additional code, code also."""

from collections.abc import Iterator

from coding.rules.code_titles import is_manifestation
from coding.rules.codings import CodedEncounter
from coding.rules.edits.diagnosis_lines import Known, about, guideline, icd10_lines, moved, pairs_of, tabular
from coding.rules.edits.shape import Finding, Fix, Severity
from coding.rules.note_codes import excluded, instructions
from coding.rules.tables import CodeNote, NoteKind, Tables

CATEGORY_LENGTH = 3


def excludes(line: Known, other: Known) -> CodeNote | None:
    """The Excludes1 note at `line` that names `other` and not `line` itself."""
    for span, note in excluded(line.notes).get(other.code[0], ()):
        if span.covers(other.code) and not span.covers(line.code):
            return note
    return None


def excluded_pair(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Two diagnoses that an Excludes1 note keeps apart.

    Only a check: the guidelines allow both where the two conditions are unrelated, which the codes cannot tell.
    """
    for one, two in pairs_of(icd10_lines(coded, tables)):
        holder, note = (two, excludes(two, one)) if excludes(two, one) else (one, excludes(one, two))
        if note:
            yield about(
                "excluded_pair",
                Severity.CHECK,
                two,
                f"{one.shown} and {two.shown} exclude each other unless they are unrelated:"
                f" Excludes1 “{note.text.strip()}”.",
                f"{tabular(tables, holder, f'Excludes1 at {note.holder}')}; {guideline(coded, 'I.A.12.a')}",
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
            f"{cause.shown} is coded before {line.shown}: code first {note.text.rstrip(':')}.",
            f"{tabular(tables, line, f'Code first at {note.holder}')}; {guideline(coded, 'I.A.13')}",
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
                f"{tabular(tables, line, f'Code first at {notes[0].holder}')}; {guideline(coded, 'I.A.13')}",
            )


def wanted_notes(line: Known, kind: NoteKind) -> Iterator[tuple[str, str]]:
    """The unconditional notes with codes at the diagnosis or a code above it: holder and text."""
    for note in instructions(line.notes, kind):
        own = len(note.holder.replace(".", "")) >= CATEGORY_LENGTH and "-" not in note.holder
        if own and note.spans and not note.conditional:
            yield note.holder, note.text


def unmet(line: Known, lines: list[Known], kind: NoteKind) -> Iterator[tuple[str, str]]:
    """Wanted notes that no coded diagnosis answers."""
    met = {
        (note.holder, note.text)
        for note in instructions(line.notes, kind)
        if any(note.covers(other.code) for other in lines)
    }
    return (wanted for wanted in wanted_notes(line, kind) if wanted not in met)


def additional_code(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """ "Use additional code" at the code itself, without "if applicable", and none is there."""
    lines = icd10_lines(coded, tables)
    for line in lines:
        for holder, text in unmet(line, lines, NoteKind.USE_ADDITIONAL):
            yield about(
                "additional_code",
                Severity.INFO,
                line,
                f"{line.shown}: use additional {text.rstrip('.')}.",
                f"{tabular(tables, line, f'Use additional code at {holder}')}; {guideline(coded, 'I.B.7')}",
            )


def code_also(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """ "Code also" at the code itself, without "if applicable", and none is there; the order is free."""
    lines = icd10_lines(coded, tables)
    for line in lines:
        for holder, text in unmet(line, lines, NoteKind.CODE_ALSO):
            yield about(
                "code_also",
                Severity.INFO,
                line,
                f"{line.shown}: code also {text.rstrip('.')}.",
                f"{tabular(tables, line, f'Code also at {holder}')}; {guideline(coded, 'I.A.17')}",
            )
