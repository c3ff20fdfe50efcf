"""Send files to Chartline as one batch: an example of the API that needs nothing but Python.

    python send_batch.py https://chartline.example cl_live_… "Charts of March 2" cardiology scans/*.pdf

Files go in parts of 4 MiB. A connection that breaks costs one part at most; a program that breaks, too, if it is
started again with the same batch (BATCH=17 in the environment). The batch is sent only if it holds exactly these files.
"""

import hashlib
import http.client
import json
import os
import sys
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

WAITS = (1, 2, 4, 8, 15, 30, 60)  # seconds before the next attempt
SMALLEST = 256 * 1024  # bytes of a part on a bad line
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

    def ask(self, method: str, path: str, body: object = b"", **headers: str) -> dict:
        """One request without a second attempt; Refused, or OSError and HTTPException when the connection breaks."""
        kind = http.client.HTTPSConnection if self.place.scheme == "https" else http.client.HTTPConnection
        connection = kind(self.place.netloc, timeout=self.timeout)
        if not isinstance(body, bytes):
            body, headers = json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
        try:
            connection.request(method, f"/api/v1{path}", body, {"Authorization": f"Bearer {self.key}", **headers})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
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
        sha256 = sha256_of(path)
        size = path.stat().st_size
        begun = self.persist("GET", f"/batches/{batch}/uploads")["results"]
        upload = next((one for one in begun if one["sha256"] == sha256), None) or self.persist(
            "POST", f"/batches/{batch}/uploads", {"name": path.name, "size": size, "sha256": sha256}
        )
        offset, failed, largest = upload["offset"], 0, upload["part_bytes"]
        with path.open("rb") as file:
            while offset < size:
                file.seek(offset)
                part = file.read(largest)
                try:
                    headers = {
                        "Content-Type": "application/octet-stream",
                        "Upload-Offset": str(offset),
                        "X-Content-SHA256": hashlib.sha256(part).hexdigest(),
                    }
                    offset = self.ask("PATCH", f"/uploads/{upload['id']}", part, **headers)["offset"]
                    failed, largest = 0, min(2 * largest, upload["part_bytes"])
                except (OSError, http.client.HTTPException, Refused) as trouble:
                    lasting = isinstance(trouble, Refused) and trouble.status in {401, 403, 404, 415}
                    if lasting or failed >= len(self.waits):
                        raise
                    time.sleep(self.waits[failed])
                    failed, largest = failed + 1, max(largest // 2, SMALLEST)
                    offset = self.persist("GET", f"/uploads/{upload['id']}")["offset"]  # where to go on
        return self.persist("POST", f"/uploads/{upload['id']}/complete", {"sha256": sha256})


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
    there = {(one["name"], one["sha256"]) for one in service.persist("GET", f"/batches/{batch}/receipts")["results"]}
    for path in files:
        if (path.name, sha256_of(path)) not in there:
            receipt = service.send_file(batch, path)
            print(path, receipt["outcome"], receipt["sha256"], (receipt["advice"] or {}).get("wrong", ""))
    expected = [{"name": path.name, "sha256": sha256_of(path)} for path in files]
    sent = service.persist("POST", f"/batches/{batch}/send", {"expected": expected})
    print(f"sent; ready by {sent['due_at']}")


if __name__ == "__main__":
    main()
