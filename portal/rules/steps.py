"""The steps that a received file takes, what a step can say, and how that is worded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from portal.rules.intake import Refusal


class StepName(StrEnum):
    """In the order in which a file takes them; not every file takes all."""

    RECEIVE = "receive"
    HASH = "hash"
    DUPLICATE = "duplicate"
    TYPE = "type"
    MALWARE = "malware"
    MEND = "mend"
    UNPACK = "unpack"
    SET = "set"
    LIMITS = "limits"
    RENDER = "render"
    SAME_PAGES = "same_pages"
    WORDS = "words"
    MARKS = "marks"
    SPLIT = "split"
    READY = "ready"


class StepResult(StrEnum):
    """DONE and NOTED go on (NOTED has something to tell); WAITING and STOPPED end the walk."""

    DONE = "done"
    NOTED = "noted"
    WAITING = "waiting"
    STOPPED = "stopped"


GOES_ON = frozenset({StepResult.DONE, StepResult.NOTED})
Fact = int | str


@dataclass(frozen=True)
class StepOutcome:
    """What a step found: the result, why it stopped or waits, and counts; nothing of the chart's content."""

    result: StepResult = StepResult.DONE
    reason: Refusal | None = None
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))


LABELS: Mapping[StepName, str] = MappingProxyType(
    {
        StepName.RECEIVE: "Received",
        StepName.HASH: "Hashed",
        StepName.DUPLICATE: "Compared",
        StepName.TYPE: "Type",
        StepName.MALWARE: "Virus check",
        StepName.MEND: "Looked through",
        StepName.UNPACK: "Unpacked",
        StepName.SET: "Set on pages",
        StepName.LIMITS: "Limits",
        StepName.RENDER: "Drawn",
        StepName.SAME_PAGES: "Pages compared",
        StepName.WORDS: "Words",
        StepName.MARKS: "Straightened",
        StepName.SPLIT: "Split",
        StepName.READY: "Ready",
    }
)
GLYPHS: Mapping[StepResult, str] = MappingProxyType(
    {StepResult.DONE: "✓", StepResult.NOTED: "!", StepResult.WAITING: "◐", StepResult.STOPPED: "✕"}
)
# How a fact is said; `{}` is its value, `{s}` its plural, `{chart}` the chart it is compared with. What is not listed
# (memory, time) is for the operator.
PHRASES: Mapping[str, str] = MappingProxyType(
    {
        "repaired": "damaged, and repaired in a copy",
        "irregular": "written irregularly",
        "unlocked": "opened with the password that was given",
        "scripts": "{} script{s} in it, never run",
        "launches": "{} order{s} to start a program, never followed",
        "submits": "{} order{s} to send data, never followed",
        "attachments": "{} file{s} attached to it, not shown",
        "external": "{} reference{s} to other files, not followed",
        "unshown": "{} sign{s} without a letter shape",
        "pictures_left_out": "{} picture{s} that cannot be shown",
        "files": "{} file{s}",
        "left_aside": "{} of the archiver's own left aside",
        "same_pages": "{} page{s} the same as in {chart}",
        "signature": "{}",
    }
)


def said(name: StepName, facts: Mapping[str, Fact]) -> str:
    """A step's facts in words; progress as `12/40`."""
    if "of" in facts and "done" in facts:
        return f"{facts['done']}/{facts['of']}"
    if name == StepName.RENDER and "pages" in facts:
        return f"{facts['pages']} page{'' if facts['pages'] == 1 else 's'}"
    return ", ".join(
        phrase.format(facts[key], s="" if facts[key] == 1 else "s", chart=facts.get("as", ""))
        for key, phrase in PHRASES.items()  # the database keeps no order of facts
        if facts.get(key)
    )
