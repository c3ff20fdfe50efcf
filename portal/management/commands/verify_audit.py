"""Check the audit trail: every changed, removed or moved event is named."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal import scope
from portal.actions.audit import chain_state, overdue_events, verify_audit_trail


class Command(BaseCommand):
    help = "Verifies the hash chain of the audit trail; exits with 1 and names each broken place if it does not hold."

    def handle(self, *_args: Any, **_options: Any) -> None:
        now = timezone.now()
        with scope.service():
            breaks = verify_audit_trail(at=now)
            state, late = chain_state(), overdue_events(at=now)
        for event in late:
            self.stderr.write(f"WARNING event {event.pk} of {event.at.isoformat()} is not sealed yet")
        for fault in breaks:
            self.stderr.write(f"BROKEN position {fault.position} event {fault.event_id or '-'}: {fault.fault}")
        if breaks:
            raise SystemExit(1)
        self.stdout.write(f"OK {state.sealed} events, head {state.head}")
