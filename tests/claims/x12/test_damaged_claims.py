"""Whatever happened to a file on its way, it is read without an exception, and what was read can be judged."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from claims.rules.x12.claim_837p import DoesNotFit, transaction_set
from claims.rules.x12.claim_837p_reader import read_claims
from claims.rules.x12.segments import USUAL, read_file
from tests.claims.x12.examples import KINDS, file_of

FILES = [file_of(*claims).decode().split(USUAL.segment)[:-1] for claims in KINDS.values()]
ODD = ["", "-", "9" * 30, "é", "²", "1E5", "::", ":A:", "20260230-", "NaN", "١"]
PLACE = st.integers(0, 10_000)
DAMAGE = st.lists(
    st.tuples(st.sampled_from(["lose", "repeat", "swap", "cut", "odd"]), PLACE, PLACE, st.sampled_from(ODD)), max_size=6
)


def damaged(segments: list[str], how: str, one: int, other: int, odd: str) -> list[str]:
    """One more thing that goes wrong."""
    rows = list(segments)
    here, there = one % len(rows), other % len(rows)
    if how == "lose" and len(rows) > 1:
        del rows[here]
    elif how == "repeat":
        rows.insert(there, rows[here])
    elif how == "swap":
        rows[here], rows[there] = rows[there], rows[here]
    elif how == "cut":
        rows[here] = rows[here][: other % (len(rows[here]) + 1)]
    else:
        elements = rows[here].split(USUAL.element)
        elements[other % len(elements)] = odd
        rows[here] = USUAL.element.join(elements)
    return rows


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FILES), DAMAGE)
def test_damaged_files_are_read(segments, damage):
    for step in damage:
        segments = damaged(segments, *step)
    for one in read_file(USUAL.segment.join(segments).encode()).sets:
        batch = read_claims(one).batch
        with suppress(DoesNotFit):
            transaction_set(batch, 1)
