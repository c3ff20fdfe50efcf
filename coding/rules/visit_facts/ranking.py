"""From mentions to candidates: what is said most plainly, by how many, and whether one of them may fill the field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from coding.rules.visit_facts.shape import Candidate, Confidence, Facts, Mention, Source, Weight

MOST = 9  # candidates of a field: as many as there are number keys
PASSAGES = 6  # of one candidate
NOTHING = Facts()


class Group:
    """What speaks for one value."""

    def __init__(self, mentions: Sequence[Mention]) -> None:
        self.mentions = mentions
        pages = [mention for mention in mentions if mention.source in {Source.PAGE, Source.LIST}]
        self.weight = max((mention.weight for mention in pages), default=0)
        self.is_of_manifest = any(mention.source is Source.MANIFEST for mention in mentions)

    @property
    def plainest(self) -> Mention:
        """What the value is taken from: a page before all else, then what says it most plainly."""
        return max(self.mentions, key=lambda one: (one.source is Source.PAGE, one.weight, ORDER[one.source]))

    @property
    def is_agreed(self) -> bool:
        """Whether a page and the manifest say the same."""
        return self.weight >= Weight.HINT and self.is_of_manifest

    @property
    def rank(self) -> tuple[int, bool, int]:
        return self.weight, self.is_of_manifest, len(self.mentions)

    def candidate(self, confidence: Confidence) -> Candidate:
        first = self.plainest
        passages = dict.fromkeys(mention.passage for mention in self.mentions if mention.passage is not None)
        return Candidate(
            first.value, first.shown, confidence, first.source, said(self.mentions, first), tuple(passages)[:PASSAGES]
        )


ORDER = {Source.PAGE: 3, Source.LIST: 2, Source.MANIFEST: 1, Source.EARLIER: 0}


def said(mentions: Sequence[Mention], first: Mention) -> str:
    """Where a value is from, in words: "Page 2", "Page 1, manifest"."""
    pages = sorted({mention.passage.number for mention in mentions if mention.passage is not None})
    words = [f"Page{'s' if len(pages) > 1 else ''} {', '.join(str(page) for page in pages)}"] if pages else []
    if first.source is Source.LIST and first.said:
        words.insert(0, first.said)
    if any(mention.source is Source.MANIFEST for mention in mentions):
        words.append("manifest")
    earlier = dict.fromkeys(mention.said for mention in mentions if mention.source is Source.EARLIER)
    words += list(earlier)[:1]
    text = ", ".join(words)
    return text[:1].upper() + text[1:]


def ranked(mentions: Iterable[Mention]) -> Facts:
    """The candidates of one field. The first may fill it if it is said plainly and nothing says otherwise.

    Of what has its very label nothing else is asked; the manifest speaks against a page that says another value, and
    for the field where no page says any. An earlier visit speaks against nothing and fills nothing.
    """
    by_key: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_key[mention.key].append(mention)
    groups = sorted((Group(found) for found in by_key.values()), key=lambda group: group.rank, reverse=True)
    if not groups:
        return NOTHING
    best = groups[0]
    rivals = rivals_of(best, groups)
    is_sure = not rivals and (best.weight >= Weight.LABELLED or best.is_agreed)
    told = not rivals and best.weight == 0 and best.is_of_manifest
    others = rivals or len(groups) > 1
    first = Confidence.SURE if is_sure else Confidence.SEVERAL if others and not told else Confidence.LIKELY
    rest = [group.candidate(Confidence.SEVERAL if group in rivals else Confidence.LIKELY) for group in groups[1:]]
    return Facts((best.candidate(first), *rest)[:MOST], fills=is_sure or told)


def rivals_of(best: Group, groups: Sequence[Group]) -> list[Group]:
    """Those that are said as plainly as the best, and what the manifest says instead."""
    return [
        group
        for group in groups
        if group is not best
        and (
            group.is_of_manifest
            or (best.weight and group.weight == best.weight and not best.is_agreed)
            or (best.is_agreed and group.weight >= Weight.LABELLED and group.weight >= best.weight)
        )
    ]
