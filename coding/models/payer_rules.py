"""Rules of payers and practices: rows with dates, so that they need no release."""

from django.db import models

from portal.models import ClientRow, Payer, User


class PayerRule(ClientRow):
    """One rule of a practice, or of one of its payers; see coding.rules.edits.payer for condition and finding.

    `examples` are codings with the findings that are expected of them; a rule is only kept if they come out.
    """

    plain_fields = ("name", "condition", "finding", "examples", "valid_from", "valid_to", "changed_at")

    payer = models.ForeignKey(Payer, null=True, blank=True, on_delete=models.PROTECT, related_name="rules")
    name = models.CharField(max_length=80)
    condition = models.JSONField()
    finding = models.JSONField()
    examples = models.JSONField(default=list)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["practice", "name", "valid_from"], name="coding_payerrule_once"),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="coding_payerrule_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.name
