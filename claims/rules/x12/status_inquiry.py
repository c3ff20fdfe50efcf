"""Asks payers how far claims are: a 276, 005010X212."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count

from claims.rules.x12.characters import code_of, day_text, identifier_of, number_of, text_of
from claims.rules.x12.segments import Segment
from claims.rules.x12.status_items import DEPENDENT, PAYER, PROVIDER, RECEIVER, SUBSCRIBER
from claims.rules.x12.writing import transaction

VERSION = "005010X212"
FUNCTION = "HR"  # GS01
# The lengths of NM103, NM104, NM109, TRN02, REF02 and BHT03 in 005010X212.
LAST, FIRST, NUMBER, TRACE, REFERENCE, BATCH = 60, 35, 80, 50, 50, 50


@dataclass(frozen=True, slots=True)
class Organisation:
    """A payer, submitter or provider; `number` is a payer's, an ETIN or an NPI. One with a first name is a person."""

    name: str
    number: str
    first: str = ""


@dataclass(frozen=True, slots=True)
class Insured:
    """Who is insured, or (without a member number of their own) a dependent."""

    last: str
    first: str
    member: str = ""
    born: date | None = None
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One claim that is asked about. The answer repeats `trace`."""

    trace: str
    payer: Organisation
    submitter: Organisation
    provider: Organisation
    subscriber: Insured
    claim: str  # CLM01
    charge: Decimal
    begins: date
    ends: date
    dependent: Insured | None = None
    payer_control: str = ""


# Those of one payer, submitter, provider, subscriber, dependent.
Way = tuple[Organisation, Organisation, Organisation, Insured, Insured | None]
Branch = tuple[object, ...]  # the part of a way down to a level


def inquiry_set(inquiries: Iterable[Inquiry], *, control: int, reference: str, on: date, time: str) -> list[Segment]:
    """ST to SE; `time` is HHMM. Raises characters.TooLong for a number that its element cannot hold."""
    begin = ["BHT", "0010", "13", identifier_of(reference, BATCH), day_text(on), time]
    return transaction("276", control, VERSION, [begin, *levels(inquiries)])


def levels(inquiries: Iterable[Inquiry]) -> Iterator[Segment]:
    """The tree: a level is opened once for all that stands below it."""
    numbers = count(1)
    opened: dict[Branch, str] = {}
    for way, asked in grouped(inquiries).items():
        parent = ""
        for branch, code, segments in steps(way):
            if branch not in opened:
                opened[branch] = str(next(numbers))
                yield ["HL", opened[branch], parent, code, child_code(code, way)]
                yield from segments
            parent = opened[branch]
        for inquiry in asked:
            yield from question(inquiry)


def grouped(inquiries: Iterable[Inquiry]) -> dict[Way, list[Inquiry]]:
    """By their ways, so that those with the same beginning stand together."""
    found: dict[Way, list[Inquiry]] = {}
    order: dict[Branch, int] = {}
    for one in inquiries:
        way = (one.payer, one.submitter, one.provider, one.subscriber, one.dependent)
        found.setdefault(way, []).append(one)
        for branch, _, _ in steps(way):
            order.setdefault(branch, len(order))
    return dict(sorted(found.items(), key=lambda item: [order[branch] for branch, _, _ in steps(item[0])]))


def child_code(code: str, way: Way) -> str:
    """HL04: whether there are levels below; a dependent's has none to tell of."""
    if code == DEPENDENT:
        return ""
    return "0" if code == SUBSCRIBER and way[-1] is None else "1"


def steps(way: Way) -> Iterator[tuple[Branch, str, list[Segment]]]:
    """The levels of a way from the payer down, with their names.

    A subscriber whose own claims and dependents' are asked about has a level for the one and another for the others.
    """
    payer, submitter, provider, subscriber, dependent = way
    yield way[:1], PAYER, [organisation("PR", payer, "PI")]
    yield way[:2], RECEIVER, [organisation("41", submitter, "46")]
    yield way[:3], PROVIDER, [organisation("1P", provider, "XX")]
    yield (*way[:4], dependent is None), SUBSCRIBER, insured("IL", subscriber, is_patient=dependent is None)
    if dependent is not None:
        yield way, DEPENDENT, insured("QC", dependent, is_patient=True)


def organisation(role: str, one: Organisation, scheme: str) -> Segment:
    kind = "1" if one.first else "2"
    number = identifier_of(one.number, NUMBER)
    return ["NM1", role, kind, text_of(one.name, LAST), text_of(one.first, FIRST), "", "", "", scheme, number]


def insured(role: str, one: Insured, *, is_patient: bool) -> list[Segment]:
    birth = [["DMG", "D8", day_text(one.born), one.sex]] if is_patient and one.born is not None else []
    number = ["MI", code_of(one.member, NUMBER)] if one.member else []
    return [*birth, ["NM1", role, "1", text_of(one.last, LAST), text_of(one.first, FIRST), "", "", "", *number]]


def question(inquiry: Inquiry) -> Iterator[Segment]:
    yield ["TRN", "1", identifier_of(inquiry.trace, TRACE)]
    if inquiry.payer_control:
        yield ["REF", "1K", identifier_of(inquiry.payer_control, REFERENCE)]
    yield ["REF", "EJ", identifier_of(inquiry.claim, REFERENCE)]
    yield ["AMT", "T3", number_of(inquiry.charge)]
    begins, ends = day_text(inquiry.begins), day_text(inquiry.ends)
    yield ["DTP", "472", "D8", begins] if begins == ends else ["DTP", "472", "RD8", f"{begins}-{ends}"]
