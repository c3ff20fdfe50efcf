"""A part of a page says which chart it is about: a page that shows another one by then leaves it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

ENCOUNTER, VERSION = "X-Encounter", "X-Version"
View = Callable[..., HttpResponseBase]


def about_chart(view: View) -> View:
    """The answer with its encounter, and with the version of the draft for which it was asked ("" for none)."""

    @wraps(view)
    def marked(request: HttpRequest, pk: int, **names: Any) -> HttpResponseBase:
        response = view(request, pk, **names)
        version = request.POST.get("version", "")
        response[ENCOUNTER] = str(pk)
        response[VERSION] = version if version.isascii() and version.isdigit() else ""
        return response

    return marked
