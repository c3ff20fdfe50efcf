"""Pages are arranged into visits at pre-coding: cut, joined, moved, turned, left out; one request, one version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from coding.actions.encounters import create_encounter, place_pages
from coding.actions.leases import give_back, hold_lease
from coding.actions.moves import AlreadyMoved, move_encounter
from coding.models import Assignment, Encounter, EncounterEvent, EncounterPage
from coding.rules.arranging import Arrangement, Right, Slot, Visit, arrangement, fingerprint, in_words, whats_wrong
from coding.rules.lifecycle import FINISHED, EncounterStatus, NotBillableReason, Stage
from coding.signals import encounter_finished
from portal.actions.audit import record
from portal.models import Chart, User


class BadArrangement(Exception):
    """The pages of the visits cannot be these; the text says why, to the person who wrote them."""


class ArrangementChanged(Exception):
    """Somebody has arranged the chart since; `by` and `at` say who and when, as far as it is written down."""

    def __init__(self, event: EncounterEvent | None) -> None:
        super().__init__()
        self.by = event.user.name if event is not None and event.user else ""
        self.at = event.at if event is not None else None


S = EncounterStatus
GROWS = frozenset({S.PRECODING, S.CODING})
FIXED = FINISHED | {S.TO_VERIFY, S.VERIFYING}


def right_of(encounter: Encounter) -> Right:
    """What may be done to the pages of somebody else's or nobody's visit."""
    status = encounter.state
    if status in FIXED or (status == S.HELD and encounter.hold_stage == Stage.VERIFICATION):
        return Right.FIXED
    return Right.GROWS if status in GROWS else Right.FREE


def arrangement_of(chart: Chart) -> Arrangement:
    """How the chart is arranged now: its visits by part, without those that were joined to another."""
    encounters = Encounter.objects.originals().filter(chart=chart).exclude(not_billable_reason=NotBillableReason.JOINED)
    slots: dict[int, list[Slot]] = {encounter.pk: [] for encounter in encounters}
    names = {encounter.pk: encounter.label for encounter in encounters.order_by("part")}
    places = EncounterPage.objects.filter(chart=chart, encounter__in=slots, addendum=None)
    for encounter, number, turn in places.order_by("position").values_list("encounter_id", "page__number", "turn"):
        slots[encounter].append(Slot(number, turn))
    visits = [Visit(tuple(slots[pk]), pk, name) for pk, name in names.items()]
    return arrangement(visits, chart.page_count or 1)


@transaction.atomic
def arrange_pages(
    *, assignment: Assignment, by: User, at: datetime, asked: Arrangement, version: str | None = None
) -> list[Encounter]:
    """Write the whole arrangement of a chart; its visits in the order asked, the person's own among them.

    `version` is the fingerprint of the arrangement that the request grew from. BadArrangement, ArrangementChanged,
    LeaseLost and AlreadyMoved write nothing. The chart is locked first: of two people the second sees what the
    first has written.
    """
    chart = Chart.objects.select_for_update(no_key=True, of=("self",)).get(encounters=assignment.encounter_id)
    own = hold_lease(assignment=assignment, by=by, at=at)
    let_go_unseen(chart, at=at)
    if assignment.stage != Stage.PRECODING:
        raise AlreadyMoved
    rows = (
        Encounter.objects.originals()
        .filter(chart=chart)
        .exclude(pk=own.pk)
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    encounters = {own.pk: own, **{encounter.pk: encounter for encounter in rows}}
    before = arrangement_of(chart)
    if version is not None and version != fingerprint(before):
        raise ArrangementChanged(last_arranged(chart))
    asked = without_empty(asked, own=own.pk)
    rights = {pk: right_of(encounter) for pk, encounter in encounters.items() if pk != own.pk}
    wrong = whats_wrong(before, asked, own=own.pk, rights=rights, page_count=chart.page_count or 1)
    if wrong is not None:
        raise BadArrangement(wrong)
    made = write(before, asked, own=own, encounters=encounters, by=by, at=at)
    join_empty(before, asked, encounters=encounters, by=by, at=at)
    return made


def let_go_unseen(chart: Chart, *, at: datetime) -> None:
    """The chart's visits that are held ahead, and seen by nobody, go back to the queue with the pages they get."""
    held = Assignment.objects.open().ahead().filter(encounter__chart=chart)
    for assignment in held.select_for_update(of=("self",)).order_by("pk"):
        give_back(assignment=assignment, end=Assignment.End.RELEASED, by=None, at=at, reason="arranged")


def without_empty(asked: Arrangement, *, own: int) -> Arrangement:
    """Without visits that have no page, but for the person's own, whose emptiness is to be said."""
    return Arrangement(tuple(v for v in asked.visits if v.slots or v.encounter == own), asked.left_out)


def last_arranged(chart: Chart) -> EncounterEvent | None:
    """The newest event that set pages of the chart's visits."""
    events = EncounterEvent.objects.filter(encounter__chart=chart, move="set_pages")
    return events.select_related("user").order_by("-pk").first()


def write(
    before: Arrangement, asked: Arrangement, *, own: Encounter, encounters: Mapping[int, Encounter], by: User,
    at: datetime,
) -> list[Encounter]:  # fmt: skip
    """The visits with their pages; what stays as it was is not touched. The numbers of parts never repeat."""
    part = Encounter.objects.originals().filter(chart_id=own.chart_id).aggregate(last=Max("part"))["last"]
    batch = own.batch
    made = []
    for visit in asked.visits:
        if visit.encounter is None:
            part += 1
            made.append(
                create_encounter(
                    chart=own.chart, batch=batch, part=part, slots=visit.slots, due_at=own.due_at,
                    priority=own.priority, at=at, by=by,
                )
            )  # fmt: skip
            continue
        encounter, old = encounters[visit.encounter], before.visit_of(visit.encounter)
        if old is not None and (old.slots != visit.slots or (encounter == own and before.left_out != asked.left_out)):
            place_pages(encounter=encounter, slots=visit.slots)
            note_pages_set(encounter=encounter, old=old.slots, new=visit.slots, left_out=asked.left_out, by=by, at=at)
        made.append(encounter)
    return made


def note_pages_set(
    *, encounter: Encounter, old: Iterable[Slot], new: Iterable[Slot], left_out: Sequence[int], by: User, at: datetime
) -> None:
    """Write down which pages the visit had and has, and how many of the chart now belong to no visit."""
    EncounterEvent.objects.create(
        practice_id=encounter.practice_id,
        encounter=encounter,
        move="set_pages",
        old_status=encounter.status,
        new_status=encounter.status,
        user=by,
        reason=f"{len(left_out)} left out" if left_out else "",
        comment=change_in_words(tuple(old), tuple(new)),
        at=at,
    )
    record(
        "encounter.pages_set", at=at, by=by, about=encounter, pages=[slot.page for slot in new],
        turned={str(slot.page): slot.turn for slot in new if slot.turn}, left_out=list(left_out),
    )  # fmt: skip


def change_in_words(old: Sequence[Slot], new: Sequence[Slot]) -> str:
    """What happened to the pages of a visit, in one or two sentences."""
    had, has = {slot.page for slot in old}, {slot.page for slot in new}
    turns = {slot.page: slot.turn for slot in old}
    turned = sorted(slot.page for slot in new if slot.page in had and turns[slot.page] != slot.turn)
    kept = [slot.page for slot in new if slot.page in had]
    said = [
        (sorted(has - had), "added"),
        (sorted(had - has), "taken out"),
        (turned, "turned"),
    ]
    sentences = [f"{noun(pages)} {in_words(pages)} {verb}." for pages, verb in said if pages]
    if kept != [slot.page for slot in old if slot.page in has]:
        sentences.append("The order has changed.")
    return " ".join(sentences)


def noun(pages: Sequence[int]) -> str:
    return "Page" if len(pages) == 1 else "Pages"


def join_empty(
    before: Arrangement, asked: Arrangement, *, encounters: Mapping[int, Encounter], by: User, at: datetime
) -> None:
    """Visits whose pages all went elsewhere end: their pages belong to another visit."""
    stay = {visit.encounter for visit in asked.visits}
    for old in before.visits:
        if old.encounter is not None and old.encounter not in stay:
            join(encounter=encounters[old.encounter], by=by, at=at)


def join(*, encounter: Encounter, by: User | None, at: datetime) -> None:
    """The visit is no visit of its own: it ends without pages; inside the caller's transaction."""
    EncounterPage.objects.filter(encounter=encounter).delete()
    reason = NotBillableReason.JOINED
    move_encounter(encounter=encounter, move="join", by=by, at=at, reason=reason, not_billable_reason=reason)
    encounter_finished.send(sender=Encounter, encounter=encounter, at=at)


def split_encounter(
    *, assignment: Assignment, by: User, at: datetime, ranges: Sequence[tuple[int, int]], leave_out: bool = False
) -> list[Encounter]:
    """Say by ranges which pages are which visit: the first is this encounter's, each other one becomes a new visit.

    `ranges` are first and last page, counted from 1, both included; the chart's other visits stay as they are.
    Pages may stay without a visit with `leave_out` only. The visits that were asked for are returned.
    """
    before = arrangement_of(assignment.encounter.chart)
    own = before.visit_of(assignment.encounter_id)
    visits = [Visit(tuple(Slot(page) for page in range(first, last + 1))) for first, last in ranges]
    if own is None or not all(visit.slots for visit in visits) or not visits:
        raise BadArrangement("Write page ranges such as 1-3, 4-6.")
    others = [visit for visit in before.visits if visit.encounter != own.encounter]
    new = visits if set(visits[0].numbers) != set(own.numbers) else visits[1:]
    if any(set(visit.numbers) == set(other.numbers) for visit in new for other in others):
        raise BadArrangement("Those pages are another visit already.")
    kept = {slot.page: slot for slot in own.slots}  # how a page is turned stays with it
    asked = [Visit(tuple(kept.get(slot.page, slot) for slot in visit.slots)) for visit in visits]
    asked[0] = Visit(asked[0].slots, own.encounter, own.name)
    covered = {number for visit in [*asked, *others] for number in visit.numbers}
    gone = tuple(number for number in own.numbers if number not in covered) if leave_out else ()
    left_out = tuple(number for number in before.left_out if number not in covered) + gone
    whole = Arrangement((*others, *asked), left_out)
    made = arrange_pages(assignment=assignment, by=by, at=at, asked=whole, version=fingerprint(before))
    return made[len(others) :]
