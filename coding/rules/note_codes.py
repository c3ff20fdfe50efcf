"""Codes in the words of an instructional note: "diabetes mellitus (E08.-, E10-E13)" names a category and a range."""

import re
from dataclasses import dataclass
from functools import lru_cache

CODE = r"[A-TV-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?"
END = r"(?:\.?-(?![A-TV-Z][0-9]))?"  # "E08.-" and "I20.-": any ending, and no range
ONE = re.compile(rf"(?<![A-Z0-9.])({CODE})({END})(?:\s*-\s*({CODE}){END})?")
NAMED = re.compile(rf"(?<![A-Z0-9.])({CODE}){END}")
PARENTHESES = re.compile(r"\(([^()]*)\)")
QUALIFIED = re.compile(r"\bwith (?:fifth|sixth|fourth|final|5th|6th|4th)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Range:
    """Codes from `first` to `last`, both with everything below them; without dots."""

    first: str
    last: str

    def holds(self, code: str) -> bool:
        return code[: len(self.first)] >= self.first and code[: len(self.last)] <= self.last

    def __str__(self) -> str:
        return dotted(self.first) if self.first == self.last else f"{dotted(self.first)}-{dotted(self.last)}"


def dotted(code: str) -> str:
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code  # noqa: PLR2004  (a category has three characters)


@lru_cache(maxsize=20_000)
def ranges_in(text: str) -> tuple[Range, ...]:
    """The codes that a note names in parentheses; none where a character qualifies them, which no range can say."""
    if QUALIFIED.search(text):
        return ()
    found = []
    for inside in PARENTHESES.findall(text):
        for first, _end, last in ONE.findall(inside):
            one = Range(first.replace(".", ""), (last or first).replace(".", ""))
            if one.first <= one.last:
                found.append(one)
    return tuple(found)


def parts_of(text: str) -> tuple[tuple[str, str], ...]:
    """A note cut at the codes it names in parentheses: (words, the code without its dot or "")."""
    found: list[tuple[str, str]] = []
    done = 0
    for inside in PARENTHESES.finditer(text):
        for named in NAMED.finditer(text, inside.start(), inside.end()):
            found += [(text[done : named.start()], ""), (named.group(), named.group(1).replace(".", ""))]
            done = named.end()
    return tuple(part for part in (*found, (text[done:], "")) if part[0])


def names(text: str, code: str) -> bool:
    """Whether a note names a code (without its dot)."""
    return any(one.holds(code) for one in ranges_in(text))
