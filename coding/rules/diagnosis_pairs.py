"""Small tables of diagnoses that bear on each other: signs of a disease, open beside specific codes, needed companions.

The pairs are the house's own, reviewed against ICD-10-CM FY2026; they are short on purpose. A pair is here only if the
first code says nothing that the second does not say already, whatever the patient.
"""

from functools import lru_cache

from coding.rules.note_codes import Span, in_spans, spans

# A sign or symptom, and the diagnoses it is routinely part of (Guidelines, I.B.5).
INTEGRAL: tuple[tuple[str, str], ...] = (
    ("R00.2", "I47-I49"),  # palpitations: arrhythmias
    ("R03.0", "I10-I13, I15-I16, I1A"),  # a raised reading: hypertension
    ("R05", "J00, J04-J06, J09-J18, J20-J22, J40-J45, U07.1"),  # cough
    ("R06.0", "I50, J12-J18, J44-J45, J96"),  # shortness of breath
    ("R06.2", "J44-J45, J21"),  # wheezing
    ("R06.83", "G47.33"),  # snoring: obstructive sleep apnoea
    ("R07.0", "J02-J03, J06.0"),  # throat pain
    ("R07.2, R07.89, R07.9", "I20-I22, I25.11, I25.7"),  # chest pain: angina, infarction
    ("R09.81-R09.82", "J00-J01, J30, J32, J06"),  # congestion, postnasal drip
    ("R10.1-R10.3, R10.8-R10.9", "K35-K37, K80-K81, K85, K57.12-K57.13, K57.32-K57.33, N20"),  # abdominal pain
    ("R10.13", "K25-K27, K29-K30"),  # epigastric pain: ulcer, gastritis, dyspepsia
    ("R10.2", "N73, N80"),  # pelvic pain: pelvic inflammatory disease, endometriosis
    ("R11", "A08-A09, K52, O21, K35"),  # nausea, vomiting
    ("R12", "K21"),  # heartburn: reflux
    ("R17", "B15-B19, K83.1"),  # jaundice
    ("R19.7", "A00-A09, K50-K52, K58.0"),  # diarrhoea
    ("R20.2", "G56.0"),  # tingling: carpal tunnel syndrome
    ("R21", "B01-B02, L20-L25, L50, L40"),  # rash
    ("R25.1", "G20, G25.0"),  # tremor
    ("R26", "G20"),  # gait: Parkinson's disease
    ("R30.0", "N30, N34, N39.0"),  # dysuria
    ("R35.0, R39.15", "N30, N39.0, N32.81"),  # frequency, urgency
    ("R31", "N30.01, N30.11, N30.21, N30.31, N30.41, N30.81, N30.91"),  # haematuria: "with hematuria"
    ("R40.0, R41.0", "F05"),  # drowsiness, disorientation: delirium
    ("R41.3", "F01-F03, G30, G31.84"),  # memory loss: dementia
    ("R42", "H81"),  # dizziness: vestibular disease
    ("R50.9", "A40-A41, J09-J18, J03, N10, U07.1"),  # fever
    ("R51.9", "G43-G44"),  # headache
    ("R56.9", "G40"),  # convulsions: epilepsy
    ("R60", "I50, N04"),  # oedema
    ("R73.9", "E08-E13"),  # hyperglycaemia
    ("R80.9", "N04, E08.21, E09.21, E10.21, E11.21, E13.21"),  # proteinuria
    ("R82.71", "N30, N39.0"),  # bacteriuria
    ("M25.56", "M17"),  # knee pain: osteoarthritis of the knee (same side: see the edit)
    ("M25.55", "M16"),  # hip
    ("M25.51", "M19.01, M75"),  # shoulder
    ("M54.2", "M50.1-M50.3, M54.12"),  # neck pain: cervical disc, radiculopathy
    ("N64.4", "N61"),  # breast pain: mastitis
    ("H57.1", "H16, H20, H40.21"),  # eye pain
    ("H92.0", "H60, H65-H66"),  # ear pain: otitis
)
# An open code, and the specific ones beside which it says nothing.
OPEN: tuple[tuple[str, str], ...] = (
    ("E08.9", "E08.0-E08.8"), ("E09.9", "E09.0-E09.8"), ("E10.9", "E10.1-E10.8"), ("E11.9", "E11.0-E11.8"),
    ("E13.9", "E13.0-E13.8"), ("E03.9", "E03.0-E03.8"), ("E05.90", "E05.00-E05.31"), ("E66.9", "E66.0-E66.8"),
    ("E78.5", "E78.0-E78.4"), ("D50.9", "D50.0-D50.8"), ("D64.9", "D50-D53, D55-D63"), ("F03", "F01-F02"),
    ("F32.A", "F32.0-F32.5, F33"), ("F32.9", "F32.0-F32.5"), ("F33.9", "F33.0-F33.4"), ("F41.9", "F41.0-F41.3"),
    ("F17.200", "F17.21-F17.29"), ("G40.909", "G40.0-G40.8"), ("G43.909", "G43.0-G43.8"), ("G47.30", "G47.31-G47.37"),
    ("G47.00", "G47.01-G47.09"), ("G62.9", "G62.0-G62.8"), ("I20.9", "I20.0-I20.8, I25.11"),
    ("I48.91", "I48.0-I48.2"), ("I50.9", "I50.1-I50.4"), ("I25.10", "I25.11"), ("I73.9", "I70.2"),
    ("J06.9", "J06.0"), ("J01.90", "J01.0-J01.4"), ("J18.9", "J12-J17, J18.0-J18.1"), ("J20.9", "J20.0-J20.8"),
    ("J30.9", "J30.0-J30.8"), ("J44.9", "J44.0-J44.1"), ("J45.909", "J45.2-J45.5"), ("J02.9", "J02.0-J02.8"),
    ("K21.9", "K21.0"), ("K29.70", "K29.0-K29.6"), ("K59.00", "K59.01-K59.09"), ("K64.9", "K64.0-K64.8"),
    ("K80.20", "K80.0-K80.1, K80.21"), ("L40.9", "L40.0-L40.5"), ("L20.9", "L20.0-L20.8"), ("M06.9", "M05, M06.0"),
    ("M10.9", "M10.0-M10.4"), ("M54.50", "M54.51-M54.59"), ("M54.9", "M54.0-M54.6"), ("N18.9", "N18.1-N18.6"),
    ("N39.0", "N10, N30, N34"), ("N30.90-N30.91", "N30.0-N30.4"), ("R10.9", "R10.0-R10.3"),
    ("R07.9", "R07.1-R07.8"), ("R50.9", "R50.2-R50.8"), ("R05.9", "R05.1-R05.8"), ("R51.9", "R51.0"),
    ("B19.20", "B17.1, B18.2"), ("H81.10", "H81.11-H81.13"),
)  # fmt: skip
SIGN_PAIRS = tuple((spans(sign), spans(disease)) for sign, disease in INTEGRAL)
OPEN_PAIRS = tuple((spans(vague), spans(specific)) for vague, specific in OPEN)


@lru_cache(maxsize=8192)
def diseases_with(code: str) -> tuple[Span, ...]:
    """The diagnoses that this sign is routinely part of; empty for most codes."""
    return tuple(span for sign, diseases in SIGN_PAIRS if in_spans(code, sign) for span in diseases)


@lru_cache(maxsize=8192)
def specific_of(code: str) -> tuple[Span, ...]:
    """The diagnoses beside which this one says nothing; empty for most codes."""
    return tuple(span for vague, specific in OPEN_PAIRS if in_spans(code, vague) for span in specific)


# Codes that need a second one, which the tabular list asks for without "if": the stage, the type, the site.
COMPANIONS = tuple(
    (spans(codes), spans(companions), what, section)
    for codes, companions, what, section in (
        ("I11.0, I13.0, I13.2", "I50", "the type of heart failure (I50.-)", "I.C.9.a.1"),
        ("I12, I13", "N18", "the stage of chronic kidney disease (N18.-)", "I.C.9.a.2"),
        (
            "E08.22, E09.22, E10.22, E11.22, E13.22",
            "N18",
            "the stage of chronic kidney disease (N18.-)",
            "I.C.4.a and I.A.17",
        ),
        (
            "E08.621, E09.621, E10.621, E11.621, E13.621",
            "L97, L98.4",
            "the site and depth of the ulcer (L97.-)",
            "I.C.4.a and I.A.17",
        ),
    )
)
