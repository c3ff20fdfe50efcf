"""What a contract no longer keeps is destroyed, batch by batch, unless a legal hold forbids it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from portal import scope, storage
from portal.actions.audit import record
from portal.actions.destruction import KEPT, certificate_text, client_tables, remove_rows, write_certificate
from portal.actions.scrub import remove_forgotten
from portal.models import Batch, Cause, ClientRow, Contract, Destruction, LegalHold, Notice, Practice, User
from portal.rules.retention import kept_until

logger = logging.getLogger(__name__)

# Set-up that only points to a batch for a while; it is no part of it.
NOT_BELOW = KEPT | {"portal.legalhold", "portal.fhirendpoint"}
GONE = "Destroyed"
Tree = dict[type[ClientRow], set[int]]


# -- legal holds ----------------------------------------------------------------------------------
class NotHeld(Exception):
    """The hold was lifted before."""


@transaction.atomic
def hold(*, practice: Practice, batch: Batch | None, reason: str, by: User, at: datetime) -> LegalHold:
    """Forbid to destroy anything of a practice, or of one batch, until the hold is lifted."""
    row = LegalHold.objects.create(practice=practice, batch=batch, reason=reason, by=by, at=at)
    record("hold.placed", at=at, by=by, about=row, batch=batch.pk if batch is not None else None)
    return row


@transaction.atomic
def lift_hold(*, hold: LegalHold, by: User, at: datetime) -> None:
    """End a hold; what is due by then is destroyed on the next day. NotHeld."""
    if not LegalHold.objects.filter(pk=hold.pk, lifted_at=None).update(lifted_at=at, lifted_by=by):
        raise NotHeld
    record("hold.lifted", at=at, by=by, about=hold)


# -- what is due ----------------------------------------------------------------------------------
def due_batches(practice: Practice, *, at: datetime) -> list[Batch]:
    """Delivered batches whose time is over and on which no hold stands. Caller opens the scope."""
    today = at.astimezone(ZoneInfo(practice.time_zone)).date()
    holds = LegalHold.objects.filter(practice=practice, lifted_at=None)
    if holds.filter(batch=None).exists():
        return []
    delivered = Batch.objects.filter(practice=practice, delivered_at__isnull=False)
    delivered = delivered.exclude(pk__in=holds.exclude(batch=None).values("batch"))
    destroyed = set(Destruction.objects.filter(practice=practice).values_list("batch_number", flat=True))
    return [
        batch
        for batch in delivered.order_by("pk")
        if batch.number not in destroyed and last_day(batch, practice) < today
    ]


def last_day(batch: Batch, practice: Practice) -> date:
    """Until when the contract of the delivery's day keeps a batch; the newest one's, if none was in force."""
    day = batch.delivered_at.astimezone(ZoneInfo(practice.time_zone)).date()  # type: ignore[union-attr]  # delivered
    contracts = Contract.objects.filter(practice=practice)
    contract = contracts.in_force(day).first() or contracts.first()
    months = contract.retention_months if contract is not None else Contract._meta.get_field("retention_months").default
    return kept_until(day, months=months)


def below(batches: Iterable[Batch]) -> Tree:
    """All rows that hang on the batches, by table: charts, pages, visits, codings, comments, results …"""
    tree: Tree = {Batch: {batch.pk for batch in batches}}
    tables = [model for model in client_tables() if model._meta.label_lower not in NOT_BELOW and model is not Batch]
    grown = True
    while grown:
        grown = False
        for model in tables:
            found: set[int] = set()
            for name, parent in parents(model):
                if tree.get(parent):
                    found.update(
                        model._base_manager.filter(**{f"{name}__in": tree[parent]}).values_list("pk", flat=True)
                    )
            if found - tree.get(model, set()):
                tree.setdefault(model, set()).update(found)
                grown = True
    return tree


def parents(model: type[ClientRow]) -> list[tuple[str, type[ClientRow]]]:
    """The foreign keys of a table to other tables of practices' rows."""
    found = []
    for column in model._meta.concrete_fields:
        parent: Any = column.related_model
        if parent is not None and column.name != "practice" and issubclass(parent, ClientRow):
            found.append((column.name, parent))
    return found


def is_whole(tree: Tree) -> bool:
    """Whether no row of the tree is another batch's as well: a duplicate of its charts, an addendum to its visits."""
    return not any(
        model._base_manager.filter(pk__in=rows).exclude(Q((name, None)) | Q((f"{name}__in", tree[parent]))).exists()
        for model, rows in tree.items()
        for name, parent in parents(model)
        if parent in tree
    )


# -- the daily work -------------------------------------------------------------------------------
def destroy_due(*, at: datetime) -> int:
    """Destroy what is due: each batch alone, those that share documents once all are due. Opens its own scopes.

    What cannot be destroyed is logged and tried again the next day; nothing else waits for it.
    """
    with scope.service():
        practices = list(Practice.objects.order_by("pk"))
    count = 0
    for practice in practices:
        with scope.service():
            groups = groups_of(due_batches(practice, at=at))
        for group in groups:
            try:
                with scope.service():
                    destroy_batches(practice=practice, batches=group, at=at)
            except Exception:
                facts = {"practice": practice.pk, "batch": group[0].pk, "count": len(group)}
                logger.exception("batches not destroyed", extra=facts)
            else:
                count += len(group)
    return count


def groups_of(batches: Sequence[Batch]) -> list[list[Batch]]:
    """What can be destroyed in one go: whole batches alone, the others together if that makes them whole."""
    alone = [batch for batch in batches if is_whole(below([batch]))]
    shared = [batch for batch in batches if batch not in alone]
    return [[batch] for batch in alone] + ([shared] if shared and is_whole(below(shared)) else [])


@transaction.atomic
def destroy_batches(*, practice: Practice, batches: Sequence[Batch], at: datetime) -> list[Destruction]:
    """Destroy rows and files of batches, a certificate for each; their numbers and times stay. Caller opens scope.

    A file kept again within the last day goes with the weekly sweep.
    """
    done = [certify(practice, batch, at=at) for batch in batches]
    tree = below(batches)
    names = stored_names(tree)
    for model, rows in tree.items():
        if model is not Batch:
            remove_rows(model, pk__in=rows)
    remove_rows(Notice, batch__in=[batch.pk for batch in batches])
    Batch.objects.filter(pk__in=[batch.pk for batch in batches]).update(name=GONE)
    for name in names:
        transaction.on_commit(partial(remove_forgotten, name, practice.pk, at=at), robust=True)
    return done


def certify(practice: Practice, batch: Batch, *, at: datetime) -> Destruction:
    """The certificate of one batch."""
    tree = below([batch])
    counts = Counter({model._meta.label_lower: len(rows) for model, rows in tree.items() if model is not Batch})
    files = hashes(tree)
    row = write_certificate(
        practice=practice, batch_number=batch.number, cause=Cause.RETENTION, at=at, files=len(files),
        rows=sum(counts.values()),
        certificate=certificate_text(
            heading=[
                f"Practice: {practice.name} (number {practice.pk}, code {practice.code})",
                f"Batch: {batch.label}, delivered {batch.delivered_at:%Y-%m-%d}",
                f"Destroyed at: {at.isoformat()}, because the contract keeps it no longer",
                "Copies of database and storage taken before this moment hold it until they expire.",
            ],
            files=files,
            counts=counts,
        ),
    )  # fmt: skip
    record("batch.destroyed", at=at, about=batch, destruction=row.pk, files=row.files, rows=row.rows)
    return row


def hashes(tree: Tree) -> dict[str, int]:
    """SHA-256 and size of the contents that rows with both name: charts, results, attachments, manifests."""
    hashed: list[tuple[Any, set[int]]] = [
        (model, rows) for model, rows in tree.items() if "sha256" in model.stored_files.values()
    ]
    return {
        row.sha256: row.size if hasattr(row, "size") else size_in_storage(row.storage_name)
        for model, rows in hashed
        for row in model._base_manager.filter(pk__in=rows).iterator()
    }


def size_in_storage(name: str) -> int:
    """Bytes of a content whose row does not say it; 0 for one that is damaged."""
    try:
        return sum(len(block) for block in storage.blocks(name))
    except (storage.Altered, FileNotFoundError):
        return 0


def stored_names(tree: Tree) -> set[str]:
    """The stored files that the rows name."""
    return {
        name
        for model, rows in tree.items()
        for column in model.stored_files
        for name in model._base_manager.filter(pk__in=rows).values_list(column, flat=True)
        if name
    }
