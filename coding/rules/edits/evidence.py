"""Edits of evidence: what is coded shows where it is documented."""

from collections.abc import Iterator

from coding.rules.codings import CodedEncounter, System, bare, diagnosis_system, dotted
from coding.rules.edits.shape import Finding, Part, Place, Severity
from coding.rules.em_families import family_of_code
from coding.rules.tables import Tables

SOURCE = "House rule: every code shows the words or the place that support it"


def no_evidence(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """Lines for which nothing is marked. The level of a visit may be shown by its worksheet instead."""
    system = diagnosis_system(coded.date_of_service) if coded.date_of_service else System.ICD10CM
    for number, diagnosis in enumerate(coded.diagnoses, start=1):
        if diagnosis.evidence == ():
            yield missing(dotted(system, bare(diagnosis.code)), Place(Part.DIAGNOSIS, number, "evidence"))
    shown = coded.worksheet is not None and coded.worksheet.is_shown
    for number, line in enumerate(coded.procedures, start=1):
        if line.evidence == () and not (shown and family_of_code(bare(line.code))):
            yield missing(bare(line.code), Place(Part.PROCEDURE, number, "evidence"))


def missing(code: str, place: Place) -> Finding:
    return Finding("no_evidence", Severity.CHECK, f"No evidence is marked for {code}.", SOURCE, place)
