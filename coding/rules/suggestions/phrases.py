"""How a phrase is compared: the same few stems for the lists and for the notes, whatever the order of the words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice, product

from coding.rules.code_search.words import STOPWORDS, compounds, stem, words_of

BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
REFERENCE = re.compile(r"\s*\((?=[A-Z]\d)[^)]*\)")  # the codes a note names
WITHOUT = re.compile(r",? (?:without foreign body(?= of)|(?:without [^,]+|uncomplicated)$)")
UNNAMED = re.compile(r",? not (?:elsewhere classified|otherwise specified)\b", re.IGNORECASE)
FOR = re.compile(r"^Encounter for (?:other )?", re.IGNORECASE)
ENCOUNTER = re.compile(r", (?:initial|subsequent) encounter\b.*$|, sequela$", re.IGNORECASE)


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written as text."""
    return frozenset(text.split())


# Two words for one thing; lists and notes go through the same table, so only the likeness counts.
FOLDED = {
    "renal": "kidney", "nephric": "kidney", "hepatic": "liver", "cardiac": "heart", "pulmonary": "lung",
    "gastric": "stomach", "cutaneous": "skin", "vesical": "bladder", "ocular": "eye", "cerebral": "brain",
    "tumor": "neoplasm", "tumour": "neoplasm", "neoplasia": "neoplasm", "neoplastic": "neoplasm",
    "cancer": "malignant neoplasm", "carcinoma": "malignant neoplasm", "adenocarcinoma": "malignant neoplasm",
    "malignancy": "malignant neoplasm", "cancerous": "malignant",
    "metastasis": "secondary malignant neoplasm", "metastase": "secondary malignant neoplasm",
    "met": "secondary malignant neoplasm", "metastatis": "secondary malignant neoplasm",
    "diabetic": "diabetes", "hypertensive": "hypertension", "anemic": "anemia", "asthmatic": "asthma",
    "epileptic": "epilepsy", "septic": "sepsis", "obese": "obesity", "febrile": "fever", "pyrexia": "fever",
    "arthritic": "arthritis", "edematous": "edema", "cirrhotic": "cirrhosis", "cyanotic": "cyanosis",
    "icteric": "jaundice", "icterus": "jaundice", "painful": "pain", "ache": "pain", "aching": "pain",
    "swollen": "swelling", "pruritic": "pruritus", "itching": "pruritus", "itch": "pruritus",
    "nauseous": "nausea", "nauseated": "nausea", "vomit": "vomiting", "vomited": "vomiting",
    "hemorrhagic": "hemorrhage", "bleeding": "hemorrhage", "fractured": "fracture", "stenotic": "stenosis",
    "thrombotic": "thrombosis", "thrombus": "thrombosis", "embolic": "embolism", "embolus": "embolism",
    "ischaemic": "ischemic", "infarct": "infarction", "infarcted": "infarction", "necrotic": "necrosis",
    "lithiasis": "calculus", "stone": "calculus", "calculi": "calculus", "cystic": "cyst", "ulcerated": "ulcer",
    "ulceration": "ulcer", "ulcerative": "ulcer", "infected": "infection", "infectious": "infection",
    "perforated": "perforation", "ruptured": "rupture", "dyspneic": "dyspnea", "tachycardic": "tachycardia",
    "bradycardic": "bradycardia", "hypotensive": "hypotension", "depressed": "depression", "anxious": "anxiety",
    "breathlessnes": "dyspnea", "lumbago": "low back pain", "abdominal": "abdomen", "thoracic": "thorax",
    "pleuritic": "pleural", "tuberculous": "tuberculosis", "psoriatic": "psoriasis", "varicose": "varicose",
    "lymphadenopathy": "lymph node enlarged", "adenopathy": "lymph node enlarged",
    "bronchial": "bronchus", "uterine": "uterus", "ovarian": "ovary", "testicular": "testis", "testicle": "testis",
    "prostatic": "prostate", "colonic": "colon", "rectal": "rectum", "esophageal": "esophagus",
    "thyroidal": "thyroid", "mammary": "breast", "femoral": "femur", "humeral": "humerus", "tibial": "tibia",
    "ureteral": "ureter", "ureteric": "ureter", "urethral": "urethra", "vaginal": "vagina", "penile": "penis",
    "scrotal": "scrotum", "laryngeal": "larynx", "pharyngeal": "pharynx", "tonsillar": "tonsil",
    "duodenal": "duodenum", "pancreatic": "pancreas", "splenic": "spleen", "retinal": "retina",
    "corneal": "cornea", "conjunctival": "conjunctiva", "vertebral": "vertebra", "cervicalgia": "neck pain",
    "cephalalgia": "headache", "cephalea": "headache", "cephalgia": "headache", "heartburn": "heartburn",
}  # fmt: skip
# Words of the lists that name nothing, and words of notes that every condition may carry.
SILENT = word_set("unspecified nos nec mellitu elsewhere classified otherwise")
NOT_SAID = word_set("other specified unspecified nec nos")
SIDES = word_set("right left bilateral unilateral rt lt both")
APART = "without"
LONGEST = 7  # words of a phrase of the lists; what is longer is not said in one breath
VARIANTS = 12  # of one line of the index
ALIKE = 3  # letters that the forms of one word share


@lru_cache(maxsize=50_000)
def folded(word: str) -> tuple[str, ...]:
    """The stems that stand for a stem."""
    if word in SILENT:
        return ()
    return tuple(stem(part) for part in FOLDED[word].split()) if word in FOLDED else (word,)


def stems(text: str) -> list[str]:
    """The folded stems of a text that decide something, in order."""
    return [part for word in words_of(text) if word not in STOPWORDS for part in folded(word)]


def key(words: Iterable[str]) -> str:
    """What a phrase is, whatever the order of its words, its side left out; what is "without" stays behind that."""
    told = list(words)
    if APART not in told:
        return " ".join(sorted(set(told) - SIDES))
    at = told.index(APART)
    return " ".join((*sorted(set(told[:at]) - SIDES), APART, *sorted(set(told[at + 1 :]) - SIDES - {APART})))


def keys_of_text(text: str) -> Iterator[str]:
    """The phrases that a title, an inclusion term or a name stands for; none if nobody says it so."""
    if text.lower().startswith("other "):
        return
    plain = UNNAMED.sub("", FOR.sub("", ENCOUNTER.sub("", text)))
    forms = dict.fromkeys((BRACKETS.sub(" ", plain), WITHOUT.sub("", BRACKETS.sub(" ", plain)), plain))
    seen = set()
    for form in forms:
        for words in (stems(form), [*stems(form), *compounds(form)]):
            found = key(words)
            if found and found not in seen and found.count(" ") < LONGEST:
                seen.add(found)
                yield found


def keys_of_path(path: list[str], column: str = "") -> Iterator[str]:
    """The phrases that a line of the index stands for: every level of it is in them."""
    levels = [variants(level) for level in path]
    if any(not level for level in levels):
        return
    tail = stems(column)
    seen = set()
    for choice in islice(product(*levels), VARIANTS):
        found = key([*(word for part in choice for word in part), *tail])
        if found and found not in seen and found.count(" ") < LONGEST:
            seen.add(found)
            yield found


@lru_cache(maxsize=5_000)  # lines that follow each other share their levels
def variants(level: str) -> tuple[tuple[str, ...], ...]:
    """What may be said for one level; none for "specified NEC".

    "Failure, failed" is two forms of one word; "Castration, traumatic, male" is one phrase turned about.
    """
    bare = BRACKETS.sub(" ", level)
    if NOT_SAID & set(words_of(bare)) - {"nec", "nos"}:
        return ()
    parts = [part.strip() for part in bare.split(",")]
    told = [found for part in parts if (found := stems(part))]
    if not told:
        return ((),)  # "with", "due to"
    same = [stems(part) for part in parts if part[:ALIKE].lower() == parts[0][:ALIKE].lower()]
    if len(same) == len(told):
        return tuple(tuple(part) for part in same if part)
    return (tuple(word for part in told for word in part),)
