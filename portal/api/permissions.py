"""What a token may do: each address names the scope it needs, by method."""

from typing import Any

from django.utils import timezone
from rest_framework.exceptions import NotFound
from rest_framework.permissions import BasePermission

from portal.actions.audit import record
from portal.api.authentication import PracticeRequest
from portal.models import Outcome


class HasTokenScope(BasePermission):
    """The token has the scope that the view's `required_scopes` names for the method; no entry means no."""

    def has_permission(self, request: PracticeRequest, view: Any) -> bool:
        if request.auth is None:
            return False
        wanted = view.required_scopes.get("GET" if request.method == "HEAD" else request.method)
        if wanted is not None and wanted in request.auth.scopes:
            return True
        if wanted is not None:
            note_refusal(request, "access.refused", scope=str(wanted))
        return wanted is None  # a method that the address does not have is answered 405


def note_refusal(request: PracticeRequest, action: str, **detail: Any) -> None:
    """A refused access of a token in the audit trail."""
    match = request.resolver_match
    record(
        action,
        at=timezone.now(),
        outcome=Outcome.REFUSED,
        practice_id=request.auth.practice_id,
        token_id=request.auth.pk,
        request=request,
        route=match.view_name if match else "",
        **detail,
    )


def found(request: PracticeRequest, rows: Any, **lookup: Any) -> Any:
    """The one row of a scoped query, or a noted refusal and the answer of an address that does not exist."""
    row = rows.filter(**lookup).first()
    if row is None:
        note_refusal(
            request,
            "access.refused",
            object_type=rows.model._meta.label_lower,
            object_id=str(lookup.get("pk", next(iter(lookup.values()), ""))),
        )
        raise NotFound
    return row
