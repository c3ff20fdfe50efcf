"""Rulings: settled disputes made into dated house rules that can be cited."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from coding.rules import rulings
from portal.models import ClientRule, Practice, User, choices, together
from portal.rules.roles import Permission
from portal.rules.specialties import Specialty


class RulingQuerySet(models.QuerySet["Ruling"]):
    def visible_to(self, user: User) -> RulingQuerySet:
        """All for managers; for those who code or verify all but those of practices barred for them."""
        if Permission.MANAGE_WORK in user.permissions:
            return self.all()
        if user.permissions & {Permission.PRECODE, Permission.CODE, Permission.VERIFY}:
            barred = ClientRule.objects.filter(user=user).values("practice")
            return self.filter(Q(practice=None) | ~Q(practice__in=barred))
        return self.none()

    def holding(self, on: date) -> RulingQuerySet:
        return self.filter(Q(withdrawn_from=None) | Q(withdrawn_from__gt=on), starts_on__lte=on)

    def newest_first(self) -> RulingQuerySet:
        return self.order_by("-starts_on", "-pk")


class Ruling(models.Model):
    """One house rule, for one practice or (None) for all. Its text is about codes and never about a patient.

    The dispute it came from is a number and not a reference, because the ruling outlives the practice's rows.
    """

    patient_fields = ()
    plain_fields = ("payer", "pattern", "text", "starts_on", "withdrawn_from", "issued_at", "withdrawn_at")

    practice = models.ForeignKey(Practice, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    payer = models.CharField(max_length=120, blank=True)  # by name: each practice has its own rows of payers
    specialty = models.CharField(max_length=24, blank=True, choices=choices(Specialty))
    pattern = models.CharField(max_length=200)  # coding.rules.rulings.clean_pattern
    text = models.TextField()
    starts_on = models.DateField()
    withdrawn_from = models.DateField(null=True, blank=True)
    dispute_number = models.BigIntegerField(null=True, blank=True)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = RulingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(specialty__in=["", *(one.value for one in Specialty)]),
                name="coding_ruling_specialty_known",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_from=None) | Q(withdrawn_from__gte=models.F("starts_on")),
                name="coding_ruling_dates",
            ),
            models.CheckConstraint(condition=~Q(text="") & ~Q(pattern=""), name="coding_ruling_says_something"),
            together("withdrawn_from", "withdrawn_by", "withdrawn_at", name="coding_ruling_withdrawn_by_at"),
        ]
        indexes = [models.Index(fields=["-starts_on", "-id"], name="coding_ruling_newest")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """As it is cited."""
        return f"R-{self.pk:04d}"

    def plain(self) -> rulings.Ruling:
        return rulings.Ruling(
            number=self.pk,
            practice=self.practice_id,
            payer=self.payer,
            specialty=self.specialty,
            pattern=self.pattern,
            text=self.text,
            starts_on=self.starts_on,
            withdrawn_from=self.withdrawn_from,
        )
