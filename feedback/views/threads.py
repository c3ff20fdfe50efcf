"""A thread: as a page, as a part of the batch's page, and what is new in it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from feedback.actions.threads import mark_read
from feedback.forms.comment import CommentForm
from feedback.models import Comment, SavedAnswer, Thread
from feedback.views.messages import Shown, box, stretch
from portal.access import SignedRequest, found, refuse, requires
from portal.actions.audit import record
from portal.models import Batch
from portal.rules.roles import Permission

NO_CONTENT = 204
BIGINT_DIGITS = 18  # any number of so many digits fits the database's ids


def thread_of(request: SignedRequest, pk: int) -> Thread:
    """A thread in the reader's scope, with its batch and practice."""
    return found(request, Thread.objects.visible_to(request.user).select_related("batch", "practice"), pk=pk)


def number(value: str) -> int | None:
    """An id from outside; anything else counts as not given."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= BIGINT_DIGITS else None


@requires(Permission.DISCUSS)
@require_GET
def thread(request: SignedRequest, pk: int) -> HttpResponse:
    """The thread as a page. Opening it is the read receipt: what it shows counts as read."""
    return whole_page(request, thread_of(request, pk))


@requires(Permission.DISCUSS)
@require_GET
def batch_thread(request: SignedRequest, pk: int) -> HttpResponse:
    """The thread of a batch: a part of a page for htmx, else a page. A batch not yet sent has none."""
    row = Thread.objects.visible_to(request.user).select_related("batch", "practice").filter(batch_id=pk).first()
    if row is None:
        if not Batch.objects.visible_to(request.user).filter(pk=pk).exists():
            refuse(request, object_type="portal.batch", object_id=str(pk))
        return render(request, "feedback/no_thread.html" if request.htmx else "feedback/no_thread_page.html", {})
    if not request.htmx:
        return whole_page(request, row)
    note_view(request, row)
    return render(request, "feedback/thread_box.html", box(row, reader=request.user, form=fresh_form(request, row)))


def whole_page(request: SignedRequest, row: Thread) -> HttpResponse:
    now = timezone.now()
    shown = stretch(row, reader=request.user, before=number(request.GET.get("before", "")))
    mark_read(thread=row, by=request.user, at=shown.newest_at or now)
    note_view(request, row)
    return render(
        request,
        "feedback/thread.html",
        box(row, reader=request.user, form=fresh_form(request, row), shown=shown),
    )


def note_view(request: SignedRequest, row: Thread) -> None:
    record("thread.viewed", at=timezone.now(), by=request.user, about=row, request=request)


def fresh_form(request: SignedRequest, row: Thread) -> CommentForm:
    """An empty message, already about what a link asked for."""
    asked = {name: number(request.GET.get(name, "")) for name in ("encounter", "reply_to")}
    initial: dict[str, Any] = {name: pk for name, pk in asked.items() if pk}
    saved = number(request.GET.get("saved", ""))
    if saved and request.user.is_service_staff:  # a saved answer is put in, to be read and sent by a person
        initial["body"] = (
            SavedAnswer.objects.for_practice(row.practice_id).filter(pk=saved).values_list("body", flat=True).first()
        )
    return CommentForm(thread=row, user=request.user, initial=initial)


@requires(Permission.DISCUSS)
@require_GET
def messages(request: SignedRequest, pk: int) -> HttpResponse:
    """The messages alone, with those after an id marked as new."""
    row = thread_of(request, pk)
    shown = stretch(row, reader=request.user, new_after=number(request.GET.get("after", "")))
    return messages_only(request, row, shown)


def messages_only(request: SignedRequest, row: Thread, shown: Shown | None = None) -> HttpResponse:
    shown = shown or stretch(row, reader=request.user)
    return render(request, "feedback/messages.html", {"thread": row, "shown": shown})


@requires(Permission.DISCUSS)
@require_GET
def news(request: SignedRequest, pk: int) -> HttpResponse:
    """How many messages came after the newest one on the page; empty if none did."""
    row = thread_of(request, pk)
    after = number(request.GET.get("after", "")) or 0
    fresh = Comment.objects.visible_to(request.user).filter(thread=row, pk__gt=after, deleted_at=None).count()
    if not fresh:
        return HttpResponse(status=NO_CONTENT)
    return render(request, "feedback/news.html", {"thread": row, "count": fresh, "after": after})


@requires(Permission.DISCUSS)
@require_POST
def read(request: SignedRequest, pk: int) -> HttpResponse:
    """The reader's page says which message it has shown last."""
    row = thread_of(request, pk)
    shown = Comment.objects.visible_to(request.user).filter(thread=row, pk=number(request.POST.get("seen", "")) or 0)
    at = shown.values_list("created_at", flat=True).first()
    if at is not None:
        mark_read(thread=row, by=request.user, at=at)
    return HttpResponse(status=NO_CONTENT)
