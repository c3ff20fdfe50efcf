"""One HTTP POST to an address that a practice named: checked, pinned to the number that was checked, not redirected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
import urllib3

from portal.channels.door import CONNECT, READ, Answer, accepted, failed
from portal.fhir.guard import Forbidden, check_address
from portal.fhir.web import fault_of, session

OK, REDIRECTS, REFUSED, BROKEN = 200, 300, 400, 500
GONE = 410
# What a receiver says of a message that it will never take (RFC 9110, 15.5); any other refusal may pass.
OF_THE_MESSAGE = frozenset({"400", "406", "413", "415", "422"})
# Refusals that another time may not be: timeout, conflict with a request under way, too early, too many.
PASSING = frozenset({408, 409, 425, 429})


def post(address: str, *, headers: Mapping[str, str], content: bytes, at: datetime) -> Answer:
    """The answer by its status alone: its body is not read. 4xx comes as a failure with the status as code."""
    return ask("POST", address, headers=headers, content=content, at=at)


def ask(method: str, address: str, *, headers: Mapping[str, str], content: bytes | None, at: datetime) -> Answer:
    """One request; the first answer that comes counts, the connection is closed after it."""
    try:
        check_address(address, hosts=frozenset({(urlsplit(address).hostname or "").lower()}))
        with session() as web, web.request(
            method, address, headers={**headers, "Connection": "close"}, data=content, timeout=(CONNECT, READ),
            stream=True, allow_redirects=False,
        ) as answer:  # fmt: skip
            status, asked = answer.status_code, answer.headers.get("Retry-After", "")
    except (Forbidden, requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as why:
        fault = fault_of(why)
        return failed(str(fault), final=not fault.passing)
    if OK <= status < REDIRECTS:
        return accepted(str(status))
    if REDIRECTS <= status < REFUSED:
        return failed("redirected", str(status))
    return failed(f"http_{status}", str(status), wait=seconds_asked(asked, at=at))


def is_refusal(answer: Answer) -> bool:
    """Whether the receiver said no to this content, so that to send it again would be no use."""
    status = int(answer.code) if answer.code.isdigit() else 0
    return REFUSED <= status < BROKEN and status not in PASSING


def seconds_asked(text: str, *, at: datetime) -> float | None:
    """Retry-After as seconds from now (RFC 9110, 10.2.3); None if it says nothing."""
    if text.isascii() and text.isdigit() and len(text) < 9:  # noqa: PLR2004  (no number that a float could not hold)
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - at).total_seconds())
    except (TypeError, ValueError):
        return None
