"""The key under which a person's browser seals what it could not send yet.

Derived from a master key and the person (HKDF-SHA256, RFC 5869), so that it is the same after signing in again, and is
nowhere on the machine once its page is closed. Whoever is not signed in as that person cannot read what lies there.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal import vault
from portal.models import User

SIZE = 32  # bytes: AES-256


@dataclass(frozen=True)
class JournalKey:
    """`name` tells the keys apart and says nothing of the person; `secret` is base64."""

    name: str
    secret: str


def journal_keys(person: User) -> list[JournalKey]:
    """The person's keys, one for each master key: the first seals, each opens what it sealed."""
    return [key_under(master, person) for master in vault.masters().values()]


def key_under(master: bytes, person: User) -> JournalKey:
    secret = HKDF(SHA256(), length=SIZE, salt=None, info=f"chartline journal of person {person.pk}".encode())
    key = secret.derive(master)
    name = hashlib.sha256(b"chartline journal key" + key).hexdigest()[:16]
    return JournalKey(name=name, secret=base64.b64encode(key).decode())
