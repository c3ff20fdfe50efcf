"""Roll-ups of the line's history: what a manager reads of weeks without reading every event again.

All of it is computed from events and can be computed anew (`coding.actions.flow`).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from coding.rules.flow.complexity import Weights
from coding.rules.flow.places import Place
from coding.rules.lifecycle import Stage
from portal.models import ClientRow, User, choices, known
from portal.rules.specialties import Specialty


class FlowDay(ClientRow):
    """Of a practice, a day and a specialty: how many encounters came into a place of the line and left it.

    Of what was finished: how much by its due time, and how much was not billable.
    """

    plain_fields = ("day",)

    day = models.DateField()  # in the service's time zone
    specialty = models.CharField(max_length=24, choices=choices(Specialty))
    place = models.CharField(max_length=12, choices=choices(Place))
    entered = models.PositiveIntegerField()
    left = models.PositiveIntegerField()
    on_time = models.PositiveIntegerField()
    not_billable = models.PositiveIntegerField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["day", "practice", "specialty", "place"], name="coding_flowday_once"),
            known("specialty", Specialty, name="coding_flowday_specialty_known"),
            known("place", Place, name="coding_flowday_place_known"),
            models.CheckConstraint(
                condition=Q(on_time__lte=F("entered"), not_billable__lte=F("entered"))
                & (Q(place=Place.FINISHED) | Q(on_time=0, not_billable=0)),
                name="coding_flowday_of_those_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.place} of {self.practice_id}"


class PersonDay(models.Model):
    """Of a person, a day, a stage and a specialty: what they finished and asked, and what verifiers said of it.

    Counts of work only: when somebody was busy and when not is written nowhere.
    """

    plain_fields = ("day",)

    day = models.DateField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=12, choices=choices(Stage))
    specialty = models.CharField(max_length=24, choices=choices(Specialty))
    done = models.PositiveIntegerField()
    pages = models.PositiveIntegerField()  # of the visits done, as the next one
    lines = models.PositiveIntegerField()
    asked = models.PositiveIntegerField()  # put on hold with a question
    returned = models.PositiveIntegerField()  # of their codings, on the day of the verdict; as the next ones
    scored = models.PositiveIntegerField()
    clean = models.PositiveIntegerField()
    codes = models.PositiveIntegerField()
    codes_right = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "user", "stage", "specialty"], name="coding_personday_once"),
            known("stage", Stage, name="coding_personday_stage_known"),
            known("specialty", Specialty, name="coding_personday_specialty_known"),
            models.CheckConstraint(
                condition=Q(clean__lte=F("scored"), codes_right__lte=F("codes")), name="coding_personday_right_of_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.stage} by {self.user_id}"


class WorkHour(models.Model):
    """Of an hour, a stage and a specialty: what everybody together finished."""

    plain_fields = ("start",)

    start = models.DateTimeField()
    stage = models.CharField(max_length=12, choices=choices(Stage))
    specialty = models.CharField(max_length=24, choices=choices(Specialty))
    done = models.PositiveIntegerField()
    pages = models.PositiveIntegerField()
    lines = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["start", "stage", "specialty"], name="coding_workhour_once"),
            known("stage", Stage, name="coding_workhour_stage_known"),
            known("specialty", Specialty, name="coding_workhour_specialty_known"),
        ]

    def __str__(self) -> str:
        return f"{self.start} {self.stage}"


class RolledDay(models.Model):
    """That a day is rolled up, as of when; once closed it is not looked at again, whether or not it had events."""

    plain_fields = ("day", "rolled_at")

    day = models.DateField(unique=True)
    rolled_at = models.DateTimeField()
    is_closed = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["-day"], condition=Q(is_closed=True), name="coding_rolledday_closed")]

    def __str__(self) -> str:
        return str(self.day)


class ComplexityFit(models.Model):
    """The weights of a stage as they were fitted on a day (coding.rules.flow.complexity); the newest holds."""

    plain_fields = ("weights", "fitted_at")

    stage = models.CharField(max_length=12, choices=choices(Stage))
    fitted_at = models.DateTimeField()
    n = models.PositiveIntegerField()
    r2 = models.FloatField()
    weights = models.JSONField()  # {"specialty": {name: minutes}, "pages", "lines", "usual"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stage", "fitted_at"], name="coding_complexityfit_once"),
            known("stage", Stage, name="coding_complexityfit_stage_known"),
            models.CheckConstraint(condition=Q(r2__gte=0, r2__lte=1, n__gt=0), name="coding_complexityfit_figures"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.fitted_at}"

    def as_weights(self) -> Weights:
        return Weights(n=self.n, r2=self.r2, **self.weights)
