"""Small X12 files of our own, put together from lines with the usual delimiters."""

from pathlib import Path

from claims.rules.x12.segments import USUAL, Delimiters, TransactionSet, read_file
from claims.rules.x12.writing import Envelope, transaction, written

FILES = Path(__file__).parent / "files"
OURS = sorted(FILES.glob("*.x12"))

VERSIONS = {
    "835": "005010X221A1", "999": "005010X231", "277CA": "005010X214", "277": "005010X212", "276": "005010X212",
    "837": "005010X222A1",
}  # fmt: skip
FUNCTIONS = {"835": "HP", "999": "FA", "277CA": "HN", "277": "HN", "276": "HR", "837": "HC"}


def envelope(kind: str = "835") -> Envelope:
    return Envelope(
        sender="MADEUPPAYER", receiver="CHARTLINE", sender_qualifier="ZZ", receiver_qualifier="ZZ",
        application_sender="MADEUP", application_receiver="CHARTLINE", function=FUNCTIONS[kind],
        version=VERSIONS[kind], date="20261102", time="0830", interchange_control=7, group_control=3,
    )  # fmt: skip


def file_of(kind: str, *lines: str, delimiters: Delimiters = USUAL) -> bytes:
    """A file with one set, in which the lines stand between ST and SE."""
    segments = [line.replace(":", delimiters.component).split("*") for line in lines]
    return written(envelope(kind), [transaction(kind[:3], 1, VERSIONS[kind], segments)], delimiters)


def set_of(kind: str, *lines: str, delimiters: Delimiters = USUAL) -> TransactionSet:
    [found] = read_file(file_of(kind, *lines, delimiters=delimiters)).sets
    return found


def words(findings) -> list[str]:
    return [str(finding) for finding in findings]


# A payment of one claim that balances; segments are counted from ISA as 1.
PAYMENT = (
    "BPR*I*80*C*ACH*CCP*01*111000025*DA*1*1512345678**01*111000025*DA*2*20261103",  # segment 4
    "TRN*1*CHECK77*1512345678",
    "DTM*405*20261101",
    "N1*PR*MADE UP HEALTH PLAN*XV*99999",
    "N1*PE*MADE UP CLINIC*XX*1234567893",
    "LX*1",
)
CLAIM = (
    "CLP*C1*1*120*80*15*12*P1*11*1",  # segment 10
    "NM1*QC*1*EXAMPLE*EVE****MI*M1",
    "SVC*HC:99213:25*120*80**1",
    "DTM*472*20261012",
    "CAS*CO*45*25",
    "CAS*PR*3*15",
    "REF*6R*L1",
    "AMT*B6*95",
)
