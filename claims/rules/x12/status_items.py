"""Claims and their states in the levels of a 276, 277 or 277CA (005010X212, 005010X214).

A level (HL) is a payer, receiver, provider, subscriber, dependent or patient; under it each TRN begins an item, with
states (STC), and in it each SVC a line. What stands before its TRN is still its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from claims.rules.x12.amounts import amount_of, day_of, quantity_of
from claims.rules.x12.findings import Findings, Rule
from claims.rules.x12.procedures import Procedure, procedure_of
from claims.rules.x12.qualified import Name, Pairs, Sums, name_of, of
from claims.rules.x12.segments import Segment, TransactionSet, at, shown

# HL03. A level belongs under the nearest earlier one that stands higher, where HL02 does not say it.
PAYER, RECEIVER, PROVIDER, SUBSCRIBER, DEPENDENT, PATIENT = "20", "21", "19", "22", "23", "PT"
RANK = {PAYER: 0, RECEIVER: 1, PROVIDER: 2, SUBSCRIBER: 3, PATIENT: 3, DEPENDENT: 4}
OF_CLAIMS = {SUBSCRIBER, DEPENDENT, PATIENT}
KNOWN = {"STC", "REF", "DTP", "AMT", "QTY", "NM1", "DMG", "PER", "SE", "N3", "N4"}
STATES = (1, 10, 11)  # elements of STC
MOST_OF_LEVEL = 50  # names, and items above claims: a level has one or two, and every claim below is held against them


class State(NamedTuple):
    """A claim status: category (A1, F2 ...), code, and whom it is about."""

    category: str
    code: str = ""
    entity: str = ""

    def __str__(self) -> str:
        return ":".join(self).rstrip(":")


@dataclass(frozen=True, slots=True)
class Status:
    """One STC: up to three states with their day and amounts."""

    place: int
    states: tuple[State, ...]
    on: date | None
    action: str  # STC03: WQ accepted, U rejected (277CA)
    charge: Decimal | None
    paid: Decimal | None
    check_number: str
    message: str


@dataclass(frozen=True, slots=True)
class StatusLine:
    """A service of an item (SVC)."""

    place: int
    procedure: Procedure
    charge: Decimal | None
    paid: Decimal | None
    units: Decimal | None
    statuses: tuple[Status, ...]
    references: Pairs
    days: Pairs

    @property
    def control(self) -> str:
        return of(self.references, "FJ")


@dataclass(frozen=True, slots=True)
class StatusItem:
    """What a TRN is about; `names` are its level's and those of the levels above, `above` what is said of these."""

    place: int
    level: str  # HL03
    trace: str  # TRN02: our claim (277CA) or our request (277)
    names: tuple[Name, ...]
    statuses: tuple[Status, ...]
    references: Pairs
    days: Pairs  # qualifier and CCYYMMDD or CCYYMMDD-CCYYMMDD
    amounts: Sums
    quantities: Sums
    lines: tuple[StatusLine, ...]
    above: tuple[StatusItem, ...]

    @property
    def is_claim(self) -> bool:
        return self.level in OF_CLAIMS

    @property
    def payer_control(self) -> str:
        """The payer's number of the claim."""
        return of(self.references, "1K")

    @property
    def clearinghouse_trace(self) -> str:
        return of(self.references, "D9")

    @property
    def charge(self) -> Decimal | None:
        """As the first state says it, or the request."""
        said = next((status.charge for status in self.statuses if status.charge is not None), None)
        return said if said is not None else next((value for name, value in self.amounts if name == "T3"), None)

    @property
    def states(self) -> tuple[State, ...]:
        """Of the item and of its lines."""
        statuses = (*self.statuses, *(status for line in self.lines for status in line.statuses))
        return tuple(state for status in statuses for state in status.states)

    def name(self, *roles: str) -> Name | None:
        """The nearest one in any of the roles."""
        return next((name for name in self.names if name.role in roles), None)


def read_items(transaction: TransactionSet, findings: Findings) -> list[StatusItem]:
    """The items of all levels in the order of the file."""
    return ItemReader(transaction, findings).read()


@dataclass(slots=True)
class OpenLevel:
    """A level stands under one of a higher rank only: the way up is short whatever a file says."""

    code: str
    rank: int
    above: OpenLevel | None = None
    names: list[Name] = field(default_factory=list)
    items: list[StatusItem] = field(default_factory=list)

    def way_up(self) -> Iterator[OpenLevel]:
        level: OpenLevel | None = self
        while level is not None:
            yield level
            level = level.above


@dataclass(slots=True)
class Open:
    """An item or a line whose segments are still to come."""

    place: int
    segment: Segment
    trace: str | None = None
    statuses: list[Status] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    days: list[tuple[str, str]] = field(default_factory=list)
    amounts: list[tuple[str, Decimal]] = field(default_factory=list)
    quantities: list[tuple[str, Decimal]] = field(default_factory=list)
    lines: list[StatusLine] = field(default_factory=list)


class ItemReader:
    """Reads the levels of one transaction set once."""

    def __init__(self, transaction: TransactionSet, findings: Findings) -> None:
        self.transaction, self.findings = transaction, findings
        self.level: OpenLevel | None = None
        self.by_number: dict[str, OpenLevel] = {}
        self.item: Open | None = None
        self.line: Open | None = None
        self.items: list[StatusItem] = []

    def read(self) -> list[StatusItem]:
        for place, segment in enumerate(self.transaction.segments, self.transaction.place):
            match segment[0]:
                case "HL":
                    self.close_item()
                    self.open_level(segment)
                case "TRN":
                    self.read_trace(place, segment)
                case "SVC":
                    self.close_line()
                    self.open_item(place, segment)
                    self.line = Open(place, segment)
                case name if self.level is not None:
                    self.read_detail(place, segment, name, self.level)
        self.close_item()
        if self.level is None:
            self.findings.add(self.transaction.segments[0], 0, Rule.MISSING, "HL is missing: there are no levels")
        return self.items

    def open_level(self, segment: Segment) -> None:
        number, parent, code = at(segment, 1).strip(), at(segment, 2).strip(), at(segment, 3).strip()
        if code not in RANK:
            self.findings.add(segment, 3, Rule.CODE, f"{shown(code) or 'nothing'} is no level known here")
        level = OpenLevel(code, RANK.get(code, len(RANK)))
        named = self.by_number.get(parent)
        if named is not None and named.rank < level.rank:
            level.above = named
        elif self.level is not None:
            level.above = next((one for one in self.level.way_up() if one.rank < level.rank), None)
        if parent and level.above is not named:
            self.findings.add(segment, 2, Rule.ORDER, f"there is no level {shown(parent)} above", is_warning=True)
        self.level = self.by_number[number] = level

    def read_trace(self, place: int, segment: Segment) -> None:
        """A TRN begins an item, unless one is open that has none yet."""
        if self.level is None:
            return
        if self.item is not None and self.item.trace is not None:
            self.close_item()
        self.open_item(place, segment).trace = at(segment, 2).strip()

    def open_item(self, place: int, segment: Segment) -> Open:
        self.item = self.item or Open(place, segment)
        return self.item

    def read_detail(self, place: int, segment: Segment, name: str, level: OpenLevel) -> None:
        """What belongs to the open line, or else to the open item, or else to the level."""
        if name == "NM1" and len(level.names) < MOST_OF_LEVEL:
            level.names.append(name_of(segment))
        elif name not in KNOWN:
            self.findings.add(segment, 0, Rule.UNKNOWN, f"{shown(name)} is not known here", is_warning=True)
        elif name in {"STC", "REF", "DTP", "AMT", "QTY"}:
            self.read_fact(place, segment, self.line or self.open_item(place, segment))

    def read_fact(self, place: int, segment: Segment, of: Open) -> None:
        match segment[0]:
            case "STC":
                of.statuses.append(self.status(place, segment))
            case "REF":
                of.references.append((at(segment, 1), at(segment, 2).strip()))
            case "DTP":
                of.days.append((at(segment, 1), at(segment, 3).strip()))
            case "AMT" if (amount := self.amount(segment, 2)) is not None:
                of.amounts.append((segment[1], amount))
            case "QTY" if (quantity := quantity_of(at(segment, 2))) is not None:
                of.quantities.append((segment[1], quantity))

    def status(self, place: int, segment: Segment) -> Status:
        states = [self.state(at(segment, number)) for number in STATES if at(segment, number)]
        if not at(segment, 1):
            self.findings.add(segment, 1, Rule.MISSING, "missing: no state is named")
        return Status(
            place=place,
            states=tuple(states),
            on=day_of(at(segment, 2)),
            action=at(segment, 3).strip(),
            charge=self.amount(segment, 4),
            paid=self.amount(segment, 5),
            check_number=at(segment, 9).strip(),
            message=at(segment, 12).strip(),
        )

    def state(self, composite: str) -> State:
        """Its parts, also where they stand between another delimiter than the file's."""
        delimiter = self.transaction.delimiters.component
        if not delimiter or (delimiter not in composite and composite[2:3] and not composite[2].isalnum()):
            delimiter = composite[2:3] or ":"
        category, code, entity, *_ = [*(part.strip() for part in composite.split(delimiter)), "", ""]
        return State(category, code, entity)

    def amount(self, segment: Segment, number: int) -> Decimal | None:
        text = at(segment, number)
        amount = amount_of(text)
        if amount is None and text.strip():
            self.findings.add(segment, number, Rule.AMOUNT, f"{shown(text)} is no amount")
        return amount

    # -- what is complete ----------------------------------------------------------------------------------
    def close_line(self) -> None:
        line, self.line = self.line, None
        if line is None or self.item is None:
            return
        self.item.lines.append(
            StatusLine(
                place=line.place,
                procedure=procedure_of(at(line.segment, 1), self.transaction.delimiters.component),
                charge=self.amount(line.segment, 2),
                paid=self.amount(line.segment, 3),
                units=quantity_of(at(line.segment, 7)),
                statuses=tuple(line.statuses),
                references=tuple(line.references),
                days=tuple(line.days),
            )
        )

    def close_item(self) -> None:
        self.close_line()
        item, self.item = self.item, None
        level = self.level
        if item is None or level is None:
            return
        if item.trace is None and level.code in OF_CLAIMS:
            self.findings.add(item.segment, 0, Rule.MISSING, "TRN is missing: nothing says which claim this is about")
        closed = StatusItem(
            place=item.place,
            level=level.code,
            trace=item.trace or "",
            names=tuple(name for one in level.way_up() for name in one.names),
            statuses=tuple(item.statuses),
            references=tuple(item.references),
            days=tuple(item.days),
            amounts=tuple(item.amounts),
            quantities=tuple(item.quantities),
            lines=tuple(item.lines),
            above=tuple(above for one in level.way_up() if one is not level for above in one.items),
        )
        self.items.append(closed)
        if not closed.is_claim and len(level.items) < MOST_OF_LEVEL:
            level.items.append(closed)
