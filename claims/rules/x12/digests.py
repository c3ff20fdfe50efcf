"""A fingerprint of a transaction set that does not depend on how its sender separates and breaks lines."""

from __future__ import annotations

import hashlib
import re

from claims.rules.x12.segments import Delimiters, TransactionSet

ELEMENT, COMPONENT, REPETITION, SEGMENT = "\x1d", "\x1f", "\x1e", "\x1c"
PADDED = (f" {ELEMENT}", f"{ELEMENT} ", f" {SEGMENT}")  # no segment begins with a blank: those were cut off


def digest_of(transaction: TransactionSet) -> str:
    """The SHA-256 of ST to SE as hexadecimal digits, with delimiters of our own and no blanks around elements."""
    text = SEGMENT.join(map(ELEMENT.join, transaction.segments))
    text = own_delimiters(text, transaction.delimiters)
    if any(pair in text for pair in PADDED):
        text = re.sub(f" *([{ELEMENT}{SEGMENT}]) *", r"\1", text)
    return hashlib.sha256(text.strip(" ").encode("utf-8", "surrogatepass")).hexdigest()


def own_delimiters(text: str, theirs: Delimiters) -> str:
    """Components and repetitions between our delimiters, in one pass: theirs may be ours in another role."""
    changed = {COMPONENT: theirs.component, REPETITION: theirs.repetition}
    table = {ord(old): new for new, old in changed.items() if old}
    return text.translate(table) if any(chr(old) in text for old in table) else text
