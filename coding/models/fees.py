"""The Medicare physician fee schedule: relative values, price indices, localities, factors; and payers' own lists."""

from django.db import models

from coding.models.editions import EditionRow
from portal.models import ClientRow, Payer


def rvu() -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=7, decimal_places=2)


def fraction() -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=5, decimal_places=4, default=0)


def capped() -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=7, decimal_places=2, default=0)


class RelativeValue(EditionRow):
    """One row of PPRRVU; see coding.rules.tables.RelativeValue for the columns."""

    plain_fields = (
        "code", "modifier", "status", "professional_technical", "global_days", "multiple_procedure", "bilateral",
        "assistant", "co_surgeon", "team", "endoscopic_base", "supervision", "imaging_family",
    )  # fmt: skip

    code = models.CharField(max_length=5)
    modifier = models.CharField(max_length=2, blank=True)
    status = models.CharField(max_length=1)
    work, office_expense, facility_expense, malpractice = rvu(), rvu(), rvu(), rvu()
    no_office = models.BooleanField(default=False)
    no_facility = models.BooleanField(default=False)
    professional_technical = models.CharField(max_length=1, blank=True)
    global_days = models.CharField(max_length=3, blank=True)
    preoperative, intraoperative, postoperative = fraction(), fraction(), fraction()
    multiple_procedure = models.CharField(max_length=1, blank=True)
    bilateral = models.CharField(max_length=1, blank=True)
    assistant = models.CharField(max_length=1, blank=True)
    co_surgeon = models.CharField(max_length=1, blank=True)
    team = models.CharField(max_length=1, blank=True)
    endoscopic_base = models.CharField(max_length=5, blank=True)
    conversion_factor = models.DecimalField(max_digits=8, decimal_places=4)
    supervision = models.CharField(max_length=2, blank=True)
    imaging_family = models.CharField(max_length=2, blank=True)
    # What the outpatient cap on imaging is computed from; zero where there is none.
    capped_office_expense, capped_facility_expense, capped_malpractice = capped(), capped(), capped()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "code", "modifier"], name="coding_relativevalue_once")
        ]

    def __str__(self) -> str:
        return f"{self.code}{self.modifier}"


class Locality(EditionRow):
    """A Medicare payment locality and its geographic practice cost indices (GPCI)."""

    plain_fields = ("carrier", "locality", "state", "name")

    carrier = models.CharField(max_length=5)
    locality = models.CharField(max_length=2)
    state = models.CharField(max_length=2)
    name = models.CharField(max_length=120)
    work, expense, malpractice = (models.DecimalField(max_digits=6, decimal_places=4) for _ in range(3))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "carrier", "locality"], name="coding_locality_once")]

    def __str__(self) -> str:
        return f"{self.carrier}-{self.locality}"


class ZipLocality(EditionRow):
    """Which locality a five-digit ZIP code belongs to."""

    plain_fields = ("zip_code", "carrier", "locality", "state", "rural")

    zip_code = models.CharField(max_length=5)
    state = models.CharField(max_length=2)
    carrier = models.CharField(max_length=5)
    locality = models.CharField(max_length=2)
    rural = models.CharField(max_length=1, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "zip_code"], name="coding_ziplocality_once")]

    def __str__(self) -> str:
        return self.zip_code


class CountyLocality(EditionRow):
    """The counties of a locality (LOCCO). No key: the file gives Missouri's rest of state twice."""

    plain_fields = ("carrier", "locality", "state", "area", "counties")

    carrier = models.CharField(max_length=5)
    locality = models.CharField(max_length=2)
    state = models.CharField(max_length=40)
    area = models.CharField(max_length=200)
    counties = models.TextField()

    def __str__(self) -> str:
        return f"{self.carrier}-{self.locality}"


class ConversionFactor(EditionRow):
    """Dollars per RVU from a day on; two a year since 2026, by participation in an advanced payment model."""

    plain_fields = ("starts_on",)

    starts_on = models.DateField()
    qualifying_participant = models.BooleanField(default=False)
    amount = models.DecimalField(max_digits=8, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "starts_on", "qualifying_participant"], name="coding_conversionfactor_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} from {self.starts_on}"


class AnaesthesiaFactor(EditionRow):
    """Dollars per anaesthesia unit in a locality."""

    plain_fields = ("carrier", "locality", "name")

    carrier = models.CharField(max_length=5)
    locality = models.CharField(max_length=2)
    name = models.CharField(max_length=120)
    amount = models.DecimalField(max_digits=8, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "carrier", "locality"], name="coding_anaesthesiafactor_once")
        ]

    def __str__(self) -> str:
        return f"{self.carrier}-{self.locality}"


class Utilisation(EditionRow):
    """How often a service was billed by a specialty in a year (CMS Part B utilisation)."""

    plain_fields = ("specialty", "code")

    specialty = models.CharField(max_length=80)
    code = models.CharField(max_length=5)
    services = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "specialty", "code"], name="coding_utilisation_once")]

    def __str__(self) -> str:
        return f"{self.code} by {self.specialty}"


class FeeSchedule(ClientRow):
    """What a payer pays a practice: a percentage of Medicare, or prices of its own."""

    plain_fields = ("name", "starts_on", "ends_on")

    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="fee_schedules")
    name = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    percent_of_medicare = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="coding_feeschedule_dates",
            ),
            models.UniqueConstraint(fields=["payer", "starts_on"], name="coding_feeschedule_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Fee(ClientRow):
    """One price of a payer's own list."""

    plain_fields = ("code", "modifier")

    schedule = models.ForeignKey(FeeSchedule, on_delete=models.CASCADE, related_name="fees")
    code = models.CharField(max_length=5)
    modifier = models.CharField(max_length=2, blank=True)
    amount = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["schedule", "code", "modifier"], name="coding_fee_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="coding_fee_not_negative"),
        ]

    def __str__(self) -> str:
        return self.code
