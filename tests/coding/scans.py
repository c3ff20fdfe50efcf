"""Scans of many visits as words of pages: what a practice puts through its scanner on one evening."""

from coding.rules.page_signs import ScannedPage

SURNAMES = (
    "Abernathy", "Bostwick", "Calloway", "Drummond", "Ellsworth", "Fitzhugh", "Galbraith", "Hathaway", "Ingersoll",
    "Jorgensen", "Kowalski", "Lindqvist", "Macready", "Northrup", "Oyelaran", "Pemberton", "Quesada", "Rutherford",
    "Szymanski", "Tremblay",
)  # fmt: skip
NAMES = ("Maria", "Otis")
BODY = (
    "HISTORY\nSeen for follow-up. The patient was last seen on 01/05/2025 and before that on 11/12/2024 by Dr. Hall.\n"
    "No chest pain: denies cough. Name of the medicine is unchanged.\n"
)
CONTINUED = "Exam continued. Lungs clear, heart regular.\nASSESSMENT AND PLAN\n1. Hypertension, stable.\n"


def forty_patients():
    """120 pages: forty visits of two to four pages; the first pages that begin a visit are returned beside them."""
    pages, starts, number = [], [], 1
    for visit in range(40):
        name = f"{SURNAMES[visit % 20]}, {NAMES[visit // 20]}"
        length = (2, 3, 4)[visit % 3] if visit != 39 else 120 - len(pages)
        starts.append(number)
        for place in range(1, length + 1):
            head = (
                f"River Family Medicine\nOffice visit\nPatient: {name}    DOB: {visit % 12 + 1:02d}/14/19{40 + visit}\n"
                f"MRN: {70000 + visit * 37}    Date of service: 11/{visit % 27 + 1:02d}/2026\n{BODY}"
            )
            text = (head if place == 1 else CONTINUED) + f"Page {place} of {length}"
            pages.append(ScannedPage(number, text))
            number += 1
    return pages, starts


def long_chart(pages=60):
    """One long chart of one visit: headings, dates in the text, the patient on every page, several documents."""
    return [
        ScannedPage(
            number,
            f"{('OPERATIVE REPORT', 'PROGRESS NOTE', 'Laboratory')[number % 3]}\nPatient: Abernathy, Maria\n"
            f"Date of service: 11/03/2026\n{BODY}\nPage {number % 5 + 1} of 5",
        )
        for number in range(1, pages + 1)
    ]
