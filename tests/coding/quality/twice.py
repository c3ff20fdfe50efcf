"""Visits that are coded or judged twice, for tests: drawn by terms, put on the line, done by the real actions."""

from coding.actions.coding import submit_coding
from coding.actions.repeats import begin_repeats
from coding.actions.scores import set_quality_terms
from coding.actions.verification import give_verdict
from coding.rules.check_reasons import CheckReason
from coding.rules.scoring_profiles import STANDARD
from portal.actions.batches import day_of
from tests import factories
from tests.coding.lines import NOON, coded, pulled, submitted, waiting

FIRST = ("E119 I10", "99214@1")


def agreed_on(practice, by, codings=0, verdicts=0, at=NOON):
    return set_quality_terms(
        practice=practice, by=by, at=at, name="Plain", starts_on=day_of(practice, at), profile=STANDARD,
        step_hours=48, double_coding_share=codings, double_verifying_share=verdicts,
    )  # fmt: skip


def visit(by, practice, version=FIRST, at=NOON, pages=1):
    """A visit of the practice that the person coded."""
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=practice))
    for number in range(1, pages + 1):
        factories.PageFactory(chart=chart, number=number)
    return submitted(waiting(chart=chart, at=at), by, at=at, version=coded(*version))


def code_twice(by, at=NOON, version=FIRST):
    """The next repeat of a coding, done; the person's version."""
    held = pulled(by, at, "coding")
    assert held.encounter.is_repeat
    return submit_coding(assignment=held, by=by, at=at, coded=coded(*version), reason=CheckReason.DOCUMENTED)


def judge(by, at=NOON, version=None, verdict="verified", comment=""):
    """The next verdict of the person; `version` is theirs, None for none."""
    held = pulled(by, at, "verification")
    mine = coded(*version) if version else None
    return give_verdict(assignment=held, by=by, at=at, verdict=verdict, coded=mine, comment=comment)


def on_the_line(at=NOON):
    return begin_repeats(at=at)
