"""What a sentence says of the conditions it names: denied, uncertain, only feared, the family's, past.

Each word list opens a stretch of the sentence, before or behind it, in which it holds. In doubt a condition counts as
not affirmed: a missing suggestion costs a search, a wrong one may be accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from coding.rules.quote_words import RELATIVES
from coding.rules.suggestions.reading import Sentence


class Context(StrEnum):
    """How a condition is spoken of; the first that holds is the one that counts."""

    DENIED = "denied"
    FEARED = "feared"  # advice, risk, screening, allergy: it is not there
    UNCERTAIN = "uncertain"
    FAMILY = "family"
    PAST = "past"


class Stretch(NamedTuple):
    """From the character `start` to before `end` of a sentence's text."""

    context: Context
    start: int
    end: int


@dataclass(frozen=True)
class Cue:
    """Words that open a stretch: `ahead` to `until`, or back to the last `until` before them."""

    context: Context
    words: re.Pattern[str]
    until: re.Pattern[str]
    ahead: bool = True


def pattern(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])")


# Where a denial ends: another verb about the patient, or a turn. Commas go on: "denies fever, chills, cough".
TURN = pattern(
    "but", "however", "although", "though", "except(?: for)?", "apart from", "aside from", "yet", "still has", "nor is",
    "(?:who |which |he |she |patient |pt )?(?:has|had|have|reports?|reported|complains?|complained|endorses|admits|presents|presented"
    "|developed|develops|experienced|shows|showed|reveals|revealed|demonstrates|demonstrated|was found|were found"
    "|is positive|positive for|started|underwent|continues|takes)",
    "secondary to", "because of", "due to", "and with",
    "(?:and|with|but) (?:a |an )?(?:personal |past |medical |prior |known )*(?:history|antecedents)",
)  # fmt: skip
CLAUSE = re.compile(
    r"[,;:]|(?<![\w-])(?:but|however|although|though|except|who|which|and (?:has|had|is|was|he|she)|on|since)(?![\w-])"
)
LIST = re.compile(r";|(?<![\w-])(?:but|however|although|except)(?![\w-])")
WHOLE = re.compile(r"\Z(?!\Z)")  # nothing ends it but the sentence

CUES: tuple[Cue, ...] = (
    Cue(Context.FAMILY, pattern(
        "family (?:medical )?(?:history|hx)(?: is)?(?: significant| positive| notable)?(?: of| for)?", "fam\\.? (?:history|hx)", "fhx?",
        "runs in the family",
        rf"(?:{RELATIVES}|parents?|relatives?)s?,? (?:had|has|have|with|died|dies|was|were|suffers?|suffered|diagnosed|deceased|affected)",
        rf"(?:{RELATIVES})s?:", rf"(?:{RELATIVES})s? \(",
    ), pattern("patient (?:has|had|is|was)", "personal history", "he himself", "she herself")),
    Cue(Context.FAMILY, pattern(
        rf"in (?:his|her|the|their|a|one|both)?\s?(?:maternal |paternal |older |younger |first-degree )?(?:{RELATIVES}|parents|relatives?)s?",
        rf"(?:of|by) (?:his|her|the) (?:{RELATIVES})s?",
    ), CLAUSE, ahead=False),
    Cue(Context.DENIED, pattern(
        "no", "denies", "denied", "denying", "deny", "without", "w/o", "negative for", "neg for", "absence of", "absent",
        "free of", "free from", "lack of", "lacks", "never had", "nor", "neither", "none of", "no longer has",
        "(?:does|did|do) not (?:have|report|show|reveal|present|describe|endorse|suggest|demonstrate|complain)",
        "(?:doesn't|didn't|don't|hasn't|haven't) (?:have|had|report|show)", "(?:has|have|had) (?:not|never) had",
        "not (?:have|had|show|reveal|demonstrate|suggestive of|consistent with|compatible with|due to|associated with)",
        "fail(?:s|ed) to (?:show|reveal|demonstrate)", "rul(?:es|ed|ing) out (?!by)", "exclud(?:es|ed|ing)", "discard(?:s|ed|ing)",
        "not any", "(?:was|were|is|are|been) not", "not", "unremarkable for", "resolution of",
    ), TURN),
    Cue(Context.DENIED, pattern(
        "(?:was|were|is|are|has been|have been|had been|being)? ?(?:ruled out|excluded|discarded|denied|absent|negative|not (?:seen|found|present"
        "|identified|observed|detected|evident|demonstrated|appreciated|noted|palpable|confirmed|visualized|reported))",
        "(?:is|was|are|were) (?:unlikely|not likely)", "unlikely", ": ?(?:no|none|neg|negative|absent|denies|denied)", "- ?(?:no|neg|negative)",
        r"\(-\)", "= ?no", "not (?:seen|found|present|identified|observed|detected)",
    ), re.compile(r"[;]|(?<![\w-])(?:but|however|although|with|has|had|revealed|showed|shows|reveals|presented|reports|complains)(?![\w-])"),
        ahead=False),
    Cue(Context.FEARED, pattern(
        "if", "return (?:to .* )?(?:for|if|with)", "in case of", "in the event of", "call (?:for|if|with|us)", "should (?:he|she|they|you|any)",
        "risks? (?:of|for|factors? for)", "at risk", "screen(?:ing|ed)? (?:for|of)", "(?:to )?(?:prevent|avoid|reduce|minimize)(?:ion of|ing)?", "prophyla\\w+",
        "watch(?:ing)? for", "monitor(?:ing)? for", "warning signs", "signs and symptoms of", "symptoms of", "precautions",
        "educat\\w+ (?:about|on|regarding)", "counsel\\w* (?:about|on|regarding)", "information (?:about|on)", "side effects?",
        "adverse (?:effects?|reactions?)", "complications (?:such as|including|like)", "vaccin\\w+ (?:for|against)", "immuniz\\w+ (?:for|against)",
        "exposure to", "exposed to", "contact with", "fear of", "afraid of", "worried about", "tested for", "test for",
        "testing for", "evaluat(?:e|ed|ion) (?:for|of possible)", "such as",
    ), LIST),
    Cue(Context.FEARED, pattern("allerg(?:y|ies|ic) to", "intoleran(?:t|ce) to"), CLAUSE),
    Cue(Context.UNCERTAIN, pattern(
        "rule out", "r/o", "to be ruled out", "differential(?: diagnos[ei]s)?(?: includes?)?", "ddx", "versus", "vs\\.?", "cannot exclude", "can't exclude",
        "to exclude", "cannot be excluded", "could not be excluded", "either",
    ), LIST),
    Cue(Context.UNCERTAIN, pattern(
        "probabl[ey]", "suspected", "suspect(?:s|ing)?", "suspicious (?:for|of)", "suspicion (?:of|for)", "questionable", "compatible with",
        "consistent with", "working diagnosis(?: of)?", "possibl[ey]", "possibility of", "likely", "presum(?:ed|ptive|ably)", "concern(?:ing|ed)? for",
        "concerns? about", "suggest(?:s|ed|ing|ive of)", "may (?:be|have|represent)", "might (?:be|have)", "could (?:be|have|represent)",
        "appears? to (?:be|have)", "impresses as", "orients? towards?", r"\?",
    ), CLAUSE),
    Cue(Context.UNCERTAIN, pattern(
        "(?:is|was|are|were) (?:suspected|possible|probable|likely|questionable|considered|presumed)", "suspected", "possible", "versus", "vs\\.?", "likely",
        "cannot be (?:ruled out|excluded)", "could not be (?:ruled out|excluded)", "not (?:yet )?(?:been )?(?:ruled out|excluded)", "to be ruled out", r"\?",
    ), CLAUSE, ahead=False),
    Cue(Context.PAST, pattern(
        "(?:past |prior |previous |personal |medical |remote |known |significant |with )*(?:history|hx|antecedents?|background) (?:significant |notable |positive |remarkable )?(?:of|for)",
        "h/o", "s/p", "status[ -]post", "previously", "prior", "previous", "former", "formerly", "remote", "old", "survivor of", "years? ago",
        "in childhood", "in remission from", "resolved", "healed",
    ), re.compile(r";|(?<![\w-])(?:but|however|now|consult\w*|referred|attend\w*|due to|because|complaining|presents|presented|presenting|who (?:presents|presented|came|was)|admitted|complains|reports|current|currently|comes|came|today|is here|was seen|seen)(?![\w-])")),
    Cue(Context.PAST, pattern(
        "(?:\\w+ )?(?:months?|years?|decades) (?:ago|before|earlier|previously)", "in (?:19|20)\\d\\d", "(?:has|have|had) (?:since )?resolved", "(?:is|was|now) resolved",
        "in the past", "as a child", "in childhood",
    ), CLAUSE, ahead=False),
)  # fmt: skip

# Not what they look like.
HARMLESS = re.compile(
    r"(?<![\w-])(?:no (?:improvement|relief|change|changes|increase|decrease|better|response|doubt|further|new|other|longer)"
    r"|without (?:improvement|relief|change|difficulty|response|success|treatment)|not only|not (?:well|yet|fully|at|been|able|improv\w*|relieved|tolerat\w*"
    r"|controlled|responding|to be ruled out)|cannot be ruled out|(?:not|nor) (?:yet )?(?:been )?ruled out|history of (?:the )?present(?:ing)? illness"
    r"|as \w+ as possible|(?:where|when|whenever) possible|no known cause|known as|more likely than not|likely to (?:need|benefit|improve)"
    r"|(?:\d+|one|two|three|four|five|six|several|few|long|short|recent|brief)[ -](?:standing|hours?|days?|weeks?|months?|years?)?[ -]?(?:old )?history of"
    r"|(?:hours?|days?|weeks?|months?|years?)'? history of|if not|as if|what if|even if|no\.? ?\d+)(?![\w-])"
)
DEFINITE = re.compile(r"(?<![\w-])(?:confirm(?:ed|s|ing)|proven|biopsy-proven|established diagnosis|definitive diagnosis)(?![\w-])")
STATED = re.compile(rf"(?<![\w-])(?:{RELATIVES}|parents?)s? (?:reports?|states?|says|notes?|noticed|denies|brought|is concerned|present)")
UNCHECKED = re.compile(r"(?:\[ ?\]|☐|□|○|\( \))")
CHECKED = re.compile(r"(?:\[x\]|☒|☑|■|●|\(x\))")


def stretches(sentence: Sentence) -> list[Stretch]:
    """Every stretch of a sentence in which something is not plainly affirmed."""
    text = STATED.sub(blank, HARMLESS.sub(blank, sentence.text))
    return [*cued(text), *boxes_left_open(text)]


def blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def cued(text: str) -> Iterator[Stretch]:
    definite = DEFINITE.search(text)
    for cue in CUES:
        if cue.context is Context.UNCERTAIN and definite:
            continue
        for found in cue.words.finditer(text):
            if cue.ahead:
                stop = cue.until.search(text, found.end())
                yield Stretch(cue.context, found.end(), stop.start() if stop else len(text))
            else:
                stops = [stop.end() for stop in cue.until.finditer(text, 0, found.start())]
                yield Stretch(cue.context, stops[-1] if stops else 0, found.start())


def boxes_left_open(text: str) -> Iterator[Stretch]:
    """What stands behind an empty box of a form, up to the next box."""
    for found in UNCHECKED.finditer(text):
        ends = [match.start() for mark in (UNCHECKED, CHECKED) if (match := mark.search(text, found.end()))]
        yield Stretch(Context.DENIED, found.end(), min(ends, default=len(text)))


def context_of(found: list[Stretch], start: int, end: int) -> Context | None:
    """The context of what stands from `start` to `end`; None if it is plainly affirmed."""
    holding = {stretch.context for stretch in found if stretch.start < end and start < stretch.end}
    return next((context for context in Context if context in holding), None)
