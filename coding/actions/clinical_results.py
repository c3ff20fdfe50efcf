"""The result of a batch as the clinical formats see it: with people, titles and evidence; and the evidence's pictures.

Rows are read in a constant number of queries; the pictures, which are files, afterwards and outside of a transaction.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from PIL import Image

from coding.models import Code, Coding, Diagnosis, Edition, EncounterPage, ProcedureLine
from coding.rules.check_reasons import CheckReason
from coding.rules.code_sets import LISTS_OF, in_force
from coding.rules.codings import System, diagnosis_system
from coding.rules.evidence import Passage, passage_in
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
from coding.rules.formats.cuttings import SHOWN_EACH, frame_of, marks_in, turned
from coding.rules.formats.person_names import person_name
from coding.rules.formats.result import ResultRow
from portal import models as portal_models
from portal import storage
from portal.children import nobody_else
from portal.models import Page

logger = logging.getLogger(__name__)

GREYS = 17  # steps between two greys that are kept: sixteen are enough to read, and make small files
PAPER = 612  # points: a page is taken to be as wide as letter paper
TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
PICTURES = ("PNG", "JPEG")  # what pages are stored as
Titles = Mapping[tuple[System, date, str], str]


@dataclass(frozen=True)
class PageFacts:
    """Where a page is, what it is called in its chart, and how visits have turned it."""

    chart: int
    number: int
    turns: Mapping[int, int]

    def label(self, own_chart: int) -> str:
        """What the page is called in a visit: "Page 3", behind the chart's label if it is another's."""
        return f"Page {self.number}" if self.chart == own_chart else f"C-{self.chart:04d} page {self.number}"


def collect_clinical(contents: Contents) -> ClinicalBatch:
    """The visits of a result with what the clinical formats say besides; still without pictures."""
    result = contents.result
    wanted = [row.coding_id for row in result.rows if row.coding_id]
    codings = {
        coding.pk: coding
        for coding in Coding.objects.filter(pk__in=wanted)
        .select_related(
            "encounter__precoding__location",
            "encounter__precoding__payer",
            "encounter__precoding__rendering_provider",
            "encounter__precoding__referring_provider",
        )
        .prefetch_related("diagnoses", "procedures")
    }
    titles, pages = titles_of(codings.values()), pages_of(codings.values())
    return ClinicalBatch(
        batch=result.batch,
        practice=result.practice,
        practice_code=contents.practice_code,
        version=contents.version,
        made_at=contents.made_at,
        visits=tuple(visit(row, codings[row.coding_id], titles, pages) for row in result.rows if row.coding_id),
        not_coded=tuple(
            NotCoded(row.chart, row.status, row.reason, row.encounter, row.pages)
            for row in result.rows
            if not row.coding_id
        ),
    )


def visit(row: ResultRow, coding: Coding, titles: Titles, pages: Mapping[int, PageFacts]) -> Visit:
    """One visit with the codes of the version that counts."""
    known = coding.encounter.precoding
    system = diagnosis_system(coding.date_of_service)
    own = coding.encounter

    def shown(line: Diagnosis | ProcedureLine) -> tuple[Shown, ...]:
        return tuple(shown_at(passage_in(one), pages, encounter=own.pk, chart=own.chart_id) for one in line.evidence)

    return Visit(
        encounter=row.encounter,
        chart=row.chart,
        pages=row.pages,
        patient=person_name(known.patient_name),
        birth_date=known.birth_date,
        sex=known.sex,
        account_number=known.account_number,
        member_id=known.member_id,
        payer=Payer(known.payer.name, known.payer.electronic_id) if known.payer else None,
        rendering=provider(known.rendering_provider),
        referring=provider(known.referring_provider) if known.referring_provider else None,
        place_of_service=known.place_of_service,
        location=known.location.name if known.location else "",
        date_from=known.date_from,
        date_to=known.date_to,
        system=system,
        diagnoses=tuple(
            CodedDiagnosis(line.code, titles.get((system, coding.date_of_service, line.code), ""), shown(line))
            for line in coding.diagnoses.all()
        ),
        lines=tuple(
            CodedLine(line.code, tuple(line.modifiers), line.units, tuple(line.pointers), shown(line))
            for line in coding.procedures.all()
        ),
        verification=row.verification,
        checks=tuple(coding.checks),
        check_reason=CheckReason(coding.check_reason).label if coding.check_reason else "",
    )


def provider(person: portal_models.Provider) -> Provider:
    return Provider(person_name(person.name), person.npi)


def shown_at(passage: Passage, pages: Mapping[int, PageFacts], *, encounter: int, chart: int) -> Shown:
    """A passage as it is shown; of a page that is there no more, its number."""
    facts = pages.get(passage.page)
    return Shown(
        label=facts.label(chart) if facts else f"Page {passage.number}",
        quote=passage.quote,
        page=passage.page,
        boxes=passage.boxes,
        turn=facts.turns.get(encounter, 0) if facts else 0,
    )


# -- what the rows name --------------------------------------------------------------------------


def titles_of(codings: Iterable[Coding]) -> Titles:
    """The title of each diagnosis by the list of its visit's day; two queries, whatever the days."""
    wanted = {
        (diagnosis_system(coding.date_of_service), coding.date_of_service, line.code)
        for coding in codings
        for line in coding.diagnoses.all()
    }
    lists = [code_set for system in (System.ICD9CM, System.ICD10CM) for code_set in LISTS_OF[system]]
    editions = Edition.objects.facts(*lists)
    of_day = {
        (system, day): in_force((one for one in editions if one.code_set in LISTS_OF[system]), day)
        for system, day, _ in wanted
    }
    rows = Code.objects.filter(
        edition__in={one.pk for one in of_day.values() if one}, code__in={code for _, _, code in wanted}
    ).values_list("edition", "code", "title")
    known = {(edition, code): title for edition, code, title in rows}
    return {
        (system, day, code): known.get((one.pk, code), "")
        for system, day, code in wanted
        if (one := of_day[system, day])
    }


def evidence_of(coding: Coding) -> Iterator[list[dict[str, Any]]]:
    """The passages of each line, as they are stored."""
    yield from (line.evidence for line in coding.diagnoses.all())
    yield from (line.evidence for line in coding.procedures.all())


def pages_of(codings: Iterable[Coding]) -> Mapping[int, PageFacts]:
    """The pages that the evidence names; two queries."""
    ids = {one["page"] for coding in codings for passages in evidence_of(coding) for one in passages}
    turns: dict[int, dict[int, int]] = {}
    placed = EncounterPage.objects.filter(page__in=ids, turn__gt=0)
    for page, encounter, turn in placed.values_list("page", "encounter", "turn"):
        turns.setdefault(page, {})[encounter] = turn
    rows = Page.objects.filter(pk__in=ids).values_list("pk", "chart", "number")
    return {pk: PageFacts(chart, number, turns.get(pk, {})) for pk, chart, number in rows}


# -- pictures ------------------------------------------------------------------------------------


def with_pictures(
    batch: ClinicalBatch, *, images: Mapping[int, str], still_ours: Callable[[], None] = nobody_else
) -> ClinicalBatch:
    """The batch with the cuttings of its evidence, each stored page image opened once.

    `images` are the names of the stored images by page. `still_ours` is called page by page and may raise.
    """
    cut: dict[Shown, Picture | None] = {}
    by_page: dict[int, dict[Shown, None]] = {}
    for shown in to_cut(batch):
        by_page.setdefault(shown.page, {})[shown] = None
    for page, places in by_page.items():
        still_ours()
        cut |= cuttings(images.get(page, ""), list(places))

    def filled(places: tuple[Shown, ...]) -> tuple[Shown, ...]:
        return tuple(replace(place, picture=cut.get(place)) for place in places)

    return replace(
        batch,
        visits=tuple(
            replace(
                one,
                diagnoses=tuple(replace(line, evidence=filled(line.evidence)) for line in one.diagnoses),
                lines=tuple(replace(line, evidence=filled(line.evidence)) for line in one.lines),
            )
            for one in batch.visits
        ),
    )


def to_cut(batch: ClinicalBatch) -> Iterator[Shown]:
    """The places of which a document shows a cutting."""
    for one in batch.visits:
        for places in (*(line.evidence for line in one.diagnoses), *(line.evidence for line in one.lines)):
            yield from (place for place in places[:SHOWN_EACH] if place.boxes)


def images_of(batch: ClinicalBatch) -> dict[int, str]:
    """The names of the stored images of the pages to cut; one query."""
    pages = Page.objects.filter(pk__in={shown.page for shown in to_cut(batch)})
    return dict(pages.values_list("pk", "image_name"))


def cuttings(name: str, places: Iterable[Shown]) -> dict[Shown, Picture | None]:
    """The cuttings of one page; none where its image is gone or is not what was drawn: the words are still there."""
    page = page_in_grey(name)
    if page is None:
        logger.warning("a page image could not be read for a delivery")
        return dict.fromkeys(places)
    return {place: cutting(page, place) for place in places}


def page_in_grey(name: str) -> Image.Image | None:
    """A stored page image; None if it is damaged. A storage that does not answer is no damage: that is raised."""
    if not name:
        return None
    try:
        with storage.opened(name) as source:
            content = source.read()
    except (storage.Altered, storage.Destroyed, FileNotFoundError):
        return None
    try:
        with Image.open(io.BytesIO(content), formats=PICTURES) as page:
            return page.convert("L")
    except OSError:  # Pillow's word for what is no picture
        return None


def cutting(page: Image.Image, place: Shown) -> Picture:
    """The part of the page with the words of a passage, as it is turned for reading."""
    frame = frame_of(place.boxes)
    box = tuple(round(side * size / 10_000) for side, size in zip(frame, (page.width, page.height) * 2, strict=True))
    part = page.crop((box[0], box[1], max(box[2], box[0] + 1), max(box[3], box[1] + 1)))
    width, height = part.size
    marks = marks_in(frame, place.boxes, width=width, height=height)
    if place.turn in TURNS:
        part = part.transpose(TURNS[place.turn])
    few = part.point([round(grey / GREYS) * GREYS for grey in range(256)])
    target = io.BytesIO()
    few.save(target, "PNG", compress_level=6)
    return Picture(
        content=target.getvalue(),
        width=part.width,
        height=part.height,
        marks=tuple(turned(mark, place.turn, width=width, height=height) for mark in marks),
        dots=page.width / PAPER,
    )
