"""Edits of the level of an evaluation and management service."""

from collections.abc import Iterator

from coding.rules.codings import CodedEncounter, bare
from coding.rules.edits.repairs import with_line
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.em_families import family_of_code
from coding.rules.em_level import NotInForce, against, level
from coding.rules.tables import Tables

SOURCE = "CPT Evaluation and Management guidelines 2021/2023, levels by decision making or time"


def level_not_supported(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """The level that is coded against what the worksheet supports, upwards and downwards alike."""
    if coded.worksheet is None or coded.date_of_service is None:
        return
    for number, line in enumerate(coded.procedures, start=1):
        of = family_of_code(bare(line.code))
        if of is None:
            continue
        try:
            supported = level(coded.worksheet, of, coded.date_of_service)
        except NotInForce:
            continue
        steps = against(bare(line.code), supported, of)
        if steps:
            way = "above" if steps > 0 else "below"
            count = f"{abs(steps)} level{'s' if abs(steps) > 1 else ''}"
            yield Finding(
                "level_not_supported",
                Severity.CHECK,
                f"{bare(line.code)} is {count} {way} what the worksheet supports ({'; '.join(supported.because)}).",
                SOURCE,
                Place(Part.PROCEDURE, number),
                Fix(f"Report {supported.code}", with_line(coded, number, code=supported.code)),
            )
