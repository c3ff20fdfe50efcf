"""Named places between two outward effects, at which the fault runs kill, stop or slow a process.

Without the setting FAILPOINTS a place costs one look at a setting. With it (a directory, tests only) every arrival is
noted in the file `arrivals`, and a file named like the place says what happens at the n-th arrival from now on, in
whichever process that is: `kill 1`, `stop 1`, `raise 2`, `full 1`, `sleep 1 2.5`. It happens once; the file is gone
then.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

ARRIVALS = "arrivals"

# Each place: what has happened there, and what has not. tests/guards/test_failpoints.py keeps list and code together.
POINTS: Mapping[str, str] = MappingProxyType(
    {
        "storage.drafted": "the bytes are written; the file does not have its name yet",
        "storage.kept": "the file is on the disk under its name; nobody knows of it",
        "intake.blob_kept": "a received file is kept; no row names it",
        "intake.row_written": "the chart's row, event and job are written; not committed",
        "sftp.closed": "the client's close of a file is on record; the file is no chart yet",
        "sftp.batch_opened": "the batch of a folder is open; its first file is no chart yet",
        "sftp.taken": "a file is a chart; its client has no answer, and its staged bytes are still there",
        "sftp.folder_sent": "a folder's batch is sent; its client has no answer",
        "fhir.document_fetched": "a document's bytes are here; it is no chart yet",
        "fhir.document_taken": "a document is a chart and on record as fetched; the list is not at its end",
        "fhir.run_written": "the batch of a run is sent and its cursor moved; not committed",
        "words.claimed": "a page is in a reader's hands; nothing of it is read",
        "words.read": "a page is read, its upright image stored; no row says so",
        "words.written": "a page's words are written; not committed",
        "upload.part_kept": "a part of a file is kept; no row names it",
        "upload.part_written": "a part's row is written; not committed",
        "upload.completed": "a file was put together and received; not committed",
        "upload.parts_forgotten": "the rows of a finished file's parts are gone; the parts are still stored",
        "batch.sent": "the batch is marked as sent; not committed",
        "web.committed": "a writing request is committed; not answered",
        "job.committed": "a job is committed; no worker was told",
        "job.rung": "a worker was told of a job",
        "job.claimed": "a job is claimed; nothing of it is done",
        "job.put_off": "a job that failed is put off until later",
        "sweep.marked": "due jobs are marked as rung; no worker was told",
        "render.source_fetched": "the stored file was copied beside the child; no child runs",
        "render.child_started": "the child draws",
        "render.child_ended": "the child has drawn; no image is stored",
        "render.page_kept": "a page's image is stored; no row names it",
        "render.drawn": "all images of a chart are stored; no page has a row",
        "render.written": "pages, move and end of the job are written; not committed",
        "render.committed": "pages, move and end of the job are committed",
        "refusal.written": "a refusal and the end of its job are written; not committed",
        "encounter.created": "an encounter is written; not committed",
        "encounter.moved": "a move of an encounter is written; not committed",
        "delivery.file_kept": "one result file is kept; no row names it",
        "delivery.files_kept": "all result files are kept; no row names them",
        "delivery.written": "deliveries, moves, notices and end of the job are written; not committed",
        "delivery.committed": "deliveries, moves, notices and end of the job are committed",
        "notice.rendered": "an e-mail is ready to be sent",
        "notice.taken": "the mail server took an e-mail; its row does not say so",
        "notice.written": "an e-mail's row says that it was sent; not committed",
        "dispatch.begun": "an attempt to send a result is on record; nothing was sent",
        "dispatch.answered": "the receiver has answered; no row says so",
        "dispatch.written": "how an attempt ended is written; not committed",
        "sftp_push.uploaded": "the whole file lies beside its name on the practice's server",
        "sftp_push.renamed": "the file has its name on the practice's server; we have no answer",
        "mllp.acknowledged": "a message of a file is acknowledged; its row does not say so",
        "audit.sealed": "events are sealed; not committed",
        "audit.committed": "seals are committed; the head is not noted outside",
    }
)


class Fired(Exception):
    """Raised at a place where a test asked for it."""


def reached(name: str) -> None:
    """Say that the process is at a place; nothing happens unless a fault run asked for it."""
    if settings.FAILPOINTS:
        arrive(Path(settings.FAILPOINTS), name)


def arrive(folder: Path, name: str) -> None:
    """Note the arrival, and do what is due; KeyError for a place that POINTS does not have."""
    POINTS[name]
    with (folder / ARRIVALS).open("a") as book:
        fcntl.flock(book, fcntl.LOCK_EX)  # one arrival at a time, over all processes
        book.write(f"{name}\n")
        book.flush()
        due = whats_due(folder / name)
    if due:
        action, *figures = due
        ACTIONS[action](*(float(figure) for figure in figures))


def whats_due(order: Path) -> list[str]:
    """The action of an order whose turn has come, with its figures; one arrival is counted off otherwise."""
    if not order.exists():
        return []
    action, left, *figures = order.read_text(encoding="ascii").split()
    if int(left) > 1:
        order.write_text(" ".join([action, str(int(left) - 1), *figures]), encoding="ascii")
        return []
    order.unlink()
    return [action, *figures]


def kill() -> None:
    """As the kernel does it when memory is short: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def stop() -> None:
    """As a machine that is suspended: whoever sends SIGCONT wakes it."""
    os.kill(os.getpid(), signal.SIGSTOP)


def fail() -> None:
    """As a fault in our own code."""
    raise Fired


def full() -> None:
    """As a disk that is full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


ACTIONS: Mapping[str, Callable[..., None]] = MappingProxyType(
    {"kill": kill, "stop": stop, "raise": fail, "full": full, "sleep": time.sleep}
)
