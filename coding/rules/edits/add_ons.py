"""Edits of add-on codes: none is reported without its primary service."""

from collections.abc import Iterator

from coding.rules.codings import CodedEncounter, bare
from coding.rules.edits.shape import Finding, Part, Place, Severity
from coding.rules.tables import AddOn, Tables

CONTRACTOR = "CCCCC"  # stands for "the contractor decides" in CMS's file
CLOSED, OPEN = 1, 2  # type 1 has a closed list of primaries, type 2 none; type 3 has some


def add_on_without_primary(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """The primary may stand in another encounter of the day: 99292 may follow a partner's 99291."""
    codes = [bare(line.code) for line in coded.procedures]
    that_day = [*codes, *(one.code for one in tables.earlier if one.date_of_service == coded.date_of_service)]
    for number, code in enumerate(codes, start=1):
        add_on = tables.add_ons.get(code)
        if add_on is None or has_primary(add_on, that_day, tables):
            continue
        named = ", ".join(sorted(add_on.primaries - {CONTRACTOR})[:5])
        yield Finding(
            "add_on_without_primary",
            Severity.HARD if add_on.kind == CLOSED else Severity.CHECK,
            f"Line {number} ({code}) is an add-on code without its primary service" + (f": {named}." if named else "."),
            f"{add_on.edition or 'NCCI add-on code edits'}, type {add_on.kind}",
            Place(Part.PROCEDURE, number),
        )


def has_primary(add_on: AddOn, codes: list[str], tables: Tables) -> bool:
    """Whether a primary is there; where the contractor decides, any service that is no add-on itself may be it."""
    if add_on.primaries.intersection(codes):
        return True
    return CONTRACTOR in add_on.primaries and any(code not in tables.add_ons for code in codes)
