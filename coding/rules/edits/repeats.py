"""Edits of services that are reported twice, within the encounter's day and across encounters."""

from collections.abc import Iterator

from coding.rules.codings import CodedEncounter, bare
from coding.rules.edits.shape import Finding, Part, Place, Severity
from coding.rules.ncci import ANATOMICAL, DISTINCT
from coding.rules.tables import Tables

REPEATS = frozenset({"76", "77", "91", "27"}) | DISTINCT | ANATOMICAL
DUPLICATES = "CMS Pub. 100-04, chapter 1, section 120 (duplicate claims)"


def reported_elsewhere(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """The same patient, day, code and provider in another encounter, and nothing on the line says it is a repeat."""
    for number, line in enumerate(coded.procedures, start=1):
        if REPEATS.intersection(line.modifiers):
            continue
        twin = next(
            (
                earlier
                for earlier in tables.earlier
                if earlier.date_of_service == coded.date_of_service
                and earlier.code == bare(line.code)
                and earlier.provider_npi == coded.provider_npi
            ),
            None,
        )
        if twin is not None:
            yield Finding(
                "reported_elsewhere",
                Severity.CHECK,
                f"Line {number} ({bare(line.code)}) is already reported for this patient, day and provider "
                f"({twin.encounter}).",
                DUPLICATES,
                Place(Part.PROCEDURE, number),
            )
