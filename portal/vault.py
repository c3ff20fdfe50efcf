"""The door to the practices' keys: made when first needed, wrapped by a master key, held in memory for seconds.

Master keys come from CHARTLINE_MASTER_KEYS. A practice's key is 32 random bytes; its row holds it sealed by a master
key, so that a copy of the database opens no file. A process forgets a key after LIFETIME: once the row is emptied,
nobody reads on for longer than that.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from portal import scope
from portal.models import PracticeKey
from portal.sealing import Altered

LIFETIME = 5.0  # seconds that a process trusts the keys it holds
SECRET_SIZE = 32
NONCE_SIZE = 12


class Destroyed(Altered):
    """The practice's key was destroyed: its files cannot be read any more, by anybody."""


class MasterMissing(Exception):
    """A practice's key is wrapped by a master key that this process was not given, or by another of that name."""


@dataclass(frozen=True)
class DataKey:
    """A practice's key in the clear, and its number."""

    number: int
    secret: bytes

    @cached_property
    def naming(self) -> bytes:
        """The key under which names are made: without it a name does not tell which content it has."""
        return HKDF(SHA256(), length=32, salt=None, info=b"chartline names").derive(self.secret)

    def name_of(self, sha256: str) -> str:
        """64 hex digits for a content whose SHA-256 in hex is given."""
        return hmac.digest(self.naming, bytes.fromhex(sha256), "sha256").hex()


@dataclass(frozen=True)
class Ring:
    """The keys of one practice as they were read, by number; `in_use` seals what is new, if any does."""

    read_at: float  # seconds of the process's monotonic clock
    keys: dict[int, DataKey]
    in_use: int | None
    destroyed: bool  # whether any key was


_rings: dict[int, Ring] = {}
_uncommitted: set[int] = set()  # rows that this process wrote in a transaction that may yet be rolled back


def forget(practice_id: int | None = None) -> None:
    """Hold no key of the practice, or none at all, any longer in this process."""
    if practice_id is None:
        _rings.clear()
    else:
        _rings.pop(practice_id, None)


def masters() -> dict[str, bytes]:
    """The master keys by name, the newest first. ImproperlyConfigured for one that is not `name:base64 of 32 bytes`."""
    found: dict[str, bytes] = {}
    for entry in filter(None, settings.CHARTLINE_MASTER_KEYS.replace("\n", ",").split(",")):
        name, _, text = entry.strip().partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error:
            key = b""
        if not name or len(name) > 32 or len(key) != SECRET_SIZE:  # noqa: PLR2004  (the column's length)
            raise ImproperlyConfigured(
                f"CHARTLINE_MASTER_KEYS: entry {len(found) + 1} is not a name, a colon and 32 bytes in base64."
            )
        found[name] = key
    if not found:
        raise ImproperlyConfigured("CHARTLINE_MASTER_KEYS is empty: no file can be kept or read.")
    return found


def bound_to(practice_id: int, number: int) -> bytes:
    """What a wrapped key vouches for besides itself: it cannot be moved to another practice."""
    return f"practice {practice_id} key {number}".encode()


def wrap(secret: bytes, *, practice_id: int, number: int) -> tuple[bytes, str]:
    """The key sealed by the newest master key, and that one's name."""
    name, master = next(iter(masters().items()))
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + AESGCM(master).encrypt(nonce, secret, bound_to(practice_id, number)), name


def unwrap(row: PracticeKey) -> bytes:
    """The key of a row in the clear; MasterMissing if none of our master keys opens it."""
    wrapped = bytes(row.wrapped)
    try:
        return AESGCM(masters()[row.master]).decrypt(
            wrapped[:NONCE_SIZE], wrapped[NONCE_SIZE:], bound_to(row.practice_id, row.number)
        )
    except (KeyError, InvalidTag):
        raise MasterMissing(row.master) from None


def ring_of(practice_id: int) -> Ring:
    """The keys of a practice, at most LIFETIME old; opens the practice's scope to read them."""
    held = _rings.get(practice_id)
    if held is not None and time.monotonic() - held.read_at < LIFETIME:
        return held
    return read_ring(practice_id)


def read_ring(practice_id: int) -> Ring:
    """The keys of a practice as they are now, held from here on unless they may yet be rolled back."""
    now = time.monotonic()  # before the query: what is held is never older than it says
    with scope.practice(practice_id):
        rows = list(PracticeKey.objects.filter(practice_id=practice_id))
    living = [row for row in rows if row.destroyed_at is None]
    ring = Ring(
        read_at=now,
        keys={row.number: DataKey(row.number, unwrap(row)) for row in living},
        in_use=next((row.number for row in living if row.retired_at is None), None),
        destroyed=len(living) < len(rows),
    )
    if _uncommitted.isdisjoint(row.pk for row in rows):
        _rings[practice_id] = ring
    return ring


def key_in_use(practice_id: int) -> DataKey:
    """The key that seals what a practice sends now; its first is made here. Destroyed if there will be none."""
    ring = ring_of(practice_id)
    if ring.in_use is None and not ring.destroyed:
        with scope.practice(practice_id), suppress(IntegrityError):  # another process was first: its key is there now
            make_key(practice_id, number=1)
        ring = read_ring(practice_id)
    if ring.in_use is None:
        raise Destroyed
    return ring.keys[ring.in_use]


def key_numbered(practice_id: int, number: int) -> DataKey:
    """The key under which a file was sealed; Destroyed, or Altered for a number the practice never had."""
    ring = ring_of(practice_id)
    if number not in ring.keys:  # made since, by another process
        ring = read_ring(practice_id)
    if number in ring.keys:
        return ring.keys[number]
    raise Destroyed if ring.destroyed else Altered


@transaction.atomic
def make_key(practice_id: int, *, number: int) -> PracticeKey:
    """A new key of the practice under the next free number; IntegrityError if another has it. Caller opens scope."""
    wrapped, master = wrap(secrets.token_bytes(SECRET_SIZE), practice_id=practice_id, number=number)
    row = PracticeKey.objects.create(practice_id=practice_id, number=number, wrapped=wrapped, master=master)
    _uncommitted.add(row.pk)
    transaction.on_commit(partial(_uncommitted.discard, row.pk), robust=True)
    forget(practice_id)
    return row


def wrap_again(row: PracticeKey) -> bool:
    """Wrap a living key by the newest master key; False if it is already. Caller opens the scope."""
    if row.destroyed_at is not None or row.master == next(iter(masters())):
        return False
    wrapped, master = wrap(unwrap(row), practice_id=row.practice_id, number=row.number)
    return bool(PracticeKey.objects.filter(pk=row.pk, wrapped=row.wrapped).update(wrapped=wrapped, master=master))


# -- small secrets in rows -------------------------------------------------------------------------
def seal_secret(secret: str, *, practice_id: int, about: str) -> bytes:
    """A password or key for a row, sealed under the practice's key; `about` binds it to its place. Destroyed."""
    key = key_in_use(practice_id)
    nonce = secrets.token_bytes(NONCE_SIZE)
    sealed = AESGCM(secret_key_of(key)).encrypt(nonce, secret.encode(), about.encode())
    return key.number.to_bytes(4) + nonce + sealed


def open_secret(sealed: bytes, *, practice_id: int, about: str) -> str:
    """The secret in the clear; Altered if it is not what was sealed there, Destroyed."""
    content = bytes(sealed)
    key = key_numbered(practice_id, int.from_bytes(content[:4]))
    nonce, rest = content[4 : 4 + NONCE_SIZE], content[4 + NONCE_SIZE :]
    try:
        return AESGCM(secret_key_of(key)).decrypt(nonce, rest, about.encode()).decode()
    except (InvalidTag, ValueError):
        raise Altered from None


def secret_key_of(key: DataKey) -> bytes:
    """The key that seals small secrets: another than those that seal files and make names."""
    return HKDF(SHA256(), length=32, salt=None, info=b"chartline secrets").derive(key.secret)
