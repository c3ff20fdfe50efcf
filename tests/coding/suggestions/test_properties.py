"""Whatever a note says: evidence is on its page, the same words give the same answer, a denial adds nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.codings import System
from coding.rules.suggestions import PageWords, Visit
from coding.rules.suggestions.typed_pages import typed_pages
from portal.rules.words import Lines, Word
from tests.coding.suggestions.small_tables import DAY, NAMES, OURS, codes

CONDITIONS = [name for _, name in NAMES]
PIECES = [
    *CONDITIONS, "stage 3a", "type 2", "left", "right", "no", "denies", "without", "possible", "history of",
    "mother had",
    "but", "and", "or", "with", ",", ".", ";", ":", "rule out", "negative", "metformin", "warfarin daily", "injected",
    "knee injection", "triamcinolone", "a", "1.", "•", "\n", "\n\nAssessment:\n", "\nFamily history:\n", "\nROS\n",
    "\nPlan:\n", "hyperten-\nsion", "İstanbul", "µg", "don't", "[ ]", "(", ")", "?", "99213", "o\u0301",
]  # fmt: skip
notes = st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join)
texts = st.one_of(st.sampled_from(PIECES), st.text(min_size=1, max_size=8))
boxes = st.integers(0, 10_000)
pages_of_words = st.lists(
    st.lists(
        st.lists(
            st.builds(Word, texts, boxes, boxes, boxes, boxes, st.integers(0, 100)),
            min_size=1, max_size=8,
        ),
        max_size=6,
    ),
    max_size=3,
)  # fmt: skip


def check(pages, found):
    for one in found:
        assert one.evidence
        assert 0 < one.score <= 1
        for evidence in one.evidence:
            words = pages[evidence.page - 1].lines.words
            assert 0 <= evidence.first <= evidence.last < len(words)
            within = words[evidence.first : evidence.last + 1]
            assert evidence.quote == " ".join(word.text for word in within)
            assert evidence.boxes
            left, top = min(box[0] for box in evidence.boxes), min(box[1] for box in evidence.boxes)
            assert (left, top) == (min(word.x0 for word in within), min(word.y0 for word in within))


@settings(deadline=None, max_examples=150)
@given(notes)
def test_evidence_lies_on_its_page_and_the_quote_is_its_words(text):
    pages = [page.page for page in typed_pages(text)]
    check(pages, OURS.suggest(pages, Visit(DAY)))


@settings(deadline=None, max_examples=100)
@given(pages_of_words)
def test_the_same_holds_for_any_words_at_any_place(lines):
    pages = [PageWords(number, Lines.of(page)) for number, page in enumerate(lines, 1)]
    check(pages, OURS.suggest(pages, Visit(DAY)))


@settings(deadline=None, max_examples=60)
@given(notes)
def test_the_same_words_give_the_same_answer_in_order_of_score(text):
    pages = [page.page for page in typed_pages(text)]
    found = OURS.suggest(pages, Visit(DAY))
    assert found == OURS.suggest(pages, Visit(DAY))
    for of_procedures in (True, False):
        scores = [one.score for one in found if (one.system is System.PROCEDURE) is of_procedures]
        assert scores == sorted(scores, reverse=True)
    assert len({(one.system, one.code) for one in found}) == len(found)


WIDE = "Nothing in this line is of any interest to those who code, and it is as wide as the page."
DENIALS = ["No {}.", "Denies {}.", "Without {}.", "Negative for {}.", "No evidence of {}.", "No cough, chills or {}."]


@settings(deadline=None, max_examples=150)
@given(notes, st.sampled_from(DENIALS), st.sampled_from(CONDITIONS))
def test_a_denied_sentence_more_adds_no_code(text, denial, condition):
    before = f"{WIDE}\n{text}\n."  # how wide a page is tells where its sentences end, so both are as wide
    added = f"{before}\n{denial.format(condition)}"
    assert set(codes(added)) <= set(codes(before))
