"""A mistyped text as the index would spell it."""

from functools import lru_cache

from coding.code_index.asking import known
from coding.code_index.reading import Opened
from coding.code_index.schema import WORDS
from coding.rules.code_search import Understood
from coding.rules.code_search.spelling import closest, slips_allowed
from coding.rules.code_search.words import WORD, plain, stem

REMEMBERED = 2000  # words


def corrected(opened: Opened, text: str, understood: Understood) -> str:
    """The text with each unknown word as the closest known one; empty if no word was changed."""
    looked_for = {word for group in understood.groups if group.expression is None for word in group.typed}
    last = understood.groups[-1].typed[-1] if understood.groups and understood.typing else ""
    written = WORD.findall(plain(text))
    spelled = [
        respelled(opened, stem(word), unfinished=stem(word) == last) if stem(word) in looked_for else word
        for word in written
    ]
    return (
        " ".join(spelled)
        if any(stem(word) != other for word, other in zip(written, map(stem, spelled), strict=True))
        else ""
    )


@lru_cache(maxsize=REMEMBERED)
def respelled(opened: Opened, word: str, *, unfinished: bool) -> str:
    """The word itself if the index knows it, or words that begin so; else the closest it knows."""
    if not slips_allowed(word) or known(opened.searcher, word):
        return word
    if unfinished and any(opened.searcher.terms_with_prefix(name, word, limit=1) for name in WORDS):
        return word
    counts: dict[str, int] = {}
    for name in WORDS:
        for other, count in opened.searcher.terms_with_prefix(name, word[0]):
            counts[other] = counts.get(other, 0) + count
    return closest(word, counts.items()) or word
