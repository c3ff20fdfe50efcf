"""Send files to Chartline as one batch: an example of the API that needs nothing but Python.

    python send_batch.py https://chartline.example cl_live_… "Charts of March 2" cardiology scans/*.pdf

Files go in parts of 16 MiB, of less on a line that breaks. A connection that breaks costs one part at most; a program
that breaks, too, if it is started again with the same batch (BATCH=17 in the environment). The batch is sent only if it
holds exactly these files.
"""

import hashlib
import http.client
import json
import os
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

WAITS = (1, 2, 4, 8, 15, 30, 60)  # seconds before the next attempt
SMALLEST = 256 * 1024  # bytes of a part on a bad line
IDLE = 1  # seconds after which a connection is not used again: the service may be about to close it
PASSING = {429, 500, 502, 503, 504}  # these, and "upload_busy", go away by themselves


class Refused(Exception):
    """The service said no; `error` is its answer: a code, a message, and what else helps."""

    def __init__(self, status: int, error: dict) -> None:
        super().__init__(f"{status} {error.get('code')}: {error.get('message')}")
        self.status, self.error = status, error


class Chartline:
    """The service under an address, with a key of the practice."""

    def __init__(self, address: str, key: str, *, timeout: float = 120, waits: tuple[float, ...] = WAITS) -> None:
        self.place, self.key, self.timeout, self.waits = urlsplit(address), key, timeout, waits
        self.mine = threading.local()  # each thread has a connection of its own

    def connection(self) -> http.client.HTTPConnection:
        """A connection that is open, or opens by itself."""
        if not hasattr(self.mine, "connection"):
            kind = http.client.HTTPSConnection if self.place.scheme == "https" else http.client.HTTPConnection
            self.mine.connection = kind(self.place.netloc, timeout=self.timeout)
        elif time.monotonic() - self.mine.used > IDLE:
            self.mine.connection.close()
        return self.mine.connection

    def ask(self, method: str, path: str, body: object = b"", **headers: str) -> dict:
        """One request without a second attempt; Refused, or OSError and HTTPException when the connection breaks."""
        connection = self.connection()
        if not isinstance(body, bytes):
            body, headers = json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
        try:
            connection.request(method, f"/api/v1{path}", body, {"Authorization": f"Bearer {self.key}", **headers})
            answer = connection.getresponse()
            text = answer.read()
        except BaseException:
            connection.close()
            raise
        finally:
            self.mine.used = time.monotonic()
        if answer.status >= http.client.BAD_REQUEST:
            try:
                error = json.loads(text)["error"]
            except (ValueError, KeyError):
                error = {"code": "", "message": "no answer that can be read"}
            raise Refused(answer.status, error)
        return json.loads(text) if text else {}

    def persist(self, method: str, path: str, body: object = b"") -> dict:
        """The same until there is an answer. Repeated under one key, a POST is done once."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        for wait in (*self.waits, None):
            try:
                return self.ask(method, path, body, **headers)
            except (OSError, http.client.HTTPException):
                if wait is None:
                    raise
            except Refused as refused:
                passing = refused.status in PASSING or refused.error.get("code") in {"upload_busy", "in_progress"}
                if not passing or wait is None:
                    raise
            time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def send_file(self, batch: int, path: Path) -> dict:
        """The receipt for one file, sent in parts from where an earlier attempt stopped."""
        with path.open("rb") as file, ThreadPoolExecutor(1) as ahead:
            source = Source(file)
            upload = self.begun(batch, path.name, source) or self.persist(
                "POST", f"/batches/{batch}/uploads", {"name": path.name, "size": source.size}
            )
            offset, failed, largest = upload["offset"], 0, upload["part_bytes"]
            following = ahead.submit(source.part, offset, largest)
            while offset < source.size:
                part, sha256 = following.result()
                following = ahead.submit(source.part, offset + len(part), largest)  # while this one is on its way
                headers = {
                    "Content-Type": "application/octet-stream",
                    "Upload-Offset": str(offset),
                    "X-Content-SHA256": sha256,
                }
                try:
                    offset = self.ask("PATCH", f"/uploads/{upload['id']}", part, **headers)["offset"]
                    failed, largest = 0, min(2 * largest, upload["part_bytes"])
                except (OSError, http.client.HTTPException, Refused) as trouble:
                    lasting = isinstance(trouble, Refused) and trouble.status in {401, 403, 404, 415}
                    if lasting or failed >= len(self.waits):
                        raise
                    time.sleep(self.waits[failed])
                    failed, largest = failed + 1, max(largest // 2, SMALLEST)
                    offset = self.persist("GET", f"/uploads/{upload['id']}")["offset"]  # where to go on
                    following.result()
                    following = ahead.submit(source.part, offset, largest)
            following.result()
        return self.persist("POST", f"/uploads/{upload['id']}/complete", {"sha256": source.whole.hexdigest()})

    def begun(self, batch: int, name: str, source: "Source") -> dict | None:
        """What an earlier attempt left of this file; None if there is nothing, or it was another file's."""
        for upload in self.persist("GET", f"/batches/{batch}/uploads")["results"]:
            if (upload["name"], upload["size"]) == (name, source.size):
                parts = self.persist("GET", f"/uploads/{upload['id']}")["parts"]
                if all(source.part(part["offset"], part["size"])[1] == part["sha256"] for part in parts):
                    return upload
        return None


class Source:
    """A file that is read in parts; the hash of the whole adds up as they are read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.whole, self.hashed = file, hashlib.sha256(), 0
        self.size = os.fstat(file.fileno()).st_size

    def part(self, offset: int, length: int) -> tuple[bytes, str]:
        """At most `length` bytes from `offset` on, and their SHA-256; parts come in order, or once more."""
        self.file.seek(offset)
        content = self.file.read(length)
        self.whole.update(memoryview(content)[self.hashed - offset :])
        self.hashed = max(self.hashed, offset + len(content))
        return content, hashlib.sha256(content).hexdigest()


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    address, key, name, specialty, *paths = sys.argv[1:]
    service, files = Chartline(address, key), [Path(path) for path in paths]
    batch = (
        int(os.environ.get("BATCH", "0"))
        or service.persist("POST", "/batches", {"name": name, "specialty": specialty})["id"]
    )
    print(f"batch {batch}")
    there = {one["name"]: one["sha256"] for one in service.persist("GET", f"/batches/{batch}/receipts")["results"]}
    expected = []
    for path in files:
        sha256 = there.get(path.name)
        if sha256 is None or sha256 != sha256_of(path):
            receipt = service.send_file(batch, path)
            sha256 = receipt["sha256"]  # the one that was declared: the service has compared it
            print(path, receipt["outcome"], sha256, (receipt["advice"] or {}).get("wrong", ""))
        expected.append({"name": path.name, "sha256": sha256})
    sent = service.persist("POST", f"/batches/{batch}/send", {"expected": expected})
    print(f"sent; ready by {sent['due_at']}")


if __name__ == "__main__":
    main()
