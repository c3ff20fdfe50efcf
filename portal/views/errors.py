"""Pages for what went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  (Django's signature)
    """The form was sent from a page of an earlier sign-in; nothing was changed."""
    return render(request, "403.html", {"stale_form": True}, status=403)
