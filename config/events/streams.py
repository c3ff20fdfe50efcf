"""The ASGI application: GET /events/ is a stream of hints for one open page, and nothing else is here."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from config.events.hub import Hub, Stream, TooMany
from config.events.listeners import Listener, NobodySignedIn, NotTheirs, listener

logger = logging.getLogger(__name__)
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PATHS = {"/events/", "/events"}
RETRY = 3000  # milliseconds after which a browser comes back
GATHER = 0.3  # seconds in which hints that come together become one
HEARTBEAT = 15.0  # seconds; proxies end what is silent for longer
LOOK_AGAIN = 20.0  # seconds between two looks at the session and the scope
READERS = 4  # threads that ask the database


class Events:
    """One instance a process."""

    def __init__(self) -> None:
        self.hub = Hub(of_person=settings.EVENTS_PER_PERSON, in_all=settings.EVENTS_IN_ALL)
        self.readers = ThreadPoolExecutor(READERS, thread_name_prefix="events")
        self.ear: asyncio.Task[None] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "http":
            await self.answer(scope, receive, send)

    async def live(self, receive: Receive, send: Send) -> None:
        """Begin to hear Redis with the process, and end with it."""
        while (await receive())["type"] == "lifespan.startup":
            self.ear = asyncio.create_task(self.hub.listen())
            await send({"type": "lifespan.startup.complete"})
        if self.ear:
            self.ear.cancel()
        self.readers.shutdown(wait=False, cancel_futures=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def answer(self, scope: Message, receive: Receive, send: Send) -> None:
        """A stream, or why there is none; what an outsider asks for does not exist."""
        if scope["path"] == "/healthz":
            await plain(send, 200, b"ok")
            return
        if scope["path"] not in PATHS or scope["method"] != "GET":
            await plain(send, 404 if scope["path"] not in PATHS else 405)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        ask = partial(listener, session_key(headers.get("cookie", "")), scope["query_string"].decode("latin-1"))
        try:
            stream = self.hub.open(await self.read(ask))
        except NobodySignedIn:
            await plain(send, 401)
        except NotTheirs:
            await plain(send, 404)
        except TooMany as trouble:
            await plain(send, 429 if trouble.of_person else 503)
        except (OperationalError, InterfaceError):
            await plain(send, 503)
        else:
            try:
                await self.run(stream, ask, headers.get("origin", ""), receive, send)
            finally:
                self.hub.close(stream)

    async def read(self, ask: Callable[[], Listener]) -> Listener:
        return await asyncio.get_running_loop().run_in_executor(self.readers, ask)

    async def run(self, stream: Stream, ask: Callable[[], Listener], origin: str, receive: Receive, send: Send) -> None:
        """Tell hints until the page goes, the session ends, or the person may not hear them any more."""
        await send({"type": "http.response.start", "status": 200, "headers": stream_headers(origin)})
        await tell(send, f"retry: {RETRY}\n\n")
        gone = asyncio.create_task(until_gone(receive))
        looked = time.monotonic()
        try:
            while not gone.done():
                news = asyncio.create_task(stream.news.wait())
                await asyncio.wait({gone, news}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                if time.monotonic() - looked > LOOK_AGAIN:
                    looked = time.monotonic()
                    if not await self.may_still_hear(stream, ask):
                        return
                if stream.news.is_set():
                    await asyncio.sleep(GATHER)
                    await tell(send, "".join(f"event: {name}\ndata: 1\n\n" for name in stream.take()))
                else:
                    await tell(send, ": still here\n\n")
        finally:
            gone.cancel()

    async def may_still_hear(self, stream: Stream, ask: Callable[[], Listener]) -> bool:
        """Look at the session and the scope again; a database that is away for a moment ends nothing."""
        with suppress(OperationalError, InterfaceError):
            try:
                stream.listener = await self.read(ask)
            except (NobodySignedIn, NotTheirs):
                return False
        return True


async def until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def tell(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def plain(send: Send, status: int, body: bytes = b"") -> None:
    """A short answer; a browser gives up on what is not 200, and the page's polling goes on."""
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def session_key(cookie: str) -> str:
    """The session's key of a Cookie header; empty if there is none."""
    try:
        crumb = SimpleCookie(cookie).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return crumb.value if crumb else ""


def stream_headers(origin: str) -> list[tuple[bytes, bytes]]:
    """Never kept, never held back by a proxy; readable from another port for the site's own pages alone."""
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
        (b"vary", b"Origin, Cookie"),
    ]
    if origin == settings.SITE_URL:
        headers.append((b"access-control-allow-origin", origin.encode()))
        headers.append((b"access-control-allow-credentials", b"true"))
    return headers
