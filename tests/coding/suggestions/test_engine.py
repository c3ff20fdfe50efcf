"""Sections, sides, specificity, combinations, medicines: what is suggested, how high, and why."""

import json
from datetime import date

import pytest

from coding.rules.codings import Sex, System
from coding.rules.suggestions import Source, Suggestion, Visit
from coding.rules.suggestions.engine import DIAGNOSES_SHOWN, PROCEDURES_SHOWN, PhraseSuggester
from coding.rules.suggestions.typed_pages import typed_pages
from tests.coding.suggestions.small_tables import DAY, OURS, codes, procedures, suggested, tables, the

OURS_VISIT = Visit(DAY)


# -- where it stands -----------------------------------------------------------------------------------
def test_what_is_concluded_outranks_what_is_told_and_what_is_only_asked():
    order = ["Assessment", "History of present illness", "Review of systems"]
    scores = [the("I10", f"{section}:\nHypertension.").score for section in order]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_advice_is_not_read():
    assert codes("Follow-up:\nHypertension.") == []


def test_a_habit_section_tells_of_habits_only():
    assert codes("Social history:\nHypertension.") == []


def test_several_mentions_count_more_than_one():
    assert the("I10", "Hypertension. Hypertension.").score > the("I10", "Hypertension.").score


def test_a_sign_falls_back_where_the_assessment_names_a_diagnosis():
    alone = the("R509", "History of present illness:\nFever.").score
    assert the("R509", "History of present illness:\nFever.\nAssessment:\nHypertension.").score == pytest.approx(
        alone / 2, abs=1e-3
    )
    assert the("R509", "Assessment:\nFever. Hypertension.").score > alone


# -- what leads there ----------------------------------------------------------------------------------
def test_the_reason_names_section_words_and_list():
    found = the("I10", "Assessment:\nHypertension.")
    assert found.reason == "Assessment: “Hypertension.” → synonym hypertension"
    assert (found.system, found.title, found.source) == (
        System.ICD10CM,
        "Essential (primary) hypertension",
        Source.SYNONYM,
    )
    evidence = found.evidence[0]
    assert (evidence.page, evidence.section, evidence.quote) == (1, "Assessment", "Hypertension.")


def test_words_of_a_title_lead_to_it_in_any_order():
    assert codes("Stage 3a chronic kidney disease.") == codes("Chronic kidney disease (CKD), stage 3a.") == ["N1831"]


def test_the_index_leads_to_codes_and_its_references_to_theirs():
    assert the("E1142", "Diabetic polyneuropathy type 2.").source is Source.INDEX
    assert codes("Sugar sickness.") == ["E1142"]


def test_a_line_of_the_index_that_nobody_says_leads_nowhere():
    assert codes("Male.") == codes("Castration.") == codes("Arthropathy of the knee.") == []


def test_abbreviations_count_as_they_are_written():
    assert codes("HTN.") == ["I10"]
    assert codes("DM2.") == ["E119"]
    assert codes("The film ra was seen.") == []
    assert codes("Colonoscopy.") == []


@pytest.mark.parametrize(
    "text", ["Type 2 diabetes mellitus without complications.", "Diabetic.", "Diabetes mellitus, type 2."]
)
def test_forms_of_a_word_are_one(text):
    assert codes(text) == ["E119"]


def test_a_word_divided_at_the_end_of_a_line_is_one():
    filler = "word " * 17
    assert codes(f"{filler}hyperten-\nsion") == ["I10"]


def test_a_length_of_time_is_no_part_of_a_name():
    assert codes("Fever for five days.") == ["R509"]


# -- how specific --------------------------------------------------------------------------------------
def test_a_heading_is_never_suggested_and_the_unspecified_code_is_its_answer():
    assert codes("Osteoarthritis of knee.") == ["M179"]
    assert codes("Type 2 diabetes.") == ["E119"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Pain in the right knee.", "M25561"), ("Left knee pain.", "M25562"), ("Knee pain.", "M25569"),
        ("Knee pain, left.", "M25569"), ("Primary osteoarthritis of left knee.", "M1712"),
        ("Right-handed. Knee pain.", "M25569"), ("The patient is all right. Knee pain.", "M25569"),
    ],
)  # fmt: skip
def test_the_side_that_was_said_chooses_the_code(text, code):
    assert codes(text) == [code]


def test_what_the_note_does_not_say_lowers_the_score():
    assert the("J4520", "Mild intermittent asthma.").score > 0.4
    assert codes("Asthma.") == ["J45909"]


def test_later_care_of_an_injury_is_routine():
    assert codes("Assessment:\nLaceration of left forearm.") == ["S51812A"]
    assert codes("Assessment:\nHealing laceration of left forearm.") == ["S51812D"]


def test_the_vague_code_gives_way_to_the_specific_one():
    assert codes("Chronic kidney disease. CKD stage 3b.") == ["N1832"]


# -- together ------------------------------------------------------------------------------------------
def test_pressure_with_kidney_disease_is_one_code_beside_the_stage():
    assert set(codes("Assessment:\nHypertension. CKD stage 3a.")) == {"I129", "N1831"}
    found = the("I129", "Assessment:\nHypertension. CKD stage 3a.")
    assert found.source is Source.COMBINATION
    assert "I.C.9.a" in found.reason
    assert [evidence.quote for evidence in found.evidence] == ["Hypertension.", "CKD stage 3a."]


def test_pressure_with_heart_failure_and_with_both():
    assert set(codes("Assessment:\nHypertension. Congestive heart failure.")) == {"I110", "I509"}
    assert set(codes("Assessment:\nHTN. Congestive heart failure. CKD stage 3a.")) == {"I130", "I509", "N1831"}


def test_diabetes_with_kidney_disease_is_one_code_beside_the_stage():
    assert set(codes("Assessment:\nType 2 diabetes. CKD stage 3a.")) == {"E1122", "N1831"}


def test_what_the_tables_do_not_join_stays_apart():
    assert set(codes("Assessment:\nType 2 diabetes. Asthma.")) == {"E119", "J45909"}


def test_nothing_is_joined_to_what_is_denied():
    assert codes("Assessment:\nHypertension. No congestive heart failure. No CKD stage 3a.") == ["I10"]


def test_a_sign_of_a_named_disease_is_dropped():
    assert codes("Assessment:\nPneumonia with cough.") == ["J189"]
    assert set(codes("Assessment:\nAppendicitis with cough.")) == {"K3580", "R059"}


def test_what_a_note_excludes_falls_back_and_says_so():
    found = the("J209", "Assessment:\nPneumonia. Pneumonia. Bronchitis.")
    assert found.reason.endswith("Excludes1 beside J18.9")
    assert found.score < the("J209", "Assessment:\nBronchitis.").score


# -- medicines -----------------------------------------------------------------------------------------
def test_a_medicine_alone_is_no_diagnosis():
    assert codes("Medications:\nMetformin 500 mg daily.") == []


def test_a_medicine_supports_a_diagnosis_that_is_written_and_its_long_use_is_a_code():
    with_it = "Assessment:\nType 2 diabetes.\nMedications:\nMetformin 500 mg daily."
    assert the("E119", with_it).score > the("E119", "Assessment:\nType 2 diabetes.").score
    assert the("E119", with_it).reason.endswith("takes metformin")
    assert the("Z7984", with_it).source is Source.MEDICATION


def test_other_long_use_needs_no_diagnosis():
    assert codes("Medications:\nWarfarin 5 mg daily.") == ["Z7901"]


@pytest.mark.parametrize(
    "line", ["Stop warfarin.", "Not on warfarin.", "Allergic to warfarin.", "Discontinued warfarin."]
)
def test_a_medicine_that_is_not_taken_is_none(line):
    assert "Z7901" not in codes(f"Medications:\n{line}")


def test_an_allergy_is_a_status():
    assert codes("Allergies:\nPenicillin.") == ["Z880"]
    assert codes("He is allergic to penicillin.") == ["Z880"]
    assert codes("Allergies:\nNo known allergy to penicillin.") == []


# -- whom ----------------------------------------------------------------------------------------------
def test_what_cannot_be_this_patients_is_not_suggested():
    assert codes("Benign prostatic hyperplasia.", sex=Sex.MALE) == ["N400"]
    assert codes("Benign prostatic hyperplasia.", sex=Sex.FEMALE) == []
    assert codes("Benign prostatic hyperplasia.", age=9) == []


def test_pregnancy_codes_need_a_pregnancy():
    assert codes("Gestational diabetes mellitus in pregnancy.") == ["O2441"]
    assert codes("Gestational diabetes mellitus in pregnancy.", sex=Sex.MALE) == []


# -- why somebody comes --------------------------------------------------------------------------------
def test_the_reason_of_a_visit_is_told_where_reasons_are():
    assert codes("Assessment:\nGeneral adult medical examination without abnormal findings.") == ["Z0000"]
    assert codes("Exam:\nGeneral adult medical examination without abnormal findings.") == []
    assert codes("Assessment:\nScreening for malignant neoplasm of colon.") == ["Z1211"]
    assert codes("Plan:\nWill order screening for malignant neoplasm of colon.") == []


# -- procedures ----------------------------------------------------------------------------------------
def test_what_was_done_is_suggested_and_what_is_planned_is_not():
    assert procedures("Procedure:\nKnee injection.") == ["20610"]
    assert procedures("Plan:\nKnee injection done today.") == ["20610"]
    for line in (
        "Knee injection ordered.",
        "Will have a knee injection.",
        "No knee injection given.",
        "Knee injection.",
    ):
        assert procedures(f"Plan:\n{line}") == []


def test_a_medicine_given_is_its_own_line_and_numbing_is_not():
    assert procedures("Procedure:\nTriamcinolone 40 mg with lidocaine injected.") == ["J3301"]


def test_a_visit_is_the_worksheets():
    assert procedures("Procedure:\nOffice visit, known patient.") == []


# -- before ICD-10-CM ----------------------------------------------------------------------------------
def test_a_visit_of_the_time_before_gets_its_code_set():
    found = suggested("Assessment:\nHypertension. Diabetes. Asthma.", on=date(2014, 5, 1))
    assert [(one.system, one.code) for one in found] == [(System.ICD9CM, "25000"), (System.ICD9CM, "4019")]
    assert found[0].reason.endswith("mapped from E11.9")


# -- what goes out -------------------------------------------------------------------------------------
def test_the_list_is_capped_and_no_weak_one_is_shown():
    everything = "Assessment:\n" + " ".join(f"{title}." for title in OURS.tables.book.titles.values())
    assert len(codes(everything)) == DIAGNOSES_SHOWN
    few = PhraseSuggester(tables(), diagnoses_shown=2, procedures_shown=0, least=0.9)
    found = few.suggest([page.page for page in typed_pages(everything)], OURS_VISIT)
    assert len(found) <= 2
    assert all(one.score >= 0.9 for one in found)
    assert PROCEDURES_SHOWN == 4


def test_a_suggestion_is_stored_as_plain_values_and_comes_back():
    for one in suggested("Assessment:\nHypertension. CKD stage 3a.\nProcedure:\nKnee injection."):
        assert Suggestion.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_nothing_comes_of_nothing():
    assert suggested("") == ()
    assert OURS.suggest([], OURS_VISIT) == ()
