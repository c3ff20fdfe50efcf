"""An X12 file as segments: the delimiters of its header, transaction sets inside their envelopes, nothing understood.

X12.5 and X12.6 of ASC X12 version 005010. A segment is a list of texts, its identifier first, so that an element is
found by its number: CLM02 is `segment[2]`. Reading forgives what senders do (line breaks, a byte order mark, words
before the header, headers of wrong width or none, trailers that are missing or miscount) and says so; it never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Segment = list[str]

# Where ISA ends, counted in elements; 16 of them are of fixed width (X12.5).
ISA_ELEMENTS = 16
HEADER = "ISA"
HEADER_ROOM = 400  # characters in which ISA ends, also with wrong widths
LINE_BREAKS = "\r\n"


class Delimiters(NamedTuple):
    """The four characters of one interchange. In versions before 00402 there is no repetition."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    segment: str = "~"


USUAL = Delimiters()


class Fault(NamedTuple):
    """What is wrong with a file as a file: at which segment (counted from 1), and what."""

    place: int
    segment: str
    words: str


@dataclass(frozen=True)
class TransactionSet:
    """What stands from ST to SE. `place` is that of ST in the file; `version` is GS08 or else ST03."""

    kind: str
    control: str
    version: str
    segments: Sequence[Segment]
    place: int
    delimiters: Delimiters

    def parts(self, composite: str) -> list[str]:
        """The components of an element."""
        return composite.split(self.delimiters.component)


@dataclass(frozen=True)
class Interchange:
    """What stands from ISA to IEA."""

    header: Segment
    delimiters: Delimiters
    sets: list[TransactionSet] = field(default_factory=list)

    @property
    def control(self) -> str:
        return at(self.header, 13).strip()


@dataclass(frozen=True)
class X12File:
    """All interchanges of a file, and what is wrong with the file as such."""

    interchanges: Sequence[Interchange]
    faults: Sequence[Fault]

    @property
    def sets(self) -> Iterator[TransactionSet]:
        return (one for interchange in self.interchanges for one in interchange.sets)


def at(segment: Segment, number: int) -> str:
    """An element by its number; empty if the segment ends before it."""
    return segment[number] if number < len(segment) else ""


def text_of(content: bytes) -> str:
    """The characters of a file: UTF-8, or what Windows writes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


# -- reading -------------------------------------------------------------------------------------------
def read_file(content: bytes) -> X12File:
    """The interchanges of a file with their transaction sets; whatever is wrong is among the faults."""
    text, faults, found = text_of(content), [], []
    begin = text.find(HEADER)
    if begin < 0:
        return without_header(text)
    if text[:begin].strip():
        faults.append(Fault(0, "", f"{len(text[:begin].strip())} characters before ISA were left out."))
    place = 1
    while begin >= 0:
        delimiters = delimiters_of(text[begin : begin + HEADER_ROOM], faults, place)
        if delimiters is None:
            begin = text.find(HEADER, begin + len(HEADER))
            continue
        end = next_header(text, begin, delimiters)
        segments = split(text[begin:end], delimiters)
        found.append(Envelopes(segments, delimiters, place, faults).read())
        place += len(segments)
        begin = end if end < len(text) else -1
    return X12File(found, faults)


def without_header(text: str) -> X12File:
    """A file that begins with a group or a transaction set: read with the usual delimiters, as far as that goes."""
    found = re.match(r"\s*(?:GS|ST)([^A-Za-z0-9\s])", text)
    if found is None:
        return X12File((), (Fault(0, "", "There is no ISA segment: this is no X12 file."),))
    delimiters = USUAL._replace(element=found[1], segment=USUAL.segment if USUAL.segment in text else "\n")
    faults = [Fault(0, HEADER, "There is no ISA segment: the usual delimiters are assumed.")]
    return X12File((Envelopes(split(text, delimiters), delimiters, 1, faults, has_header=False).read(),), faults)


def next_header(text: str, begin: int, delimiters: Delimiters) -> int:
    """Where the next interchange begins: at ISA as a segment of its own; the end of the text if there is none."""
    found = re.compile(rf"{re.escape(delimiters.segment)}\s*(?=ISA[^A-Za-z0-9])").search(text, begin + len(HEADER))
    return found.end() if found else len(text)


def delimiters_of(text: str, faults: list[Fault], place: int) -> Delimiters | None:
    """The delimiters that an ISA names: by its fixed places, or by counting elements where its widths are wrong."""
    element = text[3:4]
    if not element or element.isalnum():
        faults.append(Fault(place, HEADER, "ISA is not followed by a delimiter."))
        return None
    if text[:106].count(element) == ISA_ELEMENTS and text[103:104] == element:
        repetition, component, segment = text[82], text[104:105], text[105:106]
    else:
        end = nth(text, element, ISA_ELEMENTS)
        if end < 0:
            faults.append(Fault(place, HEADER, "ISA has less than 16 elements."))
            return None
        faults.append(Fault(place, HEADER, "The elements of ISA do not have their fixed widths."))
        repetition = text[: end + 1].split(element)[11][:1]
        component, segment = text[end + 1 : end + 2], text[end + 2 : end + 3]
    if not segment:
        faults.append(Fault(place, HEADER, "The file ends inside ISA."))
        return None
    if segment in LINE_BREAKS:
        segment = "\n" if "\n" in text[:120] else "\r"
    if repetition.isalnum() or repetition == " ":  # "U" before version 00402
        repetition = ""
    return Delimiters(element, component, repetition, segment)


def nth(text: str, sign: str, number: int) -> int:
    """Where a character stands for the nth time; -1 if it does not."""
    place = -1
    for _ in range(number):
        place = text.find(sign, place + 1)
        if place < 0:
            return -1
    return place


def split(text: str, delimiters: Delimiters) -> list[Segment]:
    """The segments of an interchange; line breaks around them are nobody's data."""
    mark = delimiters.element
    if "\n" in text or "\r" in text:
        return [line.split(mark) for part in text.split(delimiters.segment) if (line := part.strip(LINE_BREAKS + " "))]
    return [part.split(mark) for part in text.split(delimiters.segment) if part and not part.isspace()]


class Envelopes:
    """Takes one interchange apart into its transaction sets, and compares what the trailers say with what is there."""

    def __init__(
        self, segments: Sequence[Segment], delimiters: Delimiters, place: int, faults: list[Fault],
        *, has_header: bool = True,
    ) -> None:  # fmt: skip
        self.segments, self.delimiters, self.place, self.faults = segments, delimiters, place, faults
        self.interchange = Interchange(list(segments[0]) if has_header else [HEADER], delimiters)
        self.group: Segment | None = None
        self.begin: int | None = None  # of the open transaction set
        self.groups = self.sets_in_group = 0
        self.is_closed = not has_header

    def read(self) -> Interchange:
        act = {"GS": self.open_group, "ST": self.open_set, "SE": self.end_set, "GE": self.end_group, "IEA": self.end}
        for number, segment in enumerate(self.segments):
            if segment[0] in act:
                act[segment[0]](number, segment)
        last = len(self.segments) - 1
        if self.begin is not None:
            self.close_set(last + 1)
            self.fault(last, "SE", "The transaction set is not ended: SE is missing.")
        if self.group is not None:
            self.fault(last, "GE", "The group is not ended: GE is missing.")
        if not self.is_closed:
            self.fault(last, "IEA", "The interchange is not ended: IEA is missing. The file may have been cut off.")
        return self.interchange

    def fault(self, number: int, segment: str, words: str) -> None:
        self.faults.append(Fault(self.place + number, segment, words))

    def open_group(self, number: int, segment: Segment) -> None:
        if self.group is not None:
            self.fault(number, "GS", "A group begins inside another: GE is missing.")
        self.group, self.sets_in_group = segment, 0
        self.groups += 1

    def open_set(self, number: int, segment: Segment) -> None:
        if self.begin is not None:
            self.close_set(number)
            self.fault(number, "ST", f"Transaction set {at(segment, 2)} begins inside another: SE is missing.")
        self.begin = number
        self.sets_in_group += 1

    def end_set(self, number: int, segment: Segment) -> None:
        if self.begin is None:
            self.fault(number, "SE", "SE ends a transaction set that did not begin.")
            return
        count, control = number - self.begin + 1, at(self.segments[self.begin], 2).strip()
        self.close_set(number + 1)
        self.compare(number, segment, count, control, "segments")

    def close_set(self, end: int) -> None:
        segments = self.segments[self.begin : end]
        first, self.begin, place = segments[0], None, self.begin
        version = at(self.group or [], 8).strip() or at(first, 3).strip()
        self.interchange.sets.append(
            TransactionSet(
                at(first, 1).strip(),
                at(first, 2).strip(),
                version,
                segments,
                self.place + (place or 0),
                self.delimiters,
            )
        )

    def end_group(self, number: int, segment: Segment) -> None:
        if self.group is None:
            self.fault(number, "GE", "GE ends a group that did not begin.")
            return
        self.compare(number, segment, self.sets_in_group, at(self.group, 6).strip(), "transaction sets")
        self.group = None

    def end(self, number: int, segment: Segment) -> None:
        self.compare(number, segment, self.groups, self.interchange.control, "groups")
        self.is_closed = True

    def compare(self, number: int, trailer: Segment, count: int, control: str, of: str) -> None:
        """What a trailer counts, and whose control number it has."""
        said = at(trailer, 1).strip()
        if said.lstrip("0") != str(count).lstrip("0"):
            self.fault(number, trailer[0], f"{trailer[0]}01 counts {said or 'nothing'}, there are {count} {of}.")
        if at(trailer, 2).strip() != control:
            self.fault(number, trailer[0], f"{trailer[0]}02 is {at(trailer, 2).strip()}, the header has {control}.")
