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
ISA_WIDTH = 106
HEADER_WITH_DELIMITER = re.compile(r"ISA(?=[^A-Za-z0-9 \r\n])")
HEADER_ROOM = 400  # characters in which ISA ends, also with wrong widths
LINE_BREAKS = "\r\n"
PADDING = "\0\x1a\r\n "  # what old systems fill a file up with
UTF_16_MARKS = {b"\xff\xfe", b"\xfe\xff"}
MOST_FAULTS = 1000  # of a file: what is broken throughout is not told a million times
# More than this is no file that anybody sends, and would take the memory of everybody else.
MOST_SEGMENTS = 2_000_000
MOST_SETS = 10_000  # of a file; and as many interchanges


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
    """What stands from ST to SE. `place` is that of ST in the file; `version` is GS08 or else ST03.

    One without SE is not whole: the file may have been cut off within it.
    """

    kind: str
    control: str
    version: str
    segments: Sequence[Segment]
    place: int
    delimiters: Delimiters
    is_whole: bool = True

    def parts(self, composite: str) -> list[str]:
        """The components of an element."""
        return composite.split(self.delimiters.component) if self.delimiters.component else [composite]


@dataclass(frozen=True)
class Interchange:
    """What stands from ISA to IEA; `acknowledgements` are its TA1 segments, which stand in no transaction set."""

    header: Segment
    delimiters: Delimiters
    sets: list[TransactionSet] = field(default_factory=list)
    acknowledgements: list[tuple[int, Segment]] = field(default_factory=list)  # with their places

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
    """The characters of a file: UTF-8, UTF-16 with its mark, or what Windows writes."""
    if content[:2] in UTF_16_MARKS:
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def shown(text: str) -> str:
    """A piece of a file for a sentence: in one line and not long."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:40]) + ("..." if text[40:] else "")


# -- reading -------------------------------------------------------------------------------------------
def read_file(content: bytes) -> X12File:
    """The interchanges of a file with their transaction sets; whatever is wrong is among the faults."""
    text = text_of(content).rstrip(PADDING)
    faults: list[Fault] = []
    found: list[Interchange] = []
    begin, place = header_after(text, 0), 1
    if begin < 0:
        return without_header(text)
    if text[:begin].strip():
        faults.append(Fault(0, "", f"{len(text[:begin].strip())} characters before ISA were left out."))
    for _ in range(MOST_SETS):
        delimiters = delimiters_of(text[begin : begin + HEADER_ROOM], faults, place)
        if delimiters is None:
            begin = header_after(text, begin + len(HEADER))
        else:
            end = next_header(text, begin, delimiters)
            if place + text.count(delimiters.segment, begin, end) > MOST_SEGMENTS:
                break
            segments = split(text[begin:end], delimiters)
            found.append(Envelopes(segments, delimiters, place, faults).read())
            place += len(segments)
            begin = end if end < len(text) else -1
        if begin < 0:
            return X12File(found, faults)
    faults.insert(0, Fault(place, HEADER, "The file is longer than any that is sent: the rest was not read."))
    return X12File(found, faults)


def header_after(text: str, begin: int) -> int:
    """Where the next ISA stands that a delimiter follows, as in no word; -1 if there is none."""
    found = HEADER_WITH_DELIMITER.search(text, begin)
    return found.start() if found else -1


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
    while (begin := header_after(text, begin + len(HEADER))) >= 0:
        before = text[max(0, begin - 9) : begin].rstrip(" " if delimiters.segment in LINE_BREAKS else LINE_BREAKS + " ")
        if before.endswith(delimiters.segment) or has_fixed_widths(text[begin : begin + ISA_WIDTH]):
            return begin
    return len(text)


def has_fixed_widths(text: str) -> bool:
    """Whether this is an ISA by its measures: then it is one also where a file was cut off before it."""
    return text[103:104] == text[3:4] and text.count(text[3:4]) == ISA_ELEMENTS


def delimiters_of(text: str, faults: list[Fault], place: int) -> Delimiters | None:
    """The delimiters that an ISA names: by its fixed places, or by counting elements where its widths are wrong."""
    element = text[3:4]
    end = nth(text, element, ISA_ELEMENTS)
    if end < 0:
        tell(faults, Fault(place, HEADER, "ISA has less than 16 elements."))
        return None
    if not has_fixed_widths(text[:ISA_WIDTH]):
        tell(faults, Fault(place, HEADER, "The elements of ISA do not have their fixed widths."))
    component, segment = after_header(text[end + 1 :])
    if not segment or segment.isalnum():
        tell(faults, Fault(place, HEADER, "ISA does not say how segments end."))
        return None
    if segment in LINE_BREAKS:
        segment = "\n" if "\n" in text[:120] else "\r"
    repetition = text.split(element, 12)[11].strip(LINE_BREAKS)[:1]
    if repetition.isalnum() or repetition == " ":  # "U" before version 00402
        repetition = ""
    return Delimiters(element, component, repetition, segment)


def after_header(text: str) -> tuple[str, str]:
    """ISA16 and what ends the segment after it; ISA16 may be missing, and a line break may be all that follows."""
    if text[1:3] in {"GS", "ST", "TA"}:
        return "", text[:1]
    following = text[1:].lstrip(LINE_BREAKS + " ")[:1]
    return text[:1], text[1:2] if not following or following.isalnum() else following


def tell(faults: list[Fault], fault: Fault) -> None:
    """Note it, unless there are too many already."""
    if len(faults) < MOST_FAULTS:
        faults.append(fault)


def nth(text: str, sign: str, number: int) -> int:
    """Where a character stands for the nth time; -1 if it does not."""
    place = -1
    for _ in range(number):
        place = text.find(sign, place + 1)
        if place < 0:
            return -1
    return place


def split(text: str, delimiters: Delimiters) -> list[Segment]:
    """The segments of an interchange; line breaks are nobody's data, also where lines were broken at a width."""
    mark, end = delimiters.element, delimiters.segment
    for sign in LINE_BREAKS:
        if sign != end:
            text = text.replace(sign, "")
    if f"{end} " in text:
        return [line.split(mark) for part in text.split(end) if (line := part.strip(" "))]
    return [part.split(mark) for part in text.split(end) if part]


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
        self.envelopes = int(has_header)  # segments that are no transaction set's
        self.is_closed = not has_header

    def read(self) -> Interchange:
        act = {
            "GS": self.open_group, "ST": self.open_set, "SE": self.end_set, "GE": self.end_group, "IEA": self.end,
            "TA1": self.keep,
        }  # fmt: skip
        for number in [number for number, segment in enumerate(self.segments) if segment[0] in act]:
            act[self.segments[number][0]](number, self.segments[number])
        last = len(self.segments) - 1
        self.cut_set(last + 1)
        if self.group is not None:
            self.fault(last, "GE", "The group is not ended: GE is missing.")
        if not self.is_closed:
            self.fault(last, "IEA", "The interchange is not ended: IEA is missing. The file may have been cut off.")
        self.count_loose()
        return self.interchange

    def fault(self, number: int, segment: str, words: str) -> None:
        tell(self.faults, Fault(self.place + number, segment, words))

    def count_loose(self) -> None:
        """Say how many segments no reader will see, for they stand in no transaction set."""
        inside = sum(len(one.segments) for one in self.interchange.sets)
        if loose := len(self.segments) - inside - self.envelopes:
            self.fault(0, HEADER, f"{loose} segments stand outside any transaction set and were left out.")

    def keep(self, number: int, segment: Segment) -> None:
        if self.begin is None:
            self.envelopes += 1
            self.interchange.acknowledgements.append((self.place + number, segment))

    def open_group(self, number: int, segment: Segment) -> None:
        self.cut_set(number)
        self.envelopes += 1
        if self.group is not None:
            self.fault(number, "GS", "A group begins inside another: GE is missing.")
        self.group, self.sets_in_group = segment, 0
        self.groups += 1

    def open_set(self, number: int, _segment: Segment) -> None:
        self.cut_set(number)
        self.begin = number if len(self.interchange.sets) < MOST_SETS else None
        self.sets_in_group += 1

    def end_set(self, number: int, segment: Segment) -> None:
        if self.begin is None:
            self.envelopes += 1
            self.fault(number, "SE", "SE ends a transaction set that did not begin.")
            return
        count, control = number - self.begin + 1, at(self.segments[self.begin], 2).strip()
        self.close_set(self.begin, number + 1)
        self.compare(number, segment, count, control, "segments")

    def cut_set(self, end: int) -> None:
        """End a transaction set that is still open where another thing begins."""
        if self.begin is not None:
            control = shown(at(self.segments[self.begin], 2))
            self.fault(self.begin, "ST", f"Transaction set {control} is not ended: SE is missing.")
            self.close_set(self.begin, end, is_whole=False)

    def close_set(self, begin: int, end: int, *, is_whole: bool = True) -> None:
        first, self.begin = self.segments[begin], None
        self.interchange.sets.append(
            TransactionSet(
                kind=at(first, 1).strip(),
                control=at(first, 2).strip(),
                version=at(self.group or [], 8).strip() or at(first, 3).strip(),
                segments=self.segments[begin:end],
                place=self.place + begin,
                delimiters=self.delimiters,
                is_whole=is_whole,
            )
        )

    def end_group(self, number: int, segment: Segment) -> None:
        self.cut_set(number)
        self.envelopes += 1
        if self.group is None:
            self.fault(number, "GE", "GE ends a group that did not begin.")
            return
        self.compare(number, segment, self.sets_in_group, at(self.group, 6).strip(), "transaction sets")
        self.group = None

    def end(self, number: int, segment: Segment) -> None:
        self.cut_set(number)
        self.envelopes += 1
        if len(self.interchange.header) > 1:
            self.compare(number, segment, self.groups, self.interchange.control, "groups")
        self.is_closed = True

    def compare(self, number: int, trailer: Segment, count: int, control: str, of: str) -> None:
        """What a trailer counts, and whose control number it has."""
        said, number_said = at(trailer, 1).strip(), at(trailer, 2).strip()
        if said.lstrip("0") != str(count).lstrip("0"):
            self.fault(number, trailer[0], f"{trailer[0]}01 counts {shown(said) or 'nothing'}, there are {count} {of}.")
        if number_said != control:
            self.fault(number, trailer[0], f"{trailer[0]}02 is {shown(number_said)}, the header has {shown(control)}.")
