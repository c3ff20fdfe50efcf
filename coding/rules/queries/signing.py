"""What a signature under a reply covers: the question as it was asked and the reply as it was given, as one hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from coding.rules.queries.wording import OTHER, QueryForm


@dataclass(frozen=True)
class SignedReply:
    """Everything that is signed; `indicators` are (page id, quote), `at` is the moment of signing."""

    query: int
    title: str
    question: str
    options: tuple[str, ...]
    indicators: tuple[tuple[int, str], ...]
    option: str
    text: str
    name: str
    role: str
    provider: int | None
    person: int
    at: datetime


def signature(reply: SignedReply) -> str:
    """SHA-256 over the reply as JSON with sorted keys, UTF-8, the moment in UTC microseconds."""
    said: Mapping[str, object] = {**asdict(reply), "at": int(reply.at.astimezone(UTC).timestamp() * 1_000_000)}
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def option_words(option: str, form: QueryForm) -> str:
    """An option as the provider reads it: on an open question, "other" is the answer itself."""
    return "My answer, in my own words" if form is QueryForm.OPEN and option == OTHER else option


def reply_fault(*, option: str, options: tuple[str, ...], text: str) -> str:
    """What a reply lacks, as a sentence; empty if nothing."""
    if option not in options:
        return "Choose one of the answers."
    if option == OTHER and not text.strip():
        return "Write what you would state."
    return ""


def reply_words(*, option: str, text: str) -> str:
    """The reply in one text: the option unless it only says that words follow, and the words."""
    parts = [option if option != OTHER else "", text.strip()]
    return "\n".join(part for part in parts if part)
