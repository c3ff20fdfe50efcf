"""What a sender says a batch must hold, against what it holds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from portal.rules.intake import display_name

Named = tuple[str, str]  # a file's name and the SHA-256 of its bytes in hex


@dataclass(frozen=True)
class Difference:
    """Files that are not there, that are there with other bytes (name, expected, held), and that nobody expected."""

    missing: tuple[Named, ...] = ()
    different: tuple[tuple[str, str, str], ...] = ()
    unexpected: tuple[Named, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.different or self.unexpected)


def compare_files(*, expected: Iterable[Named], held: Iterable[Named]) -> Difference:
    """How the two differ, each file counted as often as it is named; names are compared as they are shown."""
    wanted = Counter((display_name(name), sha256.lower()) for name, sha256 in expected)
    there = Counter((name, sha256.lower()) for name, sha256 in held)
    missing, unexpected = list((wanted - there).elements()), list((there - wanted).elements())
    different = []
    for name, sha256 in list(missing):
        other = next((file for file in unexpected if file[0] == name), None)
        if other is not None:
            missing.remove((name, sha256))
            unexpected.remove(other)
            different.append((name, sha256, other[1]))
    return Difference(tuple(missing), tuple(different), tuple(unexpected))
