"""Each named constraint of suggestions, broken once."""

from coding.models import Coding, SuggestedCode, SuggestionDecision, SuggestionSet
from coding.rules.lifecycle import Stage
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import NOON, VISIT_DAY, waiting


def suggestion_set(**fields):
    one = fields.pop("encounter", None) or waiting()
    return SuggestionSet.objects.create(**{
        "practice": one.practice, "encounter": one, "is_blind": False, "share": 10, "seed": "s", "engine": "e",
        "made_at": NOON, **fields,
    })  # fmt: skip


def suggested(**fields):
    one = fields.pop("encounter", None) or waiting()
    return SuggestedCode.objects.create(**{
        "practice": one.practice, "encounter": one, "position": 1, "system": "icd10cm", "code": "I10", "score": 0.5,
        "source": "words", **fields,
    })  # fmt: skip


def decision(**fields):
    of = fields.pop("suggested", None) or suggested()
    coding = fields.pop("coding", None) or Coding.objects.create(
        practice=of.practice, encounter=of.encounter, version=1, stage=Stage.CODING, submitted_at=NOON,
        author=factories.UserFactory(roles=[Role.CODER]), date_of_service=VISIT_DAY,
    )  # fmt: skip
    return SuggestionDecision.objects.create(
        **{"practice": of.practice, "suggested": of, "coding": coding, "decision": "accepted", **fields}
    )


def same_place():
    first = suggested()
    suggested(encounter=first.encounter, code="E119")


def same_code():
    first = suggested()
    suggested(encounter=first.encounter, position=2)


def decided_twice():
    first = decision()
    decision(suggested=first.suggested, coding=first.coding)


BROKEN_SUGGESTIONS = {
    "coding_suggestionset_share_percent": lambda: suggestion_set(share=101),
    "coding_suggestedcode_system_known": lambda: suggested(system="snomed"),
    "coding_suggestedcode_position_once": same_place,
    "coding_suggestedcode_code_once": same_code,
    "coding_suggestedcode_score": lambda: suggested(score=1.5),
    "coding_suggestiondecision_known": lambda: decision(decision="loved"),
    "coding_suggestiondecision_once": decided_twice,
    "coding_suggestiondecision_reason_of_rejection": lambda: decision(reason="denied"),
    "coding_suggestiondecision_replaced_by_what": lambda: decision(decision="replaced"),
}
