"""Finding codes: what a search text means, how much a code weighs, why it was found, how well it all does."""

from coding.rules.code_search.expansions import Expression, Expressions
from coding.rules.code_search.understanding import Episode, Group, Side, Understood, understand

__all__ = ["Episode", "Expression", "Expressions", "Group", "Side", "Understood", "understand"]
