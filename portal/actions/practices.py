"""Set up practices: their facts, contract and agreement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from portal.actions.audit import record
from portal.models import (
    BusinessAssociateAgreement,
    Contract,
    Location,
    Membership,
    Payer,
    Practice,
    Provider,
    User,
)

Part = Provider | Location | Payer | BusinessAssociateAgreement
NOUNS: dict[type[Part], str] = {
    Provider: "provider",
    Location: "location",
    Payer: "payer",
    BusinessAssociateAgreement: "agreement",
}
NOTHING = Decimal(0)


class ContractOverlaps(Exception):
    """A new contract begins after the one in force began."""


@transaction.atomic
def save_practice(*, practice: Practice, by: User, at: datetime) -> Practice:
    """Create a practice, or keep its changed name, code, time zone and state."""
    added = practice.pk is None
    practice.save()
    record(
        "practice.added" if added else "practice.changed",
        at=at,
        by=by,
        about=practice,
        practice_id=practice.pk,
        active=practice.is_active,
    )
    return practice


@transaction.atomic
def save_part(*, part: Part, by: User, at: datetime) -> Part:
    """Add or change a provider, location, payer or agreement of a practice."""
    added = part.pk is None
    part.save()
    record(f"{NOUNS[type(part)]}.{'added' if added else 'changed'}", at=at, by=by, about=part)
    return part


@transaction.atomic
def change_contract(
    *,
    practice: Practice,
    starts_on: date,
    turnaround_hours: int,
    accuracy_target: Decimal,
    verification_share: int,
    retention_months: int,
    query_days: int = 7,
    query_stops_clock: bool = False,
    late_credit_a_day: Decimal = Decimal(0),
    late_credit_most: Decimal = Decimal(0),
    acceptance_days: int = 14,
    delivery_formats: Iterable[str],
    price_per_encounter: Decimal = NOTHING,
    price_per_page: Decimal = NOTHING,
    price_per_hour: Decimal = NOTHING,
    monthly_minimum: Decimal = NOTHING,
    by: User,
    at: datetime,
) -> Contract:
    """Open a contract from a day on; the one in force ends the day before. What was promised stays on record."""
    Practice.objects.select_for_update().get(pk=practice.pk)
    prices: dict[str, Decimal] = {
        "price_per_encounter": price_per_encounter,
        "price_per_page": price_per_page,
        "price_per_hour": price_per_hour,
        "monthly_minimum": monthly_minimum,
    }
    before = Contract.objects.filter(practice=practice).order_by("-starts_on", "-pk").first()
    if before is not None:
        if starts_on <= before.starts_on:
            raise ContractOverlaps
        if before.ends_on is None or before.ends_on >= starts_on:
            Contract.objects.filter(pk=before.pk).update(ends_on=starts_on - timedelta(days=1))
    contract = Contract.objects.create(
        practice=practice,
        starts_on=starts_on,
        turnaround_hours=turnaround_hours,
        accuracy_target=accuracy_target,
        verification_share=verification_share,
        retention_months=retention_months,
        query_days=query_days,
        query_stops_clock=query_stops_clock,
        late_credit_a_day=late_credit_a_day,
        late_credit_most=late_credit_most,
        acceptance_days=acceptance_days,
        delivery_formats=sorted(set(delivery_formats)),
        **prices,
    )
    record(
        "contract.opened",
        at=at,
        by=by,
        about=contract,
        replaces=before.pk if before else None,
        turnaround_hours=turnaround_hours,
        accuracy_target=str(accuracy_target),
        verification_share=verification_share,
        retention_months=retention_months,
        query_days=query_days,
        query_stops_clock=query_stops_clock,
        late_credit_a_day=str(late_credit_a_day),
        late_credit_most=str(late_credit_most),
        acceptance_days=acceptance_days,
        delivery_formats=contract.delivery_formats,
        prices={name: str(amount) for name, amount in prices.items()},
    )
    return contract


@transaction.atomic
def choose_recipients(*, practice: Practice, members: Iterable[int], by: User, at: datetime) -> None:
    """Say which of the practice's people (ids) get the e-mail when results are ready."""
    wanted = set(members)
    rows = Membership.objects.filter(practice=practice)
    rows.filter(user_id__in=wanted).update(receives_results=True)
    rows.exclude(user_id__in=wanted).update(receives_results=False)
    record("recipients.changed", at=at, by=by, about=practice, practice_id=practice.pk, people=sorted(wanted))
