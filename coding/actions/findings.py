"""What the edits say about a coding, and what its codes weigh, by the lists of its date of service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from coding.actions.tables import tables_for
from coding.models import Code, Edition, Encounter, RelativeValue
from coding.rules.check_reasons import CheckReason
from coding.rules.code_sets import LISTS_OF, CodeSet, EditionFact, in_force
from coding.rules.codings import CodedEncounter, System, bare
from coding.rules.edits import Finding, Severity, run_edits
from coding.rules.rbrvs import FACILITY_PLACES

PROCEDURES = LISTS_OF[System.PROCEDURE]


class ReasonMissing(Exception):
    """Something is likely wrong and nobody said why it is submitted all the same; `findings` are all of them."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(len(findings))
        self.findings = findings


class HardFindings(Exception):
    """The coding may not be submitted as it is; `findings` are all of them, hard ones and others."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(len(findings))
        self.findings = findings


def check_coding(*, encounter: Encounter, coded: CodedEncounter) -> tuple[Finding, ...]:
    """Every finding about the coding, hard ones first."""
    return run_edits(coded, tables_for(coded, encounter=encounter))


def refuse_hard_findings(*, encounter: Encounter, coded: CodedEncounter) -> tuple[Finding, ...]:
    """The findings, or HardFindings if the coding breaks a rule that a claim cannot break."""
    findings = check_coding(encounter=encounter, coded=coded)
    if any(finding.severity is Severity.HARD for finding in findings):
        raise HardFindings(findings)
    return findings


def explained_checks(findings: tuple[Finding, ...], reason: CheckReason | None, comment: str) -> list[str]:
    """What is to be checked, as it is kept with a coding; ReasonMissing if nobody said why it stays so.

    The reason that points to the note needs one.
    """
    checks = [finding.text for finding in findings if finding.severity is Severity.CHECK]
    if checks and (reason is None or (reason is CheckReason.NOTE and not comment.strip())):
        raise ReasonMissing(findings)
    return checks


# -- weights -------------------------------------------------------------------------------------------


def weights_for(*codings: CodedEncounter) -> dict[str, Decimal]:
    """The relative weights of the procedure codes in these codings that have one; three queries however many.

    On a day with a loaded fee schedule the total of a code's relative values where the visit took place, else the
    weight in the code's own list: never both on one day, because their scales differ.
    """
    dated = [(coded.date_of_service, coded) for coded in codings if coded.date_of_service is not None]
    # A version read without its place counts as the office's only where no other version knows better.
    dated.sort(key=lambda one: bool(one[1].place_of_service))
    editions = editions_of({day for day, _coded in dated})
    codes = {bare(line.code) for _day, coded in dated for line in coded.procedures}
    priced, listed = relative_totals(codes, editions), list_weights(codes, editions)
    found: dict[str, Decimal] = {}
    for day, coded in dated:
        for code in {bare(line.code) for line in coded.procedures}:
            if schedule := editions[day].get(CodeSet.RELATIVE_VALUES):
                weight = priced.get((schedule.pk, code, coded.place_of_service in FACILITY_PLACES))
            else:
                weight = first_of(listed, code, [editions[day].get(code_set) for code_set in PROCEDURES])
            if weight is not None:
                found[code] = weight
    return found


def first_of(
    listed: Mapping[tuple[int, str], Decimal], code: str, lists: Iterable[EditionFact | None]
) -> Decimal | None:
    """The weight in the first of these lists that has one."""
    return next((listed[one.pk, code] for one in lists if one is not None and (one.pk, code) in listed), None)


def editions_of(days: set[date]) -> dict[date, dict[CodeSet, EditionFact]]:
    """The fee schedule and the procedure lists in force on each day; one query."""
    by_list: dict[CodeSet, list[EditionFact]] = defaultdict(list)
    for edition in Edition.objects.facts(CodeSet.RELATIVE_VALUES, *PROCEDURES):
        by_list[edition.code_set].append(edition)
    return {
        day: {code_set: one for code_set, own in by_list.items() if (one := in_force(own, day)) is not None}
        for day in days
    }


def relative_totals(
    codes: set[str], editions: Mapping[date, Mapping[CodeSet, EditionFact]]
) -> dict[tuple[int, str, bool], Decimal]:
    """The total relative value by edition, code, and whether it is the facility's."""
    schedules = {of[CodeSet.RELATIVE_VALUES].pk for of in editions.values() if CodeSet.RELATIVE_VALUES in of}
    found = {}
    for row in RelativeValue.objects.filter(edition__in=schedules, code__in=codes, modifier=""):
        found[row.edition_id, row.code, False] = row.work + row.office_expense + row.malpractice
        found[row.edition_id, row.code, True] = row.work + row.facility_expense + row.malpractice
    return found


def list_weights(
    codes: set[str], editions: Mapping[date, Mapping[CodeSet, EditionFact]]
) -> dict[tuple[int, str], Decimal]:
    """By edition and code the weight in the code's own list."""
    lists = {edition.pk for of in editions.values() for code_set, edition in of.items() if code_set in PROCEDURES}
    rows = Code.objects.filter(edition__in=lists, code__in=codes, weight__isnull=False)
    found = rows.values_list("edition", "code", "weight")
    return {(edition, code): weight for edition, code, weight in found if weight is not None}
