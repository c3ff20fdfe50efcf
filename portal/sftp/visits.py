"""One connection: who it is, and whether they may stay."""

from __future__ import annotations

import logging
import time

import asyncssh
from django.utils import timezone

from portal.actions.sftp_sign_in import (
    Visitor,
    note_refusal,
    note_sign_in,
    visitor_by_key,
    visitor_by_password,
)
from portal.sftp.hall import Hall
from portal.sftp.session import Channel, Session

logger = logging.getLogger(__name__)
MOST_OFFERS = 12  # keys and passwords tried in one connection
MOST_CHANNELS = 4


class Visit(asyncssh.SSHServer):
    """The library's callbacks for one connection."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.connection: asyncssh.SSHServerConnection | None = None
        self.address = ""
        self.login = ""
        self.offers = 0
        self.channels = 0
        self.candidate: Visitor | None = None  # whose key was offered; nobody yet has signed with it
        self.visitor: Visitor | None = None
        self.alive = time.monotonic()

    def note_life(self) -> None:
        """The client asked for something."""
        self.alive = time.monotonic()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connection = conn
        self.address = str((conn.get_extra_info("peername") or ("",))[0])
        if self.hall.is_full(self.address):
            logger.warning("sftp connection refused: too many")
            conn.abort()
            return
        self.hall.visits.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.hall.visits.discard(self)
        if self.visitor is None and self.login and self.offers:
            login, address = self.login, self.address
            self.hall.threads.submit(_note_refusal, login, address)

    def end(self) -> None:
        """Break the connection off; what is being written can be resumed."""
        if self.connection is not None:
            self.connection.abort()

    def begin_auth(self, username: str) -> bool:
        self.login = username
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether a signature by this key would let them in; the library checks the signature."""
        if self.one_too_many():
            return False
        fingerprint = key.get_fingerprint()
        self.candidate = await self.hall.in_service(
            lambda: visitor_by_key(login=username, fingerprint=fingerprint, address=self.address)
        )
        return self.candidate is not None

    def password_auth_supported(self) -> bool:
        return self.hall.passwords_offered

    async def validate_password(self, username: str, password: str) -> bool:
        if self.one_too_many():
            return False
        self.candidate = await self.hall.in_service(
            lambda: visitor_by_password(login=username, password=password, address=self.address)
        )
        return self.candidate is not None

    def one_too_many(self) -> bool:
        """Whether this connection has tried enough."""
        self.offers += 1
        if self.offers > MOST_OFFERS:
            self.end()
        return self.offers > MOST_OFFERS

    async def auth_completed(self) -> None:
        self.visitor = visitor = self.candidate
        if visitor is None:
            self.end()
            return
        await self.hall.in_service(lambda: note_sign_in(visitor=visitor, at=timezone.now()))

    def session_requested(self) -> Channel | bool:
        """Another channel of this connection."""
        visitor = self.visitor
        self.channels += 1
        if visitor is None or self.channels > MOST_CHANNELS:
            return False
        return Channel(lambda channel: Session(channel, self.hall, self, visitor))


def _note_refusal(login: str, address: str) -> None:
    from portal.sftp.hall import in_service

    try:
        in_service(lambda: note_refusal(login=login, address=address, at=timezone.now()))
    except Exception:
        logger.exception("a refused sign-in could not be noted")
