"""The line between one person's browser and the site: it fails in many ways, and everything on it is looked through."""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

MARK = re.compile(r"zq\d{3}x", re.IGNORECASE)  # what marks an encounter: in its patient's name, account number, words
OF_ENCOUNTER = re.compile(r"/encounters/(\d+)/")
HOP = {"connection", "keep-alive", "transfer-encoding", "accept-encoding", "content-length", "date", "server"}
SAVES = re.compile(r"/encounters/\d+/draft/")
Answer = tuple[int, list[tuple[str, str]], bytes]


def marks_in(text: str | bytes) -> set[str]:
    """The marks of encounters in a text, in small letters."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace") + text.replace(b"\0", b"").decode("latin-1")
    return {found.lower() for found in MARK.findall(text)}


@dataclass
class Line:
    """Carries requests to `site`; `state` says how it fails now. `marks` are the encounters' marks by their ids.

    up · down: no connection · deaf: what is sent arrives and the answer does not · ill: saving answers 503 · slow:
    answers come late and out of order. `spoil` changes an answer on its way, for tests of the oracles themselves.
    """

    site: str
    marks: Mapping[int, str]
    seed: int = 0
    state: str = "up"
    leaks: list[str] = field(default_factory=list)
    spoil: Callable[[str, str, bytes, Callable[[], Answer]], Answer | None] | None = None
    carried: int = 0
    _kept: dict[str, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311  (no secret)
        line = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                line.handle(self)

            do_POST = do_HEAD = do_GET  # noqa: N815

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        """One request: asked, looked through, answered, or not."""
        sent = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        state, path = self.state, request.path
        try:
            answer = self.answer(state, request, sent)
            if answer is None or (state == "deaf" and request.command == "POST"):
                hang_up(request)
                return
            if state == "slow" and not path.startswith("/static/"):
                time.sleep(self.chance.uniform(0.05, 1.2))
            send(request, answer)
        except OSError:
            request.close_connection = True  # the window is gone

    def answer(self, state: str, request: BaseHTTPRequestHandler, sent: bytes) -> Answer | None:
        path = request.path
        if state == "down":
            return None
        if state == "ill" and request.command == "POST" and (SAVES.search(path) or OF_ENCOUNTER.search(path)):
            return 503, [("Content-Type", "text/plain")], b"not now"
        if path.startswith("/static/"):
            return self.static(request)
        self.carried += 1
        self.look(f"{request.command} {path}: sent", sent, self.owner(path), form=sent)

        def ask(other: str = "") -> Answer:
            return self.ask(request, sent, other)

        spoilt = self.spoil(request.command, path, sent, ask) if self.spoil else None
        answer = spoilt or ask()
        named = {name.lower(): value for name, value in answer[1]}
        owner = self.owner(named.get("content-location", path))
        if not named.get("content-type", "").startswith("image/"):
            self.look(f"{request.command} {path}: answered", answer[2], owner)
        return answer

    def static(self, request: BaseHTTPRequestHandler) -> Answer:
        """Scripts and styles, asked for once."""
        path = urlsplit(request.path).path
        if path not in self._kept:
            status, headers, body = self.ask(request, b"", path)
            kept = [(name, value) for name, value in headers if name.lower() == "content-type"]
            spoilt = self.spoil("GET", path, b"", lambda: (status, kept, body)) if self.spoil else None
            self._kept[path] = spoilt or (status, [*kept, ("Cache-Control", "max-age=86400, immutable")], body)
        return self._kept[path]

    def ask(self, request: BaseHTTPRequestHandler, sent: bytes, path: str = "") -> Answer:
        target = urlsplit(self.site)
        site = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP}
        site.request(request.command, path or request.path, body=sent or None, headers=headers)
        response = site.getresponse()
        body = response.read()
        site.close()
        return response.status, [(n, v) for n, v in response.getheaders() if n.lower() not in HOP], body

    def owner(self, path: str) -> str:
        """The mark of the encounter that an address is about; nothing for any other address."""
        found = OF_ENCOUNTER.search(path)
        return self.marks.get(int(found.group(1)), "") if found else ""

    def look(self, what: str, text: bytes, owner: str, *, form: bytes = b"") -> None:
        """Note what belongs to another encounter than the address, or the form, is about."""
        strange = marks_in(text) - {owner}
        named = parse_qs(form.decode("utf-8", "replace")).get("encounter") if form[:1].isalpha() else None
        if named and owner and self.marks.get(int(named[0])) != owner:
            self.leaks.append(f"{what}: the form names {named[0]}")
        if strange:
            self.leaks.append(f"{what}: {sorted(strange)} besides {owner or 'none'}")


def send(request: BaseHTTPRequestHandler, answer: Answer) -> None:
    status, headers, body = answer
    request.send_response_only(status)
    for name, value in headers:
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(body)


def hang_up(request: BaseHTTPRequestHandler) -> None:
    """The connection is closed without an answer."""
    request.close_connection = True
    request.connection.close()
