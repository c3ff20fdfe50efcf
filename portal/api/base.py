"""What the API's views share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.models import TokenScope

BIGINT_DIGITS = 18  # any number of so many digits fits the database's ids


class PracticeView(APIView):
    """A view for tokens; `required_scopes` names the scope of each method."""

    required_scopes: ClassVar[Mapping[str, TokenScope]] = {}
    parser_classes: list[type[BaseParser]] = [JSONParser]
    http_method_names: list[str] = ["get", "post", "head"]


def number(request: Request, name: str) -> int | None:
    """An id from the query; anything else counts as not given."""
    value = request.query_params.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= BIGINT_DIGITS else None


@extend_schema(exclude=True)
class NothingHereView(PracticeView):
    """Any other address below the API: the answer has the API's shape."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Ask for the key first: without one, no address tells whether it exists."""
        super().initial(request, *args, **kwargs)
        raise NotFound
