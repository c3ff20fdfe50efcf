"""The second opinion on what we wrote: pyx12 reads an 837P by its own map of 005010X222A1.

It finds what breaks the guide's structure: counts, control numbers, missing and unknown segments, wrong codes of its
own lists. It does not add up, knows no check digit, no ICD-10-CM, no CPT and no dates in the future: those are the
scrubber's, which comes before. Known defects of pyx12 4.0.0, each a finding here instead of a crash: IndexError on a
composite with more parts than its map has (five modifiers), EngineError on a GS08 that it has no map of.

No network, no settings of the machine, nothing kept: it runs in any worker process. What it says of a segment may
quote the patient; so its log is off, and its words belong where the claim itself may be seen.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyx12.params
import pyx12.x12n_document

from claims.rules.x12.segments import Segment, X12File, at, read_file

# It logs each error with the value: patients in a log. Above the highest level nothing is written, here or below.
logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)

CRASHED = "crashed"
REFUSED = "refused"


@dataclass(frozen=True)
class Objection:
    """What the validator has against a batch.

    `claim` is its control number (CLM01) and `line` its number in the claim (LX01), empty and 0 above them. `path` is
    loop and element of the guide, as 2300/HI01-2; `code` the validator's. `place` counts segments from 1 in the file.
    """

    claim: str
    line: int
    path: str
    code: str
    words: str
    place: int


def validate(content: bytes) -> tuple[Objection, ...]:
    """What pyx12 finds in a written file; nothing if it is as the guide wants it. Never an exception of pyx12."""
    nodes: list[Any] = []  # of its map, by segment: so that a place has a path, also when it crashes
    owners, report = Owners(read_file(content)), io.StringIO()
    try:
        is_valid = pyx12.x12n_document.x12n_document(
            pyx12.params.ParamsBase(), io.StringIO(content.decode("ascii", "replace")), None, None, fd_json=report,
            callback=lambda *seen: nodes.append(seen[2]),
        )  # fmt: skip
        found = tuple(objections(json.loads(report.getvalue() or "{}"), nodes, owners))
    except Exception as problem:  # noqa: BLE001 - whatever it raises says that it cannot judge; its text may quote
        return (crash(problem, nodes, owners),)
    if found or is_valid:
        return found
    return (Objection("", 0, "", REFUSED, "The validator refuses the file and does not say where", 0),)


def crash(problem: Exception, nodes: Sequence[Any], owners: Owners) -> Objection:
    """At the segment after the last one that it went through."""
    place = len(nodes) + 1
    claim, line = owners.at(place)
    path = path_of(nodes[-1]) if nodes else ""
    return Objection(claim, line, path, CRASHED, f"The validator crashed: {type(problem).__name__}", place)


# -- whose segment it is ---------------------------------------------------------------------------------
class Owners:
    """To which claim and line each segment of a file belongs.

    What stands between a subscriber's or patient's level and a claim belongs to that claim, the first after it.
    """

    def __init__(self, file: X12File) -> None:
        self.owners: dict[int, tuple[str, int]] = {}
        for one in file.sets:
            self.add(one.segments, one.place)

    def add(self, segments: Iterable[Segment], place: int) -> None:
        claim, line, pending = "", 0, [0]
        pending.clear()
        for number, segment in enumerate(segments, place):
            name = segment[0]
            if name in {"HL", "SE"}:
                claim, line = "", 0
                pending.clear()
            elif name == "CLM":
                claim, line = at(segment, 1), 0
                self.owners.update(dict.fromkeys(pending, (claim, 0)))
                pending.clear()
            elif name == "LX":
                line = int(at(segment, 1)) if at(segment, 1).isdigit() else 0
            if claim:
                self.owners[number] = claim, line
            elif name != "SE":
                pending.append(number)

    def at(self, place: int) -> tuple[str, int]:
        return self.owners.get(place, ("", 0))


# -- the validator's report ------------------------------------------------------------------------------
def objections(report: Mapping[str, Any], nodes: Sequence[Any], owners: Owners) -> Iterator[Objection]:
    """Interchanges hold groups, groups transactions, these segments, these elements; each has errors of its own."""
    for part, element in parts(report):
        place = part["cur_line"]
        claim, line = owners.at(place)
        path = path_of(nodes[place - 1]) if 0 < place <= len(nodes) else ""
        for error in element["errors"]:
            yield Objection(claim, line, path + number_of(element), error["err_cde"], error["err_str"], place)


def parts(report: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Each part of the file with what of it may have errors: itself, or one of its elements."""
    for interchange in report.get("interchanges", ()):
        yield interchange, interchange
        for group in interchange["groups"]:
            yield group, group
            for transaction in group["transactions"]:
                yield transaction, transaction
                for segment in transaction["segments"]:
                    yield segment, segment
                    yield from ((segment, element) for element in segment["elements"])


def number_of(element: Mapping[str, Any]) -> str:
    """The number of an element after its segment: 01, 01-2."""
    if not element.get("ele_pos"):
        return ""
    return f"{element['ele_pos']:02d}" + (f"-{element['subele_pos']}" if element["subele_pos"] else "")


def path_of(node: Any) -> str:
    """Loop and segment, without the levels that every file has."""
    *above, segment = node.get_path().split("/")
    loops = [loop for loop in above if loop[:4].isdigit()]
    return "/".join([*loops[-1:], segment.partition("[")[0]])
