"""Files made to hurt, by family, each with the outcomes that are right for it."""

from collections.abc import Callable
from dataclasses import dataclass

READY = "ready"
LOCKED = "password_needed"
UNPACKED = "unpacked"


@dataclass(frozen=True)
class Hostile:
    """A file: how it is made, what it is called, and what may become of it (a state, or the name of a refusal)."""

    make: Callable[[], bytes]
    name: str
    outcomes: frozenset[str]


def hostile(make: Callable[[], bytes], name: str, *outcomes: str) -> Hostile:
    return Hostile(make, name, frozenset(outcomes))


def every() -> dict[str, Hostile]:
    """All of them by a name of their own."""
    from tests.hostile import archives, cuts, documents, images, pdfs

    found: dict[str, Hostile] = {}
    for family in (pdfs, images, archives, documents, cuts):
        for name, one in family.FILES.items():
            key = f"{family.__name__.rpartition('.')[2]}: {name}"
            assert key not in found
            found[key] = one
    return found
