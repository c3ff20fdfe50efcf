"""Say, answer, correct, take back, settle; fetch what was attached."""

from __future__ import annotations

from django.contrib import messages as notes
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from feedback.actions.comments import (
    AlreadyDeleted,
    AlreadySettled,
    CannotSay,
    IsQuery,
    NotAnswered,
    NotInternal,
    NotInThread,
    NotYours,
    add_comment,
    delete_comment,
    edit_comment,
    reopen_question,
    resolve_comment,
    waits_for_practice,
)
from feedback.actions.complaints import raise_complaint
from feedback.forms.comment import AnswerForm, BodyForm, CommentForm
from feedback.models import Attachment, Comment, Thread
from feedback.views.inbox import question_list
from feedback.views.messages import author_name, box, composer
from feedback.views.threads import messages_only, thread_of
from portal import storage
from portal.access import SignedRequest, found, refuse, requires
from portal.actions.audit import record
from portal.rules.roles import Permission

UNPROCESSABLE = 422


def place(comment: Comment) -> str:
    """Where a comment stands."""
    return f"{reverse('feedback:thread', args=[comment.thread_id])}#message-{comment.pk}"


def comment_of(request: SignedRequest, pk: int) -> Comment:
    """A comment in the reader's scope, with its thread."""
    rows = Comment.objects.visible_to(request.user).select_related("thread", "encounter", "author", "token")
    return found(request, rows, pk=pk)


@requires(Permission.DISCUSS)
@require_POST
def add(request: SignedRequest, pk: int) -> HttpResponse:
    """A new message; with errors the form comes back with everything that was typed."""
    row = thread_of(request, pk)
    form = CommentForm(request.POST, request.FILES, thread=row, user=request.user)
    comment = said(request, row, form) if form.is_valid() else None
    if comment is None:
        return form_again(request, row, form)
    if request.htmx:
        fresh = CommentForm(thread=row, user=request.user)
        context = {**box(row, reader=request.user, form=fresh), **composer(row, fresh, oob=True)}
        return render(request, "feedback/sent.html", context)
    return redirect(place(comment))


def said(request: SignedRequest, row: Thread, form: CommentForm) -> Comment | None:
    """The comment of a valid form; None with an error on the form if it could not be said."""
    data, now = form.cleaned_data, timezone.now()
    say = raise_complaint if data.get("is_complaint") else add_comment
    more = {} if data.get("is_complaint") else {"is_internal": data["is_internal"]}
    try:
        comment = say(
            thread=row,
            by=request.user,
            body=data["body"],
            at=now,
            reply_to=data["reply_to"],
            encounter=data["encounter"],
            needs_answer_from=data["needs_answer_from"],
            mentions=data["mentions"],
            files=data["files"],
            **more,
        )
    except (CannotSay, NotInThread, NotInternal):
        form.add_error(None, "The message could not be sent. Reload the page and try again.")
        return None
    if data["settle"] and data["reply_to"] is not None:
        settle(request, data["reply_to"])
    return comment


def settle(request: SignedRequest, question: Comment) -> None:
    """Settle a question and say what became of its encounter."""
    if question.query_id is not None:
        notes.info(request, "A query is answered and signed on its own page.")
        return
    waits = question.encounter_id is not None and question.needs_answer_from == "practice"
    try:
        resumed = resolve_comment(comment=question, by=request.user, at=timezone.now())
    except AlreadySettled:
        notes.info(request, "The question was settled before.")
        return
    except NotAnswered:
        notes.warning(request, "Not settled: answer the question first.")
        return
    if resumed:
        notes.success(request, "Answered. The chart goes back into work.")
    elif waits and waits_for_practice(question.encounter):
        notes.warning(request, "Settled without an answer of the practice. The chart stays on hold.")
    elif waits:
        notes.info(request, "Settled. The chart was not waiting for this answer.")


def form_again(request: SignedRequest, row: Thread, form: CommentForm) -> HttpResponse:
    if not request.htmx:
        return render(request, "feedback/thread.html", box(row, reader=request.user, form=form), status=UNPROCESSABLE)
    answer = render(request, "feedback/composer.html", composer(row, form), status=UNPROCESSABLE)
    answer["HX-Retarget"] = f"#thread-{row.pk}-composer"
    answer["HX-Reswap"] = "outerHTML"
    return answer


@requires(Permission.DISCUSS)
@require_POST
def answer(request: SignedRequest, pk: int) -> HttpResponse:
    """Answer a question from the list of open ones, and settle it."""
    question = comment_of(request, pk)
    if question.query_id is not None:
        notes.info(request, "A query is answered and signed on its own page.")
        return question_list(request) if request.htmx else redirect("coding:query", pk=question.query_id)
    form = AnswerForm(request.POST, question=question)
    if not form.is_valid():
        return question_list(request, refused=form, question=question, status=UNPROCESSABLE)
    try:
        comment = add_comment(
            thread=question.thread,
            by=request.user,
            body=form.cleaned_data["body"],
            at=timezone.now(),
            reply_to=question,
        )
    except (CannotSay, NotInThread):
        form.add_error("body", "The question is gone or the answer is empty.")
        return question_list(request, refused=form, question=question, status=UNPROCESSABLE)
    settle(request, question)
    return question_list(request, sent=True) if request.htmx else redirect(place(comment))


@requires(Permission.DISCUSS)
@require_http_methods(["GET", "POST"])
def edit(request: SignedRequest, pk: int) -> HttpResponse:
    """Correct one's own words; the earlier ones are kept."""
    comment = comment_of(request, pk)
    if comment.author_id != request.user.pk or comment.deleted_at is not None or comment.is_fixed:
        refuse(request, object_type="feedback.comment", object_id=str(pk))
    form = BodyForm(request.POST or None, initial={"body": comment.body})
    if request.method == "POST" and form.is_valid():
        try:
            edit_comment(comment=comment, by=request.user, body=form.cleaned_data["body"], at=timezone.now())
        except (AlreadyDeleted, NotYours):
            notes.error(request, "Not changed: the message was taken back meanwhile.")
        except CannotSay:
            form.add_error("body", "Write a message.")
        if not form.errors:
            return redirect(place(comment))
    status = UNPROCESSABLE if form.errors else 200
    return render(
        request, "feedback/edit.html", {"comment": comment, "form": form, "back": place(comment)}, status=status
    )


@requires(Permission.DISCUSS)
@require_http_methods(["GET", "POST"])
def delete(request: SignedRequest, pk: int) -> HttpResponse:
    """Ask, then take a comment out of sight."""
    comment = comment_of(request, pk)
    mine = comment.author_id == request.user.pk or request.user.may(Permission.MANAGE_WORK)
    if not mine or comment.is_fixed:
        refuse(request, object_type="feedback.comment", object_id=str(pk))
    if request.method == "GET":
        return render(
            request,
            "feedback/delete.html",
            {"comment": comment, "author": author_name(comment), "back": place(comment)},
        )
    try:
        delete_comment(comment=comment, by=request.user, at=timezone.now())
    except AlreadyDeleted:
        notes.info(request, "The message was taken back before.")
    else:
        notes.success(request, "The message is taken back. Its history is kept.")
    return redirect(place(comment))


@requires(Permission.DISCUSS)
@require_GET
def history(request: SignedRequest, pk: int) -> HttpResponse:
    """The earlier words of a comment; those of one taken back are for managers."""
    comment = comment_of(request, pk)
    if comment.deleted_at is not None and not request.user.may(Permission.MANAGE_WORK):
        refuse(request, object_type="feedback.comment", object_id=str(pk))
    record("comment.history_viewed", at=timezone.now(), by=request.user, about=comment, request=request)
    return render(
        request,
        "feedback/history.html",
        {
            "comment": comment,
            "author": author_name(comment),
            "versions": list(comment.versions.order_by("-replaced_at", "-pk")),
            "attachments": list(comment.attachments.order_by("pk")),
            "back": place(comment),
        },
    )


@requires(Permission.DISCUSS)
@require_POST
def resolve(request: SignedRequest, pk: int) -> HttpResponse:
    """Settle a question, or ask it again (`action=reopen`)."""
    comment = comment_of(request, pk)
    if request.POST.get("action") == "reopen":
        try:
            reopen_question(comment=comment, by=request.user, at=timezone.now())
        except (AlreadySettled, IsQuery):
            notes.info(request, "The question is open already, or is a query: ask a new one.")
    else:
        settle(request, comment)
    if request.htmx:
        return messages_only(request, thread_of(request, comment.thread_id))
    return redirect(place(comment))


@requires(Permission.DISCUSS)
@require_GET
def attachment(request: SignedRequest, pk: int) -> FileResponse:
    """An attached file, to be saved and never shown by the browser itself."""
    rows = Attachment.objects.filter(comment__in=Comment.objects.visible_to(request.user))
    if not request.user.may(Permission.MANAGE_WORK):
        rows = rows.filter(comment__deleted_at=None)
    row = found(request, rows, pk=pk)
    record("attachment.downloaded", at=timezone.now(), by=request.user, about=row, request=request)
    return FileResponse(
        storage.opened(row.storage_name), as_attachment=True, filename=row.original_name, content_type=row.media_type
    )
