"""Segments as an X12 file: envelopes, counts and control numbers are put around them here, never by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from claims.rules.x12.segments import HEADER, USUAL, Delimiters, Segment


@dataclass(frozen=True)
class Envelope:
    """Who sends to whom, when, under which numbers: what stands in ISA and GS."""

    sender: str
    receiver: str
    sender_qualifier: str
    receiver_qualifier: str
    application_sender: str
    application_receiver: str
    function: str  # GS01: HC claims, HR status requests
    version: str  # GS08
    date: str  # CCYYMMDD
    time: str  # HHMM
    interchange_control: int
    group_control: int
    is_test: bool = False


def written(envelope: Envelope, sets: Iterable[Sequence[Segment]], delimiters: Delimiters = USUAL) -> bytes:
    """One interchange with one group around transaction sets (see `transaction`), as ASCII."""
    numbered = list(sets)
    group = f"{envelope.group_control}"
    lines: list[Segment] = [isa(envelope, delimiters), gs(envelope, group)]
    for segments in numbered:
        lines.extend(segments)
    lines.append(["GE", str(len(numbered)), group])
    lines.append(["IEA", "1", f"{envelope.interchange_control:09d}"])
    return "".join(line_of(line, delimiters) for line in lines).encode("ascii")


def transaction(kind: str, control: int, version: str, segments: Iterable[Segment]) -> list[Segment]:
    """ST to SE around the segments of a set; SE01 counts both."""
    body = list(segments)
    number = f"{control:04d}"
    return [["ST", kind, number, version], *body, ["SE", str(len(body) + 2), number]]


def line_of(segment: Segment, delimiters: Delimiters) -> str:
    """A segment as text: empty elements at its end are left away."""
    end = len(segment)
    while end > 1 and not segment[end - 1]:
        end -= 1
    return delimiters.element.join(segment[:end]) + delimiters.segment


def isa(envelope: Envelope, delimiters: Delimiters) -> Segment:
    """The interchange header, each element in its width."""
    return [
        HEADER, "00", " " * 10, "00", " " * 10, envelope.sender_qualifier, f"{envelope.sender:<15}",
        envelope.receiver_qualifier, f"{envelope.receiver:<15}", envelope.date[2:], envelope.time,
        delimiters.repetition, "00501", f"{envelope.interchange_control:09d}", "0",
        "T" if envelope.is_test else "P", delimiters.component,
    ]  # fmt: skip


def gs(envelope: Envelope, control: str) -> Segment:
    return [
        "GS", envelope.function, envelope.application_sender, envelope.application_receiver, envelope.date,
        envelope.time, control, "X", envelope.version,
    ]  # fmt: skip
