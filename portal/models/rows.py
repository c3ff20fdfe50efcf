"""What every client table shares: the practice it belongs to, and how its fields are classed."""

from collections.abc import Iterable
from enum import StrEnum

from django.db import models


class ClientRow(models.Model):
    """A row of one practice; row-level security and composite foreign keys rest on `practice`.

    Each model names its free-text, date and JSON fields in `patient_fields` or `plain_fields`;
    a test fails for a field that stands in neither.
    """

    patient_fields: tuple[str, ...] = ()
    plain_fields: tuple[str, ...] = ()
    # Fields that name a stored file (portal.storage), each with the field that holds the content's SHA-256, or None.
    stored_files: dict[str, str | None] = {}
    # Rows that no practice may see, hence no export that is handed to it; row-level security says the same.
    withheld: models.Q | None = None

    practice = models.ForeignKey("portal.Practice", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["id", "practice"], name="%(app_label)s_%(class)s_id_practice"),
        ]


def choices(words: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Model choices from an enumeration, labelled by its own label or its words."""
    return [(word.value, getattr(word, "label", word.value.replace("_", " ").capitalize())) for word in words]


def known(field: str, words: Iterable[StrEnum], *, name: str) -> models.CheckConstraint:
    """The database's word that a field holds one of the enumeration's values."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": [word.value for word in words]}), name=name)


def together(*fields: str, name: str) -> models.CheckConstraint:
    """Who and when travel together: all of the fields are set, or none."""
    none = models.Q(*[(f"{field}__isnull", True) for field in fields])
    every = models.Q(*[(f"{field}__isnull", False) for field in fields])
    return models.CheckConstraint(condition=none | every, name=name)
