"""A practice's FHIR R4 server: sign in, list what changed, fetch what is attached."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any
from urllib.parse import urlencode, urljoin, urlsplit

from cryptography.fernet import InvalidToken
from django.conf import settings

from portal.children import nobody_else
from portal.fhir.keys import assertion
from portal.fhir.web import BLOCK, Fault, ask, json_of

A_PAGE = 50
MOST_PAGES = 2000
LARGEST_PAGE = 64 * 1024**2  # bytes of one page of the list; documents may stand in it whole
LARGEST_JSON = 128 * 1024**2  # bytes of a Binary that comes as JSON, which has to be held in memory
NOT_WANTED = {"superseded", "entered-in-error"}  # DocumentReference.status
ENDINGS = {
    "application/pdf": ".pdf", "image/tiff": ".tif", "image/jpeg": ".jpg", "image/png": ".png", "image/heic": ".heic",
    "text/plain": ".txt", "text/rtf": ".rtf", "application/rtf": ".rtf", "application/xml": ".xml", "text/xml": ".xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx", "application/zip": ".zip",
}  # fmt: skip


@dataclass(frozen=True)
class Attached:
    """One attachment of a document: a stable name for it, when it changed, and where or what it is."""

    reference: str
    changed_at: datetime
    name: str
    media_type: str
    url: str
    inline: str
    sha1: str  # base64, as R4 has it


@dataclass
class Server:
    """One endpoint as the door needs it; the token is asked for when it is first needed.

    `still_ours` is called often while answers come, and may raise to stop the work.
    """

    base_url: str
    token_url: str
    client_id: str
    scopes: str
    key_id: str
    sealed_key: str
    still_ours: Callable[[], None] = nobody_else
    token: str = ""

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset((urlsplit(address).hostname or "").lower() for address in (self.base_url, self.token_url))

    def sign_in(self, *, at: datetime) -> None:
        """Get an access token by a signed assertion (SMART backend services); Fault."""
        try:
            claim = assertion(
                sealed=self.sealed_key, key_id=self.key_id, client_id=self.client_id, token_url=self.token_url, at=at
            )
        except InvalidToken:
            raise Fault("key_unreadable", passing=True) from None
        form = {
            "grant_type": "client_credentials",
            "scope": self.scopes,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": claim,
        }
        try:
            content, _ = ask(
                "POST", self.token_url, hosts=self.hosts, headers={"Accept": "application/json"}, data=form,
                most=1024**2, still_ours=self.still_ours,
            )  # fmt: skip
        except Fault as fault:
            refused = str(fault) in {"http_400", "http_401", "http_403"}
            raise Fault("sign_in_refused" if refused else str(fault), passing=True) from None
        self.token = str(json_of(content).get("access_token", ""))
        if not self.token:
            raise Fault("sign_in_refused", passing=True)

    def get(self, address: str, *, accept: str, most: int, at: datetime) -> tuple[IO[bytes], str]:
        """A GET with the token; one that ran out is renewed once."""
        for last in (False, True):
            if not self.token:
                self.sign_in(at=at)
            headers = {"Accept": accept, "Authorization": f"Bearer {self.token}"}
            try:
                return ask("GET", address, hosts=self.hosts, headers=headers, most=most, still_ours=self.still_ours)
            except Fault as fault:
                if str(fault) != "http_401" or last:
                    raise
                self.token = ""
        raise AssertionError("one of two rounds ends it")

    def changed(self, *, since: datetime, at: datetime) -> Iterator[Attached]:
        """What is attached to the documents changed from this time on, page by page; Fault."""
        query = {"_lastUpdated": f"ge{instant(since)}", "_sort": "_lastUpdated", "_count": str(A_PAGE)}
        address: str | None = f"{self.base_url.rstrip('/')}/DocumentReference?{urlencode(query)}"
        seen: set[str] = set()
        while address is not None:
            if address in seen or len(seen) >= MOST_PAGES:
                raise Fault("endless_list", passing=True)
            seen.add(address)
            content, _ = self.get(address, accept="application/fhir+json", most=LARGEST_PAGE, at=at)
            page = json_of(content)
            if page.get("resourceType") != "Bundle":
                raise Fault("not_fhir", passing=True)
            for entry in dicts(page.get("entry")):
                yield from attachments(entry.get("resource"))
            following = [link.get("url") for link in dicts(page.get("link")) if link.get("relation") == "next"]
            address = urljoin(address, str(following[0])) if following else None

    def fetch(self, attached: Attached, *, at: datetime) -> IO[bytes]:
        """The bytes of an attachment, checked against the hash that came with it; Fault."""
        if attached.inline:
            content: IO[bytes] = io.BytesIO(from_base64(attached.inline))
        else:
            content = self.binary(attached, at=at)
        if attached.sha1:
            digest = hashlib.sha1(usedforsecurity=False)  # the hash that R4 has
            while block := content.read(BLOCK):
                digest.update(block)
            content.seek(0)
            if not hmac.compare_digest(base64.b64encode(digest.digest()).decode(), attached.sha1):
                raise Fault("hash_differs", passing=True)
        return content

    def binary(self, attached: Attached, *, at: datetime) -> IO[bytes]:
        """A Binary as it is, or out of its JSON."""
        address = urljoin(f"{self.base_url.rstrip('/')}/", attached.url)
        accept = f"{attached.media_type or '*/*'}, application/fhir+json;q=0.5"
        content, kind = self.get(address, accept=accept, most=settings.INTAKE_FILE_LIMIT, at=at)
        if kind.split(";")[0].strip().lower() not in {"application/fhir+json", "application/json"}:
            return content
        content.seek(0, io.SEEK_END)
        if content.tell() > LARGEST_JSON:
            raise Fault("too_large", passing=False)
        content.seek(0)
        resource = json_of(content)
        if resource.get("resourceType") != "Binary":
            raise Fault("not_fhir", passing=True)
        return io.BytesIO(from_base64(str(resource.get("data", ""))))


def attachments(resource: Any) -> Iterator[Attached]:
    """What a DocumentReference carries, unless it was withdrawn."""
    if not isinstance(resource, dict) or resource.get("resourceType") != "DocumentReference":
        return
    if resource.get("status") in NOT_WANTED:
        return
    identity, meta = str(resource.get("id", "")), resource.get("meta")
    if not isinstance(meta, dict):
        raise Fault("not_fhir", passing=True)
    changed_at = moment(str(meta.get("lastUpdated", "")))
    for content in dicts(resource.get("content")):
        found = content.get("attachment")
        if not isinstance(found, dict) or not (found.get("url") or found.get("data")):
            continue
        inline, sha1 = str(found.get("data") or ""), str(found.get("hash") or "")
        # Without a hash only the document's version tells that the bytes may have changed.
        mark = sha1 or hashlib.sha256(inline.encode()).hexdigest() if inline or sha1 else str(meta.get("versionId", ""))
        named = "\0".join([identity, str(found.get("url", "")), mark])
        kind = str(found.get("contentType") or "").split(";")[0].strip().lower()
        yield Attached(
            reference=hashlib.sha256(named.encode()).hexdigest(),
            changed_at=changed_at,
            name=str(found.get("title") or "") or f"document{ENDINGS.get(kind, '')}",
            media_type=kind,
            url=str(found.get("url") or ""),
            inline=inline,
            sha1=sha1,
        )


def dicts(found: Any) -> list[dict[str, Any]]:
    """The objects of a list, whatever else was sent."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def from_base64(text: str) -> bytes:
    """Fault if it is not base64."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Fault("not_fhir", passing=False) from None


def instant(at: datetime) -> str:
    """A time as FHIR writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """A FHIR instant; Fault if it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Fault("not_fhir", passing=True) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
