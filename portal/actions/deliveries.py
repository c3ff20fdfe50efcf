"""What goes back to a practice: kept, hashed, offered, fetched."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest

from portal import storage
from portal.actions.audit import record
from portal.models import ApiToken, Batch, Delivery, Download, OutputTemplateVersion, SftpAccount, User
from portal.news import tell
from portal.rules.lifecycle import BATCH_MOVES
from portal.storage import Stored


class NotDeliverable(Exception):
    """The batch is not in progress any more: it was delivered already."""


class DeliveryDamaged(Exception):
    """The stored file is missing or is not what was delivered."""


def next_version(batch: Batch) -> int:
    """The version that the next delivery of a batch gets."""
    return (batch.deliveries.aggregate(last=Max("version"))["last"] or 0) + 1


@transaction.atomic
def add_delivery(
    *,
    batch: Batch,
    version: int,
    kind: str,
    ending: str,
    stored: Stored,
    encounter_count: int,
    at: datetime,
    file_name: str = "",
    template: OutputTemplateVersion | None = None,
) -> Delivery:
    """Note one stored artifact of a batch in the format `kind`; without a name it tells practice, batch, version."""
    delivery = Delivery.objects.create(
        practice_id=batch.practice_id,
        batch=batch,
        version=version,
        format=kind,
        file_name=file_name or f"{batch.practice.code}-{batch.label}-v{version}{ending}",
        storage_name=stored.name,
        sha256=stored.sha256,
        size=stored.size,
        template=template,
        encounter_count=encounter_count,
        created_at=at,
    )
    record(
        "delivery.made", at=at, about=delivery, format=kind, version=version, sha256=stored.sha256,
        template=template.version if template else 0,
    )  # fmt: skip
    return delivery


@transaction.atomic
def mark_batch_delivered(*, batch: Batch, at: datetime) -> None:
    """Close the batch; NotDeliverable if it is not in progress."""
    move = BATCH_MOVES["deliver"]
    if not Batch.objects.filter(pk=batch.pk, status__in=move.old).update(status=move.new, delivered_at=at):
        raise NotDeliverable
    batch.status, batch.delivered_at = move.new, at
    record("batch.delivered", at=at, about=batch)
    tell(practice_id=batch.practice_id, batch_id=batch.pk)


def read_delivery(*, delivery: Delivery) -> bytes:
    """The delivered bytes; DeliveryDamaged unless they are those whose hash was noted."""
    try:
        with storage.opened_unaltered(delivery.storage_name, sha256=delivery.sha256) as source:
            return source.read()
    except storage.Altered:
        raise DeliveryDamaged from None


@transaction.atomic
def record_download(
    *,
    delivery: Delivery,
    at: datetime,
    by: User | None = None,
    token: ApiToken | None = None,
    account: SftpAccount | None = None,
    address: str | None = None,
    request: HttpRequest | None = None,
) -> Download:
    """Note that a person, a token or an SFTP account fetched a delivery."""
    sftp: dict[str, Any] = {"sftp_account": account.pk} if account else {}
    record(
        "delivery.downloaded",
        at=at,
        by=by,
        about=delivery,
        request=request,
        address=address,
        token_id=token.pk if token else None,
        version=delivery.version,
        format=delivery.format,
        **sftp,
    )
    return Download.objects.create(
        practice_id=delivery.practice_id, delivery=delivery, at=at, user=by, token=token, account=account
    )
