"""An 835 of 5,000 claims read and balanced, against the bare split of its text and against pyx12's validation."""

import gc
import importlib.util
import io
import random
import statistics
import time
from collections.abc import Callable, Iterator
from decimal import Decimal

from claims.rules.x12.balancing import balance
from claims.rules.x12.remittance_reader import read_remittance
from claims.rules.x12.segments import Segment, read_file
from claims.rules.x12.writing import Envelope, transaction, written

CLAIMS, LINES = 5000, 3
CLAIMS_OF_PEER = 250  # it takes a minute for all of them
ROUNDS = 7
SPLIT_GOAL, PEER_GOAL = 6, 20
CODES = ("99213", "99214", "93000", "36415", "80053", "20610", "71046")
CENT = Decimal("0.01")
ENVELOPE = Envelope(
    sender="PAYER", receiver="CHARTLINE", sender_qualifier="ZZ", receiver_qualifier="ZZ", application_sender="PAYER",
    application_receiver="CHARTLINE", function="HP", version="005010X221A1", date="20261102", time="0830",
    interchange_control=1, group_control=1,
)  # fmt: skip


def remittance(claims: int) -> bytes:
    """A payment that balances, always the same one."""
    chance = random.Random(claims)  # noqa: S311  (a measurement, not a secret)
    paid = Decimal(0)
    body: list[Segment] = []
    for number in range(claims):
        segments, sum_paid = claim(number, chance)
        body += segments
        paid += sum_paid
    head = [
        f"BPR*I*{paid}*C*ACH*CCP*01*111000025*DA*123456*1512345678**01*111000025*DA*98765*20261102",
        "TRN*1*881234*1512345678", "DTM*405*20261101", "N1*PR*MADE UP HEALTH PLAN", "N3*1 MAIN STREET",
        "N4*SPRINGFIELD*IL*62701", "REF*2U*99999", "PER*BL*PROVIDER SERVICES*TE*2175550100",
        "N1*PE*MADE UP CLINIC*XX*1234567893", "REF*TJ*123456789", "LX*1",
    ]  # fmt: skip
    segments = [*(line.split("*") for line in head), *body]
    return written(ENVELOPE, [transaction("835", 1, "", segments)])


def claim(number: int, chance: random.Random) -> tuple[list[Segment], Decimal]:
    """Three lines with a write-off and a share of the patient, as payers of professional claims send them."""
    lines: list[str] = []
    charged = all_paid = all_owed = Decimal(0)
    for place in range(LINES):
        charge = CENT * chance.randrange(5_000, 40_000)
        allowed = CENT * chance.randrange(2_000, 5_000)
        owed = CENT * chance.randrange(0, 2_000)
        paid = allowed - owed
        lines += [
            f"SVC*HC:{chance.choice(CODES)}:25*{charge}*{paid}**1", "DTM*472*20261012", f"CAS*CO*45*{charge - allowed}",
            f"CAS*PR*2*{owed}", f"REF*6R*{number}L{place}", f"AMT*B6*{allowed}",
        ]  # fmt: skip
        charged, all_paid, all_owed = charged + charge, all_paid + paid, all_owed + owed
    head = [
        f"CLP*C{number:08d}*1*{charged}*{all_paid}*{all_owed}*12*P{number:010d}*11*1",
        f"NM1*QC*1*MADE{number}*UP****MI*M{number:09d}", "NM1*82*1*DOE*JANE****XX*1234567893",
        "MOA***MA01", f"REF*EA*{number}", "DTM*232*20261012", "DTM*050*20261020", f"AMT*AU*{charged}",
    ]  # fmt: skip
    return [line.split("*") for line in head + lines], all_paid


def ours(content: bytes) -> int:
    done = 0
    for one in read_file(content).sets:
        read = read_remittance(one)
        assert balance(read).is_balanced
        done += len(read.claims)
    return done


def split(content: bytes) -> int:
    """The least that anybody can do: every segment a list."""
    segments = [part.split("*") for part in content.decode().split("~")]
    return len(segments)


def validated(content: bytes) -> bool:
    """pyx12's word on the file."""
    import pyx12.params
    import pyx12.x12n_document

    return pyx12.x12n_document.x12n_document(pyx12.params.params(), io.StringIO(content.decode()), None, None)


def spent(work: Callable[[], object]) -> float:
    """Seconds of the processor."""
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def report() -> Iterator[str]:
    """Lines to print."""
    content = remittance(CLAIMS)
    gc.freeze()  # what lives on is not to be looked through in the middle of a measurement
    yield f"Remittances: an 835 of {CLAIMS:,} claims ({len(content) / 1e6:.1f} MB) read and balanced"
    rounds = [(spent(lambda: ours(content)), spent(lambda: split(content))) for _ in range(ROUNDS + 1)][1:]
    times = [mine / bare for mine, bare in rounds]
    mine = statistics.median(mine for mine, _ in rounds)
    yield (
        f"  {CLAIMS / mine:10,.0f} claims/s; {statistics.median(times):.2f} times the bare split "
        f"(min {min(times):.2f}, max {max(times):.2f}); goal {SPLIT_GOAL}"
    )
    if importlib.util.find_spec("pyx12") is None:
        yield "  pyx12 is not installed: not compared"
        return
    small = remittance(CLAIMS_OF_PEER)
    assert validated(small), "the made-up file is none that pyx12 takes"
    took = spent(lambda: validated(small)) / CLAIMS_OF_PEER
    yield f"  pyx12 validates {1 / took:,.0f} claims/s; ratio {took / (mine / CLAIMS):,.0f}; goal {PEER_GOAL}"
    gc.unfreeze()
