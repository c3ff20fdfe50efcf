"""What the words of an evidence quote say about a diagnosis: uncertain, denied, the family's, past, and which side.

Only the part of the quote that names the diagnosis counts, so that "hypertension; possible sinusitis" says nothing
against hypertension. Own word lists; the uncertain ones begin with those of the guidelines (IV.H).
"""

import re

from coding.rules.code_titles import Side

# Guidelines, IV.H: probable, suspected, questionable, rule out, compatible with, consistent with, working diagnosis,
# "or other similar terms indicating uncertainty".
UNCERTAIN = re.compile(
    r"\b(probabl[ey]|suspected|suspect|suspicious for|suspicion (?:of|for)|questionable|rule out|r/o|to be ruled out"
    r"|compatible with|consistent with|working diagnosis|possibl[ey]|likely|presum(?:ed|ptive|ably)|concern(?:ing)? for"
    r"|versus|vs)(?![\w-])",
)
CERTAIN_AFTER_ALL = re.compile(
    r"\b(no longer (?:suspected|suspect)|not suspected|(?:previously|initially|once) (?:suspected|possible|probable)"
    r"|as \w+ as possible|(?:if|when|where|whenever) possible|possible side effects?|possible (?:risks?|complications?)"
    r"|likely to|will likely|unlikely|less likely|likely (?:resolve|improve|need|require|benefit)"
    r"|rules? out (?:other|alternative)\w*)\b",
)
CONFIRMED = re.compile(r"(?<!not )(?<!un)(?<!to be )\bconfirmed\b|\bproven\b|\bbiopsy[- ]proven\b")
NEGATED = re.compile(
    r"\b(denies|denied|denying|no evidence of|no signs? (?:of|or)|negative for|without evidence of|absence of"
    r"|does not have|did not have|ruled out|no longer suspected|not suspected)\b"
)
NOT_YET = re.compile(r"\b(?:to be|not been|not yet been?|cannot be|not) ruled out\b")
NO = re.compile(r"\bno (?:(?:acute|active|current|known|recent|obvious|overt|further) )?")
OPENS_NEGATED = re.compile(r"^\W*(?:pt|patient|she|he)?\s*(?:denies|no evidence of|negative for|without evidence of)\b")
BUT = re.compile(r"\b(?:but|except|however|although|reports?|complains?|endorses|admits|positive for|has|with)\b")
RELATIVES = "mother|father|sister|brother|sibling|grandmother|grandfather|aunt|uncle|cousin|daughter|son"
FAMILY = re.compile(
    r"\b(?:family (?:history|hx)|fam\.? (?:history|hx)|fhx|fh of)\b"
    rf"|\b(?:{RELATIVES})s? (?:had|died|(?:was|were) diagnosed|with (?:a )?history)\b"
)
PAST = re.compile(r"\b(?:(?<!family )history of|(?<!fam )hx of|h/o|s/p|status post|survivor)")
STILL = re.compile(
    r"\b(?:current|currently|active|metasta\w*|recurr\w*|undergoing|on (?:chemo\w*|tamoxifen|letrozole|anastrozole"
    r"|immunotherapy)|chemo\w*|radiation|progress\w*|newly)\b"
)
NOT_A_SIDE = re.compile(
    r"\b(?:all|is|was|not|feel|feels|quite) right\b"
    r"|\bright (?:now|away|after|before|handed|hand(?:ed)? domina\w*|side up"
    r"|ventric\w*|atri\w*|heart|bundle|upper quadrant|lower quadrant)|\bright-hand\w*|\bleft-hand\w*"
    r"|\b(?:has|have|had|was|were|is|he|she|they|patient) left\b|\bleft (?:the|her|his|their|without|against|untreated"
    r"|handed|hand domina\w*|before|work|home|ventric\w*|atri\w*|heart|bundle|main|anterior|upper quadrant"
    r"|lower quadrant)",
)
CLAUSE = re.compile(r"[.;\n,]|\bbut\b|\bhowever\b|\balthough\b")
# Words of titles that name no condition.
EMPTY_WORDS = frozenset({
    "acute", "bilateral", "body", "chronic", "classified", "code", "complicated", "complication", "complications",
    "condition", "conditions", "current", "disease", "diseases", "disorder", "disorders", "elsewhere", "encounter",
    "episode", "essential", "following", "history", "index", "initial", "left", "lower", "major", "mellitus", "mild",
    "moderate", "organism", "other", "pain", "part", "personal", "primary", "recurrent", "region", "right",
    "secondary", "sequela", "severe", "single", "site", "specified", "stage", "state", "status", "subsequent",
    "syndrome", "type", "uncomplicated", "unilateral", "unspecified", "upper", "with", "without",
})  # fmt: skip


def stems(title: str) -> tuple[str, ...]:
    """The beginnings of the words in a title that name its condition."""
    words = re.findall(r"[a-z]{4,}", title.lower())
    return tuple(word[:5] for word in words if word not in EMPTY_WORDS)


def clauses(quote: str, title: str) -> list[str]:
    """The clauses of a quote that name the condition of a title; the whole quote if none does."""
    text = quote.lower()
    named = stems(title)
    about = [part for part in CLAUSE.split(text) if any(stem in part for stem in named)]
    return about or [text]


def uncertain_word(quote: str, title: str) -> str:
    """The word by which every mention of the condition is uncertain; empty if one is certain."""
    if CONFIRMED.search(quote.lower()):
        return ""
    found = [UNCERTAIN.search(CERTAIN_AFTER_ALL.sub(" ", part)) for part in clauses(quote, title)]
    return found[0][1] if found[0] and all(found) else ""


def is_denied(quote: str, title: str) -> bool:
    """Whether every mention of the condition is denied."""
    text = quote.lower()
    if OPENS_NEGATED.search(text) and not BUT.search(text):
        return True
    named = stems(title)
    return bool(named) and all(denied_in(part, named) for part in clauses(quote, title))


def denied_in(clause: str, named: tuple[str, ...]) -> bool:
    """Whether the clause names the condition, and only after a denial or before "ruled out"."""
    clause = NOT_YET.sub(" ", clause)
    at = [clause.find(stem) for stem in named if stem in clause]
    if not at:
        return False
    first = min(at)
    if (no := NEGATED.search(clause)) and (no[1] in {"ruled out", "not suspected", "no longer suspected"}):
        return True
    return bool(no and no.start() < first) or any(found.end() == first for found in NO.finditer(clause))


def is_of_family(quote: str, title: str) -> bool:
    """Whether every mention of the condition is a relative's."""
    return all(FAMILY.search(part) for part in clauses(quote, title))


def is_past(quote: str) -> bool:
    """Whether the quote tells of a condition that was, with no word of present disease or treatment."""
    text = quote.lower()
    return bool(PAST.search(text)) and not STILL.search(text) and not FAMILY.search(text)


def side_in(quote: str) -> Side | None:
    """The one side the quote names; None if none, both or a word that only looks like one."""
    text = NOT_A_SIDE.sub(" ", quote.lower())
    if re.search(r"\b(?:bilateral\w*|both|b/l)\b", text):
        return Side.BOTH
    right, left = re.search(r"\b(?:right|rt)\b", text), re.search(r"\b(?:left|lt)\b", text)
    if bool(right) == bool(left):
        return None
    return Side.RIGHT if right else Side.LEFT
