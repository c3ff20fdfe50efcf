"""The known word that somebody meant who mistyped it."""

from collections.abc import Iterable

SHORTEST = 4  # letters from which a slip is looked for
TWO_SLIPS_FROM = 8  # letters from which two are


def slips_allowed(word: str) -> int:
    if len(word) < SHORTEST or any(letter.isdigit() for letter in word):
        return 0
    return 2 if len(word) >= TWO_SLIPS_FROM else 1


def closest(word: str, vocabulary: Iterable[tuple[str, int]]) -> str:
    """The known word with the fewest slips, the commonest of several; empty if none is close enough.

    `vocabulary` are words and how often each occurs.
    """
    allowed = slips_allowed(word)
    best: tuple[int, int, str] | None = None
    letters = set(word)
    for known, count in vocabulary:
        if abs(len(known) - len(word)) > allowed or len(letters ^ set(known)) > 2 * allowed:
            continue
        slips = distance(word, known, allowed)
        if slips <= allowed and (best is None or (slips, -count) < best[:2]):
            best = (slips, -count, known)
    return best[2] if best else ""


def distance(one: str, other: str, limit: int) -> int:
    """Letters missing, added, changed or swapped with their neighbour (optimal string alignment); limit + 1 if more."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        row = [at]
        for place, target in enumerate(other, 1):
            cost = min(row[-1] + 1, last[place] + 1, last[place - 1] + (letter != target))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == target:
                cost = min(cost, before[place - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before, last = last, row
    return last[-1]
