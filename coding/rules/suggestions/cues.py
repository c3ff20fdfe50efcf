"""The words that turn a condition into something else: own lists, begun with those of the guidelines (IV.H, IV.J).

In the tables each line is a few phrases with " | " between them, each a regular expression of words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from coding.rules.quote_words import RELATIVES


class Context(StrEnum):
    """How a condition is spoken of; of several the first counts."""

    DENIED = "denied"
    FEARED = "feared"  # advice, risk, screening, allergy: it is not there
    UNCERTAIN = "uncertain"
    FAMILY = "family"
    PAST = "past"


@dataclass(frozen=True)
class Cue:
    """Words that open a stretch: `ahead` to the first `until`, or back to the last `until` before them."""

    context: Context
    words: re.Pattern[str]
    until: re.Pattern[str]
    ahead: bool = True


def words(table: str, also: str = "") -> re.Pattern[str]:
    """Any phrase of a table, as whole words; `also` stands for itself, whatever is beside it."""
    phrases = [phrase.strip() for line in table.strip().splitlines() for phrase in line.split(" | ")]
    whole = rf"(?<![\w-])(?:{'|'.join(phrase for phrase in phrases if phrase)})(?![\w-])"
    return re.compile(f"{whole}|{also}" if also else whole)


FAR = "mother|father|parent|relative"
# Where a denial ends: another verb about the patient, or a turn. Commas go on: "denies fever, chills, cough".
TURN = words(
    """
    but | however | although | though | except(?: for)? | apart from | aside from | yet | nor is | and with
    (?:who |which |he |she |patient |pt )?(?:has|had|have|reports?|reported|complains?|complained|endorses|admits)
    presents | presented | developed | develops | experienced | shows | showed | reveals | revealed | demonstrates
    demonstrated | was found | were found | is positive | positive for | started | underwent | continues | takes
    secondary to | because of | due to
    (?:and|with|but) (?:a |an )?(?:personal |past |medical |prior |known )*(?:history|antecedents)
    """
)
CLAUSE = words(
    "but | however | although | though | except | who | which | and (?:has|had|is|was|he|she) | on | since", "[,;:]"
)
LIST = words("but | however | although | except", ";")
OWN = words("patient (?:has|had|is|was) | personal history | he himself | she herself")
NOW = words(
    """
    but | however | now | presents | presented | presenting | who (?:presents|presented|came|was) | admitted
    complains | complaining | reports | current | currently | comes | came | today | is here | was seen | seen
    consult\\w* | referred | attend\\w* | due to | because
    """,
    ";",
)
BEFORE_DENIAL = words(
    "but | however | although | with | has | had | revealed | showed | shows | reveals | presented | reports",
    ";",
)

FAMILY_AHEAD = words(
    rf"""
    family (?:medical )?(?:history|hx)(?: is)?(?: significant| positive| notable)?(?: of| for)?
    fam\.? (?:history|hx) | fhx? | runs in the family | (?:{RELATIVES})s?: | (?:{RELATIVES})s? \(
    (?:{RELATIVES}|{FAR})s?,? (?:had|has|have|with|died|dies|was|were|suffers?|suffered|diagnosed|deceased|affected)
    """
)
FAMILY_BEHIND = words(
    rf"""
    in (?:his|her|the|their|a|one|both)?\s?(?:(?:maternal|paternal|older|younger|first-degree) )?(?:{RELATIVES}|{FAR})s?
    (?:of|by) (?:his|her|the) (?:{RELATIVES})s?
    """
)
DENIED_AHEAD = words(
    """
    no | denies | denied | denying | deny | without | w/o | negative for | neg for | absence of | absent | free of
    free from | lack of | lacks | never had | nor | neither | none of | no longer has | not
    (?:does|did|do) not (?:have|report|show|reveal|present|describe|endorse|suggest|demonstrate|complain)
    (?:doesn't|didn't|don't|hasn't|haven't) (?:have|had|report|show) | (?:has|have|had) (?:not|never) had
    fail(?:s|ed) to (?:show|reveal|demonstrate) | rul(?:es|ed|ing) out(?! by) | exclud(?:es|ed|ing)
    discard(?:s|ed|ing) | unremarkable for | resolution of
    """
)
NOT_SEEN = (
    "not (?:seen|found|present|identified|observed|detected|evident|demonstrated|appreciated|noted|palpable|confirmed"
    "|visualized|reported)"
)
DENIED_BEHIND = words(
    rf"""
    (?:was|were|is|are|has been|have been|had been|being)? ?(?:ruled out|excluded|discarded|denied|absent|negative)
    (?:was|were|is|are|has been|have been|had been|being)? ?{NOT_SEEN} | (?:is|was|are|were) (?:unlikely|not likely)
    unlikely
    """,
    r"(?<=\w) ?[:=] ?(?:no|none|neg|negative|absent|denies|denied)\b|(?<=\w) - ?(?:no|neg|negative)\b|\(-\)",
)
FEARED_AHEAD = words(
    r"""
    if | return (?:to .* )?(?:for|if|with) | in case of | in the event of | call (?:for|if|with|us)
    should (?:he|she|they|you|any) | risks? (?:of|for|factors? for) | at risk | screen(?:ing|ed)? (?:for|of)
    (?:to )?(?:prevent|avoid|reduce|minimize)(?:ion of|ing)? | prophyla\w+ | watch(?:ing)? for | monitor(?:ing)? for
    warning signs | signs and symptoms of | symptoms of | precautions | (?:educat|counsel)\w* (?:about|on|regarding)
    information (?:about|on) | side effects? | adverse (?:effects?|reactions?)
    complications (?:such as|including|like) | (?:vaccin|immuniz)\w+ (?:for|against) | exposure to | exposed to
    contact with | fear of | afraid of | worried about | test(?:ed|ing)? for | evaluat(?:e|ed|ion) (?:for|of possible)
    such as
    """
)
ALLERGIC = words("allerg(?:y|ies|ic) to | intoleran(?:t|ce) (?:to|of)")
RULE_OUT = words(
    """
    rule out | r/o | to be ruled out | differential(?: diagnos[ei]s)?(?: includes?)? | ddx | versus | vs\\.? | either
    cannot exclude | can't exclude | to exclude | cannot be excluded | could not be excluded
    """
)
UNCERTAIN_AHEAD = words(
    """
    probabl[ey] | suspected | suspect(?:s|ing)? | suspicious (?:for|of) | suspicion (?:of|for) | questionable
    compatible with | consistent with | working diagnosis(?: of)? | possibl[ey] | possibility of | likely
    presum(?:ed|ptive|ably) | concern(?:ing|ed)? for | concerns? about | suggest(?:s|ed|ing|ive of)
    may (?:be|have|represent) | might (?:be|have) | could (?:be|have|represent) | appears? to (?:be|have)
    """,
    r"\?(?=\w)",
)
UNCERTAIN_BEHIND = words(
    """
    (?:is|was|are|were) (?:suspected|possible|probable|likely|questionable|considered|presumed) | suspected | possible
    versus | vs\\.? | likely | (?:cannot|could not) be (?:ruled out|excluded) | to be ruled out
    not (?:yet )?(?:been )?(?:ruled out|excluded)
    """,
    r"(?<=\w)\?",
)
PAST_AHEAD = words(
    """
    (?:history|hx|antecedents?|background) (?:(?:significant|notable|positive|remarkable) )?(?:of|for) | h/o | s/p
    status[ -]post | previously | prior | previous | former | formerly | remote | old | survivor of | years? ago
    in childhood | resolved | healed
    """
)
PAST_BEHIND = words(
    r"""
    (?:\w+ )?(?:months?|years?|decades) (?:ago|before|earlier|previously) | in (?:19|20)\d\d | in the past
    (?:has|have|had) (?:since )?resolved | (?:is|was|now) resolved | as a child | in childhood
    """
)
CUES: tuple[Cue, ...] = (
    Cue(Context.DENIED, DENIED_AHEAD, TURN),
    Cue(Context.DENIED, DENIED_BEHIND, BEFORE_DENIAL, ahead=False),
    Cue(Context.FEARED, FEARED_AHEAD, LIST),
    Cue(Context.FEARED, ALLERGIC, CLAUSE),
    Cue(Context.UNCERTAIN, RULE_OUT, LIST),
    Cue(Context.UNCERTAIN, UNCERTAIN_AHEAD, CLAUSE),
    Cue(Context.UNCERTAIN, UNCERTAIN_BEHIND, CLAUSE, ahead=False),
    Cue(Context.FAMILY, FAMILY_AHEAD, OWN),
    Cue(Context.FAMILY, FAMILY_BEHIND, CLAUSE, ahead=False),
    Cue(Context.PAST, PAST_AHEAD, NOW),
    Cue(Context.PAST, PAST_BEHIND, CLAUSE, ahead=False),
)
# Not what they look like: they open nothing. A length before "history of" is how long it has lasted.
LENGTH = r"(?:\d+|one|two|three|four|five|six|several|few|long|short|recent|brief)"
HARMLESS = words(
    rf"""
    no (?:improvement|relief|change|changes|increase|decrease|better|response|doubt|further|new|other|longer)
    without (?:improvement|relief|change|difficulty|response|success|treatment) | not only
    not (?:well|yet|fully|at|been|able|improv\w*|relieved|tolerat\w*|controlled|responding|to be ruled out)
    cannot be ruled out | (?:not|nor) (?:yet )?(?:been )?ruled out | history of (?:the )?present(?:ing)? illness
    as \w+ as possible | (?:where|when|whenever) possible | no known cause | known as | more likely than not
    likely to (?:need|benefit|improve) | if not | as if | what if | even if | no\.? ?\d+
    {LENGTH}[ -](?:standing|hours?|days?|weeks?|months?|years?)?[ -]?(?:old )?history of
    (?:hours?|days?|weeks?|months?|years?)'? history of
    """
)
DEFINITE = words("confirm(?:ed|s|ing) | proven | biopsy-proven | established diagnosis | definitive diagnosis")
# A relative who speaks about the patient tells nothing of the family.
SPEAKS = words(rf"(?:{RELATIVES}|{FAR})s? (?:reports?|states?|says|notes?|noticed|denies|brought|is concerned|present)")
UNCHECKED, CHECKED = re.compile(r"\[ ?\]|☐|□|○|\( \)"), re.compile(r"\[x\]|☒|☑|■|●|\(x\)")
# A service that is only meant to come, or was another's.
NOT_YET = words(
    r"""
    order(?:ed|s|ing)? | schedul\w+ | will | recommend\w* | refer\w* | consider\w* | plan(?:s|ned)? | pending | advis\w+
    defer\w* | needs? | return | declin\w+ | refus\w+ | cancel\w* | last (?:year|month|week) | outside | prescri\w+ | if
    history of | previous(?:ly)?
    """
)
