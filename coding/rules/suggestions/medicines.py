"""What a medicine says: the Z79 code of taking it for long, and the diagnoses that it makes likelier.

A medicine never names a diagnosis by itself: a diagnosis is the provider's words (Guidelines, I.A.19). It
supports a diagnosis that is written down, and its long-term use is a code of its own.
Own list of generic names and of brands that charts say; codes of category Z79, ICD-10-CM FY2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coding.rules.note_codes import Span, spans
from coding.rules.suggestions.phrases import word_set


@dataclass(frozen=True)
class Medicine:
    """A class of medicines: the code of long-term use (empty if none) and what it is given for."""

    label: str
    long_term: str
    treats: tuple[Span, ...]


GROUPS: tuple[tuple[str, str, str, str], ...] = (
    ("insulin", "Z794", "E08-E13",
     "insulin lantus humalog novolog basaglar toujeo tresiba levemir glargine lispro"),
    ("oral drug for diabetes", "Z7984", "E08-E13",
     "metformin glucophage glipizide glimepiride glyburide sitagliptin januvia empagliflozin jardiance"
     " dapagliflozin farxiga pioglitazone linagliptin tradjenta"),
    ("injected drug for diabetes", "Z7985", "E08-E13",
     "semaglutide ozempic dulaglutide trulicity liraglutide victoza exenatide tirzepatide mounjaro"),
    ("anticoagulant", "Z7901", "I48, I26, I82, I63, Z95.2, D68, I80",
     "warfarin coumadin apixaban eliquis rivaroxaban xarelto dabigatran pradaxa edoxaban acenocoumarol"
     " sintrom"),
    ("antiplatelet drug", "Z7902", "I25, I63, I73, I70, Z95.5, I65",
     "clopidogrel plavix ticagrelor brilinta prasugrel effient"),
    ("aspirin", "Z7982", "I25, I63, I73, I70",
     "aspirin asa ecotrin"),
    ("steroid by mouth", "Z7952", "M05-M06, M35.3, J44-J45, K50-K51, M32",
     "prednisone prednisolone deflazacort"),
    ("inhaled steroid", "Z7951", "J44-J45",
     "fluticasone budesonide symbicort advair pulmicort flovent"),
    ("opioid", "Z79891", "G89, M54",
     "oxycodone oxycontin hydrocodone morphine fentanyl methadone"),
    ("bisphosphonate", "Z7983", "M80-M81",
     "alendronate fosamax risedronate ibandronate zoledronic"),
    ("antiarrhythmic or rate control", "", "I48, I47, I49",
     "amiodarone diltiazem digoxin flecainide sotalol dronedarone"),
    ("drug for blood pressure", "", "I10-I13, I50, I25",
     "lisinopril enalapril ramipril losartan valsartan amlodipine hydrochlorothiazide chlorthalidone"
     " metoprolol atenolol carvedilol bisoprolol olmesartan telmisartan candesartan"),
    ("diuretic", "", "I50, I10-I13, R60",
     "furosemide lasix torsemide bumetanide spironolactone sacubitril entresto"),
    ("statin", "", "E78, I25",
     "atorvastatin lipitor rosuvastatin crestor simvastatin pravastatin ezetimibe lovastatin"),
    ("thyroid hormone", "", "E00-E03, E89.0, C73",
     "levothyroxine synthroid liothyronine"),
    ("drug against thyroid", "", "E05",
     "methimazole propylthiouracil"),
    ("bronchodilator", "", "J44-J45",
     "albuterol salbutamol tiotropium spiriva ipratropium salmeterol formoterol montelukast"),
    ("acid blocker", "", "K21, K25-K29",
     "omeprazole pantoprazole esomeprazole lansoprazole famotidine ranitidine"),
    ("antidepressant", "", "F32-F34, F40-F43",
     "sertraline zoloft fluoxetine prozac escitalopram lexapro citalopram venlafaxine duloxetine bupropion"
     " mirtazapine trazodone paroxetine"),
    ("antipsychotic or mood stabiliser", "", "F20-F31",
     "quetiapine olanzapine risperidone aripiprazole lithium haloperidol"),
    ("antiepileptic", "", "G40, G62, G50, M79.2",
     "levetiracetam keppra lamotrigine valproate phenytoin carbamazepine topiramate gabapentin pregabalin"),
    ("drug for Parkinson's disease", "", "G20",
     "levodopa carbidopa pramipexole ropinirole rasagiline"),
    ("drug for dementia", "", "G30, F01-F03",
     "donepezil memantine rivastigmine galantamine"),
    ("drug for gout", "", "M10",
     "allopurinol febuxostat colchicine"),
    ("antirheumatic", "", "M05-M08, L40, M32",
     "methotrexate hydroxychloroquine sulfasalazine leflunomide adalimumab etanercept"),
    ("drug for the prostate", "", "N40",
     "tamsulosin finasteride dutasteride alfuzosin"),
    ("iron or vitamin", "", "D50-D53, E53-E55",
     "ferrous cyanocobalamin ergocalciferol cholecalciferol"),
    ("antiretroviral", "", "B20, Z21",
     "tenofovir emtricitabine dolutegravir biktarvy efavirenz lamivudine"),
    ("hormone blocker for breast", "Z79810", "C50, Z85.3",
     "tamoxifen raloxifene"),
    ("aromatase inhibitor", "Z79811", "C50, Z85.3",
     "anastrozole letrozole exemestane"),
    ("drug for migraine", "", "G43",
     "sumatriptan rizatriptan erenumab"),
)  # fmt: skip
MEDICINES: Mapping[str, Medicine] = {
    name: Medicine(label, code, spans(treats)) for label, code, treats, names in GROUPS for name in names.split()
}
# An allergy to a class of medicines (Z88, Z91.0), by stems.
ALLERGIES: Mapping[str, str] = {
    name: code
    for code, names in (
        ("Z880", "penicillin amoxicillin ampicillin augmentin pcn"),
        ("Z882", "sulfa sulfonamide bactrim sulfamethoxazole"),
        ("Z881", "cephalosporin cephalexin keflex ceftriaxone azithromycin erythromycin vancomycin doxycycline"
         " tetracycline ciprofloxacin levofloxacin clindamycin"),
        ("Z885", "codeine morphine oxycodone hydrocodone tramadol"),
        ("Z886", "aspirin ibuprofen naproxen nsaid ketorolac"),
        ("Z91041", "contrast"), ("Z91040", "latex"), ("Z91010", "peanut"), ("Z91013", "shellfish seafood"),
        ("Z91030", "bee"), ("Z910120", "egg"), ("Z910110", "milk"), ("Z884", "lidocaine novocaine"),
    )
    for name in names.split()
}  # fmt: skip
NOT_TAKEN = word_set(
    """
    stop stopped discontinue discontinued hold held holding avoid allergic allergy intolerant intolerance refuse
    refused decline declined consider considered
    """
)
FOR_LONG = word_set(
    """
    daily twice bid tid qd qhs nightly weekly continue continued continues chronic taking take takes on
    """
)
