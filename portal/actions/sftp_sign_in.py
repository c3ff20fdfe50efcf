"""Who comes by SFTP: an account of a practice, by a key or, where the practice allows it, by a password."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.actions.audit import record
from portal.models import Membership, Outcome, Practice, SftpAccount, SftpKey

USE_NOTED_EVERY = timedelta(minutes=1)
HASHER = "argon2"
WINDOW = 300  # seconds in which wrong passwords are counted
TRIES_PER_ADDRESS = 20
TRIES_PER_ACCOUNT = 5  # of one address: an account cannot be locked from elsewhere


@dataclass(frozen=True)
class Visitor:
    """A signed-in connection: whose account, by which key (None: by password), from which address."""

    account_id: int
    practice_id: int
    key_id: int | None
    password_set_at: datetime | None
    address: str

    @property
    def trace(self) -> dict[str, Any]:
        """What the audit trail says of who came by SFTP."""
        return {"sftp_account": self.account_id, "sftp_key": self.key_id}


def working_accounts() -> QuerySet[SftpAccount]:
    """Neither ended nor of a practice or person that is not active. Caller opens the service's scope."""
    belongs = Membership.objects.filter(user=OuterRef("owner"), practice=OuterRef("practice"))
    owned = Q(owner=None) | (Q(owner__is_active=True) & Exists(belongs))
    return SftpAccount.objects.filter(owned, ended_at=None, practice__is_active=True)


def visitor_by_key(*, login: str, fingerprint: str, address: str) -> Visitor | None:
    """Whom a key of an account would let in; the caller still has to see a signature by it."""
    key = SftpKey.objects.filter(
        fingerprint=fingerprint, revoked_at=None, account__login=login, account__in=working_accounts()
    ).first()
    return Visitor(key.account_id, key.practice_id, key.pk, None, address) if key else None


def visitor_by_password(*, login: str, password: str, address: str) -> Visitor | None:
    """Whom the password lets in; an unknown account takes as long as a wrong password."""
    if throttled(login=login, address=address):
        return None
    account = working_accounts().filter(login=login, practice__sftp_passwords=True).exclude(password="").first()
    if account is None:
        make_password(password, hasher=HASHER)
    elif check_password(password, account.password, preferred=HASHER):
        return Visitor(account.pk, account.practice_id, None, account.password_set_at, address)
    count_failure(login=login, address=address)
    return None


def throttled(*, login: str, address: str) -> bool:
    """Whether this address has tried too many wrong passwords."""
    by_address, by_account = counters(login=login, address=address)
    return bool(cache.get(by_address, 0) >= TRIES_PER_ADDRESS or cache.get(by_account, 0) >= TRIES_PER_ACCOUNT)


def count_failure(*, login: str, address: str) -> None:
    for counter in counters(login=login, address=address):
        cache.set(counter, cache.get(counter, 0) + 1, WINDOW)


def counters(*, login: str, address: str) -> tuple[str, str]:
    """The names of the two counters of wrong passwords; what was typed as a name stands in neither."""
    account = SftpAccount.objects.filter(login=login).values_list("pk", flat=True).first() or 0
    return f"sftp-tries:{address}", f"sftp-tries:{address}:{account}"


def passwords_offered() -> bool:
    """Whether any practice lets its accounts have passwords."""
    return Practice.objects.filter(is_active=True, sftp_passwords=True).exists()


@transaction.atomic
def note_sign_in(*, visitor: Visitor, at: datetime) -> None:
    """Somebody came in."""
    account = SftpAccount.objects.select_related("owner").get(pk=visitor.account_id)
    record("sftp.signed_in", at=at, by=account.owner, about=account, address=visitor.address, sftp_key=visitor.key_id)
    if visitor.key_id is not None:
        key = SftpKey.objects.filter(pk=visitor.key_id)
        key.filter(Q(last_used_at=None) | Q(last_used_at__lt=at - USE_NOTED_EVERY)).update(last_used_at=at)


def note_refusal(*, login: str, address: str, at: datetime) -> None:
    """Somebody was not let in; noted only for accounts that exist, or strangers could fill the trail."""
    account = SftpAccount.objects.filter(login=login).first()
    if account is not None:
        record("sftp.refused", at=at, about=account, outcome=Outcome.REFUSED, address=address)


def still_welcome(visitors: Collection[Visitor]) -> set[Visitor]:
    """Those whose account, key or password still works. Caller opens the service's scope."""
    if not visitors:
        return set()
    accounts = {
        account.pk: account
        for account in working_accounts()
        .select_related("practice")
        .filter(pk__in={visitor.account_id for visitor in visitors})
    }
    keys = set(
        SftpKey.objects.filter(pk__in={visitor.key_id for visitor in visitors}, revoked_at=None).values_list(
            "pk", flat=True
        )
    )
    return {visitor for visitor in visitors if fits(visitor, accounts.get(visitor.account_id), keys)}


def fits(visitor: Visitor, account: SftpAccount | None, keys: set[int]) -> bool:
    """Whether what the visitor came in with still opens the account."""
    if account is None:
        return False
    if visitor.key_id is not None:
        return visitor.key_id in keys
    return account.practice.sftp_passwords and account.password_set_at == visitor.password_set_at
