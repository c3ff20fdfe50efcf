"""A small FHIR R4 server: takes signed assertions, lists documents in pages, gives Binaries; and fails when told."""

import base64
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)


@dataclass
class Document:
    """One DocumentReference with one attachment."""

    number: int
    content: bytes
    name: str
    kind: str = "application/pdf"
    form: str = "raw"  # raw, json, inline
    status: str = "current"
    url: str = ""
    sha1: str | None = None
    version: int = 1

    @property
    def updated(self) -> datetime:
        return BEGIN + timedelta(minutes=self.number)


@dataclass
class StandIn:
    """The server's state; `faults` are (path prefix, status) to answer once each, in order."""

    documents: list[Document] = field(default_factory=list)
    faults: list[tuple[str, int]] = field(default_factory=list)
    public_key: dict = field(default_factory=dict)
    page: int = 3
    fetched: Counter = field(default_factory=Counter)
    listed: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    jtis: set[str] = field(default_factory=set)
    redirect: str = ""
    hold: threading.Event | None = None  # a Binary waits for it
    drip: Callable[[], None] | None = None  # called before each byte of a Binary that comes byte by byte

    def start(self) -> None:
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"standin": self}))
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self.hold is not None:
            self.hold.set()
        self.http.shutdown()
        self.http.server_close()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def add(self, content: bytes, name: str, **more: object) -> Document:
        self.documents.append(Document(len(self.documents), content, name, **more))
        return self.documents[-1]


class Handler(BaseHTTPRequestHandler):
    standin: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: object) -> None:
        """Silence."""

    def answer(self, status: int, body: bytes = b"", kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def failed(self) -> bool:
        """Whether this request is one that is to fail."""
        for place, (prefix, status) in enumerate(self.standin.faults):
            if self.path.startswith(prefix):
                del self.standin.faults[place]
                self.answer(status, b"{}", **({"Retry-After": "1"} if status == 429 else {}))
                return True
        return False

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.failed():
            return
        try:
            token = jwt.decode(
                form["client_assertion"][0], ECKey.import_key(self.standin.public_key), algorithms=["ES384"]
            )
            claims = token.claims
            good = (
                claims["iss"] == claims["sub"] == "chartline-client"
                and claims["aud"] == f"{self.standin.base}/token"
                and 0 < claims["exp"] - datetime.now(UTC).timestamp() <= 300
                and claims["jti"] not in self.standin.jtis
                and token.header["kid"] == self.standin.public_key["kid"]
                and form["grant_type"] == ["client_credentials"]
            )
            self.standin.jtis.add(claims["jti"])
        except (KeyError, ValueError, Exception):  # noqa: BLE001  (whatever is wrong with it, it is refused)
            good = False
        if not good:
            self.answer(400, b'{"error": "invalid_client"}')
            return
        bearer = hashlib.sha256(claims["jti"].encode()).hexdigest()
        self.standin.tokens.add(bearer)
        self.answer(200, json.dumps({"access_token": bearer, "token_type": "bearer", "expires_in": 300}).encode())

    def do_GET(self) -> None:
        if self.failed():
            return
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.standin.tokens:
            self.answer(401, b"{}")
            return
        parts = urlsplit(self.path)
        if parts.path == "/fhir/DocumentReference":
            self.list_documents({name: values[0] for name, values in parse_qs(parts.query).items()})
        elif parts.path.startswith("/fhir/Binary/"):
            self.give_binary(int(parts.path.rsplit("/", 1)[1]))
        else:
            self.answer(404, b"{}")

    def list_documents(self, query: dict[str, str]) -> None:
        self.standin.listed.append(query["_lastUpdated"])
        since = datetime.fromisoformat(query["_lastUpdated"].removeprefix("ge"))
        found = sorted((one for one in self.standin.documents if one.updated >= since), key=lambda one: one.updated)
        start = int(query.get("from", "0"))
        page = found[start : start + self.standin.page]
        link = [{"relation": "self", "url": f"{self.standin.base}{self.path}"}]
        if start + self.standin.page < len(found):
            more = f"/fhir/DocumentReference?_lastUpdated={query['_lastUpdated']}&from={start + self.standin.page}"
            link.append({"relation": "next", "url": f"{self.standin.base}{more}"})
        bundle = {
            "resourceType": "Bundle", "type": "searchset", "link": link,
            "entry": [{"resource": self.resource(one)} for one in page],
        }  # fmt: skip
        self.answer(200, json.dumps(bundle).encode(), "application/fhir+json")

    def resource(self, one: Document) -> dict:
        attachment = {"contentType": one.kind, "title": one.name}
        attachment["hash"] = (
            base64.b64encode(hashlib.sha1(one.content, usedforsecurity=False).digest()).decode()
            if one.sha1 is None
            else one.sha1
        )
        if one.form == "inline":
            attachment["data"] = base64.b64encode(one.content).decode()
        else:
            attachment["url"] = one.url or f"Binary/{one.number}"
        return {
            "resourceType": "DocumentReference", "id": f"d{one.number}", "status": one.status,
            "meta": {"versionId": str(one.version), "lastUpdated": one.updated.isoformat()},
            "content": [{"attachment": attachment}],
        }  # fmt: skip

    def give_binary(self, number: int) -> None:
        one = self.standin.documents[number]
        self.standin.fetched[one.name] += 1
        if self.standin.hold is not None and number == 4:
            self.standin.hold.wait(60)
        if self.standin.redirect:
            self.answer(302, Location=self.standin.redirect)
        elif self.standin.drip is not None:
            self.drip(one)
        elif one.form == "json":
            body = {"resourceType": "Binary", "contentType": one.kind, "data": base64.b64encode(one.content).decode()}
            self.answer(200, json.dumps(body).encode(), "application/fhir+json")
        else:
            self.answer(200, one.content, one.kind)

    def drip(self, one: Document) -> None:
        """A good answer, very slowly; whoever asked may hang up, and so may we."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", one.kind)
        self.send_header("Content-Length", str(len(one.content)))
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):
            for byte in one.content:
                self.standin.drip()
                self.wfile.write(bytes([byte]))
