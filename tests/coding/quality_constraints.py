"""The constraints of scores and disputes, each with a way to break it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from coding.models import (
    Coding,
    DeliveryReview,
    Discrepancy,
    Dispute,
    DisputeStep,
    QualityTerms,
    Remark,
    Repeat,
    Reveal,
    Ruling,
    Sample,
    Score,
    Verdict,
    Verification,
)
from coding.rules.lifecycle import Stage
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import NOON, VISIT_DAY, waiting


def judged(**fields: Any) -> Verification:
    """A verification by one person of another's empty version."""
    one = waiting()
    of = Coding.objects.create(
        practice=one.practice, encounter=one, version=1, stage=Stage.CODING, date_of_service=VISIT_DAY,
        author=factories.UserFactory(roles=[Role.CODER]), submitted_at=NOON,
    )  # fmt: skip
    return Verification.objects.create(**{
        "practice": of.practice, "encounter": one, "coder_version": of, "coder": of.author,
        "verifier": factories.UserFactory(roles=[Role.VERIFIER]), "verdict": Verdict.CORRECTED, "at": NOON, **fields,
    })  # fmt: skip


def difference(**fields: Any) -> Discrepancy:
    of = fields.pop("of", None) or judged()
    return Discrepancy.objects.create(
        **{"practice": of.practice, "verification": of, "position": 1, "kind": "missed", **fields}
    )


def terms(**fields: Any) -> QualityTerms:
    practice = fields.pop("practice", None) or factories.PracticeFactory()
    return QualityTerms.objects.create(**{
        "practice": practice, "version": 1, "name": "Plain", "starts_on": date(2026, 1, 1), "set_at": NOON,
        "set_by": factories.UserFactory(roles=[Role.ADMIN]), **fields,
    })  # fmt: skip


def scored(**fields: Any) -> Score:
    of = fields.pop("of", None) or judged()
    return Score.objects.create(**{
        "practice": of.practice, "verification": of, "revision": 1, "lines_right": 1, "lines_of": 2,
        "lines_squares": 2, "rows": 2, "right_rows": 1, "is_clean": False, "pays_the_same": False,
        "over": 0, "under": 0, "worth": 0, "value_lines": 0, "unvalued": 0, "at": NOON, **fields,
    })  # fmt: skip


def dispute(**fields: Any) -> Dispute:
    row = fields.pop("discrepancy", None) or difference()
    of = row.verification
    return Dispute.objects.create(**{
        "practice": row.practice, "discrepancy": row, "verification": of, "encounter": of.encounter,
        "kind": row.kind, "coder": of.coder, "verifier": of.verifier, "since": NOON, "due_at": NOON, **fields,
    })  # fmt: skip


def settled(**fields: Any) -> Dispute:
    """A dispute that a manager settled."""
    manager = factories.UserFactory(roles=[Role.MANAGER])
    return dispute(**{"status": "settled_upheld", "due_at": None, "manager": manager, **fields})


def step(**fields: Any) -> DisputeStep:
    of = fields.pop("of", None) or dispute()
    return DisputeStep.objects.create(**{
        "practice": of.practice, "dispute": of, "move": "tell", "new_status": "told", "at": NOON, **fields,
    })  # fmt: skip


def two(make: Callable[..., Any], **of: Callable[[], Any]) -> Callable[[], None]:
    """The same row for the same parents again."""

    def breaking() -> None:
        parents = {name: parent() for name, parent in of.items()}
        make(**parents), make(**parents)

    return breaking


def settled_by_its_verifier() -> None:
    of = difference()
    settled(discrepancy=of, manager=of.verification.verifier)


def with_other_people() -> None:
    dispute(coder=factories.UserFactory(roles=[Role.CODER]))


def about_another_verification() -> None:
    other = judged()
    of = difference()
    Dispute.objects.create(
        practice=other.practice, discrepancy=of, verification=other, encounter=other.encounter, kind=of.kind,
        coder=other.coder, verifier=other.verifier, since=NOON, due_at=NOON,
    )  # fmt: skip


def ruling(**fields: Any) -> Ruling:
    return Ruling.objects.create(**{
        "pattern": "99213", "text": "Count the time.", "starts_on": date(2026, 1, 2), "issued_at": NOON,
        "issued_by": factories.UserFactory(roles=[Role.MANAGER]), **fields,
    })  # fmt: skip


def withdrawn(on: date) -> Ruling:
    by = factories.UserFactory(roles=[Role.MANAGER])
    return ruling(withdrawn_from=on, withdrawn_by=by, withdrawn_at=NOON)


def repeat(**fields: Any) -> Repeat:
    of = fields.pop("of", None) or judged()
    return Repeat.objects.create(**{
        "practice": of.practice, "encounter": of.encounter, "coding": of.coder_version, "stage": Stage.CODING,
        "seed": "double 1", "share": 5, "selected_at": NOON, **fields,
    })  # fmt: skip


def sample(**fields: Any) -> Sample:
    of = fields.pop("of", None) or judged()
    return Sample.objects.create(**{
        "practice": of.practice, "encounter": of.encounter, "coding": of.coder_version, "source": "every",
        "selected_at": NOON, **fields,
    })  # fmt: skip


def reveal(**fields: Any) -> Reveal:
    of = fields.pop("of", None) or judged()
    return Reveal.objects.create(**{
        "practice": of.practice, "encounter": of.encounter, "coding": of.coder_version, "verifier": of.verifier,
        "at": NOON, **fields,
    })  # fmt: skip


def remark(**fields: Any) -> Remark:
    return factories.RemarkFactory(**fields)


def looked_at(**fields: Any) -> Remark:
    """A remark in the hands of somebody new."""
    person = factories.UserFactory(roles=[Role.VERIFIER])
    return remark(**{"status": "looked_at", "reviewer": person, "taken_at": NOON, **fields})


def decided(**fields: Any) -> Remark:
    person = factories.UserFactory(roles=[Role.VERIFIER])
    return looked_at(**{
        "status": "upheld", "reviewer": person, "ended_by": person, "ended_at": NOON, "outcome": "Right.", **fields,
    })  # fmt: skip


def looked_at_by_its_author() -> None:
    of = judged().coder_version
    looked_at(encounter=of.encounter, coding=of, reviewer=of.author)


def review(**fields: Any) -> DeliveryReview:
    of = fields.pop("of", None) or waiting()
    return DeliveryReview.objects.create(**{
        "practice": of.practice, "encounter": of, "version": 1, "word": "accepted", "at": NOON,
        "by": factories.UserFactory(roles=[Role.PRACTICE], practice=of.practice), **fields,
    })  # fmt: skip


BROKEN_QUALITY: dict[str, Callable[[], Any]] = {
    "coding_discrepancy_part_known": lambda: difference(part="hat"),
    "coding_discrepancy_reason_known": lambda: difference(reason="mood"),
    "coding_discrepancy_severity_known": lambda: difference(severity="dire"),
    "coding_qualityterms_version_once": two(terms, practice=factories.PracticeFactory),
    "coding_qualityterms_hours": lambda: terms(step_hours=0),
    "coding_qualityterms_share": lambda: terms(double_coding_share=101),
    "coding_qualityterms_verifying_share": lambda: terms(double_verifying_share=101),
    "coding_score_revision_once": two(scored, of=judged),
    "coding_score_lines": lambda: scored(lines_right=3),
    "coding_score_rows": lambda: scored(right_rows=3),
    "coding_score_value": lambda: scored(over=-1),
    "coding_dispute_status_known": lambda: dispute(status="mulling", due_at=None),
    "coding_dispute_kind_known": lambda: dispute(kind="smudge"),
    "coding_dispute_due_while_open": lambda: dispute(due_at=None),
    "coding_dispute_settled_by": lambda: settled(manager=None),
    "coding_dispute_not_settled_by_a_side": settled_by_its_verifier,
    "coding_disputestep_old_status_known": lambda: step(old_status="mulling"),
    "coding_disputestep_new_status_known": lambda: step(new_status="mulling"),
    "coding_repeat_stage_once": two(repeat, of=judged),
    "coding_repeat_stage_known": lambda: repeat(stage=Stage.PRECODING),
    "coding_repeat_of_what": lambda: repeat(stage=Stage.VERIFICATION),
    "coding_encounter_repeat_stage": lambda: waiting(repeats=judged().encounter),
    "coding_sample_source_known": lambda: sample(source="whim"),
    "coding_sample_drawn": lambda: sample(source="random", share=5),
    "coding_sample_focused": lambda: sample(source="focus"),
    "coding_reveal_once": two(reveal, of=judged),
    "coding_remark_part_known": lambda: remark(part="hat"),
    "coding_remark_status_known": lambda: remark(status="mulled", ended_by=factories.UserFactory(), ended_at=NOON),
    "coding_remark_one_pending": two(remark, encounter=lambda: judged().encounter),
    "coding_remark_taken_by_at": lambda: looked_at(taken_at=None),
    "coding_remark_ended_by_at": lambda: decided(ended_at=None),
    "coding_remark_by_somebody_new": looked_at_by_its_author,
    "coding_remark_status_says_who": lambda: remark(status="looked_at"),
    "coding_remark_explained": lambda: decided(outcome=""),
    "coding_remark_ruling_of_upheld": lambda: remark(ruling=ruling()),
    "coding_deliveryreview_once": two(review, of=waiting),
    "coding_deliveryreview_word_known": lambda: review(word="shrugged", reason="?"),
    "coding_deliveryreview_reopened_why": lambda: review(word="reopened"),
    "coding_ruling_specialty_known": lambda: ruling(specialty="magic"),
    "coding_ruling_dates": lambda: withdrawn(date(2026, 1, 1)),
    "coding_ruling_says_something": lambda: ruling(text=""),
    "coding_ruling_withdrawn_by_at": lambda: ruling(withdrawn_from=date(2026, 1, 3)),
}
BROKEN_QUALITY_AT_THE_END: dict[str, Callable[[], Any]] = {
    "coding_dispute_people": with_other_people,
    "coding_dispute_found_there": about_another_verification,
    "coding_remark_coding_of_encounter": lambda: remark(encounter=waiting(), coding=judged().coder_version),
    "coding_repeat_coding_of_encounter": lambda: repeat(coding=judged().coder_version),
    "coding_repeat_copy_of_encounter": lambda: repeat(copy=waiting()),
    "coding_sample_of_encounter": lambda: sample(encounter=judged().encounter),
    "coding_reveal_of_encounter": lambda: reveal(encounter=judged().encounter),
    "coding_score_terms_id_same_practice": lambda: scored(terms=terms()),
}
FROZEN_QUALITY: dict[str, Callable[[], Any]] = {
    "qualityterms": terms,
    "score": scored,
    "disputestep": step,
    "discrepancy": difference,
    "sample": sample,
    "reveal": reveal,
    "deliveryreview": review,
}
