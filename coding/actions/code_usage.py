"""What people and practices add to the code search."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from coding.models import FavouriteCode, SearchExpression
from coding.rules.codings import System
from portal.actions.audit import record
from portal.models import Practice, User


@transaction.atomic
def add_favourite_code(*, system: System, code: str, by: User, at: datetime) -> None:
    """The code is found first from now on; adding it twice changes nothing."""
    FavouriteCode.objects.get_or_create(user=by, system=system, code=code, defaults={"added_at": at})


@transaction.atomic
def remove_favourite_code(*, system: System, code: str, by: User) -> None:
    FavouriteCode.objects.filter(user=by, system=system, code=code).delete()


@transaction.atomic
def save_search_expression(*, practice: Practice, text: str, means: str, by: User, at: datetime) -> SearchExpression:
    """What a practice writes means these words of the lists from now on; `|` stands between alternatives."""
    row, _ = SearchExpression.objects.update_or_create(
        practice=practice, text=text, defaults={"means": means, "changed_by": by, "changed_at": at}
    )
    record("search_expression.saved", at=at, by=by, about=row, practice_id=practice.pk)
    return row
