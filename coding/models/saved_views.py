"""What a person made of the list of encounters: views with a name, and the columns they want."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from coding.rules.encounter_columns import SORTS, Column
from coding.rules.encounter_filter import LONGEST
from portal.models import User, choices
from portal.rules.roles import Permission

LONGEST_NAME = 40


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> SavedViewQuerySet:
        """Their own, and those that are shared with all managers."""
        if Permission.MANAGE_WORK not in user.permissions:
            return self.none()
        return self.filter(Q(made_by=user) | Q(is_shared=True))

    def own_of(self, user: User) -> SavedViewQuerySet:
        return self.visible_to(user).filter(made_by=user)

    def by_name(self) -> SavedViewQuerySet:
        return self.order_by(Lower("name"), "pk")


class SavedView(models.Model):
    """A filter of the list of encounters and its order, under a name; seen by the service alone."""

    patient_fields = ()
    plain_fields = ("name", "query", "sort", "made_at")

    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST)  # coding.rules.encounter_filter, people and practices by number
    sort = models.CharField(max_length=6, default="due")
    is_shared = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_views")

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), "made_by", name="coding_savedview_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="coding_savedview_has_a_name"),
            models.CheckConstraint(condition=~Q(query=""), name="coding_savedview_says_something"),
            models.CheckConstraint(condition=Q(sort__in=list(SORTS)), name="coding_savedview_sort_known"),
        ]

    def __str__(self) -> str:
        return self.name


class ListColumns(models.Model):
    """The columns of the list of encounters that a person wants to see."""

    patient_fields = ()
    plain_fields = ("columns",)

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="list_columns")
    columns = ArrayField(models.CharField(max_length=10, choices=choices(Column)), blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(columns__contained_by=[column.value for column in Column]),
                name="coding_listcolumns_known",
            ),
        ]

    def __str__(self) -> str:
        return f"columns of {self.user_id}"
