"""The audit trail: the chain of seals holds."""

from __future__ import annotations

from collections.abc import Iterator

from portal.actions.audit import verify_chain
from portal.actions.trust import Check, Look
from portal.rules.ledger import Difference


def find(_look: Look) -> Iterator[Difference]:
    """Every changed, removed, re-ordered or inserted link."""
    for fault in verify_chain():
        yield Difference("seal", str(fault.position), f"event {fault.event_id or '-'}: {fault.fault}")


CHECKS = (Check("trail", "the chain of the audit trail holds, and its noted heads are in it", find),)
