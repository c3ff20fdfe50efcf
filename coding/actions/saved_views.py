"""Views of the list of encounters that people keep, and the columns they choose."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from coding.models import ListColumns, SavedView
from coding.rules.encounter_columns import Column
from coding.rules.encounter_filter import EncounterFilter
from portal.actions.audit import record
from portal.models import User

MOST = 20  # of one person: each is counted whenever the list is opened


class NameTaken(Exception):
    """The person has another view of this name."""


class TooManyViews(Exception):
    """The person has as many as there may be."""


@transaction.atomic
def save_view(*, name: str, found: EncounterFilter, sort: str, is_shared: bool, by: User, at: datetime) -> SavedView:
    """Keep a filter, whose names are numbers, under a name. NameTaken, TooManyViews."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # one at a time, or the count is not true
    if SavedView.objects.own_of(by).count() >= MOST:
        raise TooManyViews
    try:
        with transaction.atomic():
            view = SavedView.objects.create(
                name=name, query=str(found), sort=sort, is_shared=is_shared, made_by=by, made_at=at
            )
    except IntegrityError as trouble:
        raise NameTaken from trouble
    record("view.saved", at=at, by=by, about=view, shared=is_shared)
    return view


@transaction.atomic
def share_view(*, view: SavedView, is_shared: bool, by: User, at: datetime) -> None:
    """Show the view to all managers, or to its maker alone again."""
    if SavedView.objects.filter(pk=view.pk, is_shared=not is_shared).update(is_shared=is_shared):
        record("view.shared" if is_shared else "view.unshared", at=at, by=by, about=view)


@transaction.atomic
def remove_view(*, view: SavedView, by: User, at: datetime) -> None:
    """The view is gone, for those it was shared with too."""
    record("view.removed", at=at, by=by, about=view, shared=view.is_shared)
    SavedView.objects.filter(pk=view.pk).delete()


def choose_columns(*, columns: Iterable[Column], user: User) -> None:
    """Which columns the person sees from now on."""
    ListColumns.objects.update_or_create(user=user, defaults={"columns": [column.value for column in columns]})
