"""Keeping what is being done at a bench: each change once and in order, the lease alive, two windows apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coding.actions.draft_trail import ActionsMissing, AlreadyTaken, OtherBench, Sent, series_named
from coding.actions.drafts import DraftChanged, draft_of, give_up_actions, keep_late_draft, save_draft
from coding.actions.evidence import true_evidence
from coding.actions.queue import LeaseLost, renew_lease
from coding.forms.bad_body import BadBody
from coding.forms.coding import clean_body
from coding.forms.precoding import draft_body
from coding.models import Assignment, Draft, DraftAction, Encounter
from coding.rules.draft_actions import Step, Taken
from coding.rules.draft_lines import MINE, THEIRS, merged
from coding.rules.lifecycle import Stage
from coding.views.about_chart import about_chart
from coding.views.bench import AT_BENCHES, posted_assignment, posted_number, posted_version
from coding.views.comparing import Sides, Stored, comparison, stored_work
from coding.views.due import clock
from coding.views.page_news import news
from portal.access import SignedRequest, View, refuse, requires

UNREADABLE = "The draft could not be read."
LATEST = 32_503_680_000_000  # the year 3000, in ms since 1970
REUSED = "Two changes have the same number. Reload the page and do the last one again."


@dataclass(frozen=True)
class Posted:
    """An action as it came: for which assignment, its number, its cleaned body, and when."""

    request: SignedRequest
    assignment: Assignment
    sent: Sent
    body: dict[str, Any]
    at: datetime

    @property
    def stage(self) -> Stage:
        return Stage(self.assignment.stage)

    def stored(self) -> Stored:
        return stored_work(self.assignment.encounter, self.stage, self.request.user)


def of_bench(view: Callable[[Posted], HttpResponse]) -> View:
    """The view of a posted action; what it answers to each trouble is the same everywhere.

    422 for what is no draft; 409 for the rest, which says what is so: `lost` (the lease is), `changed` (another window
    was first), `missing` (earlier actions of the series never came). A repeated action is answered with what became of
    it the first time.
    """

    @requires(*AT_BENCHES)
    @require_POST
    @about_chart
    @wraps(view)
    def answered(request: SignedRequest, pk: int) -> HttpResponse:
        assignment, text = posted_assignment(request, pk), request.POST.get("body", "")
        try:
            sent = sent_with(request, text)
            body = clean_draft(Stage(assignment.stage), text, assignment.encounter)
            posted = Posted(request, assignment, sent, body, timezone.now())
            return view(posted)
        except BadBody as error:
            return JsonResponse({"message": str(error)}, status=422)
        except AlreadyTaken as already:
            return repeated(already.action, sent)
        except DraftChanged:
            return differs(posted)
        except ActionsMissing as missing:
            return JsonResponse({"missing": True, "after": missing.after}, status=409)
        except OtherBench:
            refuse(request, object_type="coding.encounter", object_id=str(pk), reason="other_encounter")

    return answered


@of_bench
def save(posted: Posted) -> HttpResponse:
    """Take one action. 200 with the new version; late, it is kept as a draft and answered with 409 and `lost`."""
    return taken(*take(posted, posted.body))


@of_bench
def compare(posted: Posted) -> HttpResponse:
    """What a window has and what is stored, line by line, as a part of the page."""
    changed_at = min(posted_number(posted.request, "at"), LATEST)
    sides = Sides(mine=posted.body, stored=posted.stored(), changed_at=changed_at)
    both = comparison(posted.assignment.encounter, posted.stage, posted.request.user, sides)
    return render(posted.request, "coding/draft_compare.html", both)


@of_bench
def resolve(posted: Posted) -> HttpResponse:
    """Take what somebody chose of two versions; `version` is the stored one that they saw.

    The draft is written over by nobody who has not seen it: DraftChanged if it moved on meanwhile.
    """
    choices, stored = posted.request.POST, posted.stored()
    if stored.version != posted_version(posted.request):
        raise DraftChanged(None)
    if choices.get("choice") == MINE:
        return taken(*take(posted, posted.body))
    chosen = {name.removeprefix("line-"): choices.get(name, "") for name in choices if name.startswith("line-")}
    body = stored.body if choices.get("choice") == THEIRS else merged(posted.body, stored.body, chosen)
    if body == stored.body:
        version = give_up_actions(
            encounter=posted.assignment.encounter, stage=posted.stage, by=posted.request.user, sent=posted.sent,
            at=posted.at,
        )  # fmt: skip
        return JsonResponse({"version": version, "clock": clock(stored.at or posted.at), "given_up": True})
    if posted.stage is not Stage.PRECODING:
        body = clean_body(body)
    return taken(*take(posted, body))


def take(posted: Posted, body: dict[str, Any]) -> tuple[Draft, Assignment]:
    """The draft with the action, under the lease that the person has now, or else late."""
    request, assignment, at = posted.request, posted.assignment, posted.at
    what: dict[str, Any] = {"by": request.user, "body": body, "at": at, "sent": posted.sent}
    what["version"] = posted_version(request)
    with suppress(LeaseLost):
        return save_draft(assignment=assignment, **what), assignment
    again = held_again(assignment, at)
    if again is not None:
        with suppress(LeaseLost):
            return save_draft(assignment=again, **what), again
    return keep_late_draft(encounter=assignment.encounter, stage=posted.stage, **what), assignment


def held_again(assignment: Assignment, at: datetime) -> Assignment | None:
    """The lease under which the person took the same work back meanwhile."""
    mine = Assignment.objects.live(at=at).filter(encounter=assignment.encounter_id, user=assignment.user_id)
    return mine.filter(stage=assignment.stage).exclude(pk=assignment.pk).first()


def is_held(assignment: Assignment, at: datetime) -> bool:
    """Whether the person still has the work, under this lease or a later one."""
    return (assignment.ended_at is None and assignment.lease_until > at) or held_again(assignment, at) is not None


def sent_with(request: SignedRequest, text: str) -> Sent:
    """What a bench says of its action, or BadBody; an action that says nothing is a series of its own."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    if "series" not in request.POST:
        return Sent(digest=digest)
    series = series_named(request.POST["series"])
    if series is None:
        raise BadBody(UNREADABLE)
    step = Step(series=series, place=posted_number(request, "place"), since=posted_number(request, "since"))
    if not step.is_possible():
        raise BadBody(UNREADABLE)
    return Sent(step=step, digest=digest)


def taken(draft: Draft, held: Assignment) -> JsonResponse:
    """What was done: the version, and under which lease; 409 if the lease was lost."""
    answer = {"version": draft.version, "saved_at": draft.saved_at, "clock": clock(draft.saved_at)}
    if draft.is_late:
        return JsonResponse({**answer, "lost": True}, status=409)
    return JsonResponse({**answer, "assignment": held.pk})


def repeated(action: DraftAction, sent: Sent) -> JsonResponse:
    """What was done the first time; an action that came with a later one has that one's version.

    Another content under its number is refused: only what was still being typed when its page went may be older.
    """
    answer = {"version": action.version, "saved_at": action.at, "clock": clock(action.at), "repeated": True}
    if action.digest not in {"", sent.digest}:
        return JsonResponse({**answer, "message": REUSED, "lost": action.taken == Taken.LATE}, status=422)
    if action.taken == Taken.LATE:
        return JsonResponse({**answer, "lost": True}, status=409)
    return JsonResponse(answer)


def differs(posted: Posted) -> JsonResponse:
    """Another window has saved since, or the work was handed in: the person compares and chooses."""
    stored = posted.stored()
    said = {"version": stored.version, "handed_in": stored.handed_in, "lost": not is_held(posted.assignment, posted.at)}
    when = {"clock": clock(stored.at)} if stored.at else {}
    return JsonResponse({"changed": True, **said, **when}, status=409)


def clean_draft(stage: Stage, text: str, encounter: Encounter) -> dict[str, Any]:
    """A draft as its stage shapes it, from JSON; its evidence as the visit's pages have it."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadBody(UNREADABLE) from error
    if stage is not Stage.PRECODING:
        return true_evidence(encounter=encounter, body=clean_body(raw))
    if not isinstance(raw, dict):
        raise BadBody(UNREADABLE)
    return draft_body(raw)


@requires(*AT_BENCHES)
@require_POST
@about_chart
def heartbeat(request: SignedRequest, pk: int) -> JsonResponse:
    """The bench is still open: the lease's new end, the stored version, what happened to its pages; 409 if lost."""
    assignment = posted_assignment(request, pk)
    try:
        until = renew_lease(assignment_id=assignment.pk, by=request.user, at=timezone.now())
    except LeaseLost:
        return JsonResponse({"lost": True}, status=409)
    stored = draft_of(encounter=assignment.encounter, stage=Stage(assignment.stage), author=request.user)
    seen = posted_number(request, "seen")
    version = stored.version if stored else 0
    return JsonResponse({"until": until, "version": version, "news": news(assignment, after=seen)})
