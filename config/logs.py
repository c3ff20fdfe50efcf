"""JSON log lines from an allow-list of keys, so that nothing a person typed reaches a log.

A message is a fixed text of our own; its arguments are shown only for loggers of libraries that
never handle patient data. Exceptions are shown as their class and the places they passed through.
Of what is put beside a message only plain values are written: Django puts the whole request there.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

# Ids, counts, codes of states: what a log line may carry beside the message.
KEYS = (
    "request_id", "method", "route", "status", "milliseconds", "user", "practice", "batch", "chart", "encounter", "job",
    "kind", "attempt", "outcome", "notice", "delivery", "comment", "count", "seconds", "fault",
)  # fmt: skip
OWN = ("config", "portal", "coding", "claims", "feedback")
PLAIN = (str, int, float, bool)
TALKATIVE = ("gunicorn", "celery.worker", "celery.beat", "celery.apps", "whitenoise")


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": event_of(record),
        }
        line.update({key: getattr(record, key) for key in KEYS if isinstance(getattr(record, key, None), PLAIN)})
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["at_places"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])[-8:]
            ]
        return json.dumps(line)


def event_of(record: logging.LogRecord) -> str:
    """The message; a library's without its arguments, and an exception logged as a message as its class."""
    if record.name.startswith((*OWN, *TALKATIVE)):
        return record.getMessage()
    text, fault = str(record.msg), record.exc_info[1] if record.exc_info else record.msg
    return type(fault).__name__ if isinstance(fault, BaseException) and text == str(fault) else text
