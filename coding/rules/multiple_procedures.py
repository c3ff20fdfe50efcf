"""What the fee schedule takes off when several services are rendered on one day.

Source: RVU25D, field "Multiple Procedure (Modifier 51)"; CMS Pub. 100-04, chapter 12, section 40.6 (surgery and
endoscopy), and chapter 5, section 10.7 (therapy). Bilateral adjustments are already in the fees.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

WHOLE, HALF, NOTHING = Decimal(1), Decimal("0.5"), Decimal(0)

# What each rank is paid; the sixth and later procedures are priced by report.
RANKS: Mapping[str, tuple[Decimal, ...]] = {
    "1": (WHOLE, HALF, Decimal("0.25"), Decimal("0.25"), Decimal("0.25")),
    "2": (WHOLE, HALF, HALF, HALF, HALF),
}
# Indicator: how much of the technical and of the professional part is taken off the second and later services.
COMPONENT_CUTS: Mapping[str, tuple[Decimal, Decimal]] = {
    "4": (HALF, Decimal("0.05")),  # diagnostic imaging of one family; 5 % since 2017
    "6": (Decimal("0.25"), NOTHING),  # diagnostic cardiovascular
    "7": (Decimal("0.20"), NOTHING),  # diagnostic ophthalmology
}
COMPONENT_NAMES = {"4": "imaging", "6": "cardiovascular", "7": "ophthalmology"}


@dataclass(frozen=True)
class Unit:
    """One unit of one line, with all fees in dollars.

    `line` is the line's place; `fee` the fee of the unit, both sides included; `base_fee` that of its endoscopic base;
    `technical` and `professional` the parts that component rules cut; `reduced` the fee with half the practice expense.
    `other_side` marks the second line of a pair RT and LT: it ranks together with the first.
    """

    line: int
    code: str
    rule: str
    fee: Decimal
    base: str = ""
    base_fee: Decimal = NOTHING
    family: str = ""
    technical: Decimal = NOTHING
    professional: Decimal = NOTHING
    expense: Decimal = NOTHING
    reduced: Decimal = NOTHING
    other_side: bool = False


@dataclass(frozen=True)
class Paid:
    """What a unit is paid, and why it is less than its fee (empty if it is not)."""

    unit: Unit
    amount: Decimal
    why: str = ""
    by_report: bool = False


def paid_together(units: Sequence[Unit]) -> tuple[Paid, ...]:
    """Every unit with its amount, in the order given; all are of one day, one patient and one provider."""
    order = {id(unit): place for place, unit in enumerate(units)}
    found = [*surgical(units), *by_component(units), *therapy(units)]
    done = {id(paid.unit) for paid in found}
    found += [Paid(unit, unit.fee) for unit in units if id(unit) not in done]
    return tuple(sorted(found, key=lambda paid: order[id(paid.unit)]))


# -- surgery and endoscopy -----------------------------------------------------------------------------


def surgical(units: Sequence[Unit]) -> Iterator[Paid]:
    """Endoscopic families first, then families and other procedures ranked by what they come to."""
    bases = {unit.base for unit in units if unit.rule == "3"}
    items: list[list[Paid]] = []
    families: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        family = unit.base if unit.rule == "3" else unit.code if unit.code in bases else ""
        if family:
            families[family].append(unit)
        elif unit.rule in RANKS and not unit.other_side:
            items.append([Paid(unit, unit.fee)])
        elif unit.rule in RANKS:
            next(item for item in items if item[0].unit.code == unit.code).append(Paid(unit, unit.fee))
    items += [list(endoscopic(family)) for family in families.values()]
    yield from ranked(items)


def endoscopic(family: Sequence[Unit]) -> Iterator[Paid]:
    """The dearest in full, the others less their base, which itself is part of every other endoscopy."""
    dearest = max(family, key=lambda unit: unit.fee)
    for unit in family:
        if unit is dearest:
            yield Paid(unit, unit.fee)
        elif unit.rule != "3":
            yield Paid(unit, NOTHING, "the base endoscopy is part of the others of its family")
        else:
            amount = max(unit.fee - unit.base_fee, NOTHING)
            yield Paid(
                unit, amount, f"endoscopy of the family of {unit.base}: {unit.fee} less its base {unit.base_fee}"
            )


def ranked(items: list[list[Paid]]) -> Iterator[Paid]:
    """Each item's rank decides its share; equal amounts keep their order."""
    by_amount = sorted(items, key=lambda item: -sum(paid.amount for paid in item))
    for rank, item in enumerate(by_amount):
        ranks = RANKS.get(item[0].unit.rule, RANKS["2"])
        share = ranks[min(rank, len(ranks) - 1)]
        for paid in item:
            yield reduced_to(paid, share, rank, by_report=rank >= len(ranks))


def reduced_to(paid: Paid, share: Decimal, rank: int, *, by_report: bool) -> Paid:
    if share == WHOLE:
        return paid
    why = f"procedure {rank + 1} of the day: {share:.0%}" + (", then by report" if by_report else "")
    return replace(paid, amount=paid.amount * share, why="; ".join(filter(None, (paid.why, why))), by_report=by_report)


# -- technical and professional parts ------------------------------------------------------------------


def by_component(units: Sequence[Unit]) -> Iterator[Paid]:
    """The dearest technical and the dearest professional part in full, the others cut."""
    groups: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.rule in COMPONENT_CUTS:
            groups[unit.rule, unit.family if unit.rule == "4" else ""].append(unit)
    for (rule, _family), group in groups.items():
        technical_cut, professional_cut = COMPONENT_CUTS[rule]
        full_technical = max(group, key=lambda unit: unit.technical)
        full_professional = max(group, key=lambda unit: unit.professional)
        for unit in group:
            cuts = [
                (share, part, name)
                for share, part, name, full in (
                    (technical_cut, unit.technical, "technical", full_technical),
                    (professional_cut, unit.professional, "professional", full_professional),
                )
                if unit is not full and share and part
            ]
            off = sum((share * part for share, part, _name in cuts), NOTHING)
            why = " and ".join(f"{share:.0%} off the {name} part {part}" for share, part, name in cuts)
            yield Paid(unit, unit.fee - off, f"{COMPONENT_NAMES[rule]} of the same day: {why}" if why else "")


def therapy(units: Iterable[Unit]) -> Iterator[Paid]:
    """Of all therapy units of the day one, with the highest practice expense, keeps it in full."""
    group = [unit for unit in units if unit.rule == "5"]
    if not group:
        return
    full = max(group, key=lambda unit: unit.expense)
    for unit in group:
        if unit is full:
            yield Paid(unit, unit.fee)
        else:
            yield Paid(unit, unit.reduced, "therapy: half the practice expense but for the dearest unit of the day")
