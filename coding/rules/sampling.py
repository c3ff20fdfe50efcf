"""Which codings are verified when a contract asks for a share of them, and why each of them was."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from coding.rules.codings import CodedEncounter, bare
from coding.rules.rulings import WORD, word_matches

FINENESS = 10_000  # draws are made in hundredths of a percent
WHOLE = 100


class BadFocus(Exception):
    """The text names neither codes nor modifiers; it says what belongs there."""


class Source(StrEnum):
    EVERY = "every"
    RANDOM = "random"
    FOCUS = "focus"
    AUDIT = "audit"
    RISK = "risk"
    AGAIN = "again"


# Those that were chosen for something: they say nothing about what was not chosen.
CHOSEN = frozenset({Source.FOCUS, Source.AUDIT, Source.RISK})
# Those from which a coder's accuracy is judged: everything, or what chance drew.
UNCHOSEN = frozenset({Source.EVERY, Source.RANDOM})


@dataclass(frozen=True)
class Sampled:
    """Why a coding is verified; seed and share draw it again, `focus` is what it was chosen for.

    `plan` is the verification plan that decided, `audit` the focused audit: None where there was none.
    """

    source: Source
    seed: str = ""
    share: int | None = None
    focus: str = ""
    plan: int | None = None
    audit: int | None = None

    @property
    def words(self) -> str:
        return {
            Source.EVERY: "every visit",
            Source.RANDOM: f"random {self.share} %, seed {self.seed}",
            Source.FOCUS: f"focused: {self.focus}",
            Source.AUDIT: f"focused audit: {self.focus}",
            Source.RISK: f"{self.share} % of risks, {self.focus}",
            Source.AGAIN: "coded again",
        }[self.source]


def is_selected(*, seed: str, number: int, share: int) -> bool:
    """Whether work `number` is in the sample: `share` percent, drawn by SHA-256 of seed and number.

    The same seed draws the same sample again, whoever asks and in whatever order (RAT-STATS practice: a
    sample must be reproducible from its recorded seed). A larger share contains every smaller one.
    """
    draw = int.from_bytes(hashlib.sha256(f"{seed}:{number}".encode()).digest()[:8], "big") % FINENESS
    return draw * 100 < share * FINENESS


def why_verified(  # noqa: PLR0913  (the coding and four terms of the contract)
    coded: CodedEncounter, *, is_again: bool, seed: str, number: int, share: int | None, focus: str
) -> Sampled | None:
    """Why this coding is verified, None if it is not; `share` is None where no contract names one.

    The draw comes before the focus: what it drew stays a random sample, whatever else speaks for looking at it.
    """
    if is_again:
        return Sampled(Source.AGAIN)
    if share is None or share >= WHOLE:
        return Sampled(Source.EVERY)
    if is_selected(seed=seed, number=number, share=share):
        return Sampled(Source.RANDOM, seed, share)
    found = focus_of(coded, focus)
    return Sampled(Source.FOCUS, seed, share, found) if found else None


# -- focus ---------------------------------------------------------------------------------------------


def clean_focus(text: str) -> str:
    """Modifiers (-25) and codes as rulings write them (99215, E11*, 99202-99215), each once; BadFocus for others."""
    words = list(dict.fromkeys(word.replace(".", "").upper() for word in re.split(r"[\s,;]+", text) if word))
    for word in words:
        first, _, last = word.partition("-")
        is_modifier = not first and re.fullmatch(r"[A-Z0-9]{2}", last)
        if not is_modifier and (not WORD.fullmatch(word) or (last and (len(first) != len(last) or first > last))):
            raise BadFocus("Write modifiers like -25 and codes like 99215, E11* or 99202-99215.")
    return " ".join(words)


def focus_of(coded: CodedEncounter, focus: str) -> str:
    """The first thing in a coding that a clean focus names, in words; empty for none."""
    codes = [bare(line.code) for line in coded.procedures] + [bare(line.code) for line in coded.diagnoses]
    for word in focus.split():
        if word.startswith("-"):
            if any(word[1:] in line.modifiers for line in coded.procedures):
                return f"modifier {word[1:]}"
        elif found := next((code for code in codes if word_matches(word, code)), ""):
            return found
    return ""
