"""What was said about a visit before: the version that was judged last, and the words on its differences."""

from __future__ import annotations

from coding.models import Coding, Discrepancy, Encounter, Verification
from coding.rules.disputes import Likeness, likeness
from coding.rules.lifecycle import Stage
from coding.rules.reasons import Judgement, Reason, Severity, proposed


def version_before(judged: Coding, *, seen: int | None) -> Coding | None:
    """The coder's version that the verifier knows: the one they began with (`seen`), else the one judged last.

    None where that is this very version, or there is none.
    """
    encounter = judged.encounter_id
    if seen is not None and seen < judged.version:
        own = Coding.objects.filter(encounter=encounter, stage=Stage.CODING, version=seen).first()
        if own is not None:
            return own
    last = (
        Verification.objects.filter(encounter=encounter).select_related("coder_version").order_by("-at", "-pk").first()
    )
    return last.coder_version if last and last.coder_version_id != judged.pk else None


def earlier_words(encounter: Encounter) -> dict[Likeness, Judgement]:
    """The last verifier's word on each difference that was found in the visit before."""
    rows = Discrepancy.objects.filter(verification__encounter=encounter)
    found: dict[Likeness, Judgement] = {}
    for row in rows.order_by("verification__at", "verification", "position"):
        difference = row.difference()
        usual = proposed(difference)
        found[likeness(difference)] = Judgement(
            Reason(row.reason) if row.reason else usual.reason,
            Severity(row.severity) if row.severity else usual.severity,
            row.note,
        )
    return found
