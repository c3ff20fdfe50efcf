"""A practice and what coding for it needs: providers, locations, payers, contract, agreement."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from portal.models.rows import ClientRow, choices, known
from portal.rules.delivery_formats import LONGEST_FORMAT
from portal.rules.languages import Language
from portal.rules.roles import Permission
from portal.rules.specialties import Specialty

if TYPE_CHECKING:
    from portal.models.people import User


Row = TypeVar("Row", bound=models.Model)


class PracticeQuerySet(models.QuerySet["Practice"]):
    def visible_to(self, user: User) -> PracticeQuerySet:
        """All for the service's managers, admins and billers; their own for practice users."""
        if user.permissions & {Permission.MANAGE_PRACTICES, Permission.MANAGE_WORK, Permission.SEE_CLAIMS}:
            return self.all()
        return self.filter(pk__in=user.practice_ids)

    def by_name(self) -> PracticeQuerySet:
        return self.order_by("name", "pk")


class Practice(models.Model):
    """The client."""

    patient_fields = ()
    plain_fields = ("name", "code", "time_zone", "created_at")

    name = models.CharField(max_length=120, unique=True)
    code = models.CharField(max_length=8, unique=True)
    time_zone = models.CharField(max_length=64, default="America/New_York")
    # Of what its patients are given, and of its charts.
    language = models.CharField(max_length=2, choices=choices(Language), default="en", db_default="en")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    batches_sent = models.PositiveIntegerField(default=0)
    # How many encounters a day go by their promise in the queue; what is sent beyond waits behind the practice's own.
    daily_share = models.PositiveIntegerField(default=50, db_default=50)
    # Whether its SFTP accounts may have passwords; without, they sign in with keys only.
    sftp_passwords = models.BooleanField(default=False)

    objects = PracticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[A-Z0-9]{2,8}$"), name="portal_practice_code_form"
            ),
            known("language", Language, name="portal_practice_language_known"),
            models.CheckConstraint(condition=models.Q(daily_share__gte=1), name="portal_practice_daily_share"),
        ]

    def __str__(self) -> str:
        return self.name


class PracticeOwnedQuerySet(models.QuerySet[Row]):
    """Rows that a practice's users see, and the staff who set them up or work with them."""

    def visible_to(self, user: User) -> Self:
        if user.is_service_staff:
            return self.all()
        return self.filter(practice_id__in=user.practice_ids)


class Provider(ClientRow):
    """A person of the practice who renders or refers; identified by NPI."""

    plain_fields = ("name", "npi")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="providers")
    name = models.CharField(max_length=120)
    npi = models.CharField("NPI", max_length=10)
    specialty = models.CharField(max_length=24, choices=choices(Specialty))
    is_active = models.BooleanField(default=True)

    objects = PracticeOwnedQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["practice", "npi"], name="portal_provider_npi_once"),
            models.CheckConstraint(condition=models.Q(npi__regex=r"^[12][0-9]{9}$"), name="portal_provider_npi_form"),
            known("specialty", Specialty, name="portal_provider_specialty_known"),
        ]
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return f"{self.name} ({self.npi})"


class Location(ClientRow):
    """Where the practice sees patients, with its place-of-service code (CMS place-of-service list)."""

    plain_fields = ("name", "place_of_service", "zip_code")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="locations")
    name = models.CharField(max_length=120)
    place_of_service = models.CharField(max_length=2)
    zip_code = models.CharField("ZIP code", max_length=5, blank=True)  # tells the Medicare payment locality
    is_active = models.BooleanField(default=True)

    objects = PracticeOwnedQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["practice", "name"], name="portal_location_name_once"),
            models.CheckConstraint(
                condition=models.Q(place_of_service__regex=r"^[0-9]{2}$"), name="portal_location_pos_form"
            ),
            models.CheckConstraint(
                condition=models.Q(zip_code__regex=r"^([0-9]{5})?$"), name="portal_location_zip_form"
            ),
        ]
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return f"{self.place_of_service} {self.name}"


class Payer(ClientRow):
    """Who pays the practice's claims."""

    plain_fields = ("name", "electronic_id", "also_known_as")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="payers")
    name = models.CharField(max_length=120)
    electronic_id = models.CharField(max_length=15, blank=True)
    also_known_as = ArrayField(  # other names that charts have for it
        models.CharField(max_length=120), default=list, db_default=[], blank=True
    )
    is_active = models.BooleanField(default=True)

    objects = PracticeOwnedQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["practice", "name"], name="portal_payer_name_once"),
        ]
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class ContractQuerySet(PracticeOwnedQuerySet["Contract"]):
    def in_force(self, on: date) -> ContractQuerySet:
        return self.filter(models.Q(ends_on=None) | models.Q(ends_on__gte=on), starts_on__lte=on)


def price() -> models.DecimalField[Any, Any]:
    """An amount in US dollars, nothing if it was not agreed."""
    return models.DecimalField(
        max_digits=9, decimal_places=2, default=0, db_default=0, validators=[MinValueValidator(0)]
    )


class Contract(ClientRow):
    """What was promised: hours from receipt to result, accuracy, how much is verified, which formats."""

    plain_fields = ("starts_on", "ends_on", "delivery_formats")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="contracts")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    turnaround_hours = models.PositiveSmallIntegerField(default=24)
    accuracy_target = models.DecimalField(max_digits=5, decimal_places=2, default=95)  # percent
    verification_share = models.PositiveSmallIntegerField(  # percent of encounters verified
        default=100, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    delivery_formats = ArrayField(models.CharField(max_length=LONGEST_FORMAT), default=list)
    retention_months = models.PositiveSmallIntegerField(default=84, validators=[MinValueValidator(1)])  # from delivery
    query_days = models.PositiveSmallIntegerField(  # how long a query to the provider waits for its answer
        default=7, db_default=7, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    query_stops_clock = models.BooleanField(
        default=False, db_default=False
    )  # whether the promised time moves by that waiting
    # What a late batch costs us: percent of its fee for each started day, and the most for one (portal.rules.credit).
    late_credit_a_day = models.DecimalField(max_digits=5, decimal_places=2, default=0, db_default=0)
    late_credit_most = models.DecimalField(max_digits=5, decimal_places=2, default=0, db_default=0)
    acceptance_days = models.PositiveSmallIntegerField(  # after which a result counts as accepted without a word
        default=14, db_default=14, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )

    # US dollars: a coded visit, a page, an hour at the bench; the least for a month (coding.rules.invoicing).
    price_per_encounter = price()
    price_per_page = price()
    price_per_hour = price()
    monthly_minimum = price()

    objects = ContractQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(
                    price_per_encounter__gte=0, price_per_page__gte=0, price_per_hour__gte=0, monthly_minimum__gte=0
                ),
                name="portal_contract_prices",
            ),
            models.UniqueConstraint(
                fields=["practice"], condition=models.Q(ends_on=None), name="portal_contract_one_open"
            ),
            models.CheckConstraint(condition=models.Q(turnaround_hours__gte=1), name="portal_contract_turnaround"),
            models.CheckConstraint(
                condition=models.Q(verification_share__lte=100), name="portal_contract_verification_share"
            ),
            models.CheckConstraint(
                condition=models.Q(accuracy_target__gte=0, accuracy_target__lte=100), name="portal_contract_accuracy"
            ),
            models.CheckConstraint(condition=models.Q(retention_months__gte=1), name="portal_contract_retention"),
            models.CheckConstraint(condition=models.Q(query_days__range=(1, 60)), name="portal_contract_query_days"),
            models.CheckConstraint(
                condition=models.Q(late_credit_a_day__gte=0, late_credit_most__lte=100)
                & models.Q(late_credit_a_day__lte=models.F("late_credit_most")),
                name="portal_contract_late_credit",
            ),
            models.CheckConstraint(
                condition=models.Q(acceptance_days__range=(1, 365)), name="portal_contract_acceptance_days"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="portal_contract_dates",
            ),
        ]
        ordering = ("-starts_on", "-pk")

    def __str__(self) -> str:
        return f"contract {self.pk}"

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return self.starts_on <= on and (self.ends_on is None or self.ends_on >= on)


class AgreementQuerySet(PracticeOwnedQuerySet["BusinessAssociateAgreement"]):
    def in_force(self, on: date) -> AgreementQuerySet:
        return self.filter(models.Q(ends_on=None) | models.Q(ends_on__gte=on), starts_on__lte=on)


class BusinessAssociateAgreement(ClientRow):
    """The agreement without which no chart may be received (45 CFR 164.504(e))."""

    plain_fields = ("signed_on", "starts_on", "ends_on")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="agreements")
    signed_on = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="portal_agreement_dates",
            ),
        ]
        ordering = ("-starts_on", "-pk")

    def __str__(self) -> str:
        return f"agreement {self.pk}"
