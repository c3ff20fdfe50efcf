"""The door to a practice's HL7 v2 listener: each message in its frame, and the acknowledgement that is about it.

Minimal Lower Layer Protocol (HL7 v2.5.1, appendix C, C.4.3): a vertical tab before, a file separator and a carriage
return behind. The receiver answers in the same frame; MSA-2 names the message by its MSH-10.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from portal.channels.door import CONNECT, READ, Answer, Line, Parcel, accepted, failed, rejected
from portal.failpoints import reached
from portal.fhir.guard import Forbidden, number_of
from portal.rules.dispatches import AttemptOutcome

BEGIN, END = b"\x0b", b"\x1c\r"
LARGEST = 64 * 1024  # bytes of one acknowledgement
BLOCK = 4096
ENVELOPE = (b"FHS", b"BHS", b"BTS", b"FTS")  # of files of messages; they do not travel
# HL7 table 0008: accepted by the application; kept for it, which has not looked yet; errors and refusals of either.
DONE, KEPT, REFUSED = frozenset({"AA"}), frozenset({"CA"}), frozenset({"AE", "AR", "CE", "CR"})
# The first that fits names the trouble.
FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "certificate"),
    (TimeoutError, "timeout"),
    (socket.gaierror, "unknown_host"),
    (OSError, "unreachable"),
)


class Unheard(Exception):
    """What came is not, or not in time, the acknowledgement of the message; the text is the name of the fault."""


@dataclass(frozen=True)
class Message:
    """One HL7 message as it travels, and the control id by which the receiver knows it again."""

    content: bytes
    control_id: str


def send(
    line: Line,
    parcel: Parcel,
    *,
    at: datetime,  # noqa: ARG001  (the file's messages tell their own times)
    still_ours: Callable[[], None],
    note_taken: Callable[[int], None],
) -> Answer:
    """Message by message, from the first that was not acknowledged; what is refused stops the file for a person."""
    messages = messages_of(parcel.content)
    if not messages:
        return accepted("none") if is_empty_batch(parcel.content) else rejected("no_message")
    if not all(message.control_id for message in messages):
        return rejected("no_control_id")
    left = [(place, message) for place, message in enumerate(messages) if place >= parcel.taken]
    return named(partial(converse, line, left, still_ours, note_taken))


def converse(
    line: Line, messages: Sequence[tuple[int, Message]], still_ours: Callable[[], None],
    note_taken: Callable[[int], None],
) -> Answer:  # fmt: skip
    """The messages with their places in the file over one connection. Forbidden, Unheard, OSError."""
    kept = False
    with connected(line) as peer:
        for place, message in messages:
            still_ours()
            code = acknowledgement(peer, message)
            if code in REFUSED:
                return rejected("acknowledged_no", code)
            reached("mllp.acknowledged")
            note_taken(place + 1)
            kept = kept or code in KEPT
    return Answer(AttemptOutcome.SENT, code="CA") if kept else accepted("AA")


def probe(line: Line, *, key: str, at: datetime) -> Answer:  # noqa: ARG001  (no message is sent)
    """Whether somebody listens there, and has a certificate for its name."""
    return named(partial(converse, line, [], nothing, nothing))


def nothing(*_args: int) -> None:
    """No message, nobody to tell."""


def named(talk: Callable[[], Answer]) -> Answer:
    """How a conversation went, whatever it raised."""
    try:
        return talk()
    except Forbidden as why:
        return failed(str(why), final=True)
    except Unheard as why:
        return failed(str(why))
    except OSError as trouble:
        return failed(next(name for kind, name in FAULTS if isinstance(trouble, kind)))


@contextmanager
def connected(line: Line) -> Iterator[socket.socket]:
    """A connection to the address that was checked, under TLS if the channel says so. Forbidden, OSError."""
    number = number_of(line.host, line.port)
    with socket.create_connection((number, line.port), timeout=CONNECT) as plain:
        plain.settimeout(READ)
        if not line.tls:
            yield plain
            return
        with ssl.create_default_context().wrap_socket(plain, server_hostname=line.host) as sealed:
            yield sealed


def acknowledgement(peer: socket.socket, message: Message) -> str:
    """Send one message; the code of the acknowledgement that is about it. Unheard, OSError.

    An answer about another message, such as a second one about the last, is passed over.
    """
    peer.sendall(BEGIN + message.content + END)
    deadline, held, fault = time.monotonic() + READ, b"", "timeout"
    while True:
        frame, held = first_frame(held)
        if frame is None:
            held += more(peer, deadline, held, fault)
            continue
        code, about = answer_in(frame)
        if about == message.control_id and code in DONE | KEPT | REFUSED:
            return code
        fault = "wrong_acknowledgement" if about else "not_hl7"


def more(peer: socket.socket, deadline: float, held: bytes, fault: str) -> bytes:
    """What comes next before the deadline; Unheard."""
    left = deadline - time.monotonic()
    if left <= 0 or len(held) > LARGEST:
        raise Unheard(fault if left <= 0 else "not_hl7")
    peer.settimeout(left)
    try:
        block = peer.recv(BLOCK)
    except TimeoutError:
        raise Unheard(fault) from None
    if not block:
        raise Unheard("unreachable" if fault == "timeout" else fault)
    return block


def first_frame(held: bytes) -> tuple[bytes | None, bytes]:
    """What stands in the first whole frame, and what is held behind it; None if there is no whole one."""
    begin = held.find(BEGIN)
    end = held.find(END, begin + 1) if begin >= 0 else -1
    return (held[begin + 1 : end], held[end + len(END) :]) if end >= 0 else (None, held)


def answer_in(frame: bytes) -> tuple[str, str]:
    """MSA-1 and MSA-2 of an acknowledgement; empty texts if it is none."""
    segments = segments_of(frame)
    if not segments or not segments[0].startswith(b"MSH") or len(segments[0]) < 4:  # noqa: PLR2004
        return "", ""
    separator = segments[0][3:4]
    fields = next((segment.split(separator) for segment in segments if segment.startswith(b"MSA" + separator)), [])
    code, about = ([*fields[1:3], b"", b""])[:2]
    return code.decode("ascii", "replace").strip(), about.decode("ascii", "replace").strip()


def segments_of(content: bytes) -> list[bytes]:
    """The segments, whichever line ends separate them."""
    lines = content.replace(b"\r\n", b"\r").replace(b"\n", b"\r").split(b"\r")
    return [line for line in lines if line.strip()]


def messages_of(content: bytes) -> list[Message]:
    """The messages of a file, without the envelope of a batch."""
    found: list[list[bytes]] = []
    for segment in segments_of(content.removeprefix(b"\xef\xbb\xbf")):
        if segment[:3] in ENVELOPE:
            continue
        if segment[:3] == b"MSH":
            found.append([])
        if found:
            found[-1].append(segment)
    return [Message(b"\r".join(segments) + b"\r", control_id(segments[0])) for segments in found]


def is_empty_batch(content: bytes) -> bool:
    """Whether it is the envelope alone: nothing of the batch was billable, so there is nothing to say."""
    segments = list(segments_of(content.removeprefix(b"\xef\xbb\xbf")))
    return bool(segments) and all(segment[:3] in ENVELOPE for segment in segments)


def control_id(header: bytes) -> str:
    """MSH-10; empty if the header is shorter. The separator itself counts as MSH-1."""
    fields = header.split(header[3:4]) if header[3:4] else []
    return fields[9].decode("ascii", "replace").strip() if len(fields) > 9 else ""  # noqa: PLR2004
