"""Claims written as 837P, read back and validated: how many a second, against bare joining and against pyx12."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from claims.rules.claim import Claim
from claims.rules.x12.claim_837p import transaction_set
from claims.rules.x12.claim_837p_reader import read_claims
from claims.rules.x12.segments import read_file
from claims.rules.x12.writing import written
from claims.validation import validate
from tests.claims.x12.examples import ENVELOPE, batch, complete, line, secondary, simple

CLAIMS, CLAIMS_OF_PEER = 2000, 200
ROUNDS = 5
GOAL = 5  # times as many claims written as pyx12 validates: writing is never what a batch waits for


def claims(count: int) -> list[Claim]:
    """Of four lines mostly; each tenth to a second payer, each tenth with all that a claim can have."""
    lines = tuple(line(number, charge="40.25", units=Decimal(number)) for number in range(1, 5))
    made = []
    for number in range(count):
        claim = secondary() if number % 10 == 0 else complete() if number % 10 == 1 else simple(lines=lines)
        coverage = replace(claim.coverage, member_id=f"SH-{number:06d}")
        made.append(replace(claim, control_number=f"C-{number:08d}", coverage=coverage))
    return made


def spent(work: Callable[[], object]) -> float:
    """Seconds of the processor."""
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def report() -> Iterator[str]:
    """Lines to print."""
    many, few = batch(*claims(CLAIMS)), batch(*claims(CLAIMS_OF_PEER))
    content = written(ENVELOPE, [transaction_set(many, 1)])
    ready = read_file(content)
    small = written(ENVELOPE, [transaction_set(few, 1)])
    empty = written(ENVELOPE, [transaction_set(batch(*claims(1)), 1)])
    yield f"Claims: an 837P of {CLAIMS:,} ({len(content) / 1e6:.1f} MB)"
    write = [spent(lambda: written(ENVELOPE, [transaction_set(many, 1)])) for _ in range(ROUNDS)]
    join = [spent(lambda: written(ENVELOPE, [one.segments for one in ready.sets])) for _ in range(ROUNDS)]
    read = [spent(lambda: [read_claims(one) for one in read_file(content).sets]) for _ in range(ROUNDS)]
    load = statistics.median(spent(lambda: validate(empty)) for _ in range(ROUNDS))
    check = statistics.median(spent(lambda: validate(small)) for _ in range(ROUNDS)) - load
    mine, bare, back = (statistics.median(times) / CLAIMS for times in (write, join, read))
    peer = check / CLAIMS_OF_PEER
    yield f"  written   {1 / mine:10,.0f} claims/s; {mine / bare:.1f} times bare joining of its segments"
    yield f"  read back {1 / back:10,.0f} claims/s"
    yield (
        f"  validated {1 / peer:10,.0f} claims/s by pyx12, after {load:.2f} s for its map; "
        f"written {peer / mine:.1f} times as fast, goal {GOAL}; read back {peer / back:.1f} times"
    )
