"""How often a token may call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from portal.api.authentication import PracticeRequest
from portal.models import ApiCall

REMOVED_AT_ONCE = 50


class TokenThrottle(BaseThrottle):
    """At most so many calls of a token in a sliding span (setting API_RATE, "600/min").

    Calls are rows that are only added: a counter in one row would make the calls of a token wait for each
    other, for each request is one transaction. Calls still under way are therefore not yet counted.
    """

    left: float | None = None

    def allow_request(self, request: PracticeRequest, view: Any) -> bool:  # noqa: ARG002  (the framework's signature)
        token = request.auth
        if token is None:
            return True
        parse_rate: Any = SimpleRateThrottle.parse_rate  # asks nothing of its object
        limit, seconds = parse_rate(self, api_settings.DEFAULT_THROTTLE_RATES["token"])
        now, span = timezone.now(), timedelta(seconds=seconds)
        calls = ApiCall.objects.filter(token=token)
        # The call that must leave the span before another may come; none while there is room.
        blocking = list(calls.filter(at__gt=now - span).order_by("-at").values_list("at", flat=True)[limit - 1 : limit])
        if blocking:
            self.left = (blocking[0] + span - now).total_seconds()
            return False
        ApiCall.objects.create(practice_id=token.practice_id, token=token, at=now)
        old = calls.filter(at__lte=now - span).select_for_update(skip_locked=True)
        calls.filter(pk__in=list(old.values_list("pk", flat=True)[:REMOVED_AT_ONCE])).delete()
        return True

    def wait(self) -> float | None:
        return self.left
