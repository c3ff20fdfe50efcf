"""Find what was said, in all threads that the reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.db.models.expressions import RawSQL
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from feedback.forms.search import SearchForm
from feedback.models import Comment
from feedback.models.thread import CommentQuerySet
from feedback.views.messages import author_name
from portal.access import SignedRequest, requires
from portal.actions.audit import record
from portal.models import User
from portal.rules.roles import Permission

A_PAGE = 30
MARK, UNMARK = "\x02", "\x03"  # no comment holds them: forms refuse control characters, and they are cut out before
HEADLINE = f"StartSel={MARK}, StopSel={UNMARK}, MaxWords=40, MinWords=20, MaxFragments=2, FragmentDelimiter=' … '"


@dataclass(frozen=True)
class Hit:
    """One comment that was found, with the stretches of its words that fit."""

    url: str
    author: str
    at: datetime
    batch: str
    practice: str
    encounter: str
    is_internal: bool
    parts: list[tuple[str, bool]]  # text, and whether it is a word that was looked for


@requires(Permission.DISCUSS)
@require_http_methods(["GET", "POST"])
def search(request: SignedRequest) -> HttpResponse:
    """An empty form on GET; on POST the newest comments with the words, thirty at a time."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    words = form.cleaned_data["q"].replace("\x00", "") if form.is_bound and form.is_valid() else ""
    rows: list[Comment] = []
    if words:
        rows = found_comments(request.user, words, before=form.cleaned_data["before"])
        record("talk.searched", at=timezone.now(), by=request.user, found=len(rows), request=request)
    more, rows = len(rows) > A_PAGE, rows[:A_PAGE]
    context = {
        "form": form,
        "words": words,
        "hits": [hit(row, request.user) for row in rows],
        "more_before": rows[-1].pk if more else None,
    }
    return render(request, "feedback/search.html", context, status=422 if form.is_bound and form.errors else 200)


def found_comments(user: User, words: str, *, before: int | None) -> list[Comment]:
    """The newest comments that say the words, one more than a page holds."""
    rows: CommentQuerySet = Comment.objects.visible_to(user).filter(deleted_at=None)
    if before:
        rows = rows.filter(pk__lt=before)
    return list(
        rows.saying(words)
        .annotate(headline=headline(words))
        .select_related("author", "token", "encounter", "thread__batch", "practice")
        .order_by(F("pk").desc())[: A_PAGE + 1]
    )


def headline(words: str) -> RawSQL:
    """The stretches of a comment in which the words stand."""
    return RawSQL(
        "ts_headline('english', translate(feedback_comment.body, %s, ''), websearch_to_tsquery('english', %s), %s)",
        [MARK + UNMARK, words, HEADLINE],
    )


def hit(row: Comment, reader: User) -> Hit:
    return Hit(
        url=f"{reverse('feedback:thread', args=[row.thread_id])}#message-{row.pk}",
        author=author_name(row),
        at=row.created_at,
        batch=row.thread.batch.label,
        practice=row.practice.name if reader.is_service_staff else "",
        encounter=row.encounter.label if row.encounter is not None else "",
        is_internal=row.is_internal,
        parts=parts_of(row.headline),  # type: ignore[attr-defined]  # annotated
    )


def parts_of(text: str) -> list[tuple[str, bool]]:
    """A headline in pieces: what was looked for, and what stands around it."""
    parts: list[tuple[str, bool]] = []
    for piece in text.split(MARK):
        marked, closed, rest = piece.partition(UNMARK)
        parts += [(marked, True), (rest, False)] if closed else [(piece, False)]
    return [(words, is_hit) for words, is_hit in parts if words]
