"""What the API's description says of every operation: the key, the headers, the errors."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from portal.api.serializers import ErrorSerializer

KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="1 to 100 visible ASCII characters, new for each request. A repetition gets the same answer for 7 "
    "days, with the header Idempotent-Replay: true.",
)

HASH_HEADER = OpenApiParameter(
    "X-Content-SHA256", str, OpenApiParameter.HEADER, description="SHA-256 of the file in hex, instead of the field."
)

WHEN: dict[int, str] = {
    400: "The request is not valid.",
    401: "No key, or one that is unknown, revoked or expired.",
    403: "The key lacks the scope.",
    404: "There is nothing here, or not for this key.",
    409: "A request with the same Idempotency-Key is under way, or the state does not allow this.",
    413: "Larger than the limit.",
    415: "Another content type than described.",
    422: "The Idempotency-Key was used for another request, or the content does not match its declared SHA-256.",
    429: "Too many requests; see Retry-After.",
}


def errors(*statuses: int) -> dict[int, OpenApiResponse]:
    """The error answers of an operation; 401, 403 and 429 belong to each."""
    return {code: OpenApiResponse(ErrorSerializer, WHEN[code]) for code in sorted({401, 403, 429, *statuses})}


class PracticeTokenScheme(OpenApiAuthenticationExtension):
    """How the API's description declares the token."""

    target_class = "portal.api.authentication.PracticeTokenAuthentication"
    name = "practiceToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:  # noqa: ARG002
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "cl_live_…",
            "description": "A key of the practice, made under API keys. It acts within its scopes only.",
        }
