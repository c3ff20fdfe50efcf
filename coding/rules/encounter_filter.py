"""The filter of the list of encounters in words: `status:held age:>24h practice:RIVER`. One key is one row of KEYS.

Tokens all hold; of the values of one, separated by commas, one suffices. A value with blanks stands in quotes. People
and practices are named, or numbered (`#12`), which is how a kept filter survives a change of name. Nothing of a patient
is a key: the filter stands in addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from coding.rules.lifecycle import FINISHED, EncounterStatus, Stage
from portal.rules.specialties import Specialty

LONGEST = 400  # characters of a filter
NAMED_AT_MOST = 3  # of the people whom an unclear name fits
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
ME, NOBODY = "me", "none"
ANY = "any"

Names = Mapping[int, Sequence[str]]  # by number, each in its spellings; the first is the one to write


class Unreadable(Exception):
    """This is no value of the key; the message says which are."""


@dataclass(frozen=True)
class Key:
    """What one key asks, with an example; `read` gives a value in its one way of writing, or raises Unreadable."""

    name: str
    asks: str
    example: str
    read: Callable[[str], str]
    values: Sequence[str] = ()  # all there are, of a closed list
    names: str = ""  # "people" or "practices", of which the value names one

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Token:
    """A key and its values, one of which suffices."""

    key: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.key}:{','.join(quoted(value) for value in self.values)}"


@dataclass(frozen=True)
class Problem:
    """What is wrong with one token."""

    token: str
    words: str


@dataclass(frozen=True)
class EncounterFilter:
    """What was read: a filter with a problem filters nothing, its page says what is wrong."""

    tokens: tuple[Token, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __str__(self) -> str:
        return " ".join(str(token) for token in self.tokens)

    def values_of(self, key: str) -> tuple[str, ...]:
        return tuple(value for token in self.tokens if token.key == key for value in token.values)

    def without(self, place: int) -> EncounterFilter:
        """All tokens but the one at this place."""
        return replace(self, tokens=self.tokens[:place] + self.tokens[place + 1 :])

    @property
    def reaches_finished(self) -> bool:
        """Whether it asks for finished encounters, which are left out otherwise."""
        return bool(self.values_of("done") or ENDS & set(self.values_of("status")))


# -- values ------------------------------------------------------------------------------------------
def dashed(word: str) -> str:
    """A value of an enumeration as it is typed."""
    return word.replace("_", "-")


def one_of(*words: str) -> Callable[[str], str]:
    """A reader of a closed list."""

    def read(text: str) -> str:
        found = dashed(text.strip().lower().replace(" ", "_"))
        if found not in words:
            raise Unreadable(f"Write one of {', '.join(words)}.")
        return found

    return read


def read_length(text: str) -> str:
    """More or less than a time: ">24h", "<2d"."""
    found = re.fullmatch(r"([<>])=?(\d{1,4})([mhdw])", text.strip().lower())
    if found is None:
        raise Unreadable("Write > or <, a number and m, h, d or w, such as >24h or <2d.")
    return "".join(found.groups())


def length_of(value: str) -> tuple[bool, timedelta]:
    """Whether more is meant, and than what."""
    return value[0] == ">", int(value[1:-1]) * UNITS[value[-1]]


def read_due(text: str) -> str:
    try:
        return one_of(*DUE)(text)
    except Unreadable:
        try:
            return read_length(text)
        except Unreadable:
            raise Unreadable("Write today, tomorrow, or a time from now such as <4h or >2d.") from None


def read_batch(text: str) -> str:
    found = re.fullmatch(r"(?:b-?)?0*([1-9]\d{0,8})", text.strip().lower())
    if found is None:
        raise Unreadable("Write the number of a batch, such as B-12.")
    return f"B-{found.group(1)}"


def read_name(text: str) -> str:
    return " ".join(text.replace('"', "").split())


def read_person(text: str) -> str:
    name = read_name(text)
    return name.lower() if name.lower() in {ME, NOBODY} else name


# -- keys --------------------------------------------------------------------------------------------
QUESTION, WAITS, WORKING = "query", "waiting", "working"
OF_LIFECYCLE = tuple(dashed(status.value) for status in EncounterStatus)
STATUSES = tuple(dict.fromkeys((WAITS, WORKING, "held", QUESTION, *OF_LIFECYCLE, "finished", ANY)))
ENDS = frozenset({*(dashed(status.value) for status in FINISHED), "finished", ANY})
STAGES = tuple(stage.value for stage in Stage)
SPECIALTIES = tuple(dashed(one.value) for one in Specialty)
DUE = ("today", "tomorrow")
SIGNS = ("overdue", "unassigned", "first")
DONE = ("today",)
PEOPLE, PRACTICES = "people", "practices"

KEYS: Mapping[str, Key] = {
    key.name: key
    for key in (
        Key("status", "Where it is", "status:query", one_of(*STATUSES), STATUSES),
        Key("stage", "At which stage", "stage:coding", one_of(*STAGES), STAGES),
        Key("is", "What stands out", "is:overdue", one_of(*SIGNS), SIGNS),
        Key("due", "When it is promised", "due:today", read_due, DUE),
        Key("age", "How long it has been here", "age:>24h", read_length),
        Key("practice", "Whose it is", "practice:RIVER", read_name, names=PRACTICES),
        Key("batch", "In which batch", "batch:B-12", read_batch),
        Key("specialty", "Of which specialty", "specialty:cardiology", one_of(*SPECIALTIES), SPECIALTIES),
        Key("coder", "Who codes or coded it", "coder:me", read_person, names=PEOPLE),
        Key("verifier", "Who verifies or verified it", "verifier:bea", read_person, names=PEOPLE),
        Key("person", "Who has it now, or did it", "person:ann", read_person, names=PEOPLE),
        Key("done", "What was done at a stage", "done:today", one_of(*DONE), DONE),
    )
}


# -- reading -----------------------------------------------------------------------------------------
WORD = re.compile(r'(?:[^\s"]|"[^"]*")+')
VALUE = re.compile(r'(?:[^,"]|"[^"]*")+')


def read_filter(text: str) -> EncounterFilter:
    """The tokens of what somebody wrote, and what is wrong with the others."""
    plain = re.sub("[“”„]", '"', text)
    if len(plain) > LONGEST:
        return EncounterFilter(problems=(Problem("", f"A filter has at most {LONGEST} characters."),))
    if plain.count('"') % 2:
        return EncounterFilter(problems=(Problem(plain[plain.rindex('"') :], "The quote is not closed."),))
    tokens: list[Token] = []
    problems: list[Problem] = []
    for word in WORD.findall(plain):
        try:
            token = read_token(word)
        except Unreadable as trouble:
            problems.append(Problem(word, str(trouble)))
        else:
            if token not in tokens:
                tokens.append(token)
    return EncounterFilter(tuple(tokens), tuple(problems))


def read_token(word: str) -> Token:
    """One token. Unreadable."""
    name, colon, rest = word.partition(":")
    key = KEYS.get(name.strip('"').lower())
    if not colon:
        raise Unreadable(f"Write a key before it, as in {KEYS['practice'].example}. Keys are {', '.join(KEYS)}.")
    if key is None:
        raise Unreadable(f"There is no such key. Keys are {', '.join(KEYS)}.")
    values = tuple(
        dict.fromkeys(key.read(bare) for value in VALUE.findall(rest) if (bare := value.replace('"', "").strip()))
    )
    if not values:
        raise Unreadable(f"It has no value, as in {key.example}.")
    return Token(key.name, values)


def quoted(value: str) -> str:
    return f'"{value}"' if re.search(r"[\s,]", value) else value


# -- names -------------------------------------------------------------------------------------------
def with_numbers(found: EncounterFilter, names: Mapping[str, Names]) -> EncounterFilter:
    """The same with people and practices by their numbers; a name that fits none or several is a problem."""
    return renamed(found, lambda value, key: number_of(value, names[key.names]))


def with_names(found: EncounterFilter, names: Mapping[str, Names]) -> EncounterFilter:
    """The same as a person reads it."""
    return renamed(found, lambda value, key: name_of(value, names[key.names]))


def renamed(found: EncounterFilter, say: Callable[[str, Key], str]) -> EncounterFilter:
    tokens: list[Token] = []
    problems = list(found.problems)
    for token in found.tokens:
        key = KEYS[token.key]
        try:
            values = tuple(say(value, key) if is_name(value, key) else value for value in token.values)
        except Unreadable as trouble:
            problems.append(Problem(str(token), str(trouble)))
        else:
            tokens.append(replace(token, values=values))
    return EncounterFilter(tuple(tokens), tuple(problems))


def is_name(value: str, key: Key) -> bool:
    return bool(key.names) and not (key.names == PEOPLE and value in {ME, NOBODY})


def number_of(value: str, names: Names) -> str:
    """The number of the only one whom a name fits: by number, as it is spelled, or by beginnings of its words."""
    wanted = value.casefold()
    if re.fullmatch(r"#\d{1,18}", value):
        fits = [number for number in names if number == int(value[1:])]
    else:
        fits = [number for number, spellings in names.items() if wanted in (one.casefold() for one in spellings)]
        fits = fits or [number for number, spellings in names.items() if begins_words(wanted, spellings)]
    if not fits:
        raise Unreadable(f"Nobody and nothing here is called “{value}”.")
    if len(fits) > 1:
        first = ", ".join(f"{names[number][0]} (#{number})" for number in fits[:NAMED_AT_MOST])
        raise Unreadable(
            f"“{value}” fits {first}{' and others' if len(fits) > NAMED_AT_MOST else ''}. Write more of it."
        )
    return f"#{fits[0]}"


def begins_words(wanted: str, spellings: Iterable[str]) -> bool:
    """Whether each word of it begins a word of one of the spellings."""
    return any(
        all(any(word.startswith(part) for word in spelling.casefold().split()) for part in wanted.split())
        for spelling in spellings
    )


def name_of(value: str, names: Names) -> str:
    """How a number is written: by name, unless another has the same. Unreadable, if it is nobody's."""
    number = int(value.removeprefix("#"))
    if number not in names:
        raise Unreadable(f"Nobody and nothing here has the number {value}.")
    written = read_name(names[number][0])
    alike = [number for number, spellings in names.items() if read_name(spellings[0]) == written]
    return written if len(alike) == 1 else value


# -- addresses of earlier days -----------------------------------------------------------------------
# The numbers on other pages link here with these: each name with how its value is written in the filter.
PARAMETERS: Mapping[str, Callable[[str], str]] = {
    "stage": "stage:{}".format,
    "state": lambda value: {"in_work": "status:working", "done_today": "done:today"}.get(
        value, f"status:{dashed(value)}"
    ),
    "practice": "practice:#{}".format,
    "person": "person:#{}".format,
    "due": "due:{}".format,
    "overdue": lambda _value: "is:overdue",
}


def from_parameters(given: Mapping[str, str]) -> str:
    """The filter that an address asks for without having it in words."""
    return " ".join(write(given[name].replace(" ", "")) for name, write in PARAMETERS.items() if given.get(name))
