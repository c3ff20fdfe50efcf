"""Documents that came later: their pages join the visit they are about, and who has it is told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from coding.actions.arranging import join, noun
from coding.actions.encounters import add_pages
from coding.actions.holds import reopen
from coding.actions.leases import end_assignment, renew_lease
from coding.actions.moves import AlreadyMoved, move_encounter
from coding.models import Addendum, Assignment, Encounter, EncounterEvent, PreCoding, QueueRank
from coding.rules.addenda import AddendumSource, Candidate, KnownVisit, candidates
from coding.rules.arranging import Slot, in_words
from coding.rules.lifecycle import FINISHED, EncounterStatus, NotBillableReason, Stage
from coding.rules.page_signs import ScannedPage, signs_of
from portal.actions.audit import record
from portal.models import User

LATELY = 500  # visits of the practice that a later document is compared with, the newest first


class CannotAttach(Exception):
    """The document cannot be added to this visit; the text says why."""


@transaction.atomic
def attach_visit(*, assignment: Assignment, by: User, at: datetime, to: Encounter) -> Addendum:
    """The pages of the visit in the person's hands are an addendum to another visit of the practice.

    They are put behind its pages; what was submitted goes back to its coder, what is finished is reopened, and the
    visit in hand ends without pages of its own. CannotAttach, LeaseLost and AlreadyMoved write nothing.
    """
    renew_lease(assignment_id=assignment.pk, by=by, at=at)
    if assignment.stage != Stage.PRECODING:
        raise AlreadyMoved
    both = Encounter.objects.filter(pk__in=[assignment.encounter_id, to.pk]).order_by("pk")
    rows = {row.pk: row for row in both.select_for_update(no_key=True, of=("self",)).select_related("batch")}
    own, target = rows[assignment.encounter_id], rows[to.pk]
    refuse_impossible(own, target)
    slots = [Slot(number, turn) for number, turn in own.placed.values_list("page__number", "turn")]
    addendum, _ = Addendum.objects.get_or_create(
        encounter=target,
        chart_id=own.chart_id,
        defaults={
            "practice_id": target.practice_id, "source": AddendumSource.PERSON, "attached_at": at, "attached_by": by,
        },
    )  # fmt: skip
    add_pages(encounter=target, addendum=addendum, slots=slots)
    note_addendum(encounter=target, addendum=addendum, slots=slots, by=by, at=at)
    take_up_again(encounter=target, by=by, at=at)
    end_assignment(assignment=assignment, end=Assignment.End.FINISHED, at=at)
    join(encounter=own, by=by, at=at)  # last: a batch that is finished by it must know what was reopened
    return addendum


def refuse_impossible(own: Encounter, target: Encounter) -> None:
    """CannotAttach unless the other visit is another chart's, of the same practice, and still a visit."""
    if own.pk == target.pk or own.chart_id == target.chart_id:
        raise CannotAttach("That visit is in this very chart: arrange its pages instead.")
    if own.practice_id != target.practice_id or target.not_billable_reason == NotBillableReason.JOINED:
        raise CannotAttach("There is no such visit of this practice.")
    if own.placed.exclude(addendum=None).exists():
        raise CannotAttach("This visit has later documents of its own.")


def note_addendum(*, encounter: Encounter, addendum: Addendum, slots: list[Slot], by: User, at: datetime) -> None:
    """Write down what came to the visit; whoever has it open hears of it from this event."""
    numbers = [slot.page for slot in slots]
    EncounterEvent.objects.create(
        practice_id=encounter.practice_id,
        encounter=encounter,
        move="addendum",
        old_status=encounter.status,
        new_status=encounter.status,
        user=by,
        comment=f"{noun(numbers)} {in_words(numbers)} of {addendum.chart.label}.",
        at=at,
    )
    record("encounter.addendum", at=at, by=by, about=encounter, chart=addendum.chart_id, pages=numbers)


def take_up_again(*, encounter: Encounter, by: User, at: datetime) -> None:
    """Coded work sees the new pages before it goes on: finished work is reopened, submitted work is coded again."""
    comment = "A document arrived later for this visit."
    if encounter.status in FINISHED:
        reopen(encounter=encounter, by=by, at=at, comment=comment, reason="addendum")
    elif encounter.status == EncounterStatus.TO_VERIFY:
        move_encounter(
            encounter=encounter, move="recode", by=by, at=at, reason="addendum", comment=comment,
            queue_rank=QueueRank.RETURNED, reserved_for=encounter.coded_by,
        )  # fmt: skip


def likely_visits(encounter: Encounter) -> list[Candidate]:
    """Visits of other charts of the practice with which the pages of this one agree, and in what."""
    facts = PreCoding.objects.filter(practice_id=encounter.practice_id, encounter__repeats=None).exclude(
        encounter__chart=encounter.chart_id
    )
    rows = facts.exclude(encounter__not_billable_reason=NotBillableReason.JOINED).order_by("-pk")[:LATELY]
    known = [KnownVisit(r.encounter_id, r.patient_name, r.birth_date, r.date_from, r.date_to) for r in rows]
    pages = [signs_of(ScannedPage(page.number, page.text)) for page in encounter.pages()]
    return candidates(known, pages)
