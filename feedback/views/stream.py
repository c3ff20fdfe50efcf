"""The inbox: everything that waits for one person, over all batches, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages as notes
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.views.decorators.http import require_GET, require_POST

from feedback.actions.inbox import NotThere, finish_item, snooze_item, take_up_item, turn_seen
from feedback.models import InboxItem
from feedback.models.inbox import InboxQuerySet
from feedback.rules.inbox import ItemKind, Shelf, tomorrow_morning
from feedback.views.messages import author_name
from portal.access import SignedRequest, found, requires
from portal.keyset import page_of
from portal.models import User
from portal.rules.roles import Permission

A_PAGE = 30
JUDGES = frozenset({Permission.VERIFY, Permission.MANAGE_WORK})  # who looks at remarks
WORDS = 220  # characters shown of what was said
SHELVES = {Shelf.OPEN: "Open", Shelf.SNOOZED: "Put off", Shelf.DONE: "Done"}
DONE_WORDS = {"done": "Done.", "snooze": "Put off to tomorrow morning."}


@dataclass(frozen=True)
class Row:
    """One item as the list shows it."""

    pk: int
    kind: str
    glyph: str
    tone: str
    author: str
    at: datetime
    body: str
    is_unread: bool
    is_internal: bool
    snoozed_until: datetime | None
    open_url: str
    reply_url: str


@requires(Permission.DISCUSS)
@require_GET
def stream(request: SignedRequest) -> HttpResponse:
    """One shelf of the reader's items; `kind` narrows it."""
    return item_list(request)


def item_list(request: SignedRequest, *, told: str = "", undo: int | None = None) -> HttpResponse:
    """The list, as a page or as its part; `told` says what was just done, `undo` names the item."""
    now = timezone.now()
    shelf, kind = chosen(request)
    rows = InboxItem.objects.visible_to(request.user).on_shelf(shelf, at=now)
    if kind is not None:
        rows = rows.filter(kind=kind)
    page = page_of(request, with_everything(rows), order=("-created_at", "-pk"), size=A_PAGE)
    context = {
        "tabs": tabs(shelf, kind),
        "kinds": kinds(shelf, kind),
        "shelf": shelf.value,
        "query": request.GET.urlencode(),
        "groups": grouped(page.rows, reader=request.user),
        "unread": InboxItem.objects.visible_to(request.user).unseen_count(at=now),
        "is_filtered": kind is not None,
        "clear_url": f"?{urlencode({'show': shelf.value})}",
        "pagination": page.pagination,
        "told": told,
        "undo": undo,
    }
    return render(request, "feedback/stream_list.html" if request.htmx else "feedback/stream.html", context)


def chosen(request: SignedRequest) -> tuple[Shelf, ItemKind | None]:
    """The shelf and the kind that the address names; what is unknown counts as not given."""
    show, kind = request.GET.get("show", ""), request.GET.get("kind", "")
    shelf = Shelf(show) if show in set(Shelf) else Shelf.OPEN
    return shelf, ItemKind(kind) if kind in set(ItemKind) else None


def address(shelf: Shelf, kind: ItemKind | None) -> str:
    return "?" + urlencode({"show": shelf.value, **({"kind": kind.value} if kind else {})})


def tabs(shelf: Shelf, kind: ItemKind | None) -> list[dict[str, Any]]:
    return [{"label": label, "url": address(one, kind), "current": one == shelf} for one, label in SHELVES.items()]


def kinds(shelf: Shelf, kind: ItemKind | None) -> list[dict[str, Any]]:
    every = [{"label": "Everything", "url": address(shelf, None), "current": kind is None}]
    return every + [{"label": one.label, "url": address(shelf, one), "current": one == kind} for one in ItemKind]


def with_everything(rows: InboxQuerySet) -> InboxQuerySet:
    return rows.select_related("batch__practice", "encounter", "comment__author", "comment__token", "comment__reply_to")


def grouped(rows: list[InboxItem], *, reader: User) -> list[dict[str, Any]]:
    """Neighbours about the same batch and visit stand under one heading."""
    return [
        {
            "batch": items[0].batch.label,
            "name": items[0].batch.name,
            "practice": items[0].batch.practice.name if reader.is_service_staff else "",
            "encounter": items[0].encounter.label if items[0].encounter else "",
            "rows": [shown(item, reader) for item in items],
        }
        for items in (list(part) for _, part in groupby(rows, key=lambda row: (row.batch_id, row.encounter_id)))
    ]


TONES = {
    ItemKind.MENTION: ("@", "info"),
    ItemKind.QUESTION: ("?", "query"),
    ItemKind.COMPLAINT: ("!", "warn"),
    ItemKind.REMARK: ("◇", "audit"),
    ItemKind.RULING: ("✓", "audit"),
    ItemKind.ANSWER: ("↩", "plain"),
    ItemKind.COMMENT: ("•", "plain"),
}


def shown(item: InboxItem, reader: User) -> Row:
    """One item for the template."""
    kind, comment = ItemKind(item.kind), item.comment
    glyph, tone = TONES[kind]
    thread = reverse("feedback:thread", args=[comment.thread_id])
    query = reverse("coding:query", args=[comment.query_id]) if comment.query_id else ""
    remark = remark_url(item) if reader.permissions & JUDGES else ""
    return Row(
        pk=item.pk,
        kind=kind.label,
        glyph=glyph,
        tone=tone,
        author=author_name(comment),
        at=item.created_at,
        body=Truncator(comment.body).chars(WORDS),
        is_unread=item.seen_at is None,
        is_internal=comment.is_internal,
        snoozed_until=item.snoozed_until,
        open_url=query or remark or f"{thread}#message-{comment.pk}",
        reply_url="" if query else f"{thread}?reply_to={comment.pk}#thread-{comment.thread_id}-composer",
    )


def remark_url(item: InboxItem) -> str:
    """Where a remark is looked at again, and made a ruling; empty for all other items."""
    said = item.comment.reply_to if item.kind == ItemKind.RULING else item.comment
    return reverse("coding:remark", args=[said.remark_id]) if said is not None and said.remark_id else ""


@requires(Permission.DISCUSS)
@require_POST
def move_item(request: SignedRequest, pk: int) -> HttpResponse:
    """`action`: done, open, snooze or unread; back to the list as it was asked for in the address."""
    item = found(request, InboxItem.objects.visible_to(request.user), pk=pk)
    action, now = request.POST.get("action", ""), timezone.now()
    try:
        if action == "done":
            finish_item(item=item, by=request.user, at=now)
        elif action == "open":
            take_up_item(item=item, by=request.user)
        elif action == "snooze":
            snooze_item(item=item, by=request.user, until=tomorrow_morning(now, zone_of_reader()))
        else:
            turn_seen(item=item, by=request.user, at=now)
    except NotThere:
        notes.info(request, "This was changed before, in another window perhaps.")
    told = DONE_WORDS.get(action, "")
    if request.htmx:
        return item_list(request, told=told, undo=pk if told else None)
    if told:
        notes.success(request, told)
    return redirect(f"{reverse('feedback:stream')}?{request.GET.urlencode()}")


def zone_of_reader() -> ZoneInfo:
    """The zone in which pages show times."""
    return ZoneInfo(timezone.get_current_timezone_name())
