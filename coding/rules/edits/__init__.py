"""Edits: small rules that check a coding, and the one list of them.

Adding one = a function `(CodedEncounter, Tables) -> Iterator[Finding]`, its name here, and rows in
the cases beside its test (tests/coding/edits/).
"""

from coding.rules.codings import CodedEncounter
from coding.rules.edits.add_ons import add_on_without_primary
from coding.rules.edits.bundling import bundled_never, bundled_on_one_side, bundled_without_modifier
from coding.rules.edits.coverage import expressly_not_covered, not_covered
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
from coding.rules.edits.excludes import code_first, excludes1, manifestation_first, use_additional
from coding.rules.edits.global_period import decision_for_surgery, visit_with_procedure, within_global_period
from coding.rules.edits.modifiers import (
    modifier_59,
    modifier_against_code,
    modifier_conflict,
    modifier_order,
    multiple_modifier_on_add_on,
    unknown_modifier,
    visit_modifier_elsewhere,
)
from coding.rules.edits.patient import age_conflict, sex_conflict
from coding.rules.edits.payer import payer_rule
from coding.rules.edits.place_and_patient import (
    new_patient_seen_before,
    place_against_code,
    provider_number,
    telehealth,
    unknown_place,
)
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
from coding.rules.edits.repeats import reported_elsewhere
from coding.rules.edits.sequence import (
    diabetes_without_complication,
    external_cause_first,
    hypertension_combination,
    never_first,
    only_first,
)
from coding.rules.edits.shape import Edit, Finding, Fix, Part, Place, Severity
from coding.rules.edits.specificity import (
    side_against_modifier,
    symptom_of_diagnosis,
    unspecified_beside_specific,
    unspecified_side,
    words_of_absence,
    words_of_doubt,
)
from coding.rules.edits.units import units_against_minutes, units_over_day_limit, units_over_line_limit
from coding.rules.tables import Tables

__all__ = ["EDITS", "Edit", "Finding", "Fix", "Part", "Place", "Severity", "run_edits"]

EDITS: tuple[Edit, ...] = (
    # what a claim cannot do without
    no_date_of_service,
    no_diagnosis,
    no_procedure,
    provider_number,
    unknown_place,
    # diagnoses
    too_many_diagnoses,
    unknown_diagnosis,
    diagnosis_not_billable,
    duplicate_diagnosis,
    manifestation_first,
    external_cause_first,
    never_first,
    only_first,
    excludes1,
    code_first,
    hypertension_combination,
    diabetes_without_complication,
    symptom_of_diagnosis,
    unspecified_side,
    unspecified_beside_specific,
    side_against_modifier,
    sex_conflict,
    age_conflict,
    words_of_doubt,
    words_of_absence,
    use_additional,
    # lines
    unknown_procedure,
    procedure_not_billable,
    duplicate_line,
    missing_pointer,
    pointer_out_of_range,
    pointer_twice,
    too_many_pointers,
    units_below_one,
    units_beyond_belief,
    # modifiers
    too_many_modifiers,
    modifier_form,
    modifier_twice,
    unknown_modifier,
    modifier_conflict,
    visit_modifier_elsewhere,
    modifier_order,
    modifier_against_code,
    multiple_modifier_on_add_on,
    modifier_59,
    # NCCI
    bundled_never,
    bundled_without_modifier,
    bundled_on_one_side,
    units_over_line_limit,
    units_over_day_limit,
    add_on_without_primary,
    # visits, surgery, place
    visit_with_procedure,
    within_global_period,
    decision_for_surgery,
    new_patient_seen_before,
    place_against_code,
    telehealth,
    units_against_minutes,
    level_not_supported,
    # payers
    not_covered,
    expressly_not_covered,
    reported_elsewhere,
    payer_rule,
    # what is likely forgotten
    diagnosis_never_pointed_to,
)


def run_edits(coded: CodedEncounter, tables: Tables) -> tuple[Finding, ...]:
    """Everything the edits find, hard findings first, else in the order of the list."""
    found = [finding for edit in EDITS for finding in edit(coded, tables)]
    return tuple(sorted(found, key=lambda finding: finding.severity.rank))
