"""What every door of a channel is given and gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from portal.rules.dispatches import AttemptOutcome, Pause, SignIn

WHOLE = 60.0  # seconds for one attempt; shorter than a job's lease
CONNECT, READ = 5.0, 20.0  # seconds


@dataclass(frozen=True)
class Client:
    """As whom we sign in at a token endpoint (portal.fhir.server)."""

    base_url: str
    token_url: str
    client_id: str
    key_id: str
    sealed_key: str


@dataclass(frozen=True)
class Line:
    """Where a channel leads, with its secrets in the clear; lives for one attempt."""

    host: str = ""
    port: int = 0
    user: str = ""
    path: str = ""
    url: str = ""
    tls: bool = True
    sign_in: SignIn = SignIn.NONE
    scopes: str = ""
    host_key: str = ""
    secret: str = field(default="", repr=False)
    earlier_secret: str = field(default="", repr=False)
    client: Client | None = None


@dataclass(frozen=True)
class Parcel:
    """What goes: a file, the facts about it that hold no patient data, and the key by which a repetition is known."""

    key: str
    file_name: str
    content: bytes = field(repr=False)
    facts: Mapping[str, str | int]
    taken: int = 0  # messages of it that were acknowledged before


@dataclass(frozen=True)
class Answer:
    """How an attempt ended."""

    outcome: AttemptOutcome
    fault: str = ""
    code: str = ""
    wait: float | None = None  # seconds for which the receiver asked
    final: bool = False  # a failure that no later attempt would mend
    pause: Pause | None = None  # the channel must not go on by itself
    host_key: str = ""  # a host key that was shown and is not the confirmed one


class Door(Protocol):
    """One kind of channel. A door answers for whatever the other side does; what it raises is a fault of ours.

    `still_ours` may raise to stop the work. `note_taken` keeps how many messages were acknowledged so far.
    """

    def send(
        self,
        line: Line,
        parcel: Parcel,
        *,
        at: datetime,
        still_ours: Callable[[], None],
        note_taken: Callable[[int], None],
    ) -> Answer: ...

    def probe(self, line: Line, *, key: str, at: datetime) -> Answer: ...


def accepted(code: str = "") -> Answer:
    return Answer(AttemptOutcome.ACCEPTED, code=code)


def rejected(fault: str, code: str = "") -> Answer:
    return Answer(AttemptOutcome.REJECTED, fault, code)


def failed(fault: str, code: str = "", *, wait: float | None = None, final: bool = False) -> Answer:
    return Answer(AttemptOutcome.FAILED, fault, code, wait=wait, final=final)
