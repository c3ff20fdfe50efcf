"""Which codings are verified when a contract asks for a share of them."""

import hashlib

FINENESS = 10_000  # draws are made in hundredths of a percent


def is_selected(*, seed: str, number: int, share: int) -> bool:
    """Whether work `number` is in the sample: `share` percent, drawn by SHA-256 of seed and number.

    The same seed draws the same sample again, whoever asks and in whatever order (RAT-STATS practice: a
    sample must be reproducible from its recorded seed). A larger share contains every smaller one.
    """
    draw = int.from_bytes(hashlib.sha256(f"{seed}:{number}".encode()).digest()[:8], "big") % FINENESS
    return draw * 100 < share * FINENESS
