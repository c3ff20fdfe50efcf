"""The one ear of the process at Redis, and the streams that it tells."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Any

import redis.asyncio

from config.events.listeners import Listener
from portal.news import address, channel, unpacked

logger = logging.getLogger(__name__)

AGAIN = "again"  # something may have been missed: look at everything once
LISTEN = 5.0  # seconds of silence after which the connection is looked at
PAUSE = (0.5, 10.0)  # seconds before Redis is asked again, doubled from the first to the last


class TooMany(Exception):
    """The person, or everybody together, has as many streams as there may be."""

    def __init__(self, *, of_person: bool) -> None:
        super().__init__()
        self.of_person = of_person


class Stream:
    """What waits to be told to one open page."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.waiting: set[str] = set()
        self.news = asyncio.Event()

    def put(self, events: set[str]) -> None:
        """The same event twice is told once."""
        if events:
            self.waiting |= events
            self.news.set()

    def take(self) -> list[str]:
        """What waits, and nothing waits any more."""
        taken, self.waiting = sorted(self.waiting), set()
        self.news.clear()
        return taken


class Hub:
    """All open streams of this process."""

    def __init__(self, *, of_person: int, in_all: int) -> None:
        self.of_person, self.in_all = of_person, in_all
        self.streams: set[Stream] = set()
        self.count_of: Counter[int] = Counter()
        self.heard = False  # whether the last connection to Redis came about

    def open(self, listener: Listener) -> Stream:
        """A stream for a listener; TooMany."""
        if len(self.streams) >= self.in_all:
            raise TooMany(of_person=False)
        if self.count_of[listener.user] >= self.of_person:
            raise TooMany(of_person=True)
        stream = Stream(listener)
        self.streams.add(stream)
        self.count_of[listener.user] += 1
        return stream

    def close(self, stream: Stream) -> None:
        self.streams.discard(stream)
        self.count_of[stream.listener.user] -= 1
        if not self.count_of[stream.listener.user]:
            del self.count_of[stream.listener.user]

    def tell(self, message: bytes) -> None:
        """Hand a message to the streams whose person may hear it."""
        if hint := unpacked(message):
            for stream in self.streams:
                stream.put(stream.listener.events_of(hint))

    async def listen(self) -> None:
        """Hear Redis for as long as the process lives; when it was away everybody looks once."""
        pause = PAUSE[0]
        while True:
            self.heard = False
            try:
                async with redis.asyncio.Redis.from_url(address(), socket_connect_timeout=2.0) as client:
                    await self.hear(client)
            except (redis.RedisError, OSError, TimeoutError) as trouble:
                logger.warning("news are not heard", extra={"fault": type(trouble).__name__})
            pause = PAUSE[0] if self.heard else min(pause * 2, PAUSE[1])
            await asyncio.sleep(pause)

    async def hear(self, client: redis.asyncio.Redis) -> None:
        """One connection, until it breaks; a server that hangs is noticed by its silence to a ping."""
        async with client.pubsub() as ear:
            await ear.subscribe(channel())
            while True:
                message = await ear.get_message(timeout=LISTEN)
                if message is None:
                    await ear.ping()
                    message = await ear.get_message(timeout=LISTEN)
                if message is None:
                    raise TimeoutError
                self.take_in(message)

    def take_in(self, message: dict[str, Any]) -> None:
        """A hint, or that Redis hears us from now on: what was told before may be lost."""
        if message["type"] == "message":
            self.tell(message["data"])
        elif message["type"] == "subscribe":
            self.heard = True
            for stream in self.streams:
                stream.put({AGAIN})
