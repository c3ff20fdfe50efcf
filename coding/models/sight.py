"""What lets somebody see a visit besides having been given it."""

from django.apps import apps
from django.db import models

from portal.models import User
from portal.rules.roles import Permission


def opened_in_emergency(user: User) -> models.Exists:
    """Whether the person opened a visit in an emergency a short while ago."""
    rows = apps.get_model("coding", "EmergencyAccess").objects
    live = rows.live() if Permission.BREAK_GLASS in user.permissions else rows.none()
    return models.Exists(live.filter(encounter=models.OuterRef("pk"), user=user))
