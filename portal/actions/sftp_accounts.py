"""SFTP accounts of a practice: made, given keys or a password, ended. What is ended stops working at once."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import struct
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from portal.actions.audit import record
from portal.actions.sftp_sign_in import HASHER
from portal.models import Practice, SftpAccount, SftpKey, User

KEY_KINDS = (
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa",
    "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
)  # fmt: skip
SHORTEST_RSA = 2048 // 8  # bytes of the modulus; NIST SP 800-131A refuses shorter ones
SUFFIX = re.compile(r"[a-z0-9][a-z0-9-]{1,22}")


class BadKey(Exception):
    """The text is no public key that may be used here; it says why."""


class KeyInUse(Exception):
    """The key opens an account already: one key, one account."""


class LoginTaken(Exception):
    """An account of this name exists or existed; names are not given twice."""


class AlreadyEnded(Exception):
    """The account or the key was ended before."""


class NoPasswords(Exception):
    """The practice's accounts sign in with keys only."""


def read_public_key(text: str) -> tuple[str, str]:
    """One line of an authorized_keys file without options and comment, and its SHA-256 fingerprint; BadKey."""
    if "PRIVATE KEY" in text:
        raise BadKey("This is a private key. Keep it to yourself, and paste the public one (its file ends in .pub).")
    kind, _, rest = text.strip().partition(" ")
    if kind not in KEY_KINDS:
        raise BadKey("Paste the line of the .pub file; it begins with ssh-ed25519, ecdsa-sha2-… or ssh-rsa.")
    encoded = rest.strip().split(" ")[0]
    try:
        content = base64.b64decode(encoded, validate=True)
        fields = fields_of(content)
    except (ValueError, struct.error):
        raise BadKey("The key is damaged: copy the whole line.") from None
    if not fields or fields[0] != kind.encode():
        raise BadKey("The key is damaged: copy the whole line.")
    if kind == "ssh-rsa" and (len(fields) != 3 or len(fields[2].lstrip(b"\0")) < SHORTEST_RSA):  # noqa: PLR2004  (RFC 4253, 6.6)
        raise BadKey("An RSA key must have 2048 bits or more.")
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    return f"{kind} {encoded}", f"SHA256:{digest}"


def fields_of(content: bytes) -> list[bytes]:
    """The length-prefixed fields of a key (RFC 4251, 5); ValueError or struct.error if they do not fit."""
    fields = []
    while content:
        (length,) = struct.unpack(">I", content[:4])
        if len(content) < 4 + length:
            raise ValueError
        fields.append(content[4 : 4 + length])
        content = content[4 + length :]
    return fields


def login_of(practice: Practice, suffix: str) -> str:
    """Accounts carry their practice's code in front, so that no practice meets another's names."""
    return f"{practice.code.lower()}-{suffix}"


@transaction.atomic
def create_account(
    *, practice: Practice, suffix: str, name: str, owner: User | None, specialty: str, by: User, at: datetime
) -> SftpAccount:
    """An account of a person (`owner`) or of a named system; LoginTaken."""
    try:
        with transaction.atomic():
            account = SftpAccount.objects.create(
                practice=practice,
                login=login_of(practice, suffix),
                name=name.strip(),
                owner=owner,
                specialty=specialty,
                created_at=at,
                created_by=by,
            )
    except IntegrityError:
        raise LoginTaken from None
    record("sftp_account.created", at=at, by=by, about=account, owner=owner.pk if owner else None)
    return account


@transaction.atomic
def end_account(*, account: SftpAccount, by: User, at: datetime) -> None:
    """End the account for good, also its open connections; AlreadyEnded."""
    if not SftpAccount.objects.filter(pk=account.pk, ended_at=None).update(
        ended_at=at, ended_by=by, password="", password_set_at=None
    ):
        raise AlreadyEnded
    SftpKey.objects.filter(account=account, revoked_at=None).update(revoked_at=at)
    record("sftp_account.ended", at=at, by=by, about=account)


@transaction.atomic
def add_key(*, account: SftpAccount, name: str, text: str, by: User, at: datetime) -> SftpKey:
    """Let a public key in; BadKey, KeyInUse, AlreadyEnded."""
    public_key, fingerprint = read_public_key(text)
    if not SftpAccount.objects.select_for_update().filter(pk=account.pk, ended_at=None).exists():
        raise AlreadyEnded
    try:
        with transaction.atomic():
            key = SftpKey.objects.create(
                practice_id=account.practice_id,
                account=account,
                name=name.strip(),
                public_key=public_key,
                fingerprint=fingerprint,
                created_at=at,
                created_by=by,
            )
    except IntegrityError:
        raise KeyInUse from None
    record("sftp_key.added", at=at, by=by, about=key, account=account.pk, fingerprint=fingerprint)
    return key


@transaction.atomic
def revoke_key(*, key: SftpKey, by: User, at: datetime) -> None:
    """Shut a key out at once, also its open connections; AlreadyEnded."""
    if not SftpKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        raise AlreadyEnded
    record("sftp_key.revoked", at=at, by=by, about=key, account=key.account_id, fingerprint=key.fingerprint)


@transaction.atomic
def set_password(*, account: SftpAccount, by: User, at: datetime) -> str:
    """Draw a new password and return it once; only its argon2 hash is kept. NoPasswords, AlreadyEnded."""
    if not Practice.objects.filter(pk=account.practice_id, sftp_passwords=True).exists():
        raise NoPasswords
    secret = secrets.token_urlsafe(24)
    if not SftpAccount.objects.filter(pk=account.pk, ended_at=None).update(
        password=make_password(secret, hasher=HASHER), password_set_at=at
    ):
        raise AlreadyEnded
    record("sftp_account.password_set", at=at, by=by, about=account)
    return secret


@transaction.atomic
def clear_password(*, account: SftpAccount, by: User, at: datetime) -> None:
    """Keys only from now on; AlreadyEnded if there was no password."""
    rows = SftpAccount.objects.filter(pk=account.pk).exclude(password="")
    if not rows.update(password="", password_set_at=None):
        raise AlreadyEnded
    record("sftp_account.password_cleared", at=at, by=by, about=account)


@transaction.atomic
def allow_passwords(*, practice: Practice, allowed: bool, by: User, at: datetime) -> None:
    """Whether the practice's accounts may have passwords; those they have stop working when they may not."""
    if Practice.objects.filter(pk=practice.pk).exclude(sftp_passwords=allowed).update(sftp_passwords=allowed):
        record("practice.sftp_passwords", at=at, by=by, about=practice, practice_id=practice.pk, allowed=allowed)
