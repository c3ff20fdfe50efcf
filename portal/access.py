"""The three questions before a view: signed in, allowed, in scope. Outsiders get 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from portal.actions.audit import record
from portal.models import Outcome, User
from portal.rules.roles import Permission

View = Callable[..., HttpResponseBase]
Row = TypeVar("Row", bound=Model)


class SignedRequest(HttpRequest):
    """A request behind `requires` or `signed_in`: somebody is signed in. For annotations; nothing makes one."""

    user: User
    htmx: HtmxDetails


def signed_in(view: View) -> View:
    """The view for anyone signed in; others are asked to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        return view(request, *args, **kwargs)

    return guarded


def requires(*any_of: Permission) -> Callable[[View], View]:
    """The view for people with one of the permissions; for others the page does not exist."""

    def decorate(view: View) -> View:
        @wraps(view)
        @signed_in
        def guarded(request: SignedRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.permissions.intersection(any_of):
                refuse(request)
            return view(request, *args, **kwargs)

        guarded.requires = any_of  # type: ignore[attr-defined]  # read by the sweep over all addresses
        return guarded

    return decorate


def refuse(request: HttpRequest, **detail: Any) -> NoReturn:
    """Note the refused access and raise Http404; the page looks like one that never existed."""
    match = request.resolver_match
    record(
        "access.refused",
        at=timezone.now(),
        by=request.user if request.user.is_authenticated else None,
        outcome=Outcome.REFUSED,
        request=request,
        route=match.view_name if match else "",
        **detail,
    )
    raise Http404


def found(request: HttpRequest, rows: QuerySet[Row], **lookup: Any) -> Row:
    """The one row of a scoped query, or a noted refusal that answers 404."""
    row = rows.filter(**lookup).first()
    if row is None:
        refuse(request, object_type=rows.model._meta.label_lower, object_id=str(lookup.get("pk", "")))
    return row
