"""The last answer: when a request broke, or when a service below us is away or full."""

from __future__ import annotations

import logging
import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader

from config.middleware import by_script
from portal.api.errors import MESSAGES
from portal.outages import RETRY_AFTER, Outage, outage_of

logger = logging.getLogger(__name__)
SERVER_ERROR = 500


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 and 507 for an outage; in the shape that the asker can read, without asking the database."""
    outage = outage_of(sys.exc_info()[1])
    status = outage.status if outage else SERVER_ERROR
    if outage:
        logger.error("outage", extra={"kind": outage.code, "status": status})
    if request.path.startswith("/api/"):
        code, message = (outage.code, outage.text) if outage else MESSAGES[SERVER_ERROR]
        response: HttpResponse = JsonResponse(
            {"error": {"code": code, "message": message, "fields": {}}}, status=status
        )
    elif outage and by_script(request):
        response = JsonResponse(said_to_script(outage), status=status)
    else:
        name = "outage.html" if outage else "500.html"
        response = HttpResponse(loader.get_template(name).render({"outage": outage}), status=status)
    if outage:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def said_to_script(outage: Outage) -> dict[str, str | None]:
    """What our scripts show: `detail` beside a file that was sent, `error` elsewhere."""
    return {"error": outage.text, "outcome": "refused", "name": "", "detail": outage.text, "chart": None}
