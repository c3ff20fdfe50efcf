"""Short signed links to page images: for one person, in one session, for some minutes; no patient data in them.

A link says who may look at which page of which chart or encounter. It saves most of what a request costs, not the
checks that can have changed since: whoever uses it must still be signed in, active, and allowed to see the page.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

MINUTES = 15
FORM = struct.Struct(">QQII8s")  # person, chart or encounter, page number, end, mark of the session
SIGNATURE = 16  # bytes


@dataclass(frozen=True)
class PageLink:
    """`holder` is the id of the chart or encounter, `until` the end in seconds since 1970."""

    person: int
    holder: int
    number: int
    until: int
    session: bytes

    def is_over(self, at: datetime) -> bool:
        return at.timestamp() > self.until


def mark_of(session_key: str) -> bytes:
    """Tells sessions apart without being one."""
    return hashlib.sha256(b"page link" + session_key.encode()).digest()[:8]


def signature(body: bytes, kind: str, secret: str) -> bytes:
    """What only this site can add to a link; `kind` keeps a chart's link from being an encounter's."""
    key = hashlib.sha256(f"chartline page link {kind} {secret}".encode()).digest()
    return hmac.digest(key, body, "sha256")[:SIGNATURE]


@dataclass(frozen=True)
class Writer:
    """Writes links of one kind for one person in one session; they end MINUTES after `at`."""

    kind: str
    person: int
    session_key: str
    at: datetime

    def to(self, holder: int, number: int) -> str:
        """The link to one page, as it stands in an address."""
        until = int(self.at.timestamp()) + MINUTES * 60
        body = FORM.pack(self.person, holder, number, until, mark_of(self.session_key))
        return base64.urlsafe_b64encode(body + signature(body, self.kind, settings.SECRET_KEY)).decode()


def read(text: str, kind: str) -> PageLink | None:
    """The link that the text stands for; None if it was not written here, or for another kind."""
    try:
        raw = base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError):
        return None
    body, signed = raw[: FORM.size], raw[FORM.size :]
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if len(body) != FORM.size or not any(hmac.compare_digest(signature(body, kind, key), signed) for key in secrets):
        return None
    return PageLink(*FORM.unpack(body))
