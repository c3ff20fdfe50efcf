"""Queries for tests: a visit whose pages have words with boxes, and queries about it by the real actions."""

from datetime import timedelta

from coding.actions.queries import send_query
from coding.rules.queries.indicators import Indicator
from coding.rules.queries.wording import Purpose, QueryForm, WrittenQuery
from portal.models import Page, PageWords
from portal.rules.words import SURE, Word
from tests.coding import benches

NOTE = (
    "Right knee pain for two weeks.",
    "Essential hypertension, stable on treatment.",
    "Potassium 5.9 today, repeated.",
)
DAY = timedelta(days=1)
PASSAGES = (Indicator(1, "Potassium 5.9 today"),)


def words_of(lines):
    """The words of lines of text, each with a box: a line is 200 high, a letter 80 wide."""
    words, starts = [], []
    for number, line in enumerate(lines):
        starts.append(len(words))
        at = 1000
        for text in line.split():
            top = 1000 + 300 * number
            words.append(Word(text, at, top, at + 80 * len(text), top + 200, SURE))
            at += 80 * (len(text) + 1)
    return words, starts


def write_words(page, lines=NOTE):
    """Give a page text, and words with boxes."""
    words, starts = words_of(lines)
    Page.objects.filter(pk=page.pk).update(text="\n".join(lines))
    return PageWords.objects.update_or_create(
        page=page,
        defaults={
            "practice": page.practice, "state": "done", "source": "layer", "confidence": 100, "due_at": page_time(page),
            "finished_at": page_time(page), "words": [list(word) for word in words], "line_starts": starts,
        },
    )[0]  # fmt: skip


def page_time(page):
    return page.chart.received_at


def to_code(practice, by):
    """Somebody's coding bench over pages with words."""
    held = benches.to_code(practice, by)
    for page in held.encounter.pages():
        write_words(page)
    return held


def written(**more):
    """A query that the linter lets pass."""
    return WrittenQuery(**{
        "purpose": Purpose.SIGNIFICANCE, "form": QueryForm.OPEN, "title": "Meaning of a result",
        "question": "The chart shows the result quoted here. Did it have a meaning for this visit?",
        "quotes": ("Potassium 5.9",), **more,
    })  # fmt: skip


def ask(assignment, by, at, indicators=PASSAGES, **more):
    """The query, sent."""
    return send_query(
        assignment=assignment, by=by, at=at, written=written(quotes=[one.quote for one in indicators], **more),
        indicators=indicators,
    )  # fmt: skip


def posted(assignment, **more):
    """What the dialog sends."""
    return {
        "encounter": assignment.encounter_id, "assignment": assignment.pk, "purpose": "significance", "form": "open",
        "title": "Meaning of a result", "question": "Did the result quoted here have a meaning for this visit?",
        "page_1": 1, "words_1": "Potassium 5.9", **more,
    }  # fmt: skip
