"""What the API says when something is wrong: one shape, our own words, nothing of what was sent."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response

from portal.outages import RETRY_AFTER, Outage, outage_of

logger = logging.getLogger(__name__)


class Refused(exceptions.APIException):
    """An expected trouble with a name: status, code and message; `fields` says which fields, by name.

    `more` stands beside these in the answer. A trouble that is `passing` is not kept under the request's key.
    """

    passing = False

    def __init__(
        self, status_code: int, code: str, message: str, fields: Mapping[str, list[str]] | None = None, **more: Any
    ) -> None:
        super().__init__(message, code)
        self.status_code, self.code, self.message, self.fields = status_code, code, message, dict(fields or {})
        self.more = more


MESSAGES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: ("invalid", "The request is not valid."),
        401: ("not_authenticated", "Send a valid key: Authorization: Bearer cl_live_…"),
        403: ("scope_missing", "The key does not have the scope for this."),
        404: ("not_found", "There is nothing here, or not for this key."),
        405: ("method_not_allowed", "This address does not take this method."),
        406: ("not_acceptable", "The answer is JSON."),
        413: ("too_large", "The request is larger than the limit."),
        415: ("unsupported_media_type", "Send the content type that the description names."),
        429: ("throttled", "Too many requests. Wait for the seconds in Retry-After."),
        500: ("server_error", "Something broke on our side. It is noted; try again later with the same key."),
    }
)

# What is said about a field, by the code of the check that failed; the value itself is never repeated.
FIELD_MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "required": "This field is required.",
        "null": "This field may not be null.",
        "blank": "This field may not be empty.",
        "max_length": "This is too long.",
        "min_length": "This is too short.",
        "invalid_choice": "This is not one of the known values.",
        "does_not_exist": "There is no such object.",
        "empty": "The file is empty.",
        "no_name": "The file has no name.",
        "too_many": "These are too many.",
        "not_a_list": "This must be a list.",
    }
)


def answer(exc: Exception, context: dict[str, Any]) -> Response:
    """The answer to anything raised in a view of the API (REST_FRAMEWORK["EXCEPTION_HANDLER"])."""
    if isinstance(exc, Refused):
        return shaped(exc.status_code, exc.code, exc.message, exc.fields, **exc.more)
    if isinstance(exc, exceptions.ValidationError):
        return shaped(400, *MESSAGES[400], fields=said_of_fields(exc.get_full_details()))
    if outage := outage_of(exc):
        return away(outage)
    status_code = status_of(exc)
    if status_code == status.HTTP_500_INTERNAL_SERVER_ERROR:
        request = context.get("request")
        logger.error("the API broke", exc_info=exc)
        got_request_exception.send(sender=type(exc), request=getattr(request, "_request", request))
        if transaction.get_connection().in_atomic_block:
            transaction.set_rollback(True)
    code, message = MESSAGES.get(status_code, MESSAGES[400])
    found = shaped(status_code, code, message)
    if header := getattr(exc, "auth_header", None):
        found["WWW-Authenticate"] = header
    if wait := getattr(exc, "wait", None):
        found["Retry-After"] = str(max(1, math.ceil(wait)))
    return found


def away(outage: Outage) -> Response:
    """The answer while a service below us is away or full; nothing of the request is kept."""
    logger.error("outage", extra={"kind": outage.code, "status": outage.status})
    if transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)
    found = shaped(outage.status, outage.code, outage.text)
    found["Retry-After"] = str(RETRY_AFTER)
    return found


def status_of(exc: Exception) -> int:
    """The status of an exception; what nobody expects is 500."""
    if isinstance(exc, exceptions.APIException):
        return exc.status_code
    if isinstance(exc, Http404):
        return 404
    if isinstance(exc, DjangoPermissionDenied):
        return 403
    if isinstance(exc, RequestDataTooBig):
        return 413
    return 400 if isinstance(exc, SuspiciousOperation) else 500


def said_of_fields(details: Any) -> dict[str, list[str]]:
    """The names of the fields and what is wrong with them, without what was sent in them."""
    if not isinstance(details, dict) or ("code" in details and "message" in details):
        return {}
    return {
        str(name): sorted({FIELD_MESSAGES.get(code, "This is not valid.") for code in codes(found)})
        for name, found in details.items()
    }


def codes(found: Any) -> list[str]:
    """The codes in DRF's nested details of an error."""
    if isinstance(found, dict) and isinstance(found.get("code"), str):
        return [found["code"]]
    inner = found.values() if isinstance(found, dict) else found
    return [code for one in inner for code in codes(one)]


def shaped(
    status_code: int, code: str, message: str, fields: Mapping[str, list[str]] | None = None, **more: Any
) -> Response:
    """{"error": {"code", "message", "fields"}}, and what else helps."""
    body = {"code": code, "message": message, "fields": dict(fields or {}), **more}
    return Response({"error": body}, status=status_code)
