"""A full-size table of bundled pairs in the official layout: made up, the same bytes every time, no official pair."""

import random
from collections.abc import Iterator

PAIRS = 2_500_000
FIRST_COLUMNS = 9_000  # distinct codes of column one, like the real table
SEED = 2026
PREAMBLE = (
    "Made-up pairs for measuring; no official edit is among them.\n"
    "Column 1/Column 2 Edits\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n"
    "\t\t\t\t*=no data\t1=allowed\t\n"
    "\t\t\t\t\t9=not applicable\t\n"
)
RATIONALES = (
    "Misuse of Column Two code with Column One code",
    "Standards of medical/surgical practice",
    "More extensive procedure",
    "HCPCS/CPT procedure code definition",
    "Mutually exclusive procedures",
)
QUARTERS = [f"{year}{month}01" for year in range(1996, 2027) for month in ("01", "04", "07", "10")]


def codes() -> list[str]:
    """Every code that looks like HCPCS Level II: a letter and four digits."""
    return [f"{letter}{number:04d}" for letter in "ABCDEFGHJKLMPQRSTV" for number in range(1, 1000)]


def lines(count: int = PAIRS) -> Iterator[str]:
    """The table's lines, the heading included; every 40th pair has an earlier row that was deleted."""
    chance = random.Random(SEED)  # noqa: S311  (a table, not a secret)
    known = codes()
    first = known[:FIRST_COLUMNS]
    yield PREAMBLE
    done = 0
    for one in first * (1 + count // FIRST_COLUMNS):
        share = min(count - done, -(-count // FIRST_COLUMNS))
        if share <= 0:
            return
        for two in chance.sample(known, share):
            start = chance.randrange(len(QUARTERS) - 1)
            end = "*" if done % 5 else QUARTERS[chance.randrange(start, len(QUARTERS))]
            old = "*" if start == 0 else ""
            yield f"{one}\t{two}\t{old}\t{QUARTERS[start]}\t{end}\t{'0119'[done % 4]}\t{RATIONALES[done % 5]}\n"
            done += 1


def table(count: int = PAIRS) -> bytes:
    return "".join(lines(count)).encode()
