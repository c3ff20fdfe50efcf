"""What edits of diagnoses share: sources by date, written codes, notes of a kind."""

from collections.abc import Iterator

from coding.rules.codings import ICD10_FROM, CodedEncounter, System, bare, diagnosis_system, dotted
from coding.rules.tables import CodeNote, NoteKind, Tables


def is_icd10(coded: CodedEncounter) -> bool:
    return coded.date_of_service is None or coded.date_of_service >= ICD10_FROM


def guideline(coded: CodedEncounter, section: str) -> str:
    """A section of the official guidelines in the fiscal year (October to September) of the date of service."""
    day = coded.date_of_service
    if day is None:
        return f"ICD-10-CM Official Guidelines, {section}"
    year = day.year + (day.month >= 10)  # noqa: PLR2004  (October)
    return f"{diagnosis_system(day).label} Official Guidelines FY{year}, {section}"


def shown(coded: CodedEncounter, code: str) -> str:
    """A diagnosis code as people write it."""
    day = coded.date_of_service
    return dotted(diagnosis_system(day) if day else System.ICD10CM, bare(code))


def codes_of(coded: CodedEncounter) -> list[str]:
    """The diagnoses as stored, in order."""
    return [bare(line.code) for line in coded.diagnoses]


def notes_of(code: str, kind: NoteKind, tables: Tables) -> Iterator[CodeNote]:
    """A diagnosis's own and inherited notes of a kind."""
    return (note for note in tables.notes.get(code, ()) if note.kind is kind)


def tabular(note: CodeNote) -> str:
    """A note as a source."""
    label = note.kind.value.replace("_", " ")
    return f"ICD-10-CM tabular list, {label} at {note.holder}: {note.text}"
