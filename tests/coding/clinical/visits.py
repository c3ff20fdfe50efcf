"""Five visits of different kinds, as the clinical formats see them."""

import io
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from PIL import Image, ImageDraw

from coding.rules.codings import System
from coding.rules.formats.clinical import (
    ClinicalBatch,
    CodedDiagnosis,
    CodedLine,
    NotCoded,
    Payer,
    Picture,
    Provider,
    Shown,
    Visit,
)
from coding.rules.formats.contents import Contents
from coding.rules.formats.person_names import person_name
from coding.rules.formats.result import BatchResult

EASTERN = timezone(timedelta(hours=-5))
REYES = Provider(person_name("Dr. Ana Reyes, MD"), "1000000012")
OKAFOR = Provider(person_name("Okafor, Chidi B."), "1234567893")
AETNA = Payer("Aetna", "60054")
MEDICARE = Payer("Medicare Part B")


def cutting(words, *, width=900, height=150, marks=((40, 55, 620, 100),)):
    """A cutting of a page with some words on it."""
    image = Image.new("L", (width, height), 250)
    draw = ImageDraw.Draw(image)
    draw.text((44, 62), words, fill=20, font_size=30)
    target = io.BytesIO()
    image.save(target, "PNG")
    return Picture(target.getvalue(), width, height, marks)


def shown(page, quote, **size):
    return Shown(f"Page {page}", quote, picture=cutting(quote, **size))


KNEE = Visit(
    encounter="E-00101", chart="C-0041", pages="1–3", patient=person_name("Quinlan, Marta Louise"),
    birth_date=date(1961, 2, 3), sex="F", date_from=date(2026, 3, 2), date_to=date(2026, 3, 2), rendering=REYES,
    referring=OKAFOR, place_of_service="11", location="Main Street Office", system=System.ICD10CM,
    account_number="A-1001", member_id="W123456789", payer=AETNA, verification="Verified",
    diagnoses=(
        CodedDiagnosis("M1711", "Unilateral primary osteoarthritis, right knee",
                       (shown(2, "Severe OA of the right knee, bone on bone medially"),)),
        CodedDiagnosis("I10", "Essential (primary) hypertension", (shown(1, "HTN, well controlled on lisinopril"),)),
    ),
    lines=(
        CodedLine("99213", ("25",), 1, (1, 2), (shown(1, "Follow-up of hypertension, medication adjusted today"),)),
        CodedLine("20610", ("RT",), 1, (1,), (shown(3, "Injected 40 mg into the right knee under sterile prep"),)),
        CodedLine("J1030", (), 2, (1,), (Shown("Page 3", "", picture=cutting("")),)),
    ),
)  # fmt: skip
BEFORE_ICD10 = Visit(
    encounter="E-00102", chart="C-0042", pages="1", patient=person_name("Ida van der Berg Jr."),
    birth_date=date(1899, 5, 6), sex="U", date_from=date(2015, 9, 30), date_to=date(2015, 9, 30), rendering=REYES,
    place_of_service="11", system=System.ICD9CM, verification="Not in the verification sample",
    diagnoses=(
        CodedDiagnosis("4800", "Pneumonia due to adenovirus"),
        CodedDiagnosis("E8000", "Railway accident involving collision with rolling stock"),
    ),
    lines=(CodedLine("99212", (), 1, (1,)),),
)  # fmt: skip
EMERGENCY = Visit(
    encounter="E-00103", chart="C-0043", pages="4–6; C-0099: 1", patient=person_name("José Ñúñez-O'Brien"),
    birth_date=date(2019, 12, 31), sex="M", date_from=date(2026, 3, 3), date_to=date(2026, 3, 4), rendering=OKAFOR,
    place_of_service="23", location="St. Mary's | ER ^ Tower & Annex", system=System.ICD10CM, member_id="~9\\7",
    payer=MEDICARE, account_number="77&8", verification="Verified with corrections",
    diagnoses=(
        CodedDiagnosis("S52501A", "Unspecified fracture of the lower end of right radius, initial encounter for closed"
                                  " fracture"),
    ),
    lines=(CodedLine("25605", ("RT", "54"), 1, (1,)), CodedLine("Q4012", ("RT",), 1, (1,))),
    checks=("99284 with 25605 on the same day needs modifier 57.",), check_reason="The documentation supports it",
)  # fmt: skip
TWELVE = Visit(
    encounter="E-00104", chart="C-0044", pages="1–12", patient=person_name("Zażółć Gęślą Jaźń"),
    birth_date=date(1940, 1, 1), sex="F", date_from=date(2026, 2, 27), date_to=date(2026, 3, 4), rendering=REYES,
    referring=OKAFOR, place_of_service="21", location="River Hospital", system=System.ICD10CM, payer=MEDICARE,
    member_id="1EG4-TE5-MK73", account_number="B 2", verification="Verified",
    diagnoses=tuple(
        CodedDiagnosis(code, title)
        for code, title in (
            ("A419", "Sepsis, unspecified organism"),
            ("R6520", "Severe sepsis without septic shock"),
            ("J189", "Pneumonia, unspecified organism"),
            ("N179", "Acute kidney failure, unspecified"),
            ("E1122", "Type 2 diabetes mellitus with diabetic chronic kidney disease"),
            ("N1831", "Chronic kidney disease, stage 3a"),
            ("I130", "Hypertensive heart and chronic kidney disease with heart failure and stage 1 through stage 4"
                     " chronic kidney disease, or unspecified chronic kidney disease"),
            ("I5032", "Chronic diastolic (congestive) heart failure"),
            ("E785", "Hyperlipidemia, unspecified"),
            ("Z794", "Long term (current) use of insulin"),
            ("Z87891", "Personal history of nicotine dependence"),
            ("Z66", "Do not resuscitate"),
        )
    ),
    lines=tuple(CodedLine(code, (), units, pointers) for code, units, pointers in (
        ("99223", 1, (1, 2, 3, 4)), ("99232", 4, (1, 2, 3, 4)), ("99239", 1, (1, 5, 6, 12)), ("93010", 2, (7, 8)),
        ("0001F", 1, (8,)), ("0042T", 1, (4,)),
    )),
)  # fmt: skip
PLAIN = Visit(
    encounter="E-00105", chart="C-0045", pages="1", patient=person_name("Cher"), birth_date=date(1985, 7, 1), sex="F",
    date_from=date(2026, 3, 5), date_to=date(2026, 3, 5), rendering=REYES, place_of_service="10", system=System.ICD10CM,
    verification="Verified", diagnoses=(CodedDiagnosis("Z0000"),),
    lines=(CodedLine("99395", ("95", "GT", "CR", "KX"), 1, (1,)),),
)  # fmt: skip
VISITS = (KNEE, BEFORE_ICD10, EMERGENCY, TWELVE, PLAIN)
BATCH = ClinicalBatch(
    batch="B-7", practice="River Family Medicine", practice_code="RIVER", version=1,
    made_at=datetime(2026, 3, 9, 14, 30, 5, tzinfo=EASTERN), visits=VISITS,
    not_coded=(
        NotCoded("C-0046", "Not billable", "Not a visit (letter, form, blank page)", "E-00106", "1"),
        NotCoded("C-0047", "Not readable", "The file has no content (0 bytes). Scan or export it again and send it."),
    ),
)  # fmt: skip


def only(visit, **changes):
    """A batch with this visit alone."""
    return replace(BATCH, visits=(replace(visit, **changes),), not_coded=())


def contents(batch):
    """What a format is given of this batch."""
    return Contents(
        BatchResult(batch.batch, batch.practice), batch.practice_code, batch.version, batch.made_at, clinical=batch
    )


def render(form, batch):
    """The file that a format makes of a batch."""
    return form.render(contents(batch), form.TEMPLATE)
