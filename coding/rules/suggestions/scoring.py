"""How sure a phrase, its list and its place make a code; weights tuned on half of the notes of docs/suggestions.md."""

from __future__ import annotations

from coding.rules.code_titles import is_manifestation
from coding.rules.suggestions.mentions import Mention
from coding.rules.suggestions.shape import Source
from coding.rules.suggestions.specificity import Chosen

SOURCES = {Source.NOTE_TERM: 0.95, Source.SYNONYM: 0.9, Source.TITLE: 0.8, Source.TERM: 0.75, Source.INDEX: 0.7}
WORDS = {1: 0.95}  # by the stems of the phrase; more say all
UNSAID = {0: 1.0, 1: 0.55, 2: 0.4}  # by what the title says and the note does not
MUCH_UNSAID = 0.25
RIVAL_WEIGHT = 0.6  # for each other category that the phrase may mean
SHORT_WEIGHT = 0.85  # an abbreviation
MANIFESTATION_WEIGHT = 0.5
UNCERTAIN_WEIGHT = 0.6
WAS_WEIGHT = 0.85
AGAIN, AGAIN_LIMIT = 0.05, 0.15  # for each further mention
TREATED = 0.08  # for a medicine that is given for it
HIGHEST = 0.99


def quality(mention: Mention, chosen: Chosen, title: str) -> float:
    """How sure a phrase makes its code, 0 to 1, whatever section it stands in."""
    score = SOURCES[chosen.lead.source] * WORDS.get(len(mention.words), 1.0)
    score *= UNSAID.get(chosen.unsaid, MUCH_UNSAID) * RIVAL_WEIGHT**chosen.rivals
    if mention.short:
        score *= SHORT_WEIGHT
    return score * MANIFESTATION_WEIGHT if is_manifestation(title) else score
