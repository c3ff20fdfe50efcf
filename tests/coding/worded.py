"""Charts for tests whose words stand where the pictures show them, and scans without any words."""

import io
from dataclasses import dataclass

from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from coding.actions.queue import take_next
from coding.actions.suggesting import keep_suggestions
from coding.models import Code, SuggestionSet
from coding.rules.codings import System
from coding.rules.evidence import words_under
from coding.rules.lifecycle import Stage
from portal import storage
from portal.rules.outline import headings_of
from portal.rules.words import Lines, Word, WordsState, boxed
from tests import factories
from tests.coding.lines import load_codes, precoded, waiting

SIZE = (850, 1100)
NOTE = (
    ("HISTORY OF PRESENT ILLNESS", "Follow-up visit for type 2 diabetes.", "Denies chest pain."),
    (
        "ASSESSMENT AND PLAN",
        "1. Type 2 diabetes mellitus without complications.", "2. Essential hypertension, controlled.",
        "3. Primary osteoarthritis of the right knee.", "4. Primary osteoarthritis of the left knee.",
        "Established patient, office visit, level three.", "Prescription drug management.",
    ),
)  # fmt: skip


def typed(lines):
    """A picture of typed lines, and their words with their boxes."""
    page, font = Image.new("L", SIZE, "white"), ImageFont.load_default(size=24)
    pen, words = ImageDraw.Draw(page), []
    for number, line in enumerate(lines):
        x, y, row = 70, 90 + 70 * number, []
        for text in line.split():
            left, top, right, bottom = pen.textbbox((x, y), text, font=font)
            pen.text((x, y), text, fill="black", font=font)
            row.append(boxed(text, (left, top - 2, right, bottom + 2), SIZE, 99))
            x = right + 9
        words.append(row)
    return page, Lines.of(words)


def stored(practice, image):
    out = io.BytesIO()
    image.save(out, "PNG")
    return storage.keep_bytes(out.getvalue(), practice_id=practice.pk, folder="pages", ending=".png").name


def worded_chart(practice, pages=NOTE, wordless=0, batch=None):
    """A chart of typed pages with their words, and scans behind them on which nothing could be read."""
    count = len(pages) + wordless
    chart = factories.ChartFactory(batch=batch or factories.BatchFactory(practice=practice), page_count=count)
    for number in range(1, count + 1):
        is_typed = number <= len(pages)
        image, lines = typed(pages[number - 1] if is_typed else ("(handwriting)",))
        page = factories.PageFactory(
            chart=chart, number=number, width=SIZE[0], height=SIZE[1], image_name=stored(practice, image)
        )
        words = {
            "state": WordsState.DONE, "source": "layer", "confidence": 99,
            "words": [list(word) for word in lines.words],
            "line_starts": lines.line_starts, "headings": [list(one) for one in headings_of(lines)],
        } if is_typed else {"state": WordsState.EMPTY}  # fmt: skip
        factories.PageWordsFactory(page=page, finished_at=timezone.now(), **words)
    return chart


def worded_bench(practice, by, **chart):
    """Somebody's coding bench over such a chart."""
    if not Code.objects.exists():
        load_codes()
    precoded(waiting(at=timezone.now(), chart=worded_chart(practice, **chart)), by, at=timezone.now())
    return take_next(by=by, at=timezone.now(), stages=[Stage.CODING])


@dataclass(frozen=True)
class Shown:
    page: int
    boxes: tuple
    quote: str


@dataclass(frozen=True)
class Suggested:
    system: System
    code: str
    score: float = 0.9
    reason: str = ""
    source: str = "words"
    evidence: tuple = ()


def passage(page, text):
    """Where a page says these words."""
    words, wanted = [Word(*word) for word in page.words.words], text.split()
    for at in range(len(words)):
        found = words[at : at + len(wanted)]
        if [word.text.strip(".,") for word in found] == wanted:
            boxes = tuple((word.x0, word.y0, word.x1, word.y1) for word in found)
            return Shown(page.pk, boxes, words_under(boxes, words))
    raise AssertionError(text)


def suggest(encounter, *found, is_blind=False):
    """Suggestions for the encounter: (code, words that page 2 says), shown to its coder unless blind."""
    page = encounter.pages().get(number=2)
    rows = [
        Suggested(
            System.ICD10CM if code[0].isalpha() else System.PROCEDURE, code, score=1 - place / 100,
            evidence=(passage(page, words),) if words else (),
        )
        for place, (code, words) in enumerate(found)
    ]  # fmt: skip
    made = keep_suggestions(encounter=encounter, found=rows, engine="test", at=timezone.now())
    SuggestionSet.objects.filter(pk=made.pk).update(is_blind=is_blind)
    return list(encounter.suggested.all())


FIVE = (
    ("E119", "Type 2 diabetes mellitus"), ("I10", "Essential hypertension"),
    ("M1711", "Primary osteoarthritis of the right knee"), ("M1712", "Primary osteoarthritis of the left knee"),
    ("99213", "office visit"),
)  # fmt: skip
