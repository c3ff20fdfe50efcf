"""Whether a text carries one of the values that mark a patient, in whatever spelling it left the site."""

import base64
import email.policy
import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.message import Message
from urllib.parse import unquote_plus

BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def carried(text: str, marks: Mapping[str, str]) -> set[str]:
    """The names of the marks in a text: as they are, as in an address, in base64, broken over lines."""
    spellings = [flat(one) for one in (text, unquote_plus(text), *from_base64(text))]
    return {name for name, value in marks.items() if any(flat(value) in one for one in spellings)}


def flat(text: str) -> str:
    """In small letters, with one blank between words."""
    return " ".join(text.lower().split())


def from_base64(text: str) -> Iterator[str]:
    """What stands in base64 in a text; Celery sends the arguments of a task so."""
    for run in BASE64.findall(text):
        try:
            yield base64.b64decode(
                run + "=" * (-len(run) % 4), altchars=b"-_" if "-" in run or "_" in run else None
            ).decode()
        except ValueError:
            continue


def read_mail(mail: Message) -> str:
    """A mail as its reader sees it: headers and text parts, decoded."""
    known = message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    headers = [f"{name}: {value}" for name, value in known.items()]
    return "\n".join(
        [*headers, *(part.get_content() for part in known.walk() if part.get_content_maintype() == "text")]
    )
