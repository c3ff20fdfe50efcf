"""What a coder may learn from: topics made of real discrepancies, lessons given, and charts before and since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from coding.actions.quality import PERIOD, first_scores
from coding.actions.scorecards import standing_discrepancies
from coding.models import Lesson, Ruling, Score
from coding.rules.reasons import Reason
from coding.rules.rulings import matches
from coding.rules.topics import Around, Topic, around, topics
from portal.actions.audit import record
from portal.models import User


@dataclass(frozen=True)
class Study:
    """A topic with the rulings that bear on its codes, and the last lesson on it with what came before and since."""

    topic: Topic
    rulings: tuple[Ruling, ...]
    lesson: Lesson | None
    around: Around | None


@dataclass(frozen=True)
class Education:
    """What one coder may learn from, the topic in most charts first; lessons on topics that are no more at the end."""

    charts: int
    studies: tuple[Study, ...]
    past: tuple[tuple[Lesson, Around], ...]


def education_of(person: User, *, seen_by: User, at: datetime, on: date) -> Education:
    """Over the first verdicts of half a year; a constant number of queries."""
    scores = first_scores(person, seen_by=seen_by, since=at - PERIOD)
    found = topics(standing_discrepancies(scores))
    lessons = list(Lesson.objects.filter(coder=person).select_related("given_by").order_by("-given_at", "-pk"))
    register = list(Ruling.objects.visible_to(seen_by).holding(on).newest_first())
    charts = charts_of(scores)
    studies = tuple(study_of(topic, lessons, register, charts) for topic in found)
    known = {(one.topic.reason, one.topic.family) for one in studies}
    past = tuple(
        (lesson, around(charts, (), taught_at=lesson.given_at))
        for lesson in last_of_each(lessons)
        if (Reason(lesson.reason), lesson.family) not in known
    )
    return Education(len(scores), studies, past)


def charts_of(scores: Sequence[Score]) -> list[tuple[int, datetime]]:
    return [(one.verification.encounter_id, one.verification.at) for one in scores]


def study_of(
    topic: Topic, lessons: Iterable[Lesson], register: Iterable[Ruling], charts: Sequence[tuple[int, datetime]]
) -> Study:
    lesson = next((one for one in lessons if (one.reason, one.family) == (topic.reason, topic.family)), None)
    codes = {one.code for one in topic.found if one.code}
    return Study(
        topic,
        tuple(ruling for ruling in register if any(matches(ruling.pattern, code) for code in codes)),
        lesson,
        around(charts, topic.found, taught_at=lesson.given_at) if lesson else None,
    )


def last_of_each(lessons: Iterable[Lesson]) -> list[Lesson]:
    """The newest lesson on each topic; `lessons` come newest first."""
    found: dict[tuple[str, str], Lesson] = {}
    for lesson in lessons:
        found.setdefault((lesson.reason, lesson.family), lesson)
    return list(found.values())


@transaction.atomic
def give_lesson(*, coder: User, reason: Reason, family: str, note: str, by: User, at: datetime) -> Lesson:
    """Note that a topic was gone through with a coder: what is verified from now on counts as since."""
    row = Lesson.objects.create(
        coder=coder, reason=reason, family=family, note=note.strip(), given_by=by, given_at=at
    )  # fmt: skip
    record("lesson.given", at=at, by=by, about=row, coder=coder.pk, reason=reason)
    return row
