"""What became of files that we sent: 999 and 997 for the sets of a group, TA1 for an interchange, 277CA for claims.

005010X231, X12.5 and 005010X214. Accepted is only what is said to be: what nothing is said of, or two different things,
is unknown, and somebody has to ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from claims.rules.x12.findings import Finding, Findings, Rule
from claims.rules.x12.segments import Segment, TransactionSet, at, shown
from claims.rules.x12.status_items import RECEIVER, Status, StatusItem, read_items


class Verdict(StrEnum):
    """What a payer or clearinghouse did with a group, a set or a claim."""

    ACCEPTED = "accepted"
    WITH_ERRORS = "accepted with errors"
    PARTLY = "partly accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"

    @property
    def is_accepted(self) -> bool:
        return self in {Verdict.ACCEPTED, Verdict.WITH_ERRORS}


# IK501, AK901 and TA104. M, W and X are failures of what guards a message.
VERDICTS = {
    "A": Verdict.ACCEPTED, "E": Verdict.WITH_ERRORS, "P": Verdict.PARTLY, "R": Verdict.REJECTED,
    "M": Verdict.REJECTED, "W": Verdict.REJECTED, "X": Verdict.REJECTED,
}  # fmt: skip


# -- 999 -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ElementError:
    """An element that is wrong (IK4): where in its segment, why (IK403), and what stood there."""

    element: int | None
    component: int | None
    reference: str  # of the data element
    code: str
    value: str
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentError:
    """A segment that is wrong (IK3): which one, counted from ST, in which loop, why (IK304)."""

    segment: str
    position: int | None
    loop: str
    code: str
    context: tuple[str, ...]  # CTX as it stands, as "CLM01:123456789"
    elements: tuple[ElementError, ...]

    @property
    def claim(self) -> str:
        """The claim in which it stands, where the context tells."""
        named = (text.partition(":") for text in self.context)
        return next((value for name, _, value in named if name == "CLM01"), "")


@dataclass(frozen=True, slots=True)
class SetAcknowledgement:
    """What is said of one transaction set (AK2 to IK5)."""

    place: int
    kind: str
    control: str
    version: str
    codes: tuple[str, ...]  # IK501; a set has one
    reasons: tuple[str, ...]  # IK502 to IK506
    errors: tuple[SegmentError, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class FunctionalAcknowledgement:
    """What is said of one group (a transaction set of a 999 or 997)."""

    control: str
    version: str
    place: int
    function: str  # AK101: HC claims
    group_control: str  # AK102
    group_version: str
    sets: tuple[SetAcknowledgement, ...]
    codes: tuple[str, ...]  # AK901
    counts: tuple[str, ...]  # AK902 to AK904: included, received, accepted
    reasons: tuple[str, ...]  # AK905 to AK909
    verdict: Verdict
    findings: tuple[Finding, ...]

    def verdict_of(self, control: str) -> Verdict:
        """Of one of the group's sets. Without a word on the set the group's word counts, if it is about all sets."""
        said = [one.verdict for one in self.sets if one.control == control]
        if said:
            return said[0] if len(set(said)) == 1 else Verdict.UNKNOWN
        return Verdict.UNKNOWN if self.verdict is Verdict.PARTLY or self.sets else self.verdict


@dataclass(slots=True)
class OpenSet:
    """An acknowledged set whose segments are still to come; errors are its IK3 with their CTX and IK4."""

    place: int
    segment: Segment
    codes: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    errors: list[list[Segment]] = field(default_factory=list)


def read_acknowledgement(transaction: TransactionSet) -> FunctionalAcknowledgement:
    """A 999 or 997, whatever is in it."""
    return AcknowledgementReader(transaction).read()


class AcknowledgementReader:
    """Reads one transaction set once."""

    def __init__(self, transaction: TransactionSet) -> None:
        self.transaction = transaction
        self.findings = Findings(transaction)
        self.group: Segment = []
        self.trailers: list[Segment] = []
        self.sets: list[OpenSet] = []

    def read(self) -> FunctionalAcknowledgement:
        for place, segment in enumerate(self.transaction.segments, self.transaction.place):
            self.read_segment(place, segment)
        for name, is_there in (("AK1", self.group), ("AK9", self.trailers)):
            if not is_there:
                self.findings.add(self.transaction.segments[0], 0, Rule.MISSING, f"{name} is missing")
        codes = [at(segment, 1).strip() for segment in self.trailers]
        verdict = verdict_of_codes(codes)
        sets = tuple(self.closed(one, verdict) for one in self.sets)
        trailer = self.trailers[-1] if self.trailers else []
        self.compare_counts(trailer, sets)
        return FunctionalAcknowledgement(
            control=self.transaction.control,
            version=self.transaction.version,
            place=self.transaction.place,
            function=at(self.group, 1).strip(),
            group_control=at(self.group, 2).strip(),
            group_version=at(self.group, 3).strip(),
            sets=sets,
            codes=tuple(codes),
            counts=tuple(text.strip() for text in trailer[2:5]),
            reasons=tuple(text.strip() for text in trailer[5:10] if text.strip()),
            verdict=verdict,
            findings=self.findings.all(),
        )

    def read_segment(self, place: int, segment: Segment) -> None:
        match segment[0]:
            case "AK1":
                self.group = self.group or segment
            case "AK2":
                self.sets.append(OpenSet(place, segment))
            case "IK3" | "AK3":
                self.open_set(place, segment).errors.append([segment])
            case "CTX" | "IK4" | "AK4":
                errors = self.open_set(place, segment).errors
                errors[-1].append(segment) if errors else errors.append([[], segment])
            case "IK5" | "AK5":
                of = self.open_set(place, segment)
                of.codes.append(at(segment, 1).strip())
                of.reasons.extend(text.strip() for text in segment[2:7] if text.strip())
            case "AK9":
                self.trailers.append(segment)
            case name if name not in {"ST", "SE"}:
                self.findings.add(segment, 0, Rule.UNKNOWN, f"{shown(name)} is not known here", is_warning=True)

    def open_set(self, place: int, segment: Segment) -> OpenSet:
        """The set that a segment is about; one without a number where none was named before."""
        if not self.sets:
            self.findings.add(segment, 0, Rule.ORDER, f"{segment[0]} stands before AK2: it is about no set")
            self.sets.append(OpenSet(place, ["AK2"]))
        return self.sets[-1]

    def closed(self, one: OpenSet, of_group: Verdict) -> SetAcknowledgement:
        verdict = verdict_of_codes(one.codes)
        control = at(one.segment, 2).strip()
        if len(one.codes) != 1:
            said = f"IK5 stands {len(one.codes)} times" if one.codes else "IK5 is missing"
            self.findings.tell(one.place, "AK2", Rule.STATUS, f"{said}: set {shown(control) or 'without number'}")
        if verdict.is_accepted and (of_group is Verdict.REJECTED or not control):
            words = "accepted, but its group is not, or it has no number"
            self.findings.tell(one.place, "AK2", Rule.STATUS, words)
            verdict = Verdict.UNKNOWN
        return SetAcknowledgement(
            place=one.place,
            kind=at(one.segment, 1).strip(),
            control=control,
            version=at(one.segment, 3).strip(),
            codes=tuple(one.codes),
            reasons=tuple(one.reasons),
            errors=tuple(self.segment_error(segments) for segments in one.errors),
            verdict=verdict,
        )

    def segment_error(self, segments: list[Segment]) -> SegmentError:
        """IK3 with what follows it: CTX behind an IK4 belongs to that."""
        first, context = segments[0], list[str]()
        elements: list[tuple[Segment, list[str]]] = []
        into = context
        for segment in segments[1:]:
            if segment[0] == "CTX":
                into.extend(text for text in segment[1:] if text)
            else:
                into = []
                elements.append((segment, into))
        return SegmentError(
            segment=at(first, 1).strip(),
            position=number_of(at(first, 2)),
            loop=at(first, 3).strip(),
            code=at(first, 4).strip(),
            context=tuple(context),
            elements=tuple(self.element_error(segment, texts) for segment, texts in elements),
        )

    def element_error(self, segment: Segment, context: Iterable[str]) -> ElementError:
        element, component, *_ = [*self.transaction.parts(at(segment, 1)), ""]
        return ElementError(
            element=number_of(element),
            component=number_of(component),
            reference=at(segment, 2).strip(),
            code=at(segment, 3).strip(),
            value=at(segment, 4),
            context=tuple(context),
        )

    def compare_counts(self, trailer: Segment, sets: Iterable[SetAcknowledgement]) -> None:
        """AK904 counts the accepted sets; sets of which nothing is said may be left away."""
        said, accepted = number_of(at(trailer, 4)), sum(one.verdict.is_accepted for one in sets)
        if trailer and said is not None and accepted > said:
            self.findings.add(trailer, 4, Rule.COUNT, f"{said} sets are accepted here, {accepted} above")


def verdict_of_codes(codes: Iterable[str]) -> Verdict:
    """One code is a verdict; none, or two that differ, are none."""
    said = {VERDICTS.get(code, Verdict.UNKNOWN) for code in codes}
    return said.pop() if len(said) == 1 else Verdict.UNKNOWN


def number_of(text: str) -> int | None:
    """A position or count."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


# -- TA1 -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class InterchangeAcknowledgement:
    """What is said of one interchange (TA1)."""

    place: int
    control: str  # ISA13 of ours
    code: str
    note: str
    verdict: Verdict


def read_interchange_acknowledgement(place: int, segment: Segment) -> InterchangeAcknowledgement:
    """A TA1 segment."""
    code = at(segment, 4).strip()
    return InterchangeAcknowledgement(
        place, at(segment, 1).strip(), code, at(segment, 5).strip(), verdict_of_codes([code])
    )


# -- 277CA ---------------------------------------------------------------------------------------------
# STC01-1: the categories that send a claim back before anybody decides on it, and those that let it go on. A4, not
# found, is neither.
REJECTING = {"A3", "A6", "A7", "A8"}
ACCEPTING = {"A0", "A1", "A2", "A5"}
REFUSED = "U"  # STC03


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A claim, or a provider's or batch's claims as a whole, and what became of it."""

    item: StatusItem
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ClaimAcknowledgement:
    """What became of the claims of a batch (a transaction set of a 277CA)."""

    control: str
    version: str
    place: int
    reference: str  # BHT03
    items: tuple[Acknowledged, ...]
    findings: tuple[Finding, ...]

    @property
    def claims(self) -> tuple[Acknowledged, ...]:
        return tuple(one for one in self.items if one.item.is_claim)

    @property
    def levels(self) -> tuple[Acknowledged, ...]:
        """Payer, receiver and providers: what is said of all claims below."""
        return tuple(one for one in self.items if not one.item.is_claim)

    @property
    def batch(self) -> str:
        """Our BHT03, which the receiver's TRN02 repeats."""
        return next((one.item.trace for one in self.items if one.item.level == RECEIVER), "")


def read_claim_acknowledgement(transaction: TransactionSet) -> ClaimAcknowledgement:
    """A 277CA, whatever is in it."""
    findings = Findings(transaction)
    items = read_items(transaction, findings)
    begin = next((segment for segment in transaction.segments if segment[0] == "BHT"), [])
    return ClaimAcknowledgement(
        control=transaction.control,
        version=transaction.version,
        place=transaction.place,
        reference=at(begin, 3).strip(),
        items=tuple(Acknowledged(item, judged(item, findings)) for item in items),
        findings=findings.all(),
    )


def judged(item: StatusItem, findings: Findings) -> Verdict:
    """What an item's states say together with those of the levels above; what they contradict in is unknown."""
    own = verdict_of_statuses(item.statuses)
    is_lost = any(verdict_of_statuses(one.statuses) is Verdict.REJECTED for one in item.above)
    if not item.is_claim or own is Verdict.REJECTED:
        return own
    if not item.statuses:
        if not is_lost:
            findings.tell(item.place, "STC", Rule.STATUS, f"nothing is said of claim {shown(item.trace)}")
        return Verdict.REJECTED if is_lost else Verdict.UNKNOWN
    is_line_lost = any(verdict_of_statuses(line.statuses) is Verdict.REJECTED for line in item.lines)
    if own is Verdict.ACCEPTED and (is_lost or is_line_lost):
        other = "what stands above" if is_lost else "a line of it"
        words = f"claim {shown(item.trace)} is accepted, but {other} is not"
        findings.tell(item.place, "STC", Rule.STATUS, words)
        return Verdict.UNKNOWN
    return own


def verdict_of_statuses(statuses: Iterable[Status]) -> Verdict:
    """One that rejects is enough; all have to accept."""
    said = {verdict_of_status(status) for status in statuses}
    if Verdict.REJECTED in said:
        return Verdict.REJECTED
    return said.pop() if len(said) == 1 else Verdict.UNKNOWN


def verdict_of_status(status: Status) -> Verdict:
    categories = {state.category for state in status.states}
    if status.action == REFUSED or categories & REJECTING:
        return Verdict.REJECTED
    return Verdict.ACCEPTED if categories and categories <= ACCEPTING else Verdict.UNKNOWN
