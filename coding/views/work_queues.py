"""Queues as rules, for managers: what is live, what a draft would hold, who changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Max, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coding.actions import work_queues as actions
from coding.forms.work_queues import QueueForm, initial_of
from coding.models import Encounter, WorkQueue, WorkQueueVersion
from coding.models.work_queues import NOTHING, any_of, counted, waiting_now, within
from coding.rules.lifecycle import Stage
from coding.rules.work_queues import QueueState, Rules, changes, in_words
from coding.views.due import due_of, due_tag, status_tag
from portal.access import SignedRequest, found, refuse, requires
from portal.models import Practice
from portal.rules.credentials import CredentialKind
from portal.rules.languages import Language
from portal.rules.promise import span
from portal.rules.roles import Permission
from portal.rules.specialties import Specialty

managers = requires(Permission.MANAGE_WORK)
TAGS = {
    QueueState.DRAFT: {"label": "Draft", "glyph": "○", "tone": "neutral"},
    QueueState.TESTED: {"label": "Tested", "glyph": "◔", "tone": "info"},
    QueueState.LIVE: {"label": "Live", "glyph": "✓", "tone": "plain"},
    QueueState.ENDED: {"label": "Ended", "glyph": "✕", "tone": "neutral"},
}
BACKLOGS_SHOWN = 20
DRAFTS = frozenset({QueueState.DRAFT, QueueState.TESTED})


@require_GET
@managers
def queues(request: SignedRequest) -> HttpResponse:
    """All queues in their order, with what each holds now, and what none wants."""
    at = timezone.now()
    rows = list(WorkQueue.objects.in_order().prefetch_related("versions"))
    live = {row.pk: version for row in rows if (version := version_in(row, QueueState.LIVE))}
    parts, earlier = {}, NOTHING
    for row in rows:
        if row.pk in live:
            condition = within(live[row.pk].said.conditions, at=at)
            parts[f"in_{row.pk}"] = condition & ~earlier
            earlier = any_of([earlier, condition])
    numbers = counted(nowhere=~earlier, **parts)
    names = words_of_values()
    return render(
        request,
        "coding/work_queues.html",
        {
            "rows": [queue_row(row, live.get(row.pk), numbers, names, at=at) for row in rows],
            "nowhere": numbers["nowhere"],
            "any_live": bool(live),
            "beyond": beyond_share(at=at),
        },
    )


def beyond_share(*, at: datetime) -> list[dict[str, Any]]:
    """The practices that sent more than their share of a day, the one with the most behind its own first."""
    rows = (
        waiting_now()
        .values("practice__name", "practice__daily_share")
        .annotate(waiting=Count("pk"), beyond=Count("pk", filter=Q(turn_at__gt=F("due_at"))), last=Max("turn_at"))
        .filter(beyond__gt=0)
        .order_by("-beyond", "practice__name")[:BACKLOGS_SHOWN]
    )
    return [
        {
            "practice": row["practice__name"],
            "share": row["practice__daily_share"],
            "waiting": row["waiting"],
            "beyond": row["beyond"],
            "last": due_tag(row["last"], at=at),
        }
        for row in rows
    ]


def version_in(queue: WorkQueue, *states: QueueState) -> WorkQueueVersion | None:
    """The queue's version in one of the states, of those already fetched."""
    return next((version for version in queue.versions.all() if version.state in states), None)


def queue_row(
    queue: WorkQueue, live: WorkQueueVersion | None, numbers: dict[str, Any], names: dict[str, Any], *, at: datetime
) -> dict[str, Any]:
    draft = version_in(queue, *DRAFTS)
    shown = live or draft
    since = numbers.get(f"in_{queue.pk}_since")
    return {
        "pk": queue.pk,
        "name": queue.name,
        "said": in_words(shown.said, names) if shown else [],
        "status": TAGS[QueueState(shown.state)] if shown else TAGS[QueueState.ENDED],
        "draft": bool(live and draft),
        "live": bool(live),
        "count": numbers.get(f"in_{queue.pk}", 0),
        "oldest": span(at - since) if since else "",
    }


def words_of_values() -> dict[str, dict[Any, str]]:
    """What the values of conditions are called."""
    return {
        "stages": {stage.value: stage.label for stage in Stage},
        "specialties": {one.value: one.label for one in Specialty},
        "languages": {one.value: one.label for one in Language},
        "credentials": {one.value: one.label for one in CredentialKind},
        "practices": dict(Practice.objects.values_list("pk", "name")),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@managers
def queue_new(request: SignedRequest) -> HttpResponse:
    form = QueueForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            queue = actions.make_queue(
                name=form.cleaned_data["name"], rules=form.rules(), by=request.user, at=timezone.now()
            )
        except actions.NameTaken:
            form.add_error("name", "Another queue has this name.")
        else:
            messages.success(request, f"{queue} is a draft. Test it to see what would be in it now.")
            return redirect("coding:work-queue", pk=queue.pk)
    return render(request, "coding/work_queue_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@managers
def work_queue(request: SignedRequest, pk: int) -> HttpResponse:
    """What the queue says, what a test found, its history; a POST changes the draft."""
    queue = found(request, WorkQueue.objects.all(), pk=pk)
    if request.method != "POST":
        return queue_page(request, queue)
    form = QueueForm(request.POST, user=request.user, named=False)
    if not form.is_valid():
        return queue_page(request, queue, form=form, status=422)
    actions.change_queue(queue=queue, rules=form.rules(), by=request.user, at=timezone.now())
    messages.success(request, "The draft is kept. Test it before it goes live.")
    return redirect("coding:work-queue", pk=queue.pk)


def queue_page(
    request: SignedRequest, queue: WorkQueue, *, form: QueueForm | None = None, status: int = 200
) -> HttpResponse:
    people = ("made_by", "tested_by", "live_by", "ended_by")
    versions = list(queue.versions.newest_first().select_related(*people))
    newest, names = versions[0], words_of_values()
    draft = newest if newest.state in DRAFTS else None
    live = next((version for version in versions if version.state == QueueState.LIVE), None)
    context = {
        "queue": queue,
        "status": TAGS[QueueState((live or newest).state)],
        "said": in_words(newest.said, names),
        "draft": draft,
        "live": live,
        "is_tested": newest.state == QueueState.TESTED,
        "test": found_words(newest, user=request.user, at=timezone.now()) if newest.found else None,
        "history": history_of(versions, names),
        "form": form or QueueForm(user=request.user, named=False, initial=initial_of(newest.said)),
    }
    return render(request, "coding/work_queue.html", context, status=status)


def found_words(version: WorkQueueVersion, *, user: Any, at: datetime) -> dict[str, Any]:
    """What the last test of a version found, its examples as they are now."""
    said: dict[str, Any] = version.found or {}
    examples = {one.pk: one for one in Encounter.objects.visible_to(user).filter(pk__in=said["examples"])
                .select_related("practice")}  # fmt: skip
    since = datetime.fromisoformat(said["since"]) if said["since"] else None
    return {
        "at": version.tested_at,
        "by": version.tested_by.name if version.tested_by else "",
        "count": said["count"],
        "since": since,
        "oldest": span(version.tested_at - since) if since and version.tested_at else "",
        "overlaps": said["overlaps"],
        "nowhere": said["nowhere"],
        "examples": [
            {
                "pk": one.pk,
                "label": one.label,
                "practice": one.practice.name,
                "specialty": one.get_specialty_display(),
                "status": status_tag(one),
                "due": due_of(one, at=at),
            }
            for pk in said["examples"]
            if (one := examples.get(pk))
        ],
    }


def history_of(versions: list[WorkQueueVersion], names: dict[str, Any]) -> list[dict[str, Any]]:
    """The versions, newest first, each with its steps and how it differs from the one before."""
    before: list[Rules | None] = [*(version.said for version in versions[1:]), None]
    return [
        {
            "number": version.number,
            "status": TAGS[QueueState(version.state)],
            "steps": [
                (word, by.name, at)
                for word, by, at in (
                    ("Written", version.made_by, version.made_at),
                    ("Tested", version.tested_by, version.tested_at),
                    ("Live", version.live_by, version.live_at),
                    ("Ended", version.ended_by, version.ended_at),
                )
                if by and at
            ],
            "changes": changes(older, version.said, names),
        }
        for version, older in zip(versions, before, strict=True)
    ]


@require_POST
@managers
def queue_step(request: SignedRequest, pk: int, step: str) -> HttpResponse:
    """Test, go live, end, drop the draft, place earlier or later."""
    queue, at = found(request, WorkQueue.objects.all(), pk=pk), timezone.now()
    if step not in STEPS:
        refuse(request, object_type="coding.workqueue", object_id=str(pk))
    try:
        said = STEPS[step](queue, request, at)
    except actions.NotTested:
        messages.error(request, "Test the draft first: it was changed or is gone.")
    except actions.NotLive:
        messages.info(request, f"{queue} is not live.")
    else:
        messages.success(request, said)
    if step in {"earlier", "later"} or not WorkQueue.objects.filter(pk=pk).exists():
        return redirect("coding:work-queues")
    return redirect("coding:work-queue", pk=pk)


def examine_step(queue: WorkQueue, request: SignedRequest, at: datetime) -> str:
    version = actions.examine_queue(queue=queue, by=request.user, at=at)
    return f"Tested: {(version.found or {})['count']} would be in it now."


def live_step(queue: WorkQueue, request: SignedRequest, at: datetime) -> str:
    actions.go_live(queue=queue, by=request.user, at=at)
    return f"{queue} is live: work is handed out by it from now on."


def end_step(queue: WorkQueue, request: SignedRequest, at: datetime) -> str:
    actions.end_queue(queue=queue, by=request.user, at=at)
    return f"{queue} is ended. What was in it goes by the other queues."


def drop_step(queue: WorkQueue, request: SignedRequest, at: datetime) -> str:
    actions.drop_draft(queue=queue, by=request.user, at=at)
    return "The draft is gone."


def place_step(queue: WorkQueue, request: SignedRequest, at: datetime, *, earlier: bool) -> str:
    actions.place_queue(queue=queue, earlier=earlier, by=request.user, at=at)
    return f"{queue} is placed {'earlier' if earlier else 'later'}."


def earlier_step(queue: WorkQueue, request: SignedRequest, at: datetime) -> str:
    return place_step(queue, request, at, earlier=True)


def later_step(queue: WorkQueue, request: SignedRequest, at: datetime) -> str:
    return place_step(queue, request, at, earlier=False)


STEPS = {
    "test": examine_step,
    "live": live_step,
    "end": end_step,
    "drop": drop_step,
    "earlier": earlier_step,
    "later": later_step,
}
