"""Who pays, among the payers of the practice: by name, by its other names, by what everybody calls it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from coding.rules.visit_facts.labels import Kind, Labelled
from coding.rules.visit_facts.places import contains
from coding.rules.visit_facts.shape import Listed, Mention, Weight

# What front desks write for payers that every practice has; the practice's own names are in its list.
EVERYDAY = {
    "bcbs": "blue cross blue shield", "bc bs": "blue cross blue shield",
    "bluecross blueshield": "blue cross blue shield",
    "uhc": "unitedhealthcare", "united healthcare": "unitedhealthcare", "united health care": "unitedhealthcare",
    "mcr": "medicare", "mcare": "medicare", "mcd": "medicaid", "mcaid": "medicaid", "medi cal": "medicaid",
    "workers comp": "workers compensation", "workmans comp": "workers compensation",
    "work comp": "workers compensation",
    "worker comp": "workers compensation", "wc": "workers compensation", "w c": "workers compensation",
    "self pay": "selfpay", "private pay": "selfpay", "cash pay": "selfpay", "cash": "selfpay",
    "uninsured": "selfpay",
    "no insurance": "selfpay", "va": "veterans affairs", "hum": "humana",
}  # fmt: skip
STATES = {
    "al": "alabama", "ak": "alaska", "az": "arizona", "ar": "arkansas", "ca": "california", "co": "colorado",
    "ct": "connecticut", "fl": "florida", "ga": "georgia", "il": "illinois", "ia": "iowa", "ks": "kansas",
    "ky": "kentucky", "md": "maryland", "ma": "massachusetts", "mi": "michigan", "mn": "minnesota", "mo": "missouri",
    "nc": "north carolina", "nd": "north dakota", "ne": "nebraska", "nh": "new hampshire", "nj": "new jersey",
    "nm": "new mexico", "nv": "nevada", "ny": "new york", "oh": "ohio", "pa": "pennsylvania", "sc": "south carolina",
    "sd": "south dakota", "tn": "tennessee", "tx": "texas", "ut": "utah", "va": "virginia", "wa": "washington",
    "wi": "wisconsin", "wv": "west virginia", "wy": "wyoming",
}  # fmt: skip
IDLE = frozenset({"of", "the", "and", "a", "inc", "co", "llc", "company", "ins", "insurance"})
# Kinds of plan: beside a payer's name they make it no other payer.
PLANS = frozenset({
    "ppo", "hmo", "epo", "pos", "hdhp", "plan", "health", "gold", "silver", "bronze", "platinum", "choice", "plus",
    "commercial", "group", "individual", "traditional", "original", "primary", "part", "b", "standard", "basic",
    "select",
})  # fmt: skip
INITIALS = 4  # letters from which a payer may be known by its initials
LONGEST = 60  # characters of what stands behind a label


def known_as(text: str) -> tuple[str, ...]:
    """A payer's name as words that can be compared: everyday names and states spelt out."""
    plain = " ".join(re.findall(r"[^\W_]+", text.casefold().replace("'", "").replace("’", "")))
    for short, whole in EVERYDAY.items():
        plain = re.sub(rf"(?<!\w){short}(?!\w)", whole, plain)
    words = plain.split()
    words = [STATES.get(word, word) if index else word for index, word in enumerate(words)]
    return tuple(word for word in " ".join(words).split() if word not in IDLE)


def payers(found: Labelled, listed: Iterable[Listed]) -> Iterator[Mention]:
    """The payers of the practice that the words behind a label can mean."""
    if found.kind is not Kind.PAYER:
        return
    text = found.text[:LONGEST]
    for row, weight in matching(text, list(listed)):
        yield Mention(row.key, row.name, weight, found.sheet.passage(found.start, found.start + len(text)))


def matching(text: str, listed: list[Listed]) -> list[tuple[Listed, Weight]]:
    """Rows by what is said: the same name, else the longest that it holds, else those that it is part of.

    A name beside words that tell more than the kind of plan ("Aetna Medicare Advantage") may be another payer's.
    """
    said = known_as(text)
    if not said:
        return []
    rows = [(row, [known_as(name) for name in (row.name, *row.also)]) for row in listed]
    same = [row for row, names in rows if any("".join(name) == "".join(said) for name in names)]
    if same:
        return [(row, Weight.LABELLED) for row in same]
    held = [(name, row) for row, names in rows for name in names if name and contains(said, name)]
    if held:
        longest = max(len(name) for name, _ in held)
        return unique(
            (row, Weight.WEAK if set(said) - set(name) - PLANS else Weight.LABELLED)
            for name, row in held
            if len(name) == longest
        )
    part = [row for row, names in rows if any(holds_all(name, said) for name in names)]
    part = part or [row for row in listed if initials(row.name) == "".join(said)]
    return unique((row, Weight.LABELLED) for row in part)


def holds_all(name: tuple[str, ...], said: tuple[str, ...]) -> bool:
    """Whether a name begins as what is said and has its other words too."""
    return bool(name) and name[0] == said[0] and set(said) <= set(name)


def initials(name: str) -> str:
    words = list(takewhile(lambda word: word != "-", re.findall(r"[^\W_]+|-", name.casefold())))
    return "".join(word[0] for word in words) if len(words) >= INITIALS else ""


def unique(rows: Iterable[tuple[Listed, Weight]]) -> list[tuple[Listed, Weight]]:
    """Each row once, with the weight that it has first."""
    found: dict[Listed, Weight] = {}
    for row, weight in rows:
        found.setdefault(row, weight)
    return list(found.items())
