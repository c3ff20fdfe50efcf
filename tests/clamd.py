"""A virus scanner for tests: a stand-in that speaks clamd's INSTREAM over a socket, and the real one."""

import shutil
import socketserver
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = b"Chartline-test-signature"  # what both of them find
CONFIG = """
LocalSocket {place}/clamd.sock
DatabaseDirectory {place}/database
Foreground yes
MaxThreads 2
TemporaryDirectory {place}
"""


class Answering(socketserver.StreamRequestHandler):
    """One INSTREAM: `stream: OK`, or FOUND if the mark is in it."""

    def handle(self) -> None:
        if self.rfile.read(10) != b"zINSTREAM\x00":
            self.wfile.write(b"UNKNOWN COMMAND\x00")
            return
        content = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if len(content) > self.server.limit:  # type: ignore[attr-defined]
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\x00")
                return
        self.wfile.write(b"stream: Test.Mark FOUND\x00" if MARK in content else b"stream: OK\x00")


@contextmanager
def stand_in(place: Path, *, limit: int = 10**9) -> Iterator[str]:
    """The setting that leads to it."""
    path = place / "clamd.ctl"
    path.unlink(missing_ok=True)
    with socketserver.ThreadingUnixStreamServer(str(path), Answering) as server:
        server.limit = limit  # type: ignore[attr-defined]
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"unix:{path}"
        server.shutdown()


def is_installed() -> bool:
    return shutil.which("clamd") is not None


@contextmanager
def real(place: Path) -> Iterator[str]:
    """Debian's clamd with a database of one signature of ours."""
    database = place / "database"
    database.mkdir()
    (database / "ours.ndb").write_text(f"Chartline.Test:0:*:{MARK.hex()}\n")
    config = place / "clamd.conf"
    config.write_text(CONFIG.format(place=place))
    process = subprocess.Popen(["clamd", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if (place / "clamd.sock").exists():
                break
            assert process.poll() is None
            time.sleep(0.1)
        yield f"unix:{place}/clamd.sock"
    finally:
        process.terminate()
        process.wait(timeout=20)
