"""A batch's manifest over the API: what the practice's system says each file is about."""

from __future__ import annotations

import csv
import io
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.response import Response

from portal.actions.batches import BatchNotOpen
from portal.actions.manifests import keep_manifest
from portal.api.authentication import PracticeRequest
from portal.api.base import PracticeView
from portal.api.batches import NOT_OPEN
from portal.api.documentation import KEY_HEADER, errors
from portal.api.errors import Refused
from portal.api.idempotency import idempotent
from portal.api.permissions import found
from portal.api.serializers import ManifestAnswerSerializer, ManifestWriteSerializer
from portal.models import Batch, Chart, Manifest, TokenScope
from portal.rules.manifest import LABELS, UNUSABLE, Column, NotAManifest, match_rows


class CsvParser(BaseParser):
    """The bytes as they are."""

    media_type = "text/csv"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:  # noqa: ARG002
        return bytes(stream.read())


class ManifestView(PracticeView):
    """The manifest of a batch."""

    required_scopes: ClassVar = {"POST": TokenScope.SEND}
    parser_classes: list[type[BaseParser]] = [JSONParser, CsvParser]

    @extend_schema(
        operation_id="send_manifest",
        summary="Say what the files are about",
        description="A CSV with headings, or rows as JSON. It takes the place of an earlier one and can be sent before "
        "or after the files. It is offered to whoever reads the chart, and never taken over unread.",
        parameters=[KEY_HEADER],
        request={"application/json": ManifestWriteSerializer, "text/csv": OpenApiTypes.STR},
        responses={201: ManifestAnswerSerializer, **errors(400, 404, 409, 413, 415, 422)},
        tags=["batches"],
    )
    @idempotent
    def post(self, request: PracticeRequest, pk: int) -> Response:
        batch = found(request, Batch.objects.visible_to(request.user).select_related("practice"), pk=pk)
        content = request.data if isinstance(request.data, bytes) else as_csv(request.data)
        try:
            manifest = keep_manifest(batch=batch, content=content, by=None, token=request.auth, at=timezone.now())
        except NotAManifest as trouble:
            raise Refused(422, f"manifest_{trouble.why.value}", UNUSABLE[trouble.why]) from None
        except BatchNotOpen:
            raise NOT_OPEN from None
        return Response(answer(manifest), status=201)


def as_csv(data: Any) -> bytes:
    """Rows of JSON as the table they are kept as."""
    wanted = ManifestWriteSerializer(data=data)
    wanted.is_valid(raise_exception=True)
    columns = [column for column in Column if column not in {Column.LAST_NAME, Column.FIRST_NAME}]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([LABELS[column] for column in columns])
    writer.writerows([row.get(column.value, "") for column in columns] for row in wanted.validated_data["rows"])
    return out.getvalue().encode()


def answer(manifest: Manifest) -> dict[str, Any]:
    """How the columns were understood, the lines with a problem, and the files that no row names."""
    rows = list(manifest.rows.order_by("line"))
    files = list(Chart.objects.filter(batch_id=manifest.batch_id).in_order().values_list("pk", "original_name"))
    matches = match_rows([row.file for row in rows], files)
    problems = [
        {"line": row.line, "problems": [*row.problems, *([problem] if problem else [])]}
        for row, problem in zip(rows, matches.problems, strict=True)
    ]
    return {
        "columns": manifest.columns,
        "rows": len(rows),
        "matched": sum(chart is not None for chart in matches.files),
        "problems": [line for line in problems if line["problems"]],
        "unnamed_charts": list(matches.unnamed),
    }
