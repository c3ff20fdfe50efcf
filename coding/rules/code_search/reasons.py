"""Why a code was found, in words for the person who searched."""

from collections.abc import Sequence

from coding.rules.code_search.understanding import Group, Understood
from coding.rules.code_search.words import indexed


def reason(understood: Understood, code: str, title: str, phrases: Sequence[Sequence[str]], used: str) -> str:
    """What led to a code. `phrases` are its other wordings, each as text and as words; `used` who uses it.

    Its own title needs no reason beyond the abbreviations that led there.
    """
    parts = [used] if used else []
    if understood.prefix and code.startswith(understood.prefix):
        return "; ".join([*parts, "code"])
    words = set(indexed(title))
    text = "" if covered(understood.groups, words) == len(understood.groups) else wording(understood, words, phrases)
    if text:
        parts.append(text)
    parts += filter(None, (expanded(group, words) for group in understood.groups))
    return "; ".join(parts) or "title"


def wording(understood: Understood, words: set[str], phrases: Sequence[Sequence[str]]) -> str:
    """The first of the phrases that explain most of what the title leaves open; empty if none explains more."""
    best, text = covered(understood.groups, words), ""
    for why, phrase in phrases:
        if (count := covered(understood.groups, words | set(phrase.split()))) > best:
            best, text = count, why
    return text


def covered(groups: Sequence[Group], words: set[str]) -> int:
    """How many groups find all words of one alternative."""
    return sum(any(words.issuperset(alternative) for alternative in group.all) for group in groups)


def expanded(group: Group, words: set[str]) -> str:
    """An abbreviation and that meaning of it which stands in the title; empty if there is none."""
    if group.expression is None or words.issuperset(group.typed):
        return ""
    pairs = zip(group.expression.meanings, group.alternatives, strict=True)
    meanings = (meaning for meaning, alternative in pairs if words.issuperset(alternative))
    return next((f"{group.expression.text}: {meaning}" for meaning in meanings), "")
