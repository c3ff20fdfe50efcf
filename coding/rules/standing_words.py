"""Whose move it is, by when a batch is likely to be ready, and what lateness costs us: worded the same everywhere."""

from dataclasses import dataclass
from decimal import Decimal

from coding.rules.likely_by import LikelyBy
from coding.rules.progress import Move, Progress
from portal.rules.batch_steps import counted
from portal.rules.credit import Credit, CreditTerms
from portal.rules.promise import span


@dataclass(frozen=True)
class MoveTag:
    """A tag for components/status_tag.html."""

    label: str
    glyph: str
    tone: str


def move_tag(progress: Progress, *, in_progress: bool, to_practice: bool) -> MoveTag | None:
    """Whose move it is, as its reader would say it; None where it is nobody's."""
    move = progress.move(in_progress=in_progress)
    if move is Move.NOBODY:
        return None
    if move is Move.SERVICE:
        return MoveTag("Chartline's move" if to_practice else "Our move", "◐", "info")
    asked = counted(progress.asked, "answer")
    if move is Move.PRACTICE:
        return MoveTag(f"Your move: {asked}" if to_practice else f"The practice's move: {asked}", "?", "query")
    return MoveTag(f"In work, {asked} from {'you' if to_practice else 'the practice'}", "?", "query")


def estimate_basis(estimate: LikelyBy | None, progress: Progress) -> str:
    """What the likely time rests on; or why nothing can be said."""
    if estimate is None:
        if progress.visits and not progress.ours:
            return (
                "Nothing is left but what waits for an answer." if progress.for_practice else "About to be delivered."
            )
        return "Too little was finished in the last 14 days to say, or the files are still being checked."
    pace = estimate.pace
    basis = (
        f"An estimate: {counted(estimate.visits, 'visit')} to go, this batch's and those due before, at "
        f"{pace.an_hour:.1f} an hour ({pace.finished:,} in {pace.hours:,.0f} hours with work, last {pace.days} days)."
    )
    if progress.for_practice:
        basis += f" Without {counted(progress.for_practice, 'visit')} waiting for an answer."
    return basis


def lateness(credit: Credit) -> str:
    """On time, or late by how long."""
    if credit.days:
        return f"{span(credit.late)} late" + ("" if credit.is_final else " so far")
    if credit.is_final:
        return "On time"
    return "Past the promise, less the waiting for answers" if credit.beyond_promise else ""


def reckoning(credit: Credit, terms: CreditTerms) -> str:
    """The credit and how it comes about."""
    words = []
    if credit.waited and credit.beyond_promise:
        words.append(f"{span(credit.beyond_promise)} past the promise, less {span(credit.waited)} of open queries.")
    if credit.days and terms.percent_a_day:
        words.append(
            f"Credit {plain(credit.percent)} % of the batch's fee: {counted(credit.days, 'started day')} "
            f"at {plain(terms.percent_a_day)} %, at most {plain(terms.most)} %."
        )
    elif credit.days:
        words.append("The contract gives no credit for it.")
    return " ".join(words)


def plain(number: Decimal) -> str:
    """2.00 as 2, 2.50 as 2.5."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
