"""Where a visit was: locations of the practice, and CMS's places of service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from coding.rules.visit_facts.labels import Kind, Labelled
from coding.rules.visit_facts.shape import Listed, Mention, Source, Weight
from coding.rules.visit_facts.sheets import Sheet

CODE = re.compile(r"\d{2}(?!\d)")
WORD = re.compile(r"[^\W_]+")
NAME_WORDS = 2  # a name of fewer words is found behind a label only
BY_VIDEO = re.compile(
    r"\b(?:tele(?:health|medicine)|video) (?:visit|encounter|consult\w*|appointment)\b|\bvirtual visit\b", re.IGNORECASE
)
AT_HOME = re.compile(
    r"\b(?:patient|pt|he|she)(?:'s| is| was)? (?:located )?(?:at|in) (?:his |her |their )?home\b", re.I
)
EMERGENCY = re.compile(r"(?m)^\W*emergency (?:department|room)\b[^\n]{0,30}$", re.IGNORECASE)
# CMS place-of-service list.
VIDEO_AT_HOME, VIDEO_ELSEWHERE, EMERGENCY_ROOM = "10", "02", "23"


def words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]


def labelled_locations(found: Labelled, locations: Iterable[Listed]) -> Iterator[Mention]:
    """The locations of the practice that the words behind a label name: whole, or by a part that is only theirs."""
    if found.kind is not Kind.LOCATION:
        return
    end = found.sheet.line(found.sheet.line_of(found.start))[1] if not found.is_below else found.end
    said = words(found.sheet.text[found.start : found.end])
    rows = [(row, words(row.name)) for row in locations]
    whole = [row for row, name in rows if name == said or contains(said, name)]
    part = [row for row, name in rows if said and contains(name, said)]
    for row in whole or part:
        yield Mention(row.key, row.name, Weight.LABELLED, found.sheet.passage(found.start, min(found.end, end)))


def contains(whole: Sequence[str], part: Sequence[str]) -> bool:
    """Whether the words stand in the others, one behind the other."""
    return any(list(whole[at : at + len(part)]) == list(part) for at in range(len(whole) - len(part) + 1))


def told_locations(sheet: Sheet, locations: Iterable[Listed]) -> Iterator[Mention]:
    """The whole name of a location somewhere on the page."""
    found = [(match[0].casefold(), match.start(), match.end()) for match in WORD.finditer(sheet.text)]
    texts = [text for text, _, _ in found]
    for row in locations:
        name = words(row.name)
        if len(name) <= NAME_WORDS:
            continue
        at = next((i for i in range(len(texts) - len(name) + 1) if texts[i : i + len(name)] == name), None)
        if at is not None:
            place = sheet.passage(found[at][1], found[at + len(name) - 1][2])
            yield Mention(row.key, row.name, Weight.WEAK, place)


def labelled_places(found: Labelled) -> Iterator[Mention]:
    """The place of service by its code."""
    code = CODE.match(found.text) if found.kind is Kind.PLACE else None
    if code is not None:
        place = found.sheet.passage(found.start, found.start + code.end())
        yield Mention(code[0], code[0], Weight.LABELLED, place)


def told_places(sheet: Sheet) -> Iterator[Mention]:
    """The place in the page's own words: by video, in the emergency room."""
    video = BY_VIDEO.search(sheet.text)
    if video is not None:
        code = VIDEO_AT_HOME if AT_HOME.search(sheet.text) else VIDEO_ELSEWHERE
        yield Mention(code, code, Weight.WEAK, sheet.passage(*video.span()))
    emergency = EMERGENCY.search(sheet.text, 0, sheet.top)
    if emergency is not None:
        yield Mention(EMERGENCY_ROOM, EMERGENCY_ROOM, Weight.WEAK, sheet.passage(*emergency.span()))


def place_of(location: Mention, locations: Iterable[Listed]) -> Iterator[Mention]:
    """The place of service that a location has."""
    for row in locations:
        if row.key == location.value and row.place:
            yield Mention(
                row.place, row.place, location.weight, location.passage, source=Source.LIST, said=f"Place of {row.name}"
            )
