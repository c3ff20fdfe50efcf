"""Superbills: a page for each visit, as it goes into the practice's billing. No descriptors of procedures."""

from collections.abc import Sequence

from coding.rules.codings import DIAGNOSIS_LIMIT, dotted
from coding.rules.formats.clinical import ClinicalBatch, CodedLine, Visit
from coding.rules.formats.contents import Contents, clinical_of
from coding.rules.formats.pdf_paper import (
    ACCENT,
    ASIDE,
    INK,
    LEFT,
    MEASURE,
    QUIET,
    RIGHT,
    SMALL,
    STRONG,
    TINY,
    TOP,
    Align,
    Column,
    Hand,
    Paper,
)
from coding.rules.formats.summary_pdf import dates, letter
from coding.rules.formats.template import OutputTemplate, Setting

LABEL = "Superbills (PDF)"
MEDIA_TYPE = "application/pdf"
ENDING = ".superbills.pdf"
NEEDS_EVIDENCE = True
COMPOSES: frozenset[Setting] = frozenset()
TEMPLATE = OutputTemplate()

GAP = 10.0
HALF = (MEASURE - GAP) / 2
DATE_ORDER = "%m/%d/%Y"
BLANK_LINES = 6  # a superbill has at least so many lines: what the practice adds by hand has its place
TITLE = Hand(size=8)
TITLE_LINES = 3
LINES = (
    Column("", 22, Align.CENTRE), Column("Date of service", 126), Column("POS", 30, Align.CENTRE),
    Column("CPT/HCPCS", 66, hand=STRONG), Column("Modifiers", 88), Column("Pointers", 62),
    Column("Units", 38, Align.RIGHT), Column("Charge", MEASURE - 432, Align.RIGHT),
)  # fmt: skip
FOOT = "Contains protected health information"
NOTE = "Codes only. CPT is a registered trademark of the American Medical Association."


def render(contents: Contents, template: OutputTemplate) -> bytes:  # noqa: ARG001  (nothing of it is composed)
    """A page for each visit; one without any says so."""
    batch = clinical_of(contents)
    paper = Paper(title=f"Superbills {batch.name}", made_at=batch.made_at)
    for visit in batch.visits:
        superbill(paper, batch, visit)
    if not batch.visits:
        paper.new_page()
        paper.put("Superbills", LEFT, TOP + 12, Hand("B", 20))
        paper.y = TOP + 30
        paper.paragraph(f"{batch.practice}: no visit of batch {batch.batch} is billable.")
    paper.feet(f"{batch.name}  ·  {FOOT}")
    return paper.content()


def superbill(paper: Paper, batch: ClinicalBatch, visit: Visit) -> None:
    """One visit; it goes on on a second page only if its lines don't fit."""
    paper.running = ""
    paper.new_page()
    paper.pdf.start_section(visit.encounter)
    head(paper, batch, visit)
    paper.running = f"Superbill  ·  {visit.encounter}  ·  continued"
    people(paper, visit)
    paper.heading(f"Diagnoses ({visit.system.label})")
    diagnoses(paper, visit)
    paper.heading("Services")
    rows = [row(visit, number, line) for number, line in enumerate(visit.lines, start=1)]
    rows += [(str(number), *[""] * 7) for number in range(len(rows) + 1, BLANK_LINES + 1)]
    paper.table(LINES, rows)
    signature(paper, visit)
    paper.running = ""


def head(paper: Paper, batch: ClinicalBatch, visit: Visit) -> None:
    title = Hand("B", 16)
    numbers = f"Encounter {visit.encounter}  ·  Chart {visit.chart}  ·  Batch {batch.batch}, version {batch.version}"
    paper.fill(0, 0, RIGHT + LEFT, 6, ACCENT)
    paper.put(short(paper.lines(batch.practice, MEASURE - 130, title), most=1)[0], LEFT, TOP - 4, title)
    paper.put("SUPERBILL", RIGHT, TOP - 5, Hand("B", 12, ACCENT), align=Align.RIGHT)
    paper.put(numbers, LEFT, TOP + 12, ASIDE)
    paper.put(f"Prepared {batch.made_at:{DATE_ORDER}}", RIGHT, TOP + 12, ASIDE, align=Align.RIGHT)
    paper.rule(TOP + 22, colour=INK, width=1)
    paper.y = TOP + 32


def people(paper: Paper, visit: Visit) -> None:
    """The patient and the payer at the left, provider and place at the right; both boxes as tall as the taller."""
    sex = {"F": "Female", "M": "Male"}.get(visit.sex, "Unknown")
    payer = visit.payer.name if visit.payer else ""
    number = visit.payer.electronic_id if visit.payer else ""
    referring = f"{visit.referring.name} · NPI {visit.referring.npi}" if visit.referring else ""
    left = (
        (("Patient", str(visit.patient)),),
        (("Date of birth", f"{visit.birth_date:{DATE_ORDER}}"), ("Sex", sex), ("Account", visit.account_number)),
        (("Payer", " · ".join(filter(None, (payer, number)))), ("Member id", visit.member_id)),
    )
    right = (
        (("Rendering provider", f"{visit.rendering.name} · NPI {visit.rendering.npi}"),),
        (("Referring provider", referring),),
        (("Date of service", dates(visit)), ("Place of service", f"{visit.place_of_service} {visit.location}".strip())),
    )
    top = paper.y
    height = max(tall(paper, left), tall(paper, right)) + 6
    for x, rows in ((LEFT, left), (LEFT + HALF + GAP, right)):
        paper.frame(x, top, HALF, height)
        y = top + 7
        for cells in rows:
            measure = (HALF - 16) / len(cells)
            for place, (label, value) in enumerate(cells):
                paper.labelled(label, value, x + 9 + place * measure, y, measure - 6)
            y += tall(paper, [cells])
    paper.y = top + height + 2


def tall(paper: Paper, rows: Sequence[Sequence[tuple[str, str]]]) -> float:
    """How tall rows of labels with values are in a half."""
    return sum(
        max(18 + 12.0 * len(paper.lines(value, (HALF - 16) / len(cells) - 6) or [""]) for _, value in cells)
        for cells in rows
    )


def diagnoses(paper: Paper, visit: Visit) -> None:
    """A to L in two columns of six, as on the claim form (CMS-1500, item 21); empty places stay to be seen."""
    rows = DIAGNOSIS_LIMIT // 2
    codes = dict(enumerate(visit.diagnoses, start=1))
    for at in range(1, rows + 1):
        cells = [(place, codes.get(place)) for place in (at, at + rows)]
        titles = [short(paper.lines(line.title if line else "", HALF - 94, TITLE)) for _, line in cells]
        height = max(17.0, 10.0 * max(map(len, titles)) + 7)
        paper.room(height)
        for side, ((place, line), title) in enumerate(zip(cells, titles, strict=True)):
            x = LEFT + side * (HALF + GAP)
            paper.fill(x, paper.y, 20, height)
            paper.put(letter(place), x + 10, paper.y + 12, Hand("B", colour=QUIET), align=Align.CENTRE)
            if line:
                paper.put(dotted(visit.system, line.code), x + 26, paper.y + 12, STRONG)
            for number, words in enumerate(title):
                paper.put(words, x + 88, paper.y + 11.5 + 10 * number, TITLE)
            paper.rule(paper.y + height, x0=x, x1=x + HALF)
        paper.y += height


def short(lines: list[str], most: int = TITLE_LINES) -> list[str]:
    """As many lines as have their place; that some are left out is shown."""
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1].rpartition(' ')[0]} …"]


def row(visit: Visit, number: int, line: CodedLine) -> tuple[str, ...]:
    """A line of the table of services; the charge is the practice's to fill in."""
    return (
        str(number),
        dates(visit),
        visit.place_of_service,
        line.code,
        "  ".join(line.modifiers),
        " ".join(map(letter, line.pointers)),
        str(line.units),
        "",
    )


def signature(paper: Paper, visit: Visit) -> None:
    """What the codes went through, and where the provider signs."""
    paper.room(92)
    paper.y += 12
    if visit.verification:
        paper.paragraph(f"Coding: {visit.verification}.", ASIDE)
    paper.y += 34
    paper.rule(paper.y, x1=LEFT + MEASURE * 0.62, colour=INK)
    paper.rule(paper.y, x0=LEFT + MEASURE * 0.68, colour=INK)
    paper.put(f"Signature of {visit.rendering.name}", LEFT, paper.y + 11, SMALL)
    paper.put("Date", LEFT + MEASURE * 0.68, paper.y + 11, SMALL)
    paper.y += 22
    paper.paragraph(NOTE, TINY)
