"""The threads of a person, those that want them first; and the open questions for the home page."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from feedback.forms.comment import AnswerForm
from feedback.models import Comment, Thread
from feedback.models.thread import ThreadQuerySet
from feedback.rules.talk import Side
from feedback.views.messages import presented, side_of_reader, with_everything
from portal.access import SignedRequest, requires
from portal.rules.roles import Permission

A_PAGE = 50
QUESTIONS_SHOWN = 10


@requires(Permission.DISCUSS)
@require_GET
def inbox(request: SignedRequest) -> HttpResponse:
    """Threads with a question for this person's side or something unread come first, then the newest."""
    side = side_of_reader(request.user)
    mine = Thread.objects.visible_to(request.user)
    chosen = request.GET.get("show", "all")
    tabs: list[dict[str, Any]] = [
        {"key": "all", "label": "All", "rows": mine},
        {"key": "us", "label": "Needs you", "rows": mine.open_for(side)},
        {
            "key": "them",
            "label": "Waits for Chartline" if side == Side.PRACTICE else "Waits for the practice",
            "rows": mine.open_for(side.other),
        },
    ]
    rows = next((tab["rows"] for tab in tabs if tab["key"] == chosen), mine)
    page, next_url = keyset_page(request, rows.counted_for(request.user, side).select_related("batch", "practice"))
    return render(
        request,
        "feedback/inbox.html",
        {
            "tabs": [
                {
                    "label": tab["label"],
                    "url": f"?{urlencode({'show': tab['key']})}",
                    "current": tab["rows"] is rows,
                    "count": tab["rows"].count(),
                }
                for tab in tabs
            ],
            "threads": page,
            "may_complaints": not request.user.is_service_staff or request.user.may(Permission.MANAGE_WORK),
            "may_save_answers": request.user.may(Permission.MANAGE_WORK),
            "shows_practice": request.user.is_service_staff or len(request.user.practice_ids) > 1,
            "waits_label": tabs[2]["label"],
            "is_filtered": rows is not mine,
            "pagination": {
                "previous_url": f"?{urlencode({'show': chosen})}" if "after" in request.GET else None,
                "next_url": next_url,
                "text": "",
            },
        },
    )


def keyset_page(request: SignedRequest, rows: ThreadQuerySet) -> tuple[list[Thread], str | None]:
    """One page after the place named in the query, and the address of the next."""
    after = place_in_list(request.GET.get("after", ""))
    if after is not None:
        rank, latest, pk = after
        rows = rows.filter(Q(rank__gt=rank) | Q(rank=rank, latest__lt=latest) | Q(rank=rank, latest=latest, pk__lt=pk))
    page: list[Any] = list(rows.wanting_first()[: A_PAGE + 1])
    if len(page) <= A_PAGE:
        return page, None
    last = page[A_PAGE - 1]
    query = {**request.GET.dict(), "after": f"{last.rank}~{last.latest.isoformat()}~{last.pk}"}
    return page[:A_PAGE], f"?{urlencode(query)}"


def place_in_list(text: str) -> tuple[int, datetime, int] | None:
    """The place after which a page begins; None for the first page or a spoilt address."""
    try:
        rank, latest, pk = text.split("~")
        at = parse_datetime(latest)
        return (int(rank), at, int(pk)) if at is not None and at.tzinfo is not None else None
    except ValueError:
        return None


@requires(Permission.DISCUSS)
@require_GET
def questions(request: SignedRequest) -> HttpResponse:
    """Open questions for the reader's side, oldest first, to be answered in place."""
    return question_list(request)


def question_list(
    request: SignedRequest,
    *,
    refused: AnswerForm | None = None,
    question: Comment | None = None,
    sent: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The list of open questions; a refused answer keeps its words."""
    side = side_of_reader(request.user)
    waiting = Comment.objects.visible_to(request.user).open_for(side).select_related("thread__batch", "practice")
    rows = list(with_everything(waiting).oldest_first()[: QUESTIONS_SHOWN + 1])
    if question is not None and question.pk not in {row.pk for row in rows}:
        rows.insert(0, question)
    more, rows = len(rows) > QUESTIONS_SHOWN, rows[:QUESTIONS_SHOWN]
    items = [
        {
            "message": message,
            "thread": row.thread,
            "is_query": row.query_id is not None,
            "form": refused
            if refused is not None and question is not None and row.pk == question.pk
            else AnswerForm(question=row),
        }
        for row, message in zip(rows, presented(rows, reader=request.user), strict=True)
    ]
    context = {"items": items, "more": more, "sent": sent, "shows_practice": request.user.is_service_staff}
    template = "feedback/questions.html" if request.htmx else "feedback/questions_page.html"
    return render(request, template, context, status=status)
