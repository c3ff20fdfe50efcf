"""How late batches were or are, and the credit that the contract gives for it; nothing of it is typed or kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min

from coding.models import Query
from coding.rules.queries.states import QueryStatus
from portal.models import Batch, Contract, Delivery
from portal.rules.credit import Credit, CreditTerms, Turnaround, turnaround_credit
from portal.rules.stretches import Stretch


def credits_of(batches: Iterable[Batch], *, at: datetime) -> dict[int, Credit]:
    """By batch, of those that were sent; three queries however many there are. With their practices loaded."""
    sent = [one for one in batches if one.received_at is not None]
    first = first_deliveries(sent)
    waits, contracts = waits_of(sent), contracts_of(sent)
    found = {}
    for one in sent:
        contract = contract_of(one, contracts)
        way = Turnaround(one.received_at, promise_of(one, contract), first.get(one.pk))  # type: ignore[arg-type]  # sent
        found[one.pk] = turnaround_credit(way, waits=waits[one.pk], terms=credit_terms(contract), at=at)
    return found


def first_deliveries(batches: Iterable[Batch]) -> dict[int, datetime]:
    """When each batch first came back; what was delivered anew after that changes nothing about how late it was."""
    rows = Delivery.objects.filter(batch__in=list(batches)).order_by()
    return dict(rows.values_list("batch").annotate(first=Min("created_at")))


def waits_of(batches: Iterable[Batch]) -> Mapping[int, list[Stretch]]:
    """When a query of each batch waited for its practice: until it was answered, or until its days were over.

    One that was withdrawn asked in vain, and that of a repeat asked nobody.
    """
    found: dict[int, list[Stretch]] = defaultdict(list)
    rows = Query.objects.filter(encounter__batch__in=list(batches), encounter__repeats=None)
    rows = rows.exclude(status=QueryStatus.WITHDRAWN)
    for batch, asked, ended, expires in rows.values_list("encounter__batch", "asked_at", "ended_at", "expires_at"):
        found[batch].append(Stretch(asked, min(ended or expires, expires)))
    return found


def contracts_of(batches: Iterable[Batch]) -> Mapping[int, list[Contract]]:
    """All contracts of the batches' practices, the newest first."""
    found: dict[int, list[Contract]] = defaultdict(list)
    for contract in Contract.objects.filter(practice__in={one.practice_id for one in batches}):
        found[contract.practice_id].append(contract)
    return found


def contract_of(batch: Batch, contracts: Mapping[int, list[Contract]]) -> Contract:
    """The contract in force on the day on which the batch was sent; between contracts what a new one would say."""
    sent_at = batch.received_at or batch.created_at
    day = sent_at.astimezone(ZoneInfo(batch.practice.time_zone)).date()
    in_force = (one for one in contracts.get(batch.practice_id, []) if one.holds(day))
    return next(in_force, None) or Contract(practice_id=batch.practice_id)


def promise_of(batch: Batch, contract: Contract) -> datetime:
    """What was promised when it was sent: the time on the batch moves with answers, and when it is reopened."""
    return (batch.received_at or batch.created_at) + timedelta(hours=contract.turnaround_hours)


def credit_terms(contract: Contract) -> CreditTerms:
    """What a contract says about lateness, for the rule."""
    return CreditTerms(contract.late_credit_a_day, contract.late_credit_most)
