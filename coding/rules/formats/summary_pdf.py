"""The result as a PDF to read and to keep: the batch, each visit with its codes, and where in the chart they stand."""

from collections.abc import Iterator, Sequence

from coding.rules.codings import dotted
from coding.rules.formats.clinical import ClinicalBatch, NotCoded, Shown, Visit
from coding.rules.formats.contents import Contents, clinical_of
from coding.rules.formats.cuttings import SHOWN_EACH
from coding.rules.formats.pdf_paper import (
    ACCENT,
    ASIDE,
    BOTTOM,
    LEFT,
    MEASURE,
    QUIET,
    RIGHT,
    SIGN,
    SMALL,
    STRONG,
    TINY,
    TOP,
    Align,
    Column,
    Hand,
    Paper,
)
from coding.rules.formats.template import OutputTemplate, Setting

LABEL = "Summary with evidence (PDF)"
MEDIA_TYPE = "application/pdf"
ENDING = ".summary.pdf"
NEEDS_EVIDENCE = True
COMPOSES: frozenset[Setting] = frozenset()
TEMPLATE = OutputTemplate()

LETTERS = "ABCDEFGHIJKL"  # CMS-1500, item 21: the diagnoses to which lines point

LABELS = 84.0  # points beside a cutting
WIDEST = MEASURE - LABELS
HEAD = 260.0  # points that a visit's head and its first codes want
TALLEST = 250.0  # points of a cutting
SCALE = 0.72  # of the size that the page has on paper
QUOTED = 400  # characters of a quote; the cutting has the rest
UNSHOWN = "� stands for letters that this document has no shape for; the other files of the delivery have them."
LICENCE = (
    "Procedure codes are shown without descriptors. CPT is a registered trademark of the American Medical Association."
)
NAME = Hand("B", 14)
QUOTE = Hand("I", 8.5, QUIET)
FOOT = "Contains protected health information"
DATE_ORDER = "%m/%d/%Y"

TOTALS = ("Visits coded", "Not coded", "Diagnoses", "Procedure lines")
CONTENTS = (
    Column("Encounter", 62, hand=STRONG), Column("Patient", 136), Column("Date of service", 124),
    Column("Diagnoses", 52, Align.RIGHT), Column("Lines", 36, Align.RIGHT), Column("", 12),
    Column("Verification", MEASURE - 422),
)  # fmt: skip
LEFT_OVER = (
    Column("Encounter", 62, hand=STRONG), Column("Chart", 50), Column("Pages", 60), Column("Status", 80),
    Column("Reason", MEASURE - 252),
)  # fmt: skip
DIAGNOSES = (Column("", 24, Align.CENTRE), Column("Diagnosis", 74, hand=STRONG), Column("Title", MEASURE - 98))
PROCEDURES = (
    Column("", 24, Align.CENTRE), Column("Procedure", 74, hand=STRONG), Column("Modifiers", 100), Column("Units", 40,
    Align.RIGHT), Column("", 16), Column("Points to", 76), Column("Because of", MEASURE - 330),
)  # fmt: skip


def render(contents: Contents, template: OutputTemplate) -> bytes:  # noqa: ARG001  (nothing of it is composed)
    """The summary of a delivery."""
    batch = clinical_of(contents)
    paper = Paper(title=f"Coding results {batch.name}", made_at=batch.made_at)
    opening(paper, batch)
    for visit in batch.visits:
        visit_part(paper, visit)
    closing(paper)
    paper.feet(f"{batch.name}  ·  {FOOT}")
    return paper.content()


def opening(paper: Paper, batch: ClinicalBatch) -> None:
    """The head of the batch: whose it is, how much there is, what is in it and what could not be coded."""
    paper.new_page()
    letterhead(paper, "Coding results", batch)
    counts = (
        len(batch.visits),
        len(batch.not_coded),
        sum(len(visit.diagnoses) for visit in batch.visits),
        sum(len(visit.lines) for visit in batch.visits),
    )
    tiles(paper, list(zip(TOTALS, map(str, counts), strict=True)))
    if batch.visits:
        paper.heading("Visits in this delivery")
        paper.table(CONTENTS, [
            (visit.encounter, str(visit.patient), dates(visit), str(len(visit.diagnoses)), str(len(visit.lines)), "",
             visit.verification)
            for visit in batch.visits
        ])  # fmt: skip
    if batch.not_coded:
        paper.heading("Without codes")
        paper.table(LEFT_OVER, [left_over(row) for row in batch.not_coded])


def letterhead(paper: Paper, title: str, batch: ClinicalBatch) -> None:
    """The top of the first page."""
    paper.fill(0, 0, RIGHT + LEFT, 6, ACCENT)
    paper.put(SIGN, LEFT, TOP - 14, Hand("B", 10, ACCENT))
    paper.put(f"{batch.made_at:{DATE_ORDER}}", RIGHT, TOP - 14, ASIDE, align=Align.RIGHT)
    paper.put(title, LEFT, TOP + 22, Hand("B", 22))
    paper.y = TOP + 34
    paper.paragraph(batch.practice, Hand(size=12))
    times = f"Batch {batch.batch}, version {batch.version}, made {batch.made_at:{DATE_ORDER} %H:%M} UTC{offset(batch)}"
    paper.paragraph(times, ASIDE)
    paper.y += 8


def offset(batch: ClinicalBatch) -> str:
    """The distance of the practice's clock from UTC: "−05:00"; nothing where there is none."""
    text = f"{batch.made_at:%z}"
    return "" if text in {"", "+0000"} else f"{text[0].replace('-', '−')}{text[1:3]}:{text[3:5]}"


def tiles(paper: Paper, figures: Sequence[tuple[str, str]]) -> None:
    """Figures side by side."""
    gap = 8.0
    width = (MEASURE - gap * (len(figures) - 1)) / len(figures)
    for place, (label, figure) in enumerate(figures):
        x = LEFT + place * (width + gap)
        paper.fill(x, paper.y, width, 44)
        paper.put(figure, x + 10, paper.y + 21, Hand("B", 16))
        paper.put(label, x + 10, paper.y + 36, SMALL)
    paper.y += 52


def left_over(row: NotCoded) -> tuple[str, ...]:
    return (row.encounter or "–", row.chart, row.pages or "–", row.status, row.reason)


def dates(visit: Visit) -> str:
    """The day of the visit, or its first and last."""
    first, last = f"{visit.date_from:{DATE_ORDER}}", f"{visit.date_to:{DATE_ORDER}}"
    return first if first == last else f"{first} – {last}"


# -- one visit -----------------------------------------------------------------------------------


def visit_part(paper: Paper, visit: Visit) -> None:
    """A visit: its band, what is known about it, its codes, what was waived, and the evidence."""
    paper.running = ""
    if BOTTOM - paper.y < HEAD:
        paper.new_page()
    else:
        paper.y += 18
    band(paper, visit)
    paper.running = f"{visit.encounter}  ·  continued  ·  {visit.patient}"
    paper.facts(facts(visit))
    codes(paper, visit)
    waived(paper, visit)
    evidence(paper, visit)
    paper.running = ""


def band(paper: Paper, visit: Visit) -> None:
    paper.pdf.start_section(visit.encounter)
    names = paper.lines(str(visit.patient), MEASURE - 110, NAME) or [""]
    paper.fill(LEFT, paper.y, 3, 6 + 18.0 * len(names), ACCENT)
    for number, line in enumerate(names):
        paper.put(line, LEFT + 12, paper.y + 17 + 18 * number, NAME)
    paper.put(visit.encounter, RIGHT, paper.y + 16, Hand("B", 10, QUIET), align=Align.RIGHT)
    paper.y += 14 + 18.0 * len(names)


def facts(visit: Visit) -> list[list[tuple[str, str]]]:
    """What stands above the codes."""
    payer = visit.payer.name if visit.payer else ""
    place = " · ".join(filter(None, (f"POS {visit.place_of_service}", visit.location)))
    return [
        [("Born", f"{visit.birth_date:{DATE_ORDER}}"), ("Sex", {"F": "Female", "M": "Male"}.get(visit.sex, "Unknown")),
         ("Account", visit.account_number), ("Date of service", dates(visit))],
        [("Rendering provider", provider(visit.rendering.name.text, visit.rendering.npi)),
         ("Referring provider", provider(visit.referring.name.text, visit.referring.npi) if visit.referring else ""),
         ("Place of service", place)],
        [("Payer", payer), ("Member id", visit.member_id), ("Chart and pages", chart_words(visit)),
         ("Verification", visit.verification)],
    ]  # fmt: skip


def chart_words(visit: Visit) -> str:
    return f"{visit.chart}, pages {visit.pages}" if visit.pages else visit.chart


def provider(name: str, npi: str) -> str:
    return f"{name} (NPI {npi})"


def codes(paper: Paper, visit: Visit) -> None:
    """The two tables: diagnoses by their letters, and lines with the letters they point to."""
    paper.heading(f"Diagnoses ({visit.system.label})")
    paper.table(DIAGNOSES, [
        (letter(place), dotted(visit.system, line.code), line.title)
        for place, line in enumerate(visit.diagnoses, start=1)
    ])  # fmt: skip
    paper.heading("Procedures")
    paper.table(PROCEDURES, [
        (
            str(number), line.code, " ".join(line.modifiers), str(line.units), "",
            ", ".join(map(letter, line.pointers)),
            ", ".join(dotted(visit.system, visit.diagnoses[at - 1].code) for at in line.pointers
                      if at <= len(visit.diagnoses)),
        )
        for number, line in enumerate(visit.lines, start=1)
    ])  # fmt: skip


def letter(place: int) -> str:
    """The letter of a diagnosis by its place from 1."""
    return LETTERS[place - 1] if 1 <= place <= len(LETTERS) else str(place)


def waived(paper: Paper, visit: Visit) -> None:
    """What the checks said and was submitted all the same, with the reason."""
    if not visit.checks:
        return
    paper.heading("Findings waived")
    for text in visit.checks:
        paper.paragraph(f"•  {text}")
    if visit.check_reason:
        paper.paragraph(f"Reason: {visit.check_reason}", ASIDE)


# -- the evidence --------------------------------------------------------------------------------


def evidence(paper: Paper, visit: Visit) -> None:
    """Each code's places in the chart: the cutting, its page and the words."""
    supported = list(with_evidence(visit))
    if not supported:
        return
    paper.heading("Where it stands in the chart", keep=90)
    for code, places in supported:
        for shown in places[:SHOWN_EACH]:
            card(paper, code, shown)
        if further := places[SHOWN_EACH:]:
            named = ", ".join(dict.fromkeys(lower(place.label) for place in further))
            paper.paragraph(f"Also on {named}.", SMALL, x=LEFT + LABELS, measure=WIDEST)
            paper.y += 4


def lower(label: str) -> str:
    """A page's label within a sentence."""
    return label.replace("Page ", "page ", 1)


def with_evidence(visit: Visit) -> Iterator[tuple[str, Sequence[Shown]]]:
    """The codes that have evidence, as they are written, diagnoses first."""
    for diagnosis in visit.diagnoses:
        if diagnosis.evidence:
            yield dotted(visit.system, diagnosis.code), diagnosis.evidence
    for line in visit.lines:
        if line.evidence:
            yield " ".join((line.code, *line.modifiers)), line.evidence


def card(paper: Paper, code: str, shown: Shown) -> None:
    """One place in the chart, kept together on a page."""
    width, height = size_of(shown)
    quote = f"“{shortened(shown.quote)}”" if shown.quote else ""
    words = paper.lines(quote, WIDEST, QUOTE)
    paper.room(max(height + 12.0 * len(words) + 14, 34))
    top = paper.y
    for number, line in enumerate(paper.lines(code, LABELS - 8, STRONG)):
        paper.put(line, LEFT, top + 10 + 12 * number, STRONG)
        paper.y = top + 12 * (number + 1)
    paper.put(shown.label, LEFT, paper.y + 10, SMALL)
    below = top
    if shown.picture is not None:
        below += paper.picture(shown.picture, LEFT + LABELS, top, width) + 3
    for line in words:
        paper.put(line, LEFT + LABELS, below + 9, QUOTE)
        below += 12
    paper.y = max(below, paper.y + 14) + 4
    paper.rule(paper.y)
    paper.y += 6


def size_of(shown: Shown) -> tuple[float, float]:
    """How wide and tall a cutting is on paper: a little smaller than on the page, and never too large for it."""
    if shown.picture is None:
        return 0.0, 0.0
    picture = shown.picture
    width = min(WIDEST, picture.width / picture.dots * SCALE, picture.width * TALLEST / picture.height)
    return width, picture.height * width / picture.width


def shortened(quote: str) -> str:
    """A quote that is not longer than a few lines."""
    return quote if len(quote) <= QUOTED else f"{quote[:QUOTED].rstrip()} …"


def closing(paper: Paper) -> None:
    """What is to be known about the document itself."""
    paper.y += 12
    paper.room(30)
    if paper.unshown:
        paper.paragraph(UNSHOWN, TINY)
    paper.paragraph(LICENCE, TINY)
