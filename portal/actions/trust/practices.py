"""Practices: a row and whatever it points to belong to one practice, along every foreign key."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.models import ForeignKey, Model

from portal.actions.trust import Check, Look, rows
from portal.models import Practice
from portal.rules.ledger import Difference


def belongs(model: type[Model]) -> bool:
    """Whether rows of the model name their practice."""
    return any(field.name == "practice" and field.related_model is Practice for field in model._meta.fields)


def paths() -> list[tuple[str, str, str]]:
    """(table, column, table it points to) of every foreign key between rows that name their practice."""
    return [
        (model._meta.db_table, field.column, target._meta.db_table)
        for model in apps.get_models()
        if belongs(model)
        for field in model._meta.fields
        if isinstance(field, ForeignKey) and field.name != "practice"
        for target in [field.related_model]
        if isinstance(target, type) and belongs(target)
    ]


def find(_look: Look) -> Iterator[Difference]:
    """Rows that point to another practice's."""
    for table, column, target in paths():
        strangers = rows(
            f"SELECT one.id FROM {table} one JOIN {target} other ON other.id = one.{column} "  # noqa: S608  (our own words)
            "WHERE one.practice_id <> other.practice_id ORDER BY 1"
        )
        for (pk,) in strangers:
            yield Difference(table, str(pk), f"its {column} is another practice's")


CHECKS = (Check("practices", "whatever rows point to belongs to their own practice", find),)
