"""The audit trail: the chain of seals holds."""

from __future__ import annotations

from collections.abc import Iterator

from portal.actions.audit import read_anchors, verify_chain
from portal.actions.trust import Check, Look
from portal.rules.ledger import Difference


def check() -> Check:
    """The check of the chain against the heads noted until now: it must run in a snapshot taken later."""
    anchors = read_anchors()

    def find(_look: Look) -> Iterator[Difference]:
        for fault in verify_chain(anchors):
            yield Difference("seal", str(fault.position), f"event {fault.event_id or '-'}: {fault.fault}")

    return Check("trail", "the chain of the audit trail holds, and its noted heads are in it", find)
