"""Two drafts of one bench, line by line: where they differ, and one made of both by a person's choice.

A line is a diagnosis, a procedure, the order of either, or one of the other parts; of pre-coding it is a field. Lines
that differ in nothing are not asked about. Pointers follow their diagnoses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

Body = dict[str, Any]
Lines = dict[str, Any]

MINE, THEIRS = "mine", "theirs"
DIAGNOSIS, PROCEDURE = "diagnosis", "procedure"
ORDERS = {f"{kind}-order": kind for kind in (DIAGNOSIS, PROCEDURE)}
LISTS = {"diagnoses": DIAGNOSIS, "procedures": PROCEDURE}


def lines_of(body: Body) -> Lines:
    """A draft as lines by their keys, in order: "diagnosis:E119:1" is its first line of that code."""
    if "diagnoses" not in body:
        return dict(body)
    diagnoses = keyed(DIAGNOSIS, body["diagnoses"])
    keys = list(diagnoses)
    procedures = {
        key: {**line, "pointers": [keys[place - 1] if 0 < place <= len(keys) else place for place in line["pointers"]]}
        for key, line in keyed(PROCEDURE, body["procedures"]).items()
    }
    return {**diagnoses, **procedures, **{name: part for name, part in body.items() if name not in LISTS}}


def keyed(kind: str, lines: Iterable[Mapping[str, Any]]) -> Lines:
    """Lines by kind, code, and which of that code each is."""
    seen: Counter[str] = Counter()
    found: Lines = {}
    for line in lines:
        seen[line["code"]] += 1
        found[f"{kind}:{line['code']}:{seen[line['code']]}"] = dict(line)
    return found


def kind_of(key: str) -> str:
    """What a key is the line of; a part is a kind of its own."""
    return key.partition(":")[0]


def differing(mine: Body, theirs: Body) -> list[str]:
    """The keys of the lines that differ: mine in their order, then those that only the other draft has."""
    here, there = lines_of(mine), lines_of(theirs)
    keys = [key for key in (*here, *(key for key in there if key not in here)) if here.get(key) != there.get(key)]
    keys = [key for key in keys if here.get(key) or there.get(key)]
    return [*(key for key in ORDERS if shared(key, here, there) != shared(key, there, here)), *keys]


def shared(order: str, lines: Lines, others: Lines) -> list[str]:
    """The lines of one kind that both drafts have, in the order of the first."""
    return [key for key in lines if kind_of(key) == ORDERS[order] and key in others]


def merged(mine: Body, theirs: Body, chosen: Mapping[str, str]) -> Body:
    """One draft of both: for each differing line MINE or THEIRS, and mine where nothing was chosen."""
    here, there = lines_of(mine), lines_of(theirs)
    asked = set(differing(mine, theirs))
    lines: Lines = {}
    for key in (*here, *(key for key in there if key not in here)):
        side = there if key in asked and chosen.get(key) == THEIRS else here
        if key in side:
            lines[key] = side[key]
    if "diagnoses" not in mine and "diagnoses" not in theirs:
        return lines
    return joined(lines, {kind: ordered(kind, lines, here, there, chosen) for kind in ORDERS.values()})


def ordered(kind: str, lines: Lines, here: Lines, there: Lines, chosen: Mapping[str, str]) -> list[str]:
    """The lines of a kind in the chosen order; those that it does not know stand after their neighbour of the other."""
    first, second = (there, here) if chosen.get(f"{kind}-order") == THEIRS else (here, there)
    keys = [key for key in first if key in lines and kind_of(key) == kind]
    others = [key for key in second if kind_of(key) == kind]
    for number, key in enumerate(others):
        if key in lines and key not in keys:
            before = [other for other in others[:number] if other in keys]
            keys.insert(keys.index(before[-1]) + 1 if before else 0, key)
    return keys


def joined(lines: Lines, order: Mapping[str, list[str]]) -> Body:
    """Lines as a draft; a pointer to a diagnosis that is not there any more falls away."""
    place = {key: number for number, key in enumerate(order[DIAGNOSIS], start=1)}

    def pointers(line: Mapping[str, Any]) -> list[int]:
        return [place.get(one, 0) if isinstance(one, str) else one for one in line["pointers"]]

    return {
        "diagnoses": [lines[key] for key in order[DIAGNOSIS]],
        "procedures": [
            {**lines[key], "pointers": [one for one in pointers(lines[key]) if one]} for key in order[PROCEDURE]
        ],
        **{name: part for name, part in lines.items() if kind_of(name) not in ORDERS.values()},
    }
