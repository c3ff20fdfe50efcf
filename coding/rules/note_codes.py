"""Reads the codes out of the notes of the ICD-10-CM tabular list.

"type 1 diabetes mellitus (E10.-)", "poisoning (T36-T50 with fifth or sixth character 1-4 or 6)" and "code from category
O08" become spans, which say whether they cover a code.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from coding.rules.tables import CodeNote, NoteKind

CODE = r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?"
SPAN = re.compile(rf"\b({CODE})[.X]?-?(?:\s*(?:-|\bto\b)\s*({CODE})|(?![0-9A-Za-z]))")
BRACKETS = re.compile(r"\(([^()]*?)(?:[)}]|$)")
# Codes outside brackets count only after such words, or with a dot at the end: "vitamin B12" is no code.
NAMED = re.compile(
    r"\b(?:categor(?:y|ies)|subcategor(?:y|ies)|classifi\w+|classified|from)\b|^code\(s\)", re.IGNORECASE
)
LAST_WORD = re.compile(rf"\s[A-Z][0-9][0-9A-Z]\.[0-9A-Z]*-?(?:{CODE})?(?: with 5th character \d)?$")
# "code, if applicable, for codes G31.0-G31.83, to identify:" says to which codes the note belongs, not what to add.
BELONGS_TO = re.compile(r"\bfor codes\b.*?(?=, to\b|$)")
ORDINAL = {"fourth": 4, "4th": 4, "fifth": 5, "5th": 5, "sixth": 6, "six": 6, "6th": 6, "seventh": 7, "7th": 7}
NTH = "|".join(sorted(ORDINAL, key=len, reverse=True))
CHARACTER = re.compile(
    rf"({NTH}|final)[- ](?:(?:or|to) ({NTH}) )?characters? [.-]?([0-9A-Z]+(?:-[0-9A-Z])?(?: or [0-9A-Z])*)"
)
AFTER_DOT = re.compile(r"with \.([0-9A-Z]+)-?(?:\.([0-9A-Z]+))?")
MARK = re.compile(rf"with (?=\.|final|open fracture|{NTH})")
OPEN_FRACTURE = frozenset("BCEFHJMNQR")  # 7th characters of S52, S72, S82 and others that mean an open fracture
INTENT = (6, 5)  # of T36-T65: the sixth character, or the fifth where the sixth is the placeholder X


@dataclass(frozen=True)
class Span:
    """The codes from `first` to `last` with all below them, without dots.

    `among` are the characters wanted at the first of `places` (1-based) that is filled, or, with no place, at the end;
    `after_dot` is the range of what follows the category.
    """

    first: str
    last: str
    places: tuple[int, ...] = ()
    among: frozenset[str] = frozenset()
    after_dot: tuple[str, str] | None = None

    def covers(self, code: str) -> bool:
        """Whether a code without its dot lies in the span."""
        if not (self.first <= code and code[: len(self.last)] <= self.last):
            return False
        if self.after_dot and not self.after_dot[0] <= code[3 : 3 + len(self.after_dot[1])] <= self.after_dot[1]:
            return False
        return not self.among or self._marked(code)

    def _marked(self, code: str) -> bool:
        if not self.places:
            return code.endswith(tuple(self.among))
        width = len(next(iter(self.among)))
        for place in self.places:
            found = code[place - 1 : place - 1 + width]
            if len(found) == width and found != "X":
                return found in self.among
        return False


@lru_cache(maxsize=32768)  # a pure function of the text; the whole tabular list has 9,000 notes with codes
def spans_of(text: str) -> tuple[Span, ...]:
    """The codes a note names; none if it names none."""
    return tuple(span for part in parts_with_codes(text) for span in spans_in(part))


def parts_with_codes(text: str) -> list[str]:
    """The pieces of a note that can name codes: its brackets, or else the whole."""
    text = BELONGS_TO.sub("", text)
    inside = [part for part in BRACKETS.findall(text) if SPAN.search(part)]
    if inside or not (NAMED.search(text) or LAST_WORD.search(text)):
        return inside
    return [text]


def spans_in(part: str) -> Iterator[Span]:
    """The spans of one list of codes, such as "E00-E07, E15-E16" or "E08-E13 with .51-.52"."""
    cut = MARK.search(part)
    codes, mark = (part[: cut.start()], part[cut.start() :]) if cut else (part, "")
    for found in SPAN.finditer(codes):
        first = found[1].replace(".", "")
        last = (found[2] or found[1]).replace(".", "")
        yield marked(Span(first, last), mark)


def marked(span: Span, mark: str) -> Span:
    """The span narrowed by what follows "with"."""
    if "open fracture" in mark:
        return Span(span.first, span.last, (7,), OPEN_FRACTURE)
    if dot := AFTER_DOT.match(mark):
        return Span(span.first, span.last, after_dot=(dot[1], dot[2] or dot[1]))
    if at := CHARACTER.search(mark):
        return Span(span.first, span.last, places_of(at), wanted(at))
    return span


def places_of(at: re.Match[str]) -> tuple[int, ...]:
    if at[1] == "final":
        return () if len(at[3]) > 1 else INTENT
    if at[2] and " or " in at[0].partition("character")[0]:
        return INTENT
    return (ORDINAL[at[1]],)


def wanted(at: re.Match[str]) -> frozenset[str]:
    """ "1-4 or 6" as characters; "51" and "23" as one piece."""
    found: set[str] = set()
    for piece in at[3].split(" or "):
        low, dash, high = piece.partition("-")
        found.update("0123456789"[int(low) : int(high) + 1] if dash else [low])
    return frozenset(found)


@dataclass(frozen=True)
class Instruction:
    """A "code first", "use additional code" or "code also" note with the list that follows it.

    `items` are its codes, each with the words of its line. `conditional` if the note says "if applicable", "if known",
    "such as" or the like.
    """

    holder: str
    text: str
    items: tuple[tuple[Span, str], ...]
    conditional: bool

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(span for span, _ in self.items)

    def naming(self, code: str) -> str | None:
        """The words by which it names a code; None if it does not."""
        return next((text for span, text in self.items if span.covers(code)), None)

    def covers(self, code: str) -> bool:
        return self.naming(code) is not None


CONDITIONAL = re.compile(
    r"\b(?:if|where) (?:applicable|known|present|desired)|such as|\bany\b|\bassociated\b|control using|including|:$"
)


@lru_cache(maxsize=8192)
def instructions(notes: tuple[CodeNote, ...], kind: NoteKind) -> tuple[Instruction, ...]:
    """The instructions of one kind among a code's notes, those of its own and those it inherits."""
    return tuple(
        Instruction(
            group[0].holder,
            group[0].text.strip(" ,"),
            tuple((span, note.text.strip(" ,")) for note in group for span in spans_of(note.text)),
            bool(CONDITIONAL.search(group[0].text)),
        )
        for group in groups(note for note in notes if note.kind is kind)
    )


def groups(notes: Iterable[CodeNote]) -> Iterator[list[CodeNote]]:
    """Each note alone, but what follows "…, such as:" at the same code belongs to it."""
    group: list[CodeNote] = []
    for note in notes:
        listed = group and group[0].text.rstrip().endswith(":") and group[0].holder == note.holder
        if group and not (listed and not note.text.startswith(("code ", "code,", "codes ", "code("))):
            yield group
            group = []
        group.append(note)
    if group:
        yield group


Excluded = Mapping[str, tuple[tuple[Span, CodeNote], ...]]


@lru_cache(maxsize=8192)
def excluded(notes: tuple[CodeNote, ...]) -> Excluded:
    """The Excludes1 notes of a code, by the first letter of the codes they name."""
    by_letter: dict[str, list[tuple[Span, CodeNote]]] = {}
    for note in notes:
        if note.kind is NoteKind.EXCLUDES1:
            for span in spans_of(note.text):
                for letter in range(ord(span.first[0]), ord(span.last[0]) + 1):
                    by_letter.setdefault(chr(letter), []).append((span, note))
    return {letter: tuple(found) for letter, found in by_letter.items()}


def spans(text: str) -> tuple[Span, ...]:
    """The spans of a plain list of codes, as our own small tables write them: "J09-J18, J20.9"."""
    return tuple(spans_in(text))


def in_spans(code: str, among: Iterable[Span]) -> bool:
    return any(span.covers(code) for span in among)
