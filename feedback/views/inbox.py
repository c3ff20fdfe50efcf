"""The threads of a person; and the open questions for the home page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from feedback.forms.comment import AnswerForm
from feedback.models import Comment, Thread
from feedback.rules.talk import Side
from feedback.views.messages import presented, side_of_reader, with_everything
from portal.access import SignedRequest, requires
from portal.keyset import number_of, page_of
from portal.rules.roles import Permission

A_PAGE = 50
QUESTIONS_SHOWN = 10


@requires(Permission.DISCUSS)
@require_GET
def inbox(request: SignedRequest) -> HttpResponse:
    """The threads of this person, the newest word first; those that ask their side, unless there are none."""
    side = side_of_reader(request.user)
    mine = Thread.objects.visible_to(request.user)
    kinds = {
        "us": ("Needs you", mine.open_for(side)),
        "them": (
            "Waits for Chartline" if side == Side.PRACTICE else "Waits for the practice",
            mine.open_for(side.other),
        ),
        "all": ("All", mine),
    }
    counts = {key: number_of(rows) for key, (_, rows) in kinds.items()}
    chosen = request.GET.get("show", "")
    if chosen not in kinds:
        chosen = "us" if counts["us"] != "0" else "all"
    page = page_of(
        request,
        kinds[chosen][1].counted_for(request.user, side).select_related("batch", "practice"),
        order=("-latest_at", "-pk"),
        size=A_PAGE,
    )
    return render(
        request,
        "feedback/inbox.html",
        {
            "tabs": [
                {"label": label, "url": f"?show={key}", "current": key == chosen, "count": counts[key]}
                for key, (label, _) in kinds.items()
            ],
            "threads": page.rows,
            "may_complaints": not request.user.is_service_staff or request.user.may(Permission.MANAGE_WORK),
            "may_save_answers": request.user.may(Permission.MANAGE_WORK),
            "shows_practice": request.user.is_service_staff or len(request.user.practice_ids) > 1,
            "waits_label": kinds["them"][0],
            "is_filtered": chosen != "all",
            "pagination": page.pagination,
        },
    )


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
