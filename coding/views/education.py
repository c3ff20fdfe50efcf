"""What a coder may learn from: topics of real discrepancies, with rulings and charts; lessons noted by managers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.actions.lessons import Study, education_of, give_lesson
from coding.forms.plans import LessonForm
from coding.models import Lesson
from coding.rules.figure_words import proportion_words
from coding.rules.proportions import Interval
from coding.rules.reasons import Reason
from coding.rules.topics import Around
from coding.views.quality import coders_seen_by
from portal.access import SignedRequest, found, requires
from portal.rules.roles import Permission

CHARTS_SHOWN = 8


@requires(Permission.MANAGE_WORK, Permission.CODE)
@require_GET
def education(request: SignedRequest, pk: int) -> HttpResponse:
    """A coder's own list, or for a manager anybody's, in the same form."""
    person = found(request, coders_seen_by(request.user), pk=pk)
    manages = request.user.may(Permission.MANAGE_WORK)
    seen = education_of(person, seen_by=request.user, at=timezone.now(), on=timezone.localdate())
    return render(
        request,
        "coding/education.html",
        {
            "person": person,
            "own": person == request.user,
            "manages": manages,
            "charts": seen.charts,
            "topics": [topic_row(one) for one in seen.studies],
            "past": [
                {"title": title_of(Reason(lesson.reason), lesson.family), "lesson": lesson_words(lesson),
                 **around_words(around)}
                for lesson, around in seen.past
            ],
            "coders": list(coders_seen_by(request.user)) if manages else [],
        },
    )  # fmt: skip


def title_of(reason: Reason, family: str) -> str:
    return f"{reason.label}: {family}"


def topic_row(one: Study) -> dict[str, Any]:
    topic = one.topic
    return {
        "title": title_of(topic.reason, topic.family),
        "reason": topic.reason.value,
        "family": topic.family,
        "guideline": topic.reason.help,
        "charts": topic.charts,
        "count": len(topic.found),
        "found": [
            {
                "dispute": row.dispute, "label": f"D-{row.dispute:05d}", "encounter": row.encounter,
                "visit": f"E-{row.encounter:05d}", "at": row.at, "kind": row.kind.label,
                "mine": row.coder_value or "nothing", "theirs": row.verifier_value or "nothing",
            }
            for row in topic.found[:CHARTS_SHOWN]
        ],
        "more": max(0, len(topic.found) - CHARTS_SHOWN),
        "rulings": [{"pk": row.pk, "label": row.label, "text": row.text} for row in one.rulings],
        "lesson": lesson_words(one.lesson) if one.lesson else "",
        **(around_words(one.around) if one.around else {"before": "", "after": "", "change": ""}),
    }  # fmt: skip


def lesson_words(lesson: Lesson) -> str:
    return f"{lesson.given_at:%Y-%m-%d} with {lesson.given_by.name}" + (f": {lesson.note}" if lesson.note else "")


def around_words(one: Around) -> dict[str, str]:
    """Before, since, and the change with its interval in points of percent."""
    return {
        "before": proportion_words(one.before),
        "after": proportion_words(one.after),
        "change": change_words(one.change),
    }


def change_words(change: Interval | None) -> str:
    if change is None:
        return "Not enough charts yet to compare."
    points = f"{change.share * 100:+.0f} points ({change.low * 100:+.0f} to {change.high * 100:+.0f})"
    if change.high < 0:
        return f"Less often since: {points}."
    if change.low > 0:
        return f"More often since: {points}."
    return f"Chance alone could explain the change: {points}."


@requires(Permission.MANAGE_WORK)
@require_POST
def lesson(request: SignedRequest, pk: int) -> HttpResponse:
    """Note that a topic was gone through with the coder."""
    person = found(request, coders_seen_by(request.user), pk=pk)
    form = LessonForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        give_lesson(
            coder=person, reason=Reason(data["reason"]), family=data["family"], note=data["note"], by=request.user,
            at=timezone.now(),
        )  # fmt: skip
        messages.success(request, f"Noted. Charts verified from now on count as since: {data['family']}.")
    else:
        messages.warning(request, "That topic is not known any more. Look at the list again.")
    return redirect("coding:education", pk=pk)
