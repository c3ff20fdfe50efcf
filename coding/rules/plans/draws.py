"""Draws that anybody can make again: by chance one by one, and from a frame.

Both use HMAC-SHA-256 with the draw's seed as its key (the 64 characters of the seed as ASCII). One by one, work
`number` is drawn if the first eight bytes of HMAC(seed, "purpose:number") as a whole number are below share % of 2^64:
no frame is needed, so it is known at submission. From a frame, each place (from 1) gets HMAC(seed, "frame:place"), and
of every stratum the smallest come first: simple random sampling without replacement within strata. Whoever has seed
and frame needs nothing else; docs/verification-plans.md has the steps.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

SEED_LENGTH = 64  # hexadecimal digits
WHOLE = 100
FULL = 1 << 64


def mark(seed: str, text: str) -> bytes:
    """What decides about one thing under a seed."""
    return hmac.new(seed.encode(), text.encode(), hashlib.sha256).digest()


def is_drawn(*, seed: str, purpose: str, number: int, share: int) -> bool:
    """Whether work `number` is in the sample of `share` percent; a larger share contains every smaller one.

    Draws for different purposes are independent: what one reason passes over another may still draw.
    """
    return int.from_bytes(mark(seed, f"{purpose}:{number}")[:8], "big") * WHOLE < share * FULL


# -- from a frame --------------------------------------------------------------------------------------


class Strata(StrEnum):
    """By what a frame is divided before it is drawn from."""

    NONE = "none"
    CODER = "coder"
    SPECIALTY = "specialty"
    LEVEL = "level"

    @property
    def label(self) -> str:
        return {
            "none": "Not divided",
            "coder": "By coder",
            "specialty": "By coder and specialty",
            "level": "By coder, specialty and level",
        }[self.value]


@dataclass(frozen=True)
class Unit:
    """One line of a frame: its place from 1, what it stands for, and the stratum it lies in."""

    place: int
    number: int
    stratum: str = ""


@dataclass(frozen=True)
class Drawn:
    """One unit of a sample: the how manieth of its stratum it was; spares replace what cannot be audited."""

    order: int
    unit: Unit
    is_spare: bool = False


def frame_hash(frame: Iterable[Unit]) -> str:
    """SHA-256 over the lines "place<TAB>number<TAB>stratum", each ended by a line feed."""
    text = "".join(f"{unit.place}\t{unit.number}\t{unit.stratum}\n" for unit in frame)
    return hashlib.sha256(text.encode()).hexdigest()


def sizes_of(frame: Sequence[Unit]) -> dict[str, int]:
    """How many units each stratum has, in alphabetical order."""
    sizes: dict[str, int] = defaultdict(int)
    for unit in frame:
        sizes[unit.stratum] += 1
    return dict(sorted(sizes.items()))


def allocated(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """A sample of that size over the strata in proportion to what they hold, and one of each if there is room.

    Remainders go to the largest fractions (Hare), of equals to the first name. What a small stratum gets beyond its
    proportion is taken from the one that has most; no stratum gives more than it has.
    """
    total = sum(sizes.values())
    size = min(size, total)
    least = 1 if size >= len(sizes) else 0
    found = {name: max(least, count * size // total) for name, count in sizes.items()}
    short = [name for name, count in sizes.items() if found[name] < count and count * size >= total * least]
    short.sort(key=lambda name: (-(sizes[name] * size % total), name))
    for name in short[: max(0, size - sum(found.values()))]:
        found[name] += 1
    while sum(found.values()) > size:
        found[max(found, key=lambda name: found[name])] -= 1
    return found


def drawn_from(frame: Sequence[Unit], *, seed: str, size: int, spares: int = 0) -> tuple[Drawn, ...]:
    """The sample and up to `spares` spares of each stratum, stratum by stratum in the order of the draw."""
    wanted = allocated(sizes_of(frame), size)
    by_stratum: dict[str, list[Unit]] = defaultdict(list)
    for unit in frame:
        by_stratum[unit.stratum].append(unit)
    found = []
    for stratum, count in wanted.items():
        ranked = sorted(by_stratum[stratum], key=lambda unit: (mark(seed, f"frame:{unit.place}"), unit.place))
        found += [
            Drawn(order, unit, is_spare=order > count) for order, unit in enumerate(ranked[: count + spares], start=1)
        ]
    return tuple(found)
