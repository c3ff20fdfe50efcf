"""What `manage.py check --deploy` asks of our own settings."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register(deploy=True)
def no_failpoints(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001  (Django's signature)
    """A site at which processes can be told to die is no site for patients."""
    if settings.FAILPOINTS or settings.TESTING:
        return [
            Error("CHARTLINE_FAILPOINTS and CHARTLINE_TESTING are for tests and must not be set.", id="chartline.E001")
        ]
    return []
