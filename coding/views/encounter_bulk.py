"""Doing one thing with many encounters, and naming those with which it could not be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from django.contrib import messages

from coding.actions import queue
from coding.actions.holds import QueryPending, resume
from coding.forms.operations import BulkForm
from coding.models import Assignment, Encounter
from portal.access import SignedRequest
from portal.actions.audit import record
from portal.models import User

FIRST, IN_TURN = 10, 0  # what "prioritise" sets, and what everything starts with
NAMED = 10  # of the refused ones with one reason


class NobodyHolds(Exception):
    """There is no open assignment to release."""


def do_with_chosen(request: SignedRequest, bulk: BulkForm, *, at: datetime) -> None:
    """Do the bulk action on each chosen encounter, soonest due first; say what was done and name what was not."""
    act, said = action_for(bulk.cleaned_data["action"], person=bulk.cleaned_data["person"], by=request.user, at=at)
    done, refused = 0, defaultdict(list)
    for encounter in bulk.cleaned_data["chosen"]:
        try:
            act(encounter)
            done += 1
        except queue.NotSuitable as unsuitable:
            refused[unsuitable.reason.label].append(encounter.label)
        except (queue.AlreadyMoved, queue.LeaseLost):
            refused["It moved on meanwhile, or its status does not allow it."].append(encounter.label)
        except QueryPending:
            refused["It waits for a query: withdraw or close that."].append(encounter.label)
        except NobodyHolds:
            refused["Nobody holds it."].append(encounter.label)
    record("work.bulk", at=at, by=request.user, request=request, what=bulk.cleaned_data["action"], done=done,
           refused=sum(map(len, refused.values())))  # fmt: skip
    if done:
        messages.success(request, f"{done} encounter{'s' if done > 1 else ''} {said}.")
    for reason, labels in refused.items():
        more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
        messages.warning(request, f"{len(labels)} not changed: {reason} ({', '.join(labels[:NAMED])}{more})")


def action_for(name: str, *, person: User | None, by: User, at: datetime) -> tuple[Callable[[Encounter], None], str]:
    """What to do with one encounter, and the words for it when it is done."""

    def give(encounter: Encounter) -> None:
        queue.give(encounter=encounter, to=person, by=by, at=at)  # type: ignore[arg-type]  # the form asks for one

    def release(encounter: Encounter) -> None:
        assignment = Assignment.objects.open().filter(encounter=encounter).first()
        if assignment is None:
            raise NobodyHolds
        queue.release(assignment=assignment, by=by, at=at)

    def prioritise(encounter: Encounter) -> None:
        queue.prioritise(encounter=encounter, priority=FIRST if name == "first" else IN_TURN, by=by, at=at)

    def take_up(encounter: Encounter) -> None:
        resume(encounter=encounter, by=by, at=at)

    return {
        "give": (give, f"given to {person.name}" if person else ""),
        "release": (release, "released"),
        "first": (prioritise, "put first"),
        "in_turn": (prioritise, "put back in turn"),
        "resume": (take_up, "taken off hold"),
    }[name]
