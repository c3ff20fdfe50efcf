"""Where children are born: a process that has the parsers loaded, reads no document itself, and forks for each one.

A parser's own start took 85 ms of processor time (Python, Pillow, pdfium, qpdf), a fork of this process takes 2 ms.
Started by `portal.nursery` without environment; its standard input is the socket it is asked by. Each request brings
a socket of its own, on which the child's number and a handle to it are told, and how it ended. It ends with its
parent, and its children with it.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import Any, NoReturn

PR_SET_NAME, PR_SET_PDEATHSIG = 15, 1  # prctl(2)
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # mallopt(3)
LARGEST_BLOCK = 2**25  # bytes: the most that M_MMAP_THRESHOLD takes on 64 bits (mallopt(3))
KEPT_FREE = 2**30  # bytes
LOADED = ("draw", "mend", "unpack", "separators")  # what most documents need; the others are loaded by who needs them
# Pillow's formats, which it would load in each child at the first image.
FORMATS = tuple(f"PIL.{name}ImagePlugin" for name in ("Bmp", "Gif", "Jpeg", "Mpo", "Png", "Ppm", "Tiff"))
LARGEST_REQUEST = 65_536  # bytes
SOCKETS = 2  # a request's own socket, and the child's standard input


class Nursery:
    """The children that live, by their handles, each with the socket its end is told on."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.living: dict[int, tuple[int, socket.socket]] = {}
        self.watch = select.poll()
        self.watch.register(control, select.POLLIN)

    def serve(self) -> None:
        """Until nobody can ask any more."""
        while True:
            for ready, _ in self.watch.poll():
                if ready in self.living:
                    self.tell_end(ready)
                elif not self.take_request():
                    return

    def take_request(self) -> bool:
        """Fork for one document; whether there was a request."""
        message, handles, _, _ = socket.recv_fds(self.control, LARGEST_REQUEST, SOCKETS)
        if not message:
            return False
        told, pid = None, 0
        try:
            told, given = socket.socket(fileno=handles[0]), handles[1]
            pid = self.fork(json.loads(message), given)
            handle = os.pidfd_open(pid)
        except (OSError, IndexError, ValueError):
            # No more processes or descriptors just now: who asked sees its socket closed; the other children live on.
            if pid:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            if told is not None:
                told.close()
            return True
        finally:
            for descriptor in handles[0 if told is None else 1 :]:
                os.close(descriptor)
        self.living[handle] = (pid, told)
        self.watch.register(handle, select.POLLIN)
        try:
            socket.send_fds(told, [str(pid).encode()], [handle])
        except OSError:  # who asked is gone, or waits no longer; the child is waited for all the same
            os.kill(pid, signal.SIGKILL)
        return True

    def fork(self, request: dict[str, Any], given: int) -> int:
        """The child's number; the child itself does not come back."""
        parent = os.getpid()
        pid = os.fork()
        if not pid:
            be_child(request, given, parent)
        return pid

    def tell_end(self, handle: int) -> None:
        """Say how a child ended: its exit code, or less than 0 the signal."""
        pid, told = self.living.pop(handle)
        self.watch.unregister(handle)
        os.close(handle)
        _, status = os.waitpid(pid, 0)
        with suppress(OSError), told:
            told.send(str(os.waitstatus_to_exitcode(status)).encode())


def be_child(request: dict[str, Any], given: int, parent: int) -> NoReturn:
    """Become the parser of one document: its input, its environment and its directory are its only ones."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it was gone before we were bound to it
            os._exit(code)
        ctypes.CDLL(None).prctl(PR_SET_NAME, request["parser"].encode())
        os.nice(request["niceness"])
        os.dup2(given, 0)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # the socket, and what belongs to other children
        os.environ.update(request["environment"])  # noqa: TID251  (empty: the nursery was given none)
        os.chdir(request["place"])
        sys.argv[1:] = request["words"]
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  (until the end)
        importlib.import_module(f"portal.parsers.{request['parser']}").main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        os._exit(code)


def keep_freed_memory() -> None:
    """A page's megabytes serve the next page: asked of the system anew, each costs 4 ms of page faults."""
    libc = ctypes.CDLL(None)
    libc.mallopt(M_MMAP_THRESHOLD, LARGEST_BLOCK)
    libc.mallopt(M_TRIM_THRESHOLD, KEPT_FREE)
    libc.mallopt(M_ARENA_MAX, 1)  # threads take up what another has freed


def main() -> None:
    """Load the parsers and serve."""
    control = socket.socket(fileno=os.dup(0))
    for name in (*(f"portal.parsers.{name}" for name in LOADED), *FORMATS):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what all children share stays shared
    keep_freed_memory()
    Nursery(control).serve()
