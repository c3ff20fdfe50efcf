"""A claim of more lines than an 837P takes, as several claims.

Source: 005010X222A1, loop 2400 repeats at most 50 times. Each part is a claim of its own to the payer, who answers by
its number; so each must balance by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from claims.rules.claim import MOST_LINES, ZERO, Claim, Diagnosis, Frequency, Group, OtherCoverage, ServiceLine


class CannotBeSplit(ValueError):
    """What stands on the claim as a whole cannot be told apart for its parts."""


def parts_needed(claim: Claim) -> int:
    """Of how many claims one with so many lines must be made."""
    return max(1, -(-len(claim.lines) // MOST_LINES))


def split_claim(claim: Claim, control_numbers: Iterable[str]) -> tuple[Claim, ...]:
    """The claim itself if it is short enough; else parts of up to 50 lines, each with the next of the numbers given.

    Each part has the diagnoses that its lines point to, and those that no line points to (external causes); what the
    patient paid goes to the parts in turn, to each no more than its charge.
    Raises CannotBeSplit: a corrected or void claim (the payer has one number for it), a pointer without diagnosis, an
    earlier payer who gave no account by line, fewer numbers than parts.
    """
    if len(claim.lines) <= MOST_LINES:
        return (claim,)
    if claim.frequency is not Frequency.ORIGINAL:
        raise CannotBeSplit("the payer knows a corrected or void claim by one number")
    numbers = iter(control_numbers)
    return tuple(
        part_of(replace(claim, lines=lines, patient_paid=paid), claim, next_of(numbers))
        for lines, paid in portions(claim)
    )


def next_of(numbers: Iterator[str]) -> str:
    number = next(numbers, "")
    if not number:
        raise CannotBeSplit("there are fewer control numbers than parts")
    return number


def portions(claim: Claim) -> Iterator[tuple[tuple[ServiceLine, ...], Decimal]]:
    """The lines of each part in their order, and what of the patient's money goes with them."""
    left = claim.patient_paid
    for begin in range(0, len(claim.lines), MOST_LINES):
        lines = claim.lines[begin : begin + MOST_LINES]
        is_last = begin + MOST_LINES >= len(claim.lines)
        paid = left if is_last else min(left, sum((line.charge for line in lines), start=ZERO))
        left -= paid
        yield lines, paid


def part_of(part: Claim, whole: Claim, control_number: str) -> Claim:
    """A part with its own diagnoses, pointers and payments."""
    diagnoses, places = diagnoses_of(part.lines, whole)
    return replace(
        part,
        control_number=control_number,
        diagnoses=diagnoses,
        lines=tuple(replace(line, pointers=tuple(places[pointer] for pointer in line.pointers)) for line in part.lines),
        others=tuple(share_of(other, part.lines) for other in whole.others),
    )


def diagnoses_of(lines: Sequence[ServiceLine], whole: Claim) -> tuple[tuple[Diagnosis, ...], dict[int, int]]:
    """What the lines point to, in the claim's order, and where each pointer of the claim points now."""
    used = {pointer for line in whole.lines for pointer in line.pointers}
    if not used <= set(range(1, len(whole.diagnoses) + 1)):
        raise CannotBeSplit("a pointer names no diagnosis")
    here = {pointer for line in lines for pointer in line.pointers}
    kept = [place for place in range(1, len(whole.diagnoses) + 1) if place in here or place not in used]
    diagnoses = tuple(whole.diagnoses[place - 1] for place in kept)
    return diagnoses, {place: number for number, place in enumerate(kept, 1)}


def share_of(other: OtherCoverage, lines: Sequence[ServiceLine]) -> OtherCoverage:
    """What an earlier payer did with these lines: the sum of its accounts of them."""
    if other.adjustments:
        raise CannotBeSplit("an earlier payer adjusted the claim as a whole")
    accounts = [one for line in lines for one in line.adjudications if one.payer_id == other.coverage.payer.payer_id]
    if other.paid and not accounts:
        raise CannotBeSplit("an earlier payer gave no account by line")
    owed = sum(
        (reason.amount for one in accounts for reason in one.adjustments if reason.group == Group.PATIENT), start=ZERO
    )
    return replace(
        other,
        paid=None if other.paid is None else sum((one.paid for one in accounts), start=ZERO),
        remaining=None if other.remaining is None else owed,
        not_covered=None if other.not_covered is None else sum((line.charge for line in lines), start=ZERO),
    )
