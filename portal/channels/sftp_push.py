"""The door to a practice's own SFTP server: upload beside the name, look at the size, then give the file its name.

The server is known by one host key that a person confirmed. What another key is behind gets neither password nor file.
"""

from __future__ import annotations

import asyncio
import hashlib
import posixpath
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import asyncssh

from portal.channels.door import CONNECT, WHOLE, Answer, Line, Parcel, accepted, failed, rejected
from portal.failpoints import reached
from portal.fhir.guard import Forbidden, number_of
from portal.rules.dispatches import AttemptOutcome, Pause, SignIn

BLOCK = 256 * 1024
# The first that fits names the trouble.
FAULTS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((socket.gaierror,), "unknown_host"),
    ((TimeoutError,), "timeout"),
    ((asyncssh.PermissionDenied,), "sign_in_refused"),
    ((asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPPermissionDenied), "no_folder"),
    ((asyncssh.SFTPError,), "sftp_error"),
    ((Exception,), "unreachable"),
)


def send(
    line: Line,
    parcel: Parcel,
    *,
    at: datetime,  # noqa: ARG001  (nothing here tells the time)
    still_ours: Callable[[], None],
    note_taken: Callable[[int], None],  # noqa: ARG001  (one file, whole or not at all)
) -> Answer:
    """Put the file into the practice's folder; one that lies there already with the same bytes was delivered."""

    async def put(sftp: asyncssh.SFTPClient) -> Answer:
        return await upload(sftp, posixpath.join(line.path or ".", parcel.file_name), parcel.content)

    still_ours()
    return converse(line, put)


def probe(line: Line, *, key: str, at: datetime) -> Answer:  # noqa: ARG001  (nothing is written)
    """Sign in and look whether the folder is there."""

    async def look(sftp: asyncssh.SFTPClient) -> Answer:
        return accepted() if await sftp.isdir(line.path or ".") else failed("no_folder")

    return converse(line, look)


def converse(line: Line, talk: Callable[[asyncssh.SFTPClient], Awaitable[Answer]]) -> Answer:
    """One connection, with a name for each way in which it can go wrong."""
    try:
        number = number_of(line.host, line.port)
        return asyncio.run(asyncio.wait_for(connected(line, number, talk), WHOLE))
    except Forbidden as why:
        return failed(str(why), final=True)
    except (OSError, asyncssh.Error) as trouble:
        return failed(next(name for kinds, name in FAULTS if isinstance(trouble, kinds)))


async def connected(line: Line, number: str, talk: Callable[[asyncssh.SFTPClient], Awaitable[Answer]]) -> Answer:
    """Sign in at the server whose key is pinned, and talk; Answer instead if it has another key, or none is pinned."""
    if not line.host_key:
        return other_key(await shown_key(line, number), "host_key_new")
    try:
        async with (
            asyncssh.connect(number, line.port, **options(line)) as connection,
            connection.start_sftp_client() as sftp,
        ):
            return await talk(sftp)
    except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed):
        # A server that does not have the pinned kind of key any more cannot agree on one either.
        return other_key(await shown_key(line, number), "host_key_changed", pause=Pause.HOST_KEY)


def options(line: Line) -> dict[str, Any]:
    """Nothing of this machine's own keys, agent or configuration; the one host key, and the one way to sign in."""
    trusted = asyncssh.import_public_key(line.host_key)
    by_key = line.sign_in == SignIn.KEY
    return {
        "username": line.user,
        "password": None if by_key else line.secret,
        "client_keys": [asyncssh.import_private_key(line.secret)] if by_key else None,
        "preferred_auth": "publickey" if by_key else "password,keyboard-interactive",
        "known_hosts": ([trusted], [], []),
        "config": None,
        "agent_path": None,
        "connect_timeout": CONNECT,
        "login_timeout": 2 * CONNECT,
    }


async def shown_key(line: Line, number: str) -> str:
    """The host key that the server shows to whoever asks, in one line; empty if it shows none."""
    key = await asyncio.wait_for(asyncssh.get_server_host_key(number, line.port, config=None), 2 * CONNECT)
    return key.export_public_key().decode().strip() if key is not None else ""


def other_key(shown: str, fault: str, *, pause: Pause | None = None) -> Answer:
    """The server is not, or not yet, the one that a person confirmed."""
    return Answer(AttemptOutcome.FAILED, fault if shown else "unreachable", pause=pause if shown else None,
                  host_key=shown)  # fmt: skip


async def upload(sftp: asyncssh.SFTPClient, name: str, content: bytes) -> Answer:
    """The file under its name, whole; a part of an earlier attempt is written over."""
    if await sftp.exists(name):
        same = (
            await sftp.getsize(name) == len(content) and await hash_of(sftp, name) == hashlib.sha256(content).digest()
        )
        return accepted("there") if same else rejected("file_differs")
    part = f"{name}.part"
    async with sftp.open(part, "wb") as file:
        for start in range(0, len(content), BLOCK):
            await file.write(content[start : start + BLOCK])
    if await sftp.getsize(part) != len(content):
        return failed("size_differs")
    reached("sftp_push.uploaded")
    await sftp.rename(part, name)
    reached("sftp_push.renamed")
    return accepted()


async def hash_of(sftp: asyncssh.SFTPClient, name: str) -> bytes:
    """SHA-256 of what lies there."""
    digest = hashlib.sha256()
    async with sftp.open(name, "rb") as file:
        while block := await file.read(BLOCK):
            digest.update(block if isinstance(block, bytes) else block.encode())
    return digest.digest()


def make_key() -> tuple[str, str]:
    """A new key pair of ours: the private half, and the public one as the server's administrator needs it."""
    key = asyncssh.generate_private_key("ssh-ed25519", comment="chartline")
    return key.export_private_key().decode(), key.export_public_key().decode().strip()


def fingerprint(public_key: str) -> str:
    """SHA256:… as OpenSSH prints it; empty for no key."""
    return str(asyncssh.import_public_key(public_key).get_fingerprint()) if public_key else ""
