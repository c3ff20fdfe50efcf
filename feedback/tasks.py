"""Background work of the talk: complaints whose time is over."""

from typing import Any

from celery import shared_task
from django.utils import timezone


@shared_task(name="feedback.escalate_complaints")
def escalate_complaints(**_future: Any) -> None:
    from feedback.actions.complaints import escalate_complaints as escalate
    from portal import scope

    with scope.service():
        escalate(at=timezone.now())
