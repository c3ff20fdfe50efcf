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
    duplicate_diagnosis,
    no_date_of_service,
    no_diagnosis,
    too_many_diagnoses,
)
from coding.rules.edits.diagnosis_codes import (
    date_before_list,
    diagnosis_not_billable,
    missing_placeholder,
    missing_seventh_character,
    unknown_diagnosis,
    wrong_diagnosis_system,
)
from coding.rules.edits.diagnosis_notes import (
    additional_code,
    cause_after_manifestation,
    code_also,
    excluded_pair,
    manifestation_first,
    manifestation_without_cause,
)
from coding.rules.edits.diagnosis_order import (
    external_cause_first,
    first_only_code_later,
    poisoning_later,
    secondary_code_first,
    sequela_first,
    sequela_without_condition,
)
from coding.rules.edits.diagnosis_patient import (
    age_conflict,
    obstetric_code_not_first,
    pregnancy_without_weeks,
    sex_conflict,
    weeks_without_pregnancy,
)
from coding.rules.edits.diagnosis_sides import (
    both_sides_apart,
    digit_against_modifier,
    side_against_modifier,
    side_against_quote,
    side_unspecified,
)
from coding.rules.edits.diagnosis_together import (
    aftercare_for_injury,
    companion_missing,
    diabetes_with_complication,
    examination_with_findings,
    hypertension_with_disease,
    open_beside_specific,
    sign_integral,
    two_episodes_of_one_injury,
)
from coding.rules.edits.diagnosis_wording import (
    denied_diagnosis,
    diabetes_drug_not_coded,
    family_history_as_diagnosis,
    past_cancer_as_current,
    past_stroke_as_acute,
    uncertain_diagnosis,
)
from coding.rules.edits.em import level_not_supported
from coding.rules.edits.evidence import no_evidence
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
from coding.rules.edits.shape import Edit, Finding, Fix, Part, Place, Severity
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
    wrong_diagnosis_system,
    date_before_list,
    missing_placeholder,
    unknown_diagnosis,
    missing_seventh_character,
    diagnosis_not_billable,
    duplicate_diagnosis,
    manifestation_first,
    external_cause_first,
    secondary_code_first,
    first_only_code_later,
    obstetric_code_not_first,
    poisoning_later,
    sequela_first,
    sequela_without_condition,
    cause_after_manifestation,
    manifestation_without_cause,
    excluded_pair,
    hypertension_with_disease,
    diabetes_with_complication,
    companion_missing,
    open_beside_specific,
    sign_integral,
    examination_with_findings,
    two_episodes_of_one_injury,
    aftercare_for_injury,
    age_conflict,
    sex_conflict,
    weeks_without_pregnancy,
    side_against_modifier,
    digit_against_modifier,
    side_against_quote,
    side_unspecified,
    both_sides_apart,
    uncertain_diagnosis,
    denied_diagnosis,
    family_history_as_diagnosis,
    past_cancer_as_current,
    past_stroke_as_acute,
    pregnancy_without_weeks,
    diabetes_drug_not_coded,
    additional_code,
    code_also,
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
    no_evidence,
)


def run_edits(coded: CodedEncounter, tables: Tables) -> tuple[Finding, ...]:
    """Everything the edits find, hard findings first, else in the order of the list."""
    found = [finding for edit in EDITS for finding in edit(coded, tables)]
    return tuple(sorted(found, key=lambda finding: finding.severity.rank))
