"""Rules of a practice and its payers: kept only if their own examples come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from coding.models import PayerRule
from coding.rules import tables
from coding.rules.edits.payer import check_rule
from coding.rules.payer_examples import failing_examples
from portal.actions.audit import record
from portal.models import Payer, Practice, User


class ExamplesFail(Exception):
    """The rule does something else than its examples say; `problems` has a sentence for each that fails."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class PayerOfAnother(Exception):
    """The payer belongs to another practice than the rule."""


@transaction.atomic
def save_payer_rule(
    *,
    practice: Practice,
    name: str,
    condition: Mapping[str, Any],
    finding: Mapping[str, str],
    examples: Sequence[Any],
    valid_from: date,
    valid_to: date | None = None,
    payer: Payer | None = None,
    by: User,
    at: datetime,
) -> PayerRule:
    """Keep a rule from a day on; the rule of the same name and first day is replaced.

    `payer` None is every payer of the practice. BadRule if it cannot be read or has no example, ExamplesFail if an
    example does not come out, PayerOfAnother; then nothing is kept.
    """
    if payer is not None and payer.practice_id != practice.pk:
        raise PayerOfAnother
    rule = tables.PayerRule(name, condition, finding, valid_from, valid_to)
    check_rule(rule)
    if problems := failing_examples(rule, examples):
        raise ExamplesFail(problems)
    kept, is_new = PayerRule.objects.update_or_create(
        practice=practice,
        name=name,
        valid_from=valid_from,
        defaults={
            "payer": payer,
            "condition": dict(condition),
            "finding": dict(finding),
            "examples": list(examples),
            "valid_to": valid_to,
            "changed_by": by,
            "changed_at": at,
        },
    )
    record("payer_rule.added" if is_new else "payer_rule.changed", at=at, by=by, about=kept, examples=len(examples))
    return kept
