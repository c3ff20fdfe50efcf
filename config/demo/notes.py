"""What the demo charts say, and how each is rightly coded. Every patient and every word is invented."""

from dataclasses import dataclass

from coding.actions.precoding import PreCodingFacts
from coding.rules.codings import CodedEncounter, DiagnosisLine, ProcedureLine
from portal.rules.specialties import Specialty


@dataclass(frozen=True)
class Note:
    """A visit note: blank lines part the paragraphs, a line in capitals is a heading."""

    specialty: Specialty
    title: str
    body: str
    visit_type: str
    diagnoses: tuple[str, ...]
    procedures: tuple[tuple[str, tuple[str, ...], tuple[int, ...]], ...]  # code, modifiers, pointers


NOTES = (
    Note(
        Specialty.PRIMARY_CARE,
        "Office visit, established patient",
        """REASON FOR VISIT
Follow-up of blood sugar and blood pressure.

HISTORY
Known type 2 diabetes for nine years and high blood pressure for twelve. Home sugars between 150 and 190 before
breakfast. Tingling and burning in both feet at night for about three months, no sores. No chest pain, no shortness
of breath, no visual change.

EXAM
Blood pressure 148/86, pulse 78, weight 91 kg. Heart regular, no murmur. Lungs clear. Feet: skin intact, pulses
present, monofilament not felt at both great toes and at the balls of both feet.

DATA
A1c 8.4 percent, was 7.6 percent in May. Potassium 4.2, creatinine 0.9.

ASSESSMENT AND PLAN
1. Type 2 diabetes with diabetic polyneuropathy, not at goal. Metformin raised to 1000 mg twice a day, gabapentin
300 mg at night started, effects and side effects discussed.
2. Hypertension above goal. Lisinopril raised from 20 to 40 mg.
3. Foot care taught. Return in six weeks with sugar log.""",
        "established",
        ("E1142", "I10"),
        (("99214", (), (1, 2)),),
    ),
    Note(
        Specialty.PRIMARY_CARE,
        "Office visit, acute",
        """REASON FOR VISIT
Sore throat and fever since Saturday.

HISTORY
Three days of throat pain, worse on swallowing, fever to 38.6. No cough, no rash. A child at home had strep last week.

EXAM
Temperature 38.1. Throat red with white patches on both tonsils. Tender nodes at the front of the neck. Ears and lungs
normal.

DATA
Rapid strep test in the office: positive.

ASSESSMENT AND PLAN
Streptococcal pharyngitis. Amoxicillin 500 mg three times a day for ten days, fluids, return if no better \
in 48 hours.""",
        "established",
        ("J020",),
        (("99213", (), (1,)),),
    ),
    Note(
        Specialty.PRIMARY_CARE,
        "Annual wellness visit",
        """REASON FOR VISIT
Yearly wellness visit under Medicare, subsequent.

REVIEW
Health risk questionnaire gone through with the patient. Medicines reconciled. Lives alone, drives, no falls in the past
year. Mood questionnaire score 2. Clock drawing normal.

PLAN OF PREVENTION
Mammogram ordered, colon screening up to date until 2029. Advance directive on file. Influenza vaccine given today in
the left upper arm, lot recorded in the vaccine log.

ASSESSMENT
General adult medical examination without abnormal findings. Immunization given.""",
        "preventive",
        ("Z0000", "Z23"),
        (("G0439", (), (1,)), ("G0008", (), (2,))),
    ),
    Note(
        Specialty.CARDIOLOGY,
        "Cardiology office visit, new patient",
        """REASON FOR VISIT
Palpitations, referred by primary care.

HISTORY
Two months of fluttering in the chest several times a week, lasting minutes to an hour, with tiredness afterwards. No
fainting. Drinks two cups of coffee a day. Treated hypertension.

EXAM
Pulse 96 and irregular, blood pressure 138/84. No murmur, no swelling, lungs clear.

DATA
Electrocardiogram done and read here: atrial fibrillation, rate 94, no ischemic change. Outside records of the
referring office reviewed: thyroid test normal in September.

ASSESSMENT AND PLAN
1. Paroxysmal atrial fibrillation, new. Stroke risk score 2. Apixaban 5 mg twice a day started, bleeding risk
discussed. Metoprolol 25 mg twice a day. Echocardiogram ordered.
2. Essential hypertension, controlled, same treatment.""",
        "new",
        ("I480", "I10"),
        (("99204", ("25",), (1, 2)), ("93000", (), (1,))),
    ),
    Note(
        Specialty.RADIOLOGY,
        "Chest radiograph, two views",
        """INDICATION
Cough and fever for five days.

TECHNIQUE
Frontal and lateral views of the chest.

FINDINGS
There is an area of consolidation in the right lower lobe with air bronchograms. The left lung is clear. No pleural
effusion. Heart size is normal. The bones are unremarkable.

IMPRESSION
Right lower lobe pneumonia.""",
        "diagnostic",
        ("J189",),
        (("71046", ("26",), (1,)),),
    ),
    Note(
        Specialty.ORTHOPEDICS,
        "Orthopedic office visit with injection",
        """REASON FOR VISIT
Right knee pain, follow-up.

HISTORY
Known wear of the right knee. Pain on stairs and at night has come back after seven months. Takes acetaminophen.
No injury, no locking.

EXAM
Right knee: small effusion, crepitus, flexion 115 degrees, stable ligaments, tender at the inner joint line. Left knee
without findings.

DATA
Radiographs of the right knee, three views, taken and read today: narrowed inner joint space with spurs.

ASSESSMENT AND PLAN
Primary osteoarthritis of the right knee. Options discussed. Decision for injection today.

PROCEDURE NOTE
After consent, the right knee was cleaned and injected from the outer side with 40 mg triamcinolone and 4 ml lidocaine.
No complication.""",
        "established",
        ("M1711",),
        (("99213", ("25",), (1,)), ("20610", ("RT",), (1,)), ("73562", ("RT",), (1,))),
    ),
    Note(
        Specialty.ORTHOPEDICS,
        "Fracture follow-up",
        """REASON FOR VISIT
Right wrist, four weeks after a fall.

HISTORY
Fell on the outstretched hand on the ice. Closed break of the lower end of the right radius, treated in a cast. Pain now
2 of 10. No numbness.

EXAM
Cast removed. Mild swelling, no deformity, fingers move freely, feeling normal.

DATA
Radiographs of the right wrist: callus, alignment kept.

ASSESSMENT AND PLAN
Closed fracture of the lower end of the right radius, routine healing. Removable splint for two weeks, then therapy.""",
        "established",
        ("S52501D",),
        (("99213", (), (1,)),),
    ),
    Note(
        Specialty.EMERGENCY,
        "Emergency department note",
        """CHIEF COMPLAINT
Pain in the right side of the belly since the morning.

HISTORY
Pain began around the navel and moved to the right lower side. Vomited twice. No fever at home. No earlier surgery.

EXAM
Temperature 37.9, pulse 102. Tender in the right lower quadrant with guarding.

DATA
White cells 15.2. CT of the abdomen: enlarged appendix with stranding, no perforation, no abscess. Discussed with the
surgeon on call.

COURSE
Fluids, morphine 4 mg by vein, ceftriaxone and metronidazole.

ASSESSMENT AND PLAN
Acute appendicitis without perforation. Admitted to surgery for appendectomy tonight.""",
        "emergency",
        ("K3580",),
        (("99285", (), (1,)),),
    ),
    Note(
        Specialty.EMERGENCY,
        "Emergency department note",
        """CHIEF COMPLAINT
Cut on the left forearm from a kitchen knife.

HISTORY
Slipped while cutting bread one hour ago. Bleeding stopped with pressure. Tetanus booster four years ago.

EXAM
Left forearm: straight cut of 3 cm on the palm side, edges clean, tendons and nerves intact.

PROCEDURE
Cleaned, numbed with lidocaine, closed with four stitches in one layer. Dressing.

ASSESSMENT AND PLAN
Laceration of the left forearm without foreign body. Stitches out in ten days.""",
        "emergency",
        ("S51812A", "W260XXA"),
        (("99283", ("25",), (1,)),),
    ),
    Note(
        Specialty.GASTROENTEROLOGY,
        "Colonoscopy report",
        """INDICATION
Blood in the stool for two months.

PROCEDURE
After consent and sedation the colonoscope was passed to the cecum, identified by its landmarks. Preparation was good.

FINDINGS
Small pouches in the sigmoid without inflammation. Internal hemorrhoids, the likely source of the bleeding. No polyp,
no mass.

IMPRESSION
1. Internal hemorrhoids, first degree.
2. Diverticulosis of the large intestine without bleeding.

PLAN
Fiber, return as needed, next colonoscopy in ten years.""",
        "procedure",
        ("K640", "K5730"),
        (("45378", (), (1, 2)),),
    ),
)

PATIENTS = (
    ("Marguerite Tallow", "F", "1951-03-14"), ("Desmond Arkwright", "M", "1963-08-02"),
    ("Yolanda Prewitt", "F", "1978-11-23"), ("Casimir Dunmore", "M", "1946-01-30"),
    ("Henrietta Vossler", "F", "1959-06-17"), ("Ignatius Fairbrook", "M", "1985-09-09"),
    ("Rosalind Merriweather", "F", "1990-04-28"), ("Bartholomew Quill", "M", "1938-12-05"),
    ("Winifred Calloway", "F", "1972-02-19"), ("Leopold Strand", "M", "1967-07-11"),
    ("Cordelia Ashby", "F", "2001-10-03"), ("Augustin Merle", "M", "1955-05-25"),
    ("Philippa Thorne", "F", "1944-09-12"), ("Thaddeus Crane", "M", "1981-03-08"),
    ("Beatrix Lowell", "F", "1969-12-27"), ("Emeric Halloway", "M", "1993-06-06"),
    ("Octavia Penrose", "F", "1948-08-15"), ("Silas Underhill", "M", "1975-01-21"),
    ("Genevieve Marsh", "F", "1986-07-30"), ("Ambrose Kettering", "M", "1960-11-14"),
)  # fmt: skip


def coded(note: Note, visit: PreCodingFacts, *, slip: bool) -> CodedEncounter:
    """The right codes of a note, or with a coder's slip: the last modifier, diagnosis or level missed."""
    diagnoses, procedures = list(note.diagnoses), [*note.procedures]
    if slip:
        code, modifiers, pointers = procedures[0]
        if len(diagnoses) > 1:
            diagnoses.pop()
            procedures = [
                (line, marks, tuple(p for p in points if p <= len(diagnoses)) or (1,))
                for line, marks, points in procedures
            ]
        elif modifiers:
            procedures[0] = (code, (), pointers)
        else:
            procedures[0] = ("99212", modifiers, pointers)
    return CodedEncounter(
        date_of_service=visit.date_from,
        place_of_service=visit.place_of_service,
        diagnoses=tuple(DiagnosisLine(code) for code in diagnoses),
        procedures=tuple(ProcedureLine(code, modifiers, 1, pointers) for code, modifiers, pointers in procedures),
    )
