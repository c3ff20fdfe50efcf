"""The verifier's word on each difference as a bench sends it: in the JSON of its codes, or in the table's fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coding.rules.reasons import Judgement, Reason, Severity

NOTE_LIMIT = 1000  # characters
KEY_LIMIT = 200
ROW_LIMIT = 150  # of one version: 12 diagnoses and 50 lines, some with several differences
PREFIX = "difference-"  # difference-3 is the key of the third; reason-3, severity-3 and note-3 are about it


def with_word(body: dict[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """A cleaned body with what `raw` says of differences and of rows looked at; without a word nothing is added."""
    judged, viewed = clean_judged(raw.get("judged")), clean_viewed(raw.get("viewed"))
    version = raw.get("coder_version")
    own: dict[str, Any] = {"judged": judged} if judged else {}
    own |= {"viewed": viewed} if viewed else {}
    own |= {"coder_version": version} if type(version) is int and 0 < version < 2**15 else {}
    return {**body, **own}


def clean_judged(value: object) -> dict[str, dict[str, str]]:
    """Reason, severity and note by the key of a difference; what is not of this shape falls out."""
    given = value if isinstance(value, dict) else {}
    return {
        stored(key)[:KEY_LIMIT]: {
            "reason": word["reason"],
            "severity": word["severity"],
            **({"note": note} if (note := stored(word.get("note"))[:NOTE_LIMIT]) else {}),
        }
        for key, word in list(given.items())[:ROW_LIMIT]
        if isinstance(word, dict) and word.get("reason") in list(Reason) and word.get("severity") in list(Severity)
    }


def clean_viewed(value: object) -> list[str]:
    """The keys of rows that were looked at."""
    given = value if isinstance(value, list) else []
    return [stored(key)[:KEY_LIMIT] for key in given[:ROW_LIMIT] if isinstance(key, str)]


def stored(value: object) -> str:
    """Text as PostgreSQL takes it."""
    return str(value or "").replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def word_in(data: Mapping[str, str]) -> dict[str, Any]:
    """What the fields of the table say, in the shape of the JSON."""
    numbers = [name.removeprefix(PREFIX) for name in data if name.startswith(PREFIX)]
    version = data.get("coder_version", "")
    return {
        "judged": {
            data[f"{PREFIX}{number}"]: {
                name: data.get(f"{name}-{number}", "") for name in ("reason", "severity", "note")
            }
            for number in numbers
        },
        "coder_version": int(version) if version.isascii() and version.isdigit() else None,
    }


def judgements_in(body: Mapping[str, Any]) -> dict[str, Judgement]:
    """The verifier's words of a cleaned body, by the key of the difference."""
    return {
        key: Judgement(Reason(word["reason"]), Severity(word["severity"]), word.get("note", ""))
        for key, word in body.get("judged", {}).items()
    }
