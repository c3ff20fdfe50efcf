"""The table of moves makes sense, and a move is made once, by the table, with a trace."""

import pytest

from coding.actions.moves import AlreadyMoved, move_encounter
from coding.models import Encounter
from coding.rules.lifecycle import (
    FINISHED,
    IN_WORK,
    MOVES,
    RELEASE,
    RESUME,
    STAGE_OF,
    START,
    WAITING,
    EncounterStatus,
    HoldReason,
    NotBillableReason,
    SkipReason,
    Stage,
    WhoseMove,
)
from portal.models import AuditEvent
from tests.coding.lines import MINUTE, NOON, waiting


def reachable(start):
    found, front = {start}, {start}
    while front:
        front = {move.new for move in MOVES.values() if move.old & front} - found
        found |= front
    return found


def test_every_status_is_reached_from_the_beginning():
    assert reachable(EncounterStatus.TO_PRECODE) == set(EncounterStatus)


@pytest.mark.parametrize("status", list(EncounterStatus))
def test_every_status_has_a_way_to_delivery(status):
    assert EncounterStatus.DELIVERED in reachable(status)


@pytest.mark.parametrize("stage", list(Stage))
def test_each_stage_is_started_released_and_resumed_at_its_own_statuses(stage):
    assert MOVES[START[stage]].old == {WAITING[stage]}
    assert MOVES[START[stage]].new == IN_WORK[stage]
    assert MOVES[RELEASE[stage]].old == {IN_WORK[stage]}
    assert MOVES[RELEASE[stage]].new == WAITING[stage]
    assert MOVES[RESUME[stage]].new == WAITING[stage]


def test_each_status_is_waiting_in_work_held_or_finished():
    assert set(STAGE_OF) | {EncounterStatus.HELD} | FINISHED == set(EncounterStatus)
    assert not set(STAGE_OF) & FINISHED


@pytest.mark.parametrize("words", [EncounterStatus, Stage, HoldReason, WhoseMove, NotBillableReason, SkipReason])
def test_every_word_has_a_label_people_can_read(words):
    labels = [word.label for word in words]
    assert len(set(labels)) == len(labels)
    assert all(label[0].isupper() and "_" not in label for label in labels)


def test_glyphs_and_tones_are_given_for_every_status():
    assert all(status.glyph and status.tone for status in EncounterStatus)


FIELDS = {
    EncounterStatus.HELD: {
        "hold_reason": HoldReason.MISSING_PAGE, "hold_move": WhoseMove.PRACTICE, "hold_stage": Stage.CODING,
        "hold_return_at": NOON, "held_at": NOON,
    },
    EncounterStatus.NOT_BILLABLE: {"not_billable_reason": NotBillableReason.NO_SERVICE},
}  # fmt: skip


def standing(status, person):
    """An encounter in the status, with what the status needs."""
    fields = dict(FIELDS.get(status, {}))
    if status == EncounterStatus.HELD:
        fields["held_by"] = person
    if status in FINISHED:
        fields["finished_at"] = NOON
    return waiting(status=status, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize("name", list(MOVES))
def test_a_move_starts_only_where_the_table_says(name, max_):
    for status in EncounterStatus:
        encounter = standing(status, max_)
        fields = dict(FIELDS.get(MOVES[name].new, {}))
        if MOVES[name].new == EncounterStatus.HELD:
            fields["held_by"] = max_
        if status in MOVES[name].old:
            move_encounter(encounter=encounter, move=name, by=max_, at=NOON + MINUTE, **fields)
            event = encounter.events.get()
            assert (event.move, event.old_status, event.new_status) == (name, status, MOVES[name].new)
        else:
            with pytest.raises(AlreadyMoved):
                move_encounter(encounter=encounter, move=name, by=max_, at=NOON + MINUTE, **fields)
            assert not encounter.events.exists()
        shown = encounter.status
        encounter.refresh_from_db()
        assert encounter.status == shown


@pytest.mark.django_db
def test_of_two_who_saw_the_same_one_moves(max_):
    encounter = waiting()
    twin = Encounter.objects.get()
    move_encounter(encounter=encounter, move="start_precoding", by=max_, at=NOON)
    with pytest.raises(AlreadyMoved):
        move_encounter(encounter=twin, move="start_precoding", by=max_, at=NOON)
    assert encounter.events.count() == 1


@pytest.mark.django_db
def test_the_audit_trail_knows_the_move_and_not_the_comment(max_):
    encounter = waiting()
    move_encounter(encounter=encounter, move="start_precoding", by=max_, at=NOON, comment="secret words")
    event = AuditEvent.objects.get(action="encounter.moved")
    assert (event.actor, event.object_id, event.practice_id) == (max_, encounter.pk, encounter.practice_id)
    assert event.detail == {"move": "start_precoding", "old": "to_precode", "new": "precoding", "reason": ""}
