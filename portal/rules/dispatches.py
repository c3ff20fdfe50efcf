"""A result file on its way through a channel: its states, when it is tried again, and when a person must hear of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from portal.rules.lifecycle import Move


class ChannelKind(StrEnum):
    SFTP = "sftp"
    WEBHOOK = "webhook"
    MLLP = "mllp"
    FHIR = "fhir"

    @property
    def label(self) -> str:
        return KIND_LABELS[self]


KIND_LABELS: Mapping[ChannelKind, str] = MappingProxyType(
    {
        ChannelKind.SFTP: "SFTP push",
        ChannelKind.WEBHOOK: "Webhook",
        ChannelKind.MLLP: "HL7 over MLLP",
        ChannelKind.FHIR: "FHIR",
    }
)


class SignIn(StrEnum):
    """How we show a server who we are."""

    NONE = "none"
    PASSWORD = "password"  # noqa: S105  (a word, not a secret)
    KEY = "key"
    BEARER = "bearer"
    BACKEND = "backend"  # by the key of the practice's FHIR endpoint

    @property
    def label(self) -> str:
        return SIGN_IN_LABELS[self]


SIGN_IN_LABELS: Mapping[SignIn, str] = MappingProxyType(
    {
        SignIn.NONE: "Nothing",
        SignIn.PASSWORD: "Password",
        SignIn.KEY: "Our own key pair",
        SignIn.BEARER: "Bearer token",
        SignIn.BACKEND: "The key of the FHIR server under Doors",
    }
)


class Pause(StrEnum):
    """Why a channel sends nothing at present."""

    PERSON = "person"
    HOST_KEY = "host_key"  # the server showed another key than the one a person confirmed
    GONE = "gone"  # the receiver answered that it wants nothing more (HTTP 410)


class DispatchState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FAILED = "failed"
    REPLACED = "replaced"


DISPATCH_MOVES: Mapping[str, Move] = MappingProxyType(
    {
        # A worker that died left it as being sent.
        "begin": Move(frozenset({DispatchState.WAITING, DispatchState.SENDING}), DispatchState.SENDING),
        "put_off": Move(frozenset({DispatchState.SENDING}), DispatchState.WAITING),
        "commit": Move(frozenset({DispatchState.SENDING}), DispatchState.SENT),
        "accept": Move(frozenset({DispatchState.SENDING}), DispatchState.ACCEPTED),
        "reject": Move(frozenset({DispatchState.SENDING}), DispatchState.REJECTED),
        "give_up": Move(frozenset({DispatchState.WAITING, DispatchState.SENDING}), DispatchState.FAILED),
        "replace": Move(
            frozenset({DispatchState.SENT, DispatchState.REJECTED, DispatchState.FAILED}), DispatchState.REPLACED
        ),
    }
)
OPEN = frozenset({DispatchState.WAITING, DispatchState.SENDING})
ARRIVED = frozenset({DispatchState.SENT, DispatchState.ACCEPTED})


class AttemptOutcome(StrEnum):
    """How one attempt ended: the receiver took it, keeps it for now, does not want it; or no word came."""

    ACCEPTED = "accepted"
    SENT = "sent"
    REJECTED = "rejected"
    FAILED = "failed"
    CUT = "cut"  # our worker died in it: whether it arrived is unknown


# -- trying again --------------------------------------------------------------------------------
# Seconds after attempt 1, 2, …; about 16 hours in all, so that a server down over night is reached in the morning.
BACK_OFF = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800)
MOST_ATTEMPTS = len(BACK_OFF) + 1
SPREAD = 0.2  # each wait is up to a fifth shorter or longer, so that a server that is back is not met by all at once
LONGEST_ASKED = 6 * 3600  # seconds that a receiver may ask us to wait (Retry-After)


def wait_after(attempt: int, *, draw: float, asked: float | None = None) -> timedelta | None:
    """How long to wait after the attempt of this number (from 1) failed; None: give up.

    `draw` is a number from 0 up to 1 by chance; `asked` the seconds that the receiver asked for.
    """
    if attempt >= MOST_ATTEMPTS:
        return None
    seconds = BACK_OFF[max(attempt, 1) - 1] * (1 - SPREAD + 2 * SPREAD * draw)
    if asked is not None:
        seconds = max(seconds, min(asked, LONGEST_ASKED))
    return timedelta(seconds=seconds)


# -- who must hear of it -------------------------------------------------------------------------
class Trouble(StrEnum):
    REJECTED = "rejected"
    FAILED = "failed"
    STOPPED = "stopped"
    REPEATED = "repeated"
    LATE = "late"

    @property
    def label(self) -> str:
        return TROUBLE_LABELS[self]


TROUBLE_LABELS: Mapping[Trouble, str] = MappingProxyType(
    {
        Trouble.REJECTED: "Rejected by the receiver",
        Trouble.FAILED: "Given up after every attempt",
        Trouble.STOPPED: "The channel paused itself",
        Trouble.REPEATED: "Fails again and again",
        Trouble.LATE: "Not delivered by the promised time",
    }
)
REPEATED_AFTER = 3  # failures one after the other
GRACE = timedelta(minutes=15)  # results made at the last minute, or later, have this long to arrive


ENDED_BADLY: Mapping[DispatchState, Trouble] = MappingProxyType(
    {DispatchState.REJECTED: Trouble.REJECTED, DispatchState.FAILED: Trouble.FAILED}
)


@dataclass(frozen=True)
class Standing:
    """What is known of a dispatch when one asks whether somebody must hear of it."""

    state: DispatchState
    failures: int  # one after the other
    made_at: datetime
    promised_at: datetime | None
    pause: Pause | None = None


def trouble_of(standing: Standing, *, at: datetime) -> Trouble | None:
    """The worst that is wrong with a dispatch; None while all is well, and while a person has paused its channel."""
    if standing.state in ENDED_BADLY:
        return ENDED_BADLY[standing.state]
    if standing.state not in OPEN or standing.pause == Pause.PERSON:
        return None
    if standing.pause is not None:
        return Trouble.STOPPED
    if standing.failures >= REPEATED_AFTER:
        return Trouble.REPEATED
    late = standing.promised_at is not None and at > max(standing.promised_at, standing.made_at + GRACE)
    return Trouble.LATE if late else None


# -- what went wrong, in words -------------------------------------------------------------------
FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "timeout": "No answer in time.",
        "unreachable": "The server could not be reached.",
        "unknown_host": "The host name leads nowhere.",
        "certificate": "The TLS certificate is not valid for the host.",
        "not_https": "The address does not begin with https://.",
        "no_host": "The address names no host.",
        "foreign_host": "The address leads to another host.",
        "private_address": "The address leads into a private network.",
        "redirected": "The server sends us to another address. We do not follow.",
        "gone": "The receiver wants nothing more at this address (410).",
        "host_key_new": "The server's host key waits for a person to confirm it.",
        "host_key_changed": "The server shows another host key than the confirmed one.",
        "sign_in_refused": "The server refused our sign-in.",
        "no_folder": "The folder does not exist on the server, or we may not write there.",
        "size_differs": "The server holds another size than we sent.",
        "file_differs": "Another file of this name is there already.",
        "sftp_error": "The server refused a step of the upload.",
        "damaged": "Our own copy of the file is damaged.",
        "secret_lost": "We cannot open the channel's secret any more. Set it anew.",
        "no_endpoint": "The practice has no FHIR server under Doors whose key could be used.",
        "no_message": "The file holds no HL7 message.",
        "no_control_id": "A message of the file has no control id (MSH-10).",
        "wrong_acknowledgement": "The answer was about another message.",
        "not_hl7": "The answer was no HL7 acknowledgement.",
        "not_fhir": "The file is no FHIR resource.",
        "cut": "Our worker stopped while sending.",
        "channel_ended": "The channel was ended.",
    }
)


def fault_words(fault: str, code: str = "") -> str:
    """A fault as a sentence."""
    if fault.startswith("http_"):
        return f"The server answered with HTTP status {fault[5:]}."
    if fault == "acknowledged_no":
        return f"The receiver's acknowledgement says {code}: it did not take the message."
    return FAULTS.get(fault, "It could not be sent.") if fault else ""
