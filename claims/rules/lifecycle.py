"""The moves of a claim, as a table.

A claim moves by what a payer or clearinghouse says (a segment of a file that is kept) or by a named person, by nothing
else. A rejection (999, 277CA) was never adjudicated and is mended and sent again as an original; a denial (835) was,
and is corrected, appealed, or given to whoever answers next.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from portal.rules.lifecycle import Move


class ClaimStatus(StrEnum):
    DRAFT = "draft"
    SCRUB_FAILED = "scrub_failed"
    READY = "ready"
    BATCHED = "batched"
    SENT = "sent"
    FILE_ACCEPTED = "file_accepted"
    FILE_REJECTED = "file_rejected"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PENDING = "pending"
    PAID = "paid"
    PARTLY_PAID = "partly_paid"
    DENIED = "denied"
    APPEALED = "appealed"
    CORRECTED = "corrected"
    WITH_NEXT_PAYER = "with_next_payer"
    WITH_PATIENT = "with_patient"
    CLOSED = "closed"
    WRITTEN_OFF = "written_off"
    VOID = "void"

    @property
    def label(self) -> str:
        return LABELS[self][1]

    @property
    def glyph(self) -> str:
        return LABELS[self][0]

    @property
    def tone(self) -> str:
        return LABELS[self][2]


_ = ClaimStatus

LABELS: Mapping[ClaimStatus, tuple[str, str, str]] = MappingProxyType(
    {
        _.DRAFT: ("○", "Draft", "neutral"),
        _.SCRUB_FAILED: ("✕", "Scrub failed", "danger"),
        _.READY: ("◔", "Ready", "neutral"),
        _.BATCHED: ("◔", "Batched", "neutral"),
        _.SENT: ("◐", "Sent", "info"),
        _.FILE_ACCEPTED: ("◐", "File accepted", "info"),
        _.FILE_REJECTED: ("✕", "File rejected", "danger"),
        _.ACCEPTED: ("◐", "Accepted by the payer", "info"),
        _.REJECTED: ("✕", "Rejected by the payer", "danger"),
        _.PENDING: ("◐", "Pending", "info"),
        _.PAID: ("✓", "Paid", "plain"),
        _.PARTLY_PAID: ("!", "Partly paid", "warn"),
        _.DENIED: ("✕", "Denied", "danger"),
        _.APPEALED: ("↩", "Appealed", "warn"),
        _.CORRECTED: ("✓", "Replaced by a correction", "plain"),
        _.WITH_NEXT_PAYER: ("✓", "With the next payer", "plain"),
        _.WITH_PATIENT: ("?", "With the patient", "query"),
        _.CLOSED: ("✓✓", "Closed", "plain"),
        _.WRITTEN_OFF: ("✕", "Written off", "neutral"),
        _.VOID: ("✕", "Void", "neutral"),
    }
)

# Before anything left the house; with the payer and not answered; answered.
UNSENT = frozenset({_.DRAFT, _.SCRUB_FAILED, _.READY, _.BATCHED})
UNANSWERED = frozenset({_.SENT, _.FILE_ACCEPTED, _.ACCEPTED, _.PENDING})
TURNED_BACK = frozenset({_.FILE_REJECTED, _.REJECTED})
ANSWERED = frozenset({_.PAID, _.PARTLY_PAID, _.DENIED})
# Nothing more is expected of anybody.
ENDED = frozenset({_.CLOSED, _.WRITTEN_OFF, _.VOID, _.CORRECTED})

# An 835 may come for whatever was sent, however little was heard of it, and more than once.
ADJUDICABLE = UNANSWERED | ANSWERED | {_.APPEALED, _.WITH_NEXT_PAYER, _.WITH_PATIENT}

MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "pass_scrub": Move(frozenset({_.DRAFT, _.SCRUB_FAILED}), _.READY),
        "fail_scrub": Move(frozenset({_.DRAFT, _.READY, _.BATCHED}), _.SCRUB_FAILED),
        "change": Move(frozenset({_.SCRUB_FAILED, _.READY, *TURNED_BACK}), _.DRAFT),
        "batch": Move(frozenset({_.READY}), _.BATCHED),
        "unbatch": Move(frozenset({_.BATCHED}), _.READY),
        "send": Move(frozenset({_.BATCHED}), _.SENT),
        # 999
        "accept_file": Move(frozenset({_.SENT}), _.FILE_ACCEPTED),
        "reject_file": Move(frozenset({_.SENT, _.FILE_ACCEPTED}), _.FILE_REJECTED),
        # 277CA
        "accept": Move(frozenset({_.SENT, _.FILE_ACCEPTED}), _.ACCEPTED),
        "reject": Move(frozenset({_.SENT, _.FILE_ACCEPTED, _.ACCEPTED}), _.REJECTED),
        # 277
        "pend": Move(frozenset({_.SENT, _.FILE_ACCEPTED, _.ACCEPTED}), _.PENDING),
        # 835
        "pay": Move(ADJUDICABLE - {_.PAID}, _.PAID),
        "pay_partly": Move(ADJUDICABLE - {_.PARTLY_PAID}, _.PARTLY_PAID),
        "deny": Move(ADJUDICABLE - {_.DENIED}, _.DENIED),
        "take_back": Move(frozenset({*ANSWERED, _.WITH_NEXT_PAYER, _.WITH_PATIENT, _.CLOSED}), _.PENDING),
        # What a person does with the answer.
        "appeal": Move(frozenset({_.DENIED, _.PARTLY_PAID}), _.APPEALED),
        "give_up_appeal": Move(frozenset({_.APPEALED}), _.DENIED),
        "correct": Move(UNANSWERED | ANSWERED | {_.APPEALED}, _.CORRECTED),
        "bill_next_payer": Move(ANSWERED, _.WITH_NEXT_PAYER),
        "bill_patient": Move(ANSWERED | {_.WITH_NEXT_PAYER}, _.WITH_PATIENT),
        "close": Move(ANSWERED | {_.WITH_NEXT_PAYER, _.WITH_PATIENT}, _.CLOSED),
        "reopen": Move(frozenset({_.CLOSED, _.WRITTEN_OFF}), _.DENIED),
        "write_off": Move(frozenset({_.DENIED, _.PARTLY_PAID, _.WITH_PATIENT, *TURNED_BACK}), _.WRITTEN_OFF),
        "void": Move(UNSENT | TURNED_BACK | UNANSWERED | ANSWERED, _.VOID),
    }
)
