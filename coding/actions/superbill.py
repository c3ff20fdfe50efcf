"""The superbill of one delivered visit, as its delivery has it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpRequest

from coding.actions.clinical_results import collect_clinical
from coding.actions.kept_results import NotKept, kept_of
from coding.actions.results import encounter_row, with_codes
from coding.models import Encounter
from coding.rules.formats import superbill_pdf
from coding.rules.formats.contents import Contents, clinical_of
from coding.rules.formats.result import BatchResult
from coding.rules.lifecycle import EncounterStatus
from coding.rules.plain_data import from_json
from portal.actions.audit import record
from portal.models import Delivery, User


class NoSuperbill(Exception):
    """The visit is not billable, or it is not delivered, or not any more."""


@dataclass(frozen=True)
class Superbill:
    """A file for the practice; its name says nothing of the patient."""

    file_name: str
    content: bytes


def has_superbill(encounter: Encounter) -> bool:
    return encounter.status == EncounterStatus.DELIVERED and not encounter.not_billable_reason


@transaction.atomic
def make_superbill(*, encounter: Encounter, by: User, at: datetime, request: HttpRequest | None = None) -> Superbill:
    """The page of this visit in the superbills of its last delivery; an event of the audit trail. Or NoSuperbill."""
    if not has_superbill(encounter):
        raise NoSuperbill
    sent = encounter.batch.deliveries.order_by("-version").first()
    if sent is None:
        raise NoSuperbill
    contents = delivered_contents(encounter, sent)
    record("superbill.made", at=at, by=by, about=encounter, request=request, version=sent.version)
    return Superbill(
        file_name=f"{clinical_of(contents).name}-{encounter.label}.superbill.pdf",
        content=superbill_pdf.render(contents, superbill_pdf.TEMPLATE),
    )


def delivered_contents(encounter: Encounter, sent: Delivery) -> Contents:
    """This visit alone as it was delivered; from the rows if it was delivered without clinical formats."""
    try:
        contents = from_json(Contents, kept_of(sent).contents)
    except NotKept:
        contents = None
    if contents is None or contents.clinical is None:
        return collected(encounter, sent)
    visits = tuple(visit for visit in contents.clinical.visits if visit.encounter == encounter.label)
    return replace(contents, clinical=replace(contents.clinical, visits=visits, not_coded=()))


def collected(encounter: Encounter, sent: Delivery) -> Contents:
    batch = encounter.batch
    contents = Contents(
        result=BatchResult(
            batch=batch.label,
            practice=batch.practice.name,
            rows=(encounter_row(with_codes(Encounter.objects.filter(pk=encounter.pk)).get()),),
        ),
        practice_code=batch.practice.code,
        version=sent.version,
        made_at=sent.created_at.astimezone(ZoneInfo(batch.practice.time_zone)),
    )
    return replace(contents, clinical=collect_clinical(contents))
