"""Requests to one practice's server: checked addresses only, connected to as checked, bounded in size and time."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter

from portal.children import nobody_else
from portal.fhir.guard import Forbidden, check_address, number_of

CONNECT, READ = 5, 30  # seconds
WHOLE = 300  # seconds for one answer, however slowly it drips
MOST_REDIRECTS = 3
BLOCK = 1024**2
IN_MEMORY = 4 * 1024**2


class Fault(Exception):
    """The server could not be asked; the text is the name of the fault. `passing` means that later may be better."""

    def __init__(self, name: str, *, passing: bool) -> None:
        super().__init__(name)
        self.passing = passing


class Pinned(HTTPAdapter):
    """Connects to the IP address that was checked, under the host's name: a second look-up could answer otherwise."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        host = str(parts.hostname)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        number = number_of(host, port)
        if parts.scheme == "https":
            self.poolmanager.connection_pool_kw.update(server_hostname=host, assert_hostname=host)
        request.headers["Host"] = parts.netloc
        shown = f"[{number}]" if ":" in number else number
        request.url = urlunsplit((parts.scheme, f"{shown}:{port}", parts.path, parts.query, ""))
        return super().send(request, *args, **kwargs)


def session() -> requests.Session:
    """Without the proxies and passwords of this machine."""
    made = requests.Session()
    made.trust_env = False
    for scheme in ("https://", "http://"):
        made.mount(scheme, Pinned())
    return made


def ask(  # noqa: PLR0913  (one request has that many sides)
    method: str,
    address: str,
    *,
    hosts: frozenset[str],
    headers: Mapping[str, str],
    data: Mapping[str, str] | None = None,
    most: int,
    still_ours: Callable[[], None] = nobody_else,
) -> tuple[IO[bytes], str]:
    """The answer's bytes, at most `most` of them, and its type; Fault.

    `still_ours` is called before the request and for each block that comes, and may raise to stop the work.
    """
    for _ in range(MOST_REDIRECTS + 1):
        still_ours()
        try:
            check_address(address, hosts=hosts)
            # one session a request: it remembers for which host it connects
            with session() as web, web.request(
                method, address, headers=dict(headers), data=data, timeout=(CONNECT, READ), stream=True,
                allow_redirects=False,
            ) as answer:  # fmt: skip
                if not answer.is_redirect:
                    return body(answer, most=most, still_ours=still_ours), answer.headers.get("Content-Type", "")
                target = urljoin(address, answer.headers["Location"])
        except (Forbidden, requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as trouble:
            raise fault_of(trouble) from None
        if method != "GET":
            raise Fault("redirected", passing=False)
        if urlsplit(target).netloc != urlsplit(address).netloc:
            headers = {name: value for name, value in headers.items() if name != "Authorization"}
        address = target
    raise Fault("redirected", passing=False)


def fault_of(trouble: Exception) -> Fault:
    """The fault that an exception of a request stands for."""
    if isinstance(trouble, Forbidden):
        return Fault(str(trouble), passing=False)
    if isinstance(trouble, requests.exceptions.SSLError):
        return Fault("certificate", passing=True)
    too_late = isinstance(trouble, requests.exceptions.Timeout | urllib3.exceptions.TimeoutError)
    return Fault("timeout" if too_late else "unreachable", passing=True)


def body(answer: requests.Response, *, most: int, still_ours: Callable[[], None]) -> IO[bytes]:
    """The bytes of a good answer in a temporary file; Fault for any other, for too many, and for too few."""
    if answer.status_code != requests.codes.ok:
        passing = answer.status_code in {401, 403, 408, 425, 429} or answer.status_code >= 500  # noqa: PLR2004
        raise Fault(f"http_{answer.status_code}", passing=passing)
    deadline, size = time.monotonic() + WHOLE, 0
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115
    for block in blocks(answer):
        still_ours()
        size += len(block)
        if size > most:
            raise Fault("too_large", passing=False)
        if time.monotonic() > deadline:
            raise Fault("timeout", passing=True)
        out.write(block)
    out.seek(0)
    return out


def blocks(answer: requests.Response) -> Iterator[bytes]:
    """What has come, as it comes: waiting for whole blocks, one that drips would keep us for hours."""
    while block := answer.raw.read1(BLOCK, decode_content=True):
        yield block


def json_of(content: IO[bytes]) -> dict[str, Any]:
    """The answer as a resource; Fault if it is none."""
    try:
        found = json.load(content)
    except (ValueError, RecursionError):
        raise Fault("not_fhir", passing=True) from None
    if not isinstance(found, dict):
        raise Fault("not_fhir", passing=True)
    return found
