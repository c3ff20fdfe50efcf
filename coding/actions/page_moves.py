"""One page of the visit in hand goes elsewhere, or a new visit begins at it; and the step back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from coding.actions.arranging import BadArrangement, arrange_pages, arrangement_of
from coding.models import Assignment, Encounter
from coding.rules.arranging import Arrangement, fingerprint
from coding.rules.page_moves import CannotMove, PageMove, moved, undone
from portal.models import User


@dataclass(frozen=True)
class MovedPages:
    """The arrangement before the step, and the versions before and after it."""

    before: Arrangement
    grown_from: str
    became: str
    visits: list[Encounter]


@transaction.atomic
def move_page(
    *, assignment: Assignment, by: User, at: datetime, move: PageMove, page: int, version: str
) -> MovedPages:  # fmt: skip
    """Do one step to a page (its number in the chart) of the visit in hand.

    BadArrangement says in words why not; ArrangementChanged if the arrangement is no longer that of `version`;
    LeaseLost and AlreadyMoved. The original stays; what changed is an event of each visit and an audit event.
    """
    before = arrangement_of(assignment.encounter.chart)
    try:
        asked = moved(before, move, own=assignment.encounter_id, page=page)
    except CannotMove as reason:
        raise BadArrangement(str(reason)) from reason
    return written(assignment=assignment, by=by, at=at, before=before, asked=asked, version=version)


@transaction.atomic
def move_back(*, assignment: Assignment, by: User, at: datetime, to: Arrangement, version: str) -> MovedPages:
    """Set the pages as they were before a step, unless somebody has arranged them since; raises as `move_page`."""
    before = arrangement_of(assignment.encounter.chart)
    return written(
        assignment=assignment, by=by, at=at, before=before, asked=undone(to, before), version=version
    )  # fmt: skip


def written(
    *, assignment: Assignment, by: User, at: datetime, before: Arrangement, asked: Arrangement, version: str
) -> MovedPages:  # fmt: skip
    visits = arrange_pages(assignment=assignment, by=by, at=at, asked=asked, version=version)
    became = fingerprint(arrangement_of(assignment.encounter.chart))
    return MovedPages(before, fingerprint(before), became, visits)
