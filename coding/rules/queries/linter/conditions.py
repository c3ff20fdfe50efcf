"""Names of conditions: none in a title, and in a question only those that the chart names. Own word list.

A condition counts as documented where the chart uses the very word: "septic" does not document "sepsis". Its author
then quotes the chart's own words, which is what a query is to do anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from coding.rules.queries.linter.fault import BRIEF, Fault
from coding.rules.queries.wording import QueryForm, WrittenQuery

# Endings of the trade's Greek and Latin; the second list has what only looks alike.
ENDINGS = (
    r"[a-z]{2,}(?:itis|itides|osis|oses|a?emia|a?emias|opathy|opathies|algia|plegia|paresis|penia|uria|phasia"
    r"|trophy|megaly|cytosis|sclerosis|stenosis|ectasis|omas?|omata|rrhagia|rrhea|rrhoea|phobia|ectopia)"
)
NOT_CONDITIONS = frozenset({
    "academia", "anatomy", "aroma", "aromas", "diagnosis", "diagnoses", "diploma", "diplomas", "idiom", "prognosis",
    "prognoses", "hypnosis", "osmosis", "mitosis", "homeopathy", "osteopathy", "allopathy", "naturopathy", "soma",
    "stroma", "stoma", "stomas", "genoma", "chroma", "oklahoma", "tacoma",
})  # fmt: skip
WORDS = (
    "abscess", "addiction", "alcoholism", "allergy", "aneurysm", "angina", "arrest", "arrhythmia", "arthropathy",
    "ascites", "asthma", "atrophy", "autism", "bedsore", "blindness", "bronchiectasis", "cancer", "carcinoma",
    "cataract", "cellulitis", "cholelithiasis", "cirrhosis", "coma", "concussion", "copd", "deafness",
    "dehydration", "delirium", "dementia", "depression", "diabetes", "diabetic", "dislocation", "dyslipidemia",
    "effusion", "embolism", "emphysema", "encephalopathy", "epilepsy", "fibrillation", "fistula", "flutter",
    "fracture", "gangrene", "glaucoma", "goiter", "gout", "haemorrhage", "hemorrhage", "hernia", "hyperlipidemia",
    "hypertension", "hypertensive", "hyperthyroidism", "hypoglycemia", "hypotension", "hypothyroidism", "hypoxia",
    "ileus", "infarction", "infection", "influenza", "insomnia", "insufficiency", "leukemia", "lupus", "lymphoma",
    "malignancy", "malignant", "malnutrition", "melanoma", "metastases", "metastasis", "metastatic", "migraine",
    "neoplasm", "neuropathy", "obese", "obesity", "obstruction", "osteoporosis", "overdose", "palsy", "paralysis",
    "parkinson", "perforation", "pneumonia", "pneumothorax", "poisoning", "preeclampsia", "psychosis",
    "quadriplegia", "regurgitation", "rupture", "schizophrenia", "seizure", "sepsis", "septic", "septicemia",
    "shock", "sprain", "stroke", "syndrome", "thrombosis", "tuberculosis", "tumor", "tumour", "ulcer", "wound",
)  # fmt: skip
PHRASES = (
    r"(?:heart|cardiac|kidney|renal|respiratory|liver|hepatic|organ|multi-?organ|ventricular)\s+failure",
    r"(?:kidney|renal|liver|lung|brain|spinal\s+cord|head|deep\s+tissue)\s+injury",
    r"(?:kidney|renal|liver|lung|pulmonary|heart|vascular|arterial|artery|valve|bowel|joint)\s+disease",
    r"(?:pressure|diabetic|venous|stasis)\s+(?:injury|ulcer)",
    r"(?:substance|alcohol|opioid|drug|tobacco|nicotine)\s+(?:abuse|dependence|use\s+disorder)",
    r"(?:panic|bipolar|anxiety|mood|eating|personality|stress)\s+(?:disorder|reaction)",
    r"(?:vitamin|iron|immune)[\w\s]{0,8}\s+deficiency",
)
# Abbreviations of conditions, as capitals only.
SHORT = (
    "CHF", "HFpEF", "HFrEF", "CKD", "ESRD", "AKI", "ARF", "COPD", "DM", "DM1", "DM2", "T1DM", "T2DM", "HTN", "CAD",
    "CVA", "TIA", "MI", "NSTEMI", "STEMI", "DVT", "UTI", "GERD", "BPH", "PVD", "PAD", "OSA", "PTSD", "ADHD",
    "MDD", "GAD", "AFib", "SIRS", "ARDS", "HIV", "AIDS", "SLE", "IBS", "DKA", "MRSA", "AFIB",
)  # fmt: skip
LONG = re.compile(rf"\b(?:{'|'.join(PHRASES)}|(?:{'|'.join(WORDS)})(?:s|es)?|{ENDINGS})\b", re.IGNORECASE)
BRIEFLY = re.compile(rf"\b(?:{'|'.join(SHORT)})\b")


def conditions_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Each name of a condition in a text: where it begins and ends, and as it stands there; in order."""
    found = [*LONG.finditer(text), *BRIEFLY.finditer(text)]
    for hit in sorted(found, key=lambda hit: hit.start()):
        if hit.group().lower() not in NOT_CONDITIONS:
            yield hit.start(), hit.end(), hit.group()


def is_documented(condition: str, chart: str) -> bool:
    """Whether the chart uses the word or words, in the singular or the plural."""
    stem = re.sub(r"\s+", r"\\s+", re.escape(condition.strip()).replace(r"\ ", " "))
    stem = re.sub(r"(?<=[a-z]{4})s$", "", stem)
    return re.search(rf"(?<!\w){stem}(?:s|es)?(?!\w)", chart, re.IGNORECASE) is not None


def suggestive_title(query: WrittenQuery, _chart: str) -> Iterator[Fault]:
    """A title says what is unclear; the name of a condition in it suggests the answer."""
    for start, end, text in conditions_in(query.title):
        reason = "A title that names a condition suggests the answer. Say what is unclear."
        yield Fault("title", "title", start, end, text, reason, BRIEF)


def undocumented_condition(query: WrittenQuery, chart: str) -> Iterator[Fault]:
    """A question names only what the chart names; as yes or no, only what its own indicators quote."""
    for start, end, text in conditions_in(query.question):
        if not is_documented(text, chart):
            reason = f"The chart does not say “{text}”. Quote the findings and ask what they mean."
            yield Fault("undocumented", "question", start, end, text, reason, BRIEF)
        elif query.form is QueryForm.YES_NO and not any(is_documented(text, quote) for quote in query.quotes):
            reason = f"Yes or no is for what is documented: quote the passage that says “{text}”."
            yield Fault("yes_no", "question", start, end, text, reason, BRIEF)
