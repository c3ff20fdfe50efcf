"""What a person wishes of our e-mails."""

from __future__ import annotations

from django.db import models

from portal.models.people import User
from portal.rules.mail_times import Wishes


class NoticeWishes(models.Model):
    """Which kinds of notice come at once, with the digest or never, and when the person wants quiet."""

    patient_fields = ()
    plain_fields = ("how",)

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="notice_wishes")
    how = models.JSONField(default=dict)  # by kind of notice: at_once, digest, off
    digest_hour = models.PositiveSmallIntegerField(default=8)
    quiet_from = models.PositiveSmallIntegerField(null=True, blank=True)  # hours of the person's own day
    quiet_until = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(digest_hour__lte=23)
                & (models.Q(quiet_from=None) | models.Q(quiet_from__lte=23))
                & (models.Q(quiet_until=None) | models.Q(quiet_until__lte=23)),
                name="portal_noticewishes_hours",
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False)
                & ~models.Q(quiet_from=models.F("quiet_until")),
                name="portal_noticewishes_quiet",
            ),
        ]

    def __str__(self) -> str:
        return f"wishes of {self.user_id}"

    @property
    def wishes(self) -> Wishes:
        return Wishes(self.how, self.digest_hour, self.quiet_from, self.quiet_until)
