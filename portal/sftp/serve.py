"""The server's life: it listens, looks after what clients leave behind, and ends without losing anything."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import asyncssh
from django.conf import settings
from django.utils import timezone

from portal.actions.inbox_folders import (
    correct_size,
    cut_abandoned,
    flag_unfinished,
    forget_old,
    note_server,
    send_quiet_folders,
    waiting_to_be_taken,
)
from portal.actions.sftp_sign_in import passwords_offered, still_welcome
from portal.sftp.hall import Hall, in_service
from portal.sftp.host_key import host_key
from portal.sftp.staging import Staging
from portal.sftp.uploads import settle
from portal.sftp.visits import Visit

logger = logging.getLogger(__name__)
LOOK_EVERY = 2.0  # seconds until a revoked key ends its open connections
SWEEP_EVERY = 5.0
TIDY_EVERY = 600.0
LOGIN_SECONDS = 30
KEEPALIVE = 15  # seconds; after three unanswered ones the connection is dead
GOODBYE = 5.0  # seconds for files that are just being taken


async def serve(announce: Callable[[str], None]) -> None:
    """Listen until told to stop; `announce` gets the line that says where."""
    staging = Staging(settings.SFTP_DIR)
    hall, key = Hall(staging), host_key()
    logging.getLogger("asyncssh").setLevel(logging.WARNING)  # below that it writes the names of files
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    fingerprint = key.get_fingerprint()
    await hall.in_service(
        lambda: note_server(
            station=staging.station, address=settings.SFTP_ADDRESS, fingerprint=fingerprint, at=timezone.now(),
            started=True,
        )
    )  # fmt: skip
    await hall.off_loop(lambda: sweep(hall))
    listener = await asyncssh.listen(
        settings.SFTP_HOST,
        settings.SFTP_PORT,
        server_factory=lambda: Visit(hall),
        server_host_keys=[key],
        encoding=None,
        agent_forwarding=False,
        allow_pty=False,
        allow_scp=False,
        x11_forwarding=False,
        line_editor=False,
        compression_algs=None,
        login_timeout=LOGIN_SECONDS,
        keepalive_interval=KEEPALIVE,
        keepalive_count_max=3,
        server_version="Chartline",
    )
    announce(f"SFTP listens on {settings.SFTP_HOST}:{settings.SFTP_PORT}, host key {fingerprint}")
    tasks = [
        asyncio.create_task(repeat(LOOK_EVERY, lambda: look_around(hall))),
        asyncio.create_task(repeat(SWEEP_EVERY, lambda: hall.off_loop(lambda: sweep(hall)))),
        asyncio.create_task(repeat(TIDY_EVERY, lambda: hall.off_loop(lambda: tidy(hall)))),
        asyncio.create_task(
            repeat(20.0, lambda: hall.in_service(lambda: note_server(
                station=staging.station, address=settings.SFTP_ADDRESS, fingerprint=fingerprint, at=timezone.now()
            )))
        ),
    ]  # fmt: skip
    await stop.wait()
    hall.closing = True
    listener.close()
    for task in tasks:
        task.cancel()
    await leave(hall)
    staging.release()


async def leave(hall: Hall) -> None:
    """Let what is being taken be taken, then break off."""
    deadline = time.monotonic() + GOODBYE
    while hall.taking and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    for visit in list(hall.visits):
        visit.end()
    while hall.uploads and time.monotonic() < deadline + 1:
        await asyncio.sleep(0.05)


async def repeat(seconds: float, work: Callable[[], object]) -> None:
    """Again and again; a fault is logged and does not end it."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()  # type: ignore[misc]
        except Exception:
            logger.exception("sftp housekeeping raised")


async def look_around(hall: Hall) -> None:
    """End the connections whose account or key was ended, and those that ask for nothing."""
    visits = [visit for visit in hall.visits if visit.visitor is not None]
    welcome = await hall.in_service(lambda: still_welcome([visit.visitor for visit in visits if visit.visitor]))
    hall.passwords_offered = await hall.in_service(passwords_offered)
    idle_since = time.monotonic() - settings.SFTP_IDLE_SECONDS
    for visit in visits:
        if visit.visitor not in welcome or visit.alive < idle_since:
            visit.end()


def sweep(hall: Hall) -> None:
    """Take what was closed before a crash, tell what was cut by one, flag what is left, send what is quiet."""
    station = hall.staging.station
    since, busy = hall.held()
    for file in in_service(lambda: cut_abandoned(station=station, before=since, but=busy)):
        size = hall.staging.size(file.staged) if file.in_order else 0
        in_service(lambda file=file, size=size: correct_size(file=file, size=size))  # type: ignore[misc]
    for file in in_service(lambda: waiting_to_be_taken(station=station, but=busy)):
        if file.pk in hall.taking:
            continue
        hall.taking.add(file.pk)
        try:
            with suppress(asyncssh.SFTPError):  # what is wrong with it stands on its row
                settle(hall, file, None)
        except Exception:  # a later sweep tries it again; nobody else's files and folders wait for it
            logger.exception("sftp file not taken", extra={"practice": file.practice_id})
        finally:
            hall.taking.discard(file.pk)
    in_service(lambda: flag_unfinished(at=timezone.now()))
    in_service(lambda: send_quiet_folders(at=timezone.now()))


def tidy(hall: Hall) -> None:
    """Remove staged bytes that nothing needs."""
    at = timezone.now()
    names = in_service(lambda: forget_old(station=hall.staging.station, at=at))
    live = [upload.file.staged for upload in list(hall.uploads.values())]
    cutoff = time.time() - TIDY_EVERY  # a file that was just begun may not have its row yet
    kept = {*names, *live, *recent(hall.staging.place, cutoff)}
    hall.staging.keep_only(kept)


def recent(place: Path, cutoff: float) -> list[str]:
    """Names of files that were changed after a time (seconds since 1970)."""
    found = []
    with os.scandir(place) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                if entry.stat().st_mtime > cutoff:
                    found.append(entry.name)
    return found
