"""Edits: small rules that check a coding, and the one list of them.

Adding one = a function `(CodedEncounter, Tables) -> Iterator[Finding]`, its name here, and rows in
tests/coding/edits_cases.csv.
"""

from coding.rules.codings import CodedEncounter
from coding.rules.edits.diagnoses import (
    diagnosis_never_pointed_to,
    diagnosis_not_billable,
    duplicate_diagnosis,
    no_date_of_service,
    no_diagnosis,
    too_many_diagnoses,
    unknown_diagnosis,
)
from coding.rules.edits.em import level_not_supported
from coding.rules.edits.procedures import (
    duplicate_line,
    missing_pointer,
    modifier_form,
    modifier_twice,
    no_procedure,
    pointer_out_of_range,
    pointer_twice,
    procedure_not_billable,
    too_many_modifiers,
    too_many_pointers,
    units_below_one,
    units_beyond_belief,
    unknown_procedure,
)
from coding.rules.edits.shape import Edit, Finding, Fix, Part, Place, Severity
from coding.rules.tables import Tables

__all__ = ["EDITS", "Edit", "Finding", "Fix", "Part", "Place", "Severity", "run_edits"]

EDITS: tuple[Edit, ...] = (
    no_date_of_service,
    no_diagnosis,
    too_many_diagnoses,
    unknown_diagnosis,
    diagnosis_not_billable,
    duplicate_diagnosis,
    no_procedure,
    unknown_procedure,
    procedure_not_billable,
    duplicate_line,
    missing_pointer,
    pointer_out_of_range,
    pointer_twice,
    too_many_pointers,
    too_many_modifiers,
    modifier_form,
    modifier_twice,
    units_below_one,
    units_beyond_belief,
    diagnosis_never_pointed_to,
    level_not_supported,
)


def run_edits(coded: CodedEncounter, tables: Tables) -> tuple[Finding, ...]:
    """Everything the edits find, hard findings first, else in the order of the list."""
    found = [finding for edit in EDITS for finding in edit(coded, tables)]
    return tuple(sorted(found, key=lambda finding: finding.severity.rank))
