"""A file of any kind: each of its transaction sets by the reader of its kind, never an exception."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from claims.rules.x12.acknowledgements import (
    ClaimAcknowledgement,
    FunctionalAcknowledgement,
    InterchangeAcknowledgement,
    read_acknowledgement,
    read_claim_acknowledgement,
    read_interchange_acknowledgement,
)
from claims.rules.x12.balancing import Balance, balance
from claims.rules.x12.claim_listing import ClaimListing, list_claims
from claims.rules.x12.claim_status import ClaimStatus, read_claim_status
from claims.rules.x12.findings import Finding, Rule
from claims.rules.x12.remittance import Remittance
from claims.rules.x12.remittance_reader import read_remittance
from claims.rules.x12.segments import Fault, TransactionSet, at, read_file, shown

Content = Remittance | FunctionalAcknowledgement | ClaimAcknowledgement | ClaimStatus | ClaimListing

# By ST01 and, where several kinds share it, by what the version contains (GS08, or ST03 without it).
CLAIM_ACKNOWLEDGEMENT = "277CA"
KINDS_OF_837 = {"X222": "837P", "X098": "837P", "X223": "837I", "X096": "837I", "X224": "837D", "X097": "837D"}
RECEIPT = "TH"  # BHT06 of a 277CA


@dataclass(frozen=True, slots=True)
class ReadSet:
    """A transaction set with what its reader understood; `content` is None for a kind that nobody reads here."""

    kind: str  # 835, 999, 997, 277CA, 277, 276, 837P, 837I, 837D, or ST01
    transaction: TransactionSet
    content: Content | None
    balance: Balance | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a file says."""

    sets: tuple[ReadSet, ...]
    interchanges: tuple[InterchangeAcknowledgement, ...]  # TA1
    findings: tuple[Finding, ...]  # about the file as such


def read(content: bytes) -> Reading:
    """Everything in a file, in its order."""
    file = read_file(content)
    found = list(file.sets)
    faults, of_sets = shared_out(file.faults, found)
    sets = tuple(read_set(one, own) for one, own in zip(found, of_sets, strict=True))
    acknowledged = tuple(
        read_interchange_acknowledgement(place, segment)
        for interchange in file.interchanges
        for place, segment in interchange.acknowledgements
    )
    findings = [finding_of(fault) for fault in faults]
    if not sets and not acknowledged and not findings:
        findings.append(Finding(0, "", Rule.MISSING, "there is no transaction set"))
    return Reading(sets, acknowledged, tuple(findings))


def shared_out(
    faults: Iterable[Fault], sets: Sequence[TransactionSet]
) -> tuple[list[Fault], list[tuple[Finding, ...]]]:
    """The faults of the file as such; and those of each set's own end."""
    begins = [one.place for one in sets]
    own: list[list[Finding]] = [[] for _ in sets]
    others = []
    for fault in faults:
        number = bisect_right(begins, fault.place) - 1
        is_inside = number >= 0 and fault.place < begins[number] + len(sets[number].segments)
        if is_inside and fault.segment == "SE":
            own[number].append(finding_of(fault))
        elif fault.segment != "ST":  # that a set is not ended its reader says
            others.append(fault)
    return others, [tuple(findings) for findings in own]


def finding_of(fault: Fault) -> Finding:
    return Finding(fault.place, fault.segment, Rule.ENVELOPE, fault.words.rstrip("."))


def read_set(transaction: TransactionSet, of_envelope: tuple[Finding, ...] = ()) -> ReadSet:
    """One transaction set by its kind, with what is known to be wrong with its envelope."""
    kind = kind_of(transaction)
    reader = READERS.get(kind[:3] if kind.startswith("837") else kind)
    if reader is None:
        words = f"{shown(kind) or 'nothing'} is no kind of transaction set that is read here"
        unread = Finding(transaction.place, "ST01", Rule.UNKNOWN, words)
        return ReadSet(kind, transaction, None, None, (unread, *of_envelope))
    content = reader(transaction)
    if not isinstance(content, Remittance):
        return ReadSet(kind, transaction, content, None, content.findings + of_envelope)
    balanced = balance(content)
    return ReadSet(kind, transaction, content, balanced, content.findings + balanced.findings + of_envelope)


READERS: dict[str, Callable[[TransactionSet], Content]] = {
    "835": read_remittance,
    "999": read_acknowledgement,
    "997": read_acknowledgement,
    "277CA": read_claim_acknowledgement,
    "277": read_claim_status,
    "276": read_claim_status,
    "837": list_claims,
}


def kind_of(transaction: TransactionSet) -> str:
    """ST01, with what the version adds to it."""
    version = transaction.version.upper()
    if transaction.kind == "837":
        return next((kind for part, kind in KINDS_OF_837.items() if part in version), "837")
    if transaction.kind == "277" and is_claim_acknowledgement(transaction, version):
        return CLAIM_ACKNOWLEDGEMENT
    return transaction.kind


def is_claim_acknowledgement(transaction: TransactionSet, version: str) -> bool:
    """By its version; by BHT06 where that is none of the two."""
    if "X214" in version or "X212" in version:
        return "X214" in version
    begin = next((segment for segment in transaction.segments if segment[0] == "BHT"), [])
    return at(begin, 6).strip() == RECEIPT
