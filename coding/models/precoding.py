"""Pre-coding: the facts of a visit, before anybody codes it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from coding.models.encounter import Encounter
from coding.rules.codings import CodedEncounter, Sex
from portal.models import ClientRow, Location, Payer, Provider, User


class PreCoding(ClientRow):
    """What pre-coding found out about a visit: patient, dates, people, place, payer."""

    class Sex(models.TextChoices):
        FEMALE = "F", "Female"
        MALE = "M", "Male"
        UNKNOWN = "U", "Unknown"

    class VisitType(models.TextChoices):
        NEW_PATIENT = "new", "New patient"
        ESTABLISHED = "established", "Established patient"
        CONSULTATION = "consultation", "Consultation"
        PROCEDURE = "procedure", "Procedure"
        DIAGNOSTIC = "diagnostic", "Diagnostic study"
        INPATIENT = "inpatient", "Inpatient"
        EMERGENCY = "emergency", "Emergency"
        PREVENTIVE = "preventive", "Preventive"

    patient_fields = (
        "patient_name", "birth_date", "account_number", "member_id", "date_from", "date_to",
    )  # fmt: skip
    plain_fields = ("place_of_service", "modifiers", "finished_at")

    encounter = models.OneToOneField(Encounter, on_delete=models.CASCADE, related_name="precoding")
    patient_name = models.CharField(max_length=120)
    birth_date = models.DateField()
    sex = models.CharField(max_length=1, choices=Sex.choices)
    account_number = models.CharField(max_length=40, blank=True)
    date_from = models.DateField()
    date_to = models.DateField()
    rendering_provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    referring_provider = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    place_of_service = models.CharField(max_length=2)
    payer = models.ForeignKey(Payer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    member_id = models.CharField(max_length=40, blank=True)
    visit_type = models.CharField(max_length=14, choices=VisitType.choices)
    modifiers = ArrayField(models.CharField(max_length=2), default=list, blank=True)  # likely ones, for the coder
    finished_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(date_to__gte=models.F("date_from")), name="coding_precoding_dates"
            ),
            models.CheckConstraint(
                condition=models.Q(birth_date__lte=models.F("date_from")), name="coding_precoding_born_before"
            ),
            models.CheckConstraint(
                condition=models.Q(place_of_service__regex=r"^[0-9]{2}$"), name="coding_precoding_pos_form"
            ),
            models.CheckConstraint(condition=models.Q(sex__in=["F", "M", "U"]), name="coding_precoding_sex_known"),
            models.CheckConstraint(
                condition=models.Q(visit_type__in=[
                    "new", "established", "consultation", "procedure", "diagnostic", "inpatient", "emergency",
                    "preventive",
                ]),
                name="coding_precoding_visit_known",
            ),
        ]  # fmt: skip
        # What the practice knows of a patient besides this visit is asked after each change of a coding.
        indexes = [
            models.Index(fields=["practice", "birth_date"], name="coding_precoding_person"),
            models.Index(
                fields=["practice", "account_number"],
                condition=~models.Q(account_number=""),
                name="coding_precoding_account",
            ),
        ]

    def __str__(self) -> str:
        return f"pre-coding of {self.encounter_id}"

    def visit(self) -> CodedEncounter:
        """What is known about the visit as plain data, still without codes; the people and the payer come along."""
        return CodedEncounter(
            date_of_service=self.date_from,
            place_of_service=self.place_of_service,
            birth_date=self.birth_date,
            sex=Sex(self.sex),
            visit_type=self.visit_type,
            specialty=self.rendering_provider.specialty,
            provider_npi=self.rendering_provider.npi,
            referring_npi=self.referring_provider.npi if self.referring_provider else "",
            payer=self.payer.name if self.payer else "",
            practice=self.practice.code,
        )
