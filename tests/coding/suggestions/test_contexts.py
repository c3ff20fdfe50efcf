"""What is denied, uncertain, feared, the family's or past is not suggested as present; what only looks so is."""

import pytest

from tests.coding.suggestions.small_tables import codes

DENIED = (
    "No fever.", "Denies fever, chills or cough.", "He denies chest pain and fever.", "Without fever.",
    "Negative for fever.", "There is no evidence of fever.", "Fever: no.", "Fever was ruled out.", "Fever is absent.",
    "Did not have fever.", "Never had fever.", "Fever not present.", "Free of fever.", "[ ] fever", "ruled out fever",
    "The patient does not report fever.", "Neither cough nor fever.", "Fever negative.", "Fever - no", "non-fever",
    "No chest pain, nausea, cough or fever.", "Fever (-)", "Fever is unlikely.",
)  # fmt: skip
AFFIRMED = (
    "Fever.", "Has fever.", "Denies chills but has fever.", "No chills, however fever.", "No improvement of fever.",
    "Not only fever.", "[x] fever", "Fever without relief.", "No other symptoms besides denies chills. Fever.",
    "The mother reports fever.", "Denies cough. Reports fever.", "No doubt about the fever.", "3-day history of fever.",
    "Two weeks history of fever.", "Presents with fever, no cough.", "Fever that has not been ruled out as a cause.",
    "[ ] cough [x] fever",
)  # fmt: skip


@pytest.mark.parametrize("text", DENIED)
def test_a_denied_condition_is_not_suggested(text):
    assert "R509" not in codes(text)


@pytest.mark.parametrize("text", AFFIRMED)
def test_an_affirmed_condition_is_suggested(text):
    assert "R509" in codes(text)


UNCERTAIN = (
    "Probable pneumonia.", "Suspected pneumonia.", "Rule out pneumonia.", "R/o pneumonia.", "Possible pneumonia.",
    "Pneumonia is suspected.", "Concern for pneumonia.", "Consistent with pneumonia.", "Compatible with pneumonia.",
    "Questionable pneumonia.", "Working diagnosis: pneumonia.", "Bronchitis versus pneumonia.",
    "Pneumonia vs. bronchitis.",
    "Likely pneumonia.", "Presumed pneumonia.", "Differential includes bronchitis, pneumonia.", "?pneumonia",
    "May have pneumonia.", "Cannot exclude pneumonia.", "Pneumonia?",
)  # fmt: skip


@pytest.mark.parametrize("text", UNCERTAIN)
def test_an_uncertain_diagnosis_is_not_suggested_outside_a_hospital_stay(text):
    assert "J189" not in codes(f"Assessment:\n{text}")


def test_an_uncertain_diagnosis_of_a_hospital_stay_is_suggested_lower():
    assert codes("Assessment:\nProbable pneumonia.", outpatient=False) == ["J189"]


@pytest.mark.parametrize(
    "text",
    [
        "Pneumonia.", "Possible side effects discussed. Pneumonia.", "Pneumonia confirmed, at first suspected.",
        "Suspected bronchitis, but has pneumonia.", "Pneumonia, likely to improve.",
    ],
)  # fmt: skip
def test_a_certain_diagnosis_is_suggested(text):
    assert "J189" in codes(f"Assessment:\n{text}")


def test_the_sign_stays_where_the_diagnosis_is_uncertain():
    assert codes("Assessment:\nCough, rule out pneumonia.") == ["R059"]


@pytest.mark.parametrize(
    "text",
    [
        "Return if fever.", "Call us for fever.", "Watch for fever.", "At risk of fever.", "To prevent fever.",
        "Side effects such as fever.", "Should he develop fever.", "Return precautions: fever.", "Exposure to fever.",
    ],
)  # fmt: skip
def test_what_is_only_feared_is_not_suggested(text):
    assert "R509" not in codes(text)


@pytest.mark.parametrize("text", ["Fever vaccine given.", "Diabetes screening done.", "Pneumonia vaccine given."])
def test_the_name_of_a_test_or_vaccine_is_no_condition(text):
    assert codes(text) == []


FAMILY = (
    "Family history of breast cancer.", "Her mother had breast cancer.", "Sister with breast cancer.",
    "Breast cancer in her mother.", "FHx: breast cancer", "Mother: breast cancer",
    "Family history:\nBreast cancer.", "Grandmother died of breast cancer.",
)  # fmt: skip


@pytest.mark.parametrize("text", FAMILY)
def test_a_relatives_condition_is_its_family_history(text):
    assert codes(text) == ["Z803"]


def test_a_family_history_that_is_denied_is_nothing():
    assert codes("No family history of breast cancer.") == []
    assert codes("Family history:\nNo breast cancer.") == []


def test_a_relatives_condition_without_a_code_of_its_own_is_nothing():
    assert codes("His mother had fever.") == []


def test_a_relative_who_speaks_is_no_family_history():
    assert codes("His mother reports diabetes.") == ["E119"]


@pytest.mark.parametrize("text", ["History of pneumonia.", "H/o pneumonia.", "S/p pneumonia.", "Pneumonia in 2019.",
                                  "Past history:\nPneumonia.", "Pneumonia two years ago."])  # fmt: skip
def test_what_is_over_is_personal_history(text):
    assert codes(text) == ["Z8701"]


def test_a_cancer_of_the_past_is_history_and_one_of_today_is_not():
    assert codes("History of breast cancer.") == ["Z853"]
    assert codes("Assessment:\nBreast cancer.") == ["C50919"]
    assert codes("Assessment:\nBreast cancer.\nPast history:\nBreast cancer.") == ["C50919"]


def test_what_is_lived_with_is_coded_though_it_is_called_history():
    assert codes("History of diabetes and hypertension.") == ["E119", "I10"]


def test_a_sign_of_the_past_is_nothing():
    assert codes("History of fever in childhood.") == []


def test_a_section_goes_on_over_the_end_of_a_page():
    filler = "\n".join(["Nothing more."] * 60)
    assert codes(f"Family history:\n{filler}\nBreast cancer.") == ["Z803"]


def test_a_denial_that_belongs_to_the_name_is_none():
    assert codes("Assessment:\nLaceration of the left forearm without foreign body.") == ["S51812A"]


WIDE = "This line only says how wide the lines of this page are, and nothing else that anybody would want to code."


def test_the_lines_of_a_list_without_marks_are_apart():
    assert codes(f"{WIDE}\nPast history:\nNo known allergies\nHypertension\nDiabetes") == ["E119", "I10"]


def test_a_line_that_opens_a_list_holds_for_all_of_it():
    assert codes(f"{WIDE}\nDenies:\nFever\nChest pain\nCough") == []
    assert codes(f"{WIDE}\nDenies\nFever\nChest pain\nCough") == []


@pytest.mark.parametrize("before", ["The patient has no", "Denies", "He is without", "Negative for", "No cough or"])
def test_a_denial_goes_on_over_the_end_of_a_short_line(before):
    assert codes(f"{WIDE}\n{before}\nFever") == []
    assert codes(f"{WIDE}\nNo cough\n(fever)") == []


def test_a_sentence_goes_on_in_the_next_line():
    assert codes(f"{WIDE}\nThe patient denies cough,\nFever or chest pain.") == []
    assert codes(f"{WIDE}\nThere is no cough or\nfever.") == []
