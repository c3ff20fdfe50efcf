"""Words that lead the provider, and words about money and scores. Own lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coding.rules.queries.linter.fault import BRIEF, Fault, texts_of
from coding.rules.queries.wording import WrittenQuery

WRITES = r"(?:document|add|append|addend|amend|record|include|write|change|update|correct|revise|enter|note)"
LEADING: tuple[tuple[str, str], ...] = (
    (
        rf"\b(?:please|kindly)\s+(?:\w+\s+){{0,2}}?{WRITES}\b",
        "It tells the provider what to write. Ask what was found or meant.",
    ),
    (
        rf"\b(?:can|could|would|will)\s+you\s+(?:please\s+)?(?:\w+\s+)?{WRITES}\b",
        "It asks for an entry, not for what the provider knows.",
    ),
    (
        r"\b(?:please|kindly)\s+(?:confirm|state|agree|specify|clarify|indicate|verify)\s+that\b",
        "It gives the answer and asks for consent.",
    ),
    (
        r"\b(?:do|would|don['’]?t|wouldn['’]?t)\s+you\s+(?:not\s+)?agree\b"
        r"|\b(?:don['’]?t|wouldn['’]?t)\s+you\s+(?:think|say|consider)\b",
        "It asks for consent to an answer of ours.",
    ),
    (
        r"\b(?:isn['’]?t|wasn['’]?t|aren['’]?t|weren['’]?t|doesn['’]?t|didn['’]?t|hasn['’]?t)\s+"
        r"(?:it|this|that|there|the\s+patient|he|she|they)\b",
        "A negative question expects a yes.",
    ),
    (r"\b(?:is|was|would)\s+it\s+not\b", "A negative question expects a yes."),
    (
        r"\b(?:we|i)\s+(?:\w+\s+)?(?:think|believe|feel|assume|suspect|expect|suggest|recommend|conclude)\b",
        "Our opinion has no place in a query.",
    ),
    (r"\bin\s+(?:our|my)\s+(?:opinion|view|judge?ment)\b", "Our opinion has no place in a query."),
    (
        r"\b(?:obviously|clearly|certainly|undoubtedly|surely|of\s+course|as\s+you\s+know|no\s+doubt)\b",
        "It says that there is only one answer.",
    ),
    (r"\b(?:most|very|more)\s+likely\b", "It weighs the answers for the provider."),
    (
        r"\b(?:must|should|ought\s+to|needs?\s+to)\s+(?:be|have\s+been)\s+"
        r"(?:documented|coded|changed|added|amended|corrected|reported|stated|called|diagnosed)\b",
        "It tells the provider what to write.",
    ),
    (r"\b(?:you|the\s+provider|the\s+note)\s+(?:must|should|needs?\s+to|have\s+to|has\s+to)\b", "It presses."),
    (
        r"\b(?:so\s+that|in\s+order\s+(?:to|for)|to\s+(?:allow|enable|let|help))\s+(?:(?:us|we)\s+)?(?:(?:can|may|to)\s+)?"
        r"(?:code|coding|be\s+coded|support|capture|assign|report)\b"
        r"|\bfor\s+(?:us\s+to\s+code|coding|code\s+assignment|reporting)\b",
        "It tells what we want the answer for.",
    ),
    (
        r"\b(?:correct|right|expected|preferred|desired|required|best)\s+(?:answer|option|choice|diagnosis|code)\b",
        "It says that one answer is wanted.",
    ),
    (
        r"\b(?:code|coded|coding)\s+(?:\w+\s+){0,2}?(?:as|to|for)\b|\b(?:higher|lower|better|more\s+specific)\s+code\b",
        "Codes are our work; a query is about what was found.",
    ),
)
FINANCIAL: tuple[tuple[str, str], ...] = (
    (r"\breimburs\w*", "payment"),
    (r"\b(?:over|under|non|pre)?-?pa(?:y|ys|id|ying|yment|yments|yable)\b", "payment"),
    (r"\b(?:payers?|payors?|insurers?|medicare|medicaid|cms)\b", "who pays"),
    (r"\b(?:bill(?:ing|ed|able|s)?|claims?|invoice[sd]?|charges?|fees?|costs?|prices?)\b", "payment"),
    (r"\b(?:revenue|profit\w*|money|dollars?|financ\w*|income|budget\w*)\b|\$\s?\d", "payment"),
    (r"\b(?:denials?|appeals?|write-?offs?|penalt\w+|audits?|auditors?|recoup\w*|medical\s+necessity)\b", "payment"),
    (r"\b(?:(?:ms|apr|ap)-?)?drgs?\b|\bdiagnosis[- ]related\s+groups?\b|\bapcs?\b", "payment groups"),
    (r"\b(?:w?rvus?|relative\s+(?:value|weight)s?|conversion\s+factors?)\b", "relative value"),
    (r"\b(?:case[- ]?mix|cmi)\b", "payment groups"),
    (r"\bm?ccs?\s+(?:capture|credit|status)|\b(?:non-?)?mccs?\b|\bcomplication\s+or\s+comorbidity\b", "payment groups"),
    (
        r"\bseverity\s+(?:credits?|scores?|levels?|of\s+illness)|\brisk\s+of\s+mortality\b|\b(?:soi|rom)/(?:soi|rom)\b"
        r"|\bsoi\b",
        "severity scores",
    ),
    (r"\b(?:risk[- ]adjust\w*|risk\s+scores?|hccs?|raf)\b", "risk adjustment"),
    (
        r"\bquality\s+(?:scores?|measures?|metrics?|indicators?|ratings?|impact|reporting|bonus\w*|profile)\b"
        r"|\b(?:mips|hedis|macra|psi\s?-?\d+|star\s+ratings?|value[- ]based|provider\s+profiles?|report\s+cards?)\b",
        "quality scores",
    ),
    (r"\b(?:level|upcod\w*|downcod\w*)\s+of\s+(?:service|care)\b|\b(?:up|down)-?cod\w+", "the level of service"),
    (r"\be\s*(?:/|&|and)\s*m\b(?:\s+(?:level|code)s?)?", "the level of service"),
    (r"\b(?:impact|effect|influence)\s+on\s+(?:the\s+)?(?:score|rating|level|weight|rate)s?\b", "scores"),
)


def compiled(table: tuple[tuple[str, str], ...]) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern, re.IGNORECASE), words) for pattern, words in table]


LEADING_FOUND, FINANCIAL_FOUND = compiled(LEADING), compiled(FINANCIAL)


def hits(table: list[tuple[re.Pattern[str], str]], text: str) -> list[tuple[re.Match[str], str]]:
    """What a table finds in a text, in order; of two places of which one holds the other, the wider."""
    found = [(hit, words) for pattern, words in table for hit in pattern.finditer(text)]
    found.sort(key=lambda pair: (pair[0].start(), -pair[0].end()))
    kept: list[tuple[re.Match[str], str]] = []
    for hit, words in found:
        if not kept or hit.end() > kept[-1][0].end():
            kept.append((hit, words))
    return kept


def leading_words(query: WrittenQuery, _chart: str) -> Iterator[Fault]:
    """Words by which the provider is led to an answer."""
    for part, text in texts_of(query):
        for hit, reason in hits(LEADING_FOUND, text):
            yield Fault("leading", part, hit.start(), hit.end(), hit.group(), reason, BRIEF)


def financial_words(query: WrittenQuery, _chart: str) -> Iterator[Fault]:
    """Words about what an answer is worth, to whomever."""
    for part, text in texts_of(query):
        for hit, about in hits(FINANCIAL_FOUND, text):
            reason = f"It speaks of {about}. A query never tells what an answer is worth."
            yield Fault("financial", part, hit.start(), hit.end(), hit.group(), reason, BRIEF)
