"""Batches over the API: open, fill, send, list; fetch the results."""

from __future__ import annotations

import hmac
from typing import ClassVar

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.response import Response

from portal.actions.audit import record
from portal.actions.batches import BatchNotOpen, NoAgreement, NothingToSend, open_batch
from portal.actions.charts import BatchFull, Receipt, receive_file
from portal.actions.deliveries import DeliveryDamaged, read_delivery, record_download
from portal.actions.uploads import NotAsExpected, UploadsUnfinished, send_batch_as_expected
from portal.api.authentication import PracticeRequest
from portal.api.base import PracticeView, number
from portal.api.documentation import HASH_HEADER, KEY_HEADER, WHEN, errors
from portal.api.errors import Refused
from portal.api.idempotency import idempotent, sha256_of
from portal.api.permissions import found
from portal.api.serializers import (
    BatchPageSerializer,
    BatchSerializer,
    BatchWriteSerializer,
    ChartSerializer,
    DeliveryListSerializer,
    DeliverySerializer,
    FileWriteSerializer,
    ReceiptPageSerializer,
    ReceiptSerializer,
    SendErrorSerializer,
    SendSerializer,
)
from portal.models import Batch, Chart, Delivery, TokenScope
from portal.rules.expected_files import Difference, Named
from portal.rules.intake import ADVICE, Refusal

A_PAGE = 50
RECEIPTS_A_PAGE = 200
NO_AGREEMENT = Refused(409, "no_agreement", "There is no contract or no business associate agreement in force.")
NOT_OPEN = Refused(409, "batch_not_open", "The batch was sent; it takes no more files. Open another.")
UNFINISHED = "Files of the batch are unfinished. Complete them or give them up; nothing was sent."
TOO_FULL = Refused(409, "batch_full", "With this file the batch is larger than a batch may be.")


class BatchesView(PracticeView):
    """The batches of the practice."""

    required_scopes: ClassVar = {"GET": TokenScope.STATUS, "POST": TokenScope.SEND}

    @extend_schema(
        operation_id="list_batches",
        summary="List batches",
        description="Newest first, 50 at a time.",
        parameters=[OpenApiParameter("before", int, description="The `next` of the page before.")],
        responses={200: BatchPageSerializer, **errors()},
        tags=["batches"],
    )
    def get(self, request: PracticeRequest) -> Response:
        rows = Batch.objects.visible_to(request.user).order_by("-pk")
        before = number(request, "before")
        if before is not None:
            rows = rows.filter(pk__lt=before)
        page = list(rows[: A_PAGE + 1])
        more, page = len(page) > A_PAGE, page[:A_PAGE]
        return Response({"results": BatchSerializer(page, many=True).data, "next": page[-1].pk if more else None})

    @extend_schema(
        operation_id="open_batch",
        summary="Open a batch",
        description="Open a batch, add files to it, then send it. Nothing is worked on before it is sent.",
        parameters=[KEY_HEADER],
        request=BatchWriteSerializer,
        responses={201: BatchSerializer, **errors(400, 409, 413, 415, 422)},
        tags=["batches"],
    )
    @idempotent
    def post(self, request: PracticeRequest) -> Response:
        wanted = BatchWriteSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        now = timezone.now()
        try:
            batch = open_batch(
                practice=request.auth.practice,
                name=wanted.validated_data["name"],
                specialty=wanted.validated_data["specialty"],
                by=None,
                at=now,
                source=Batch.Source.API,
            )
        except NoAgreement:
            raise NO_AGREEMENT from None
        record_call(request, "batch.opened_by_token", batch)
        return Response(BatchSerializer(batch).data, status=201)


class FilesView(PracticeView):
    """The files of a batch."""

    required_scopes: ClassVar = {"POST": TokenScope.SEND}
    parser_classes: list[type[BaseParser]] = [MultiPartParser]

    @extend_schema(
        operation_id="add_file",
        summary="Add a file",
        description="One file a request. The receipt comes after the bytes and their hash are kept. A file that cannot "
        "be taken is kept too and gets its outcome and advice; pages are drawn later, see the batch's charts.",
        parameters=[KEY_HEADER, HASH_HEADER],
        request={"multipart/form-data": FileWriteSerializer},
        responses={201: ReceiptSerializer, **errors(400, 404, 409, 413, 415, 422)},
        tags=["batches"],
    )
    @idempotent
    def post(self, request: PracticeRequest, pk: int) -> Response:
        batch = found(request, Batch.objects.visible_to(request.user).select_related("practice"), pk=pk)
        sent = FileWriteSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        file = sent.validated_data["file"]
        declared = sent.validated_data.get("sha256") or request.headers.get("X-Content-SHA256", "")
        if declared and not hmac.compare_digest(declared.lower().encode(), sha256_of(file).encode()):
            raise Refused(
                422, "sha256_differs", "The file does not have the declared SHA-256. Nothing was kept; send it again."
            )
        try:
            receipt = receive_file(batch=batch, file=file, name=file.name, by=None, at=timezone.now())
        except BatchNotOpen:
            raise NOT_OPEN from None
        except NoAgreement:
            raise NO_AGREEMENT from None
        except BatchFull:
            raise TOO_FULL from None
        record_call(request, "chart.received_by_token", receipt.chart)
        return Response(receipt_data(receipt), status=201)


class SendView(PracticeView):
    """The sending of a batch."""

    required_scopes: ClassVar = {"POST": TokenScope.SEND}

    @extend_schema(
        operation_id="send_batch",
        summary="Send a batch",
        description="Hand the batch over. Its due time counts from now, and its thread opens. Name every file that the "
        "batch must hold, with its SHA-256, and it is sent only if it holds exactly these; otherwise the answer lists "
        "what is missing, different or unexpected. A batch with unfinished uploads is not sent.",
        parameters=[KEY_HEADER],
        request=SendSerializer,
        responses={
            200: BatchSerializer,
            **errors(400, 404, 413, 415, 422),
            409: OpenApiResponse(SendErrorSerializer, WHEN[409]),
        },
        tags=["batches"],
    )
    @idempotent
    def post(self, request: PracticeRequest, pk: int) -> Response:
        batch = found(request, Batch.objects.visible_to(request.user).select_related("practice"), pk=pk)
        wanted = SendSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        try:
            send_batch_as_expected(batch=batch, expected=named(wanted), by=None, at=timezone.now())
        except UploadsUnfinished as trouble:
            raise Refused(409, "uploads_unfinished", UNFINISHED, unfinished=list(trouble.uploads)) from None
        except NotAsExpected as trouble:
            raise not_as_expected(trouble.difference) from None
        except BatchNotOpen:
            raise Refused(409, "batch_not_open", "The batch was sent before.") from None
        except NoAgreement:
            raise NO_AGREEMENT from None
        except NothingToSend:
            raise Refused(409, "batch_empty", "The batch has no file that can be worked on.") from None
        record_call(request, "batch.sent_by_token", batch)
        batch.refresh_from_db()
        return Response(BatchSerializer(batch).data)


class ReceiptsView(PracticeView):
    """The receipts of a batch."""

    required_scopes: ClassVar = {"GET": TokenScope.STATUS}

    @extend_schema(
        operation_id="list_receipts",
        summary="List the receipts of a batch",
        description="Every file as it was kept, with size and SHA-256, in the order of receipt, 200 at a time.",
        parameters=[OpenApiParameter("after", int, description="The `next` of the page before.")],
        responses={200: ReceiptPageSerializer, **errors(404)},
        tags=["batches"],
    )
    def get(self, request: PracticeRequest, pk: int) -> Response:
        batch = found(request, Batch.objects.visible_to(request.user), pk=pk)
        rows = Chart.objects.visible_to(request.user).filter(batch=batch, pk__gt=number(request, "after") or 0)
        page = list(rows.in_order()[: RECEIPTS_A_PAGE + 1])
        more, page = len(page) > RECEIPTS_A_PAGE, page[:RECEIPTS_A_PAGE]
        return Response({"results": ChartSerializer(page, many=True).data, "next": page[-1].pk if more else None})


class ResultsView(PracticeView):
    """The results of a batch."""

    required_scopes: ClassVar = {"GET": TokenScope.RESULTS}

    @extend_schema(
        operation_id="list_results",
        summary="List the results of a batch",
        description="Newest version first; empty until the batch is delivered.",
        responses={200: DeliveryListSerializer, **errors(404)},
        tags=["results"],
    )
    def get(self, request: PracticeRequest, pk: int) -> Response:
        batch = found(request, Batch.objects.visible_to(request.user), pk=pk)
        rows = Delivery.objects.visible_to(request.user).filter(batch=batch)
        return Response({"results": DeliverySerializer(rows, many=True).data})


class ResultFileView(PracticeView):
    """One result file."""

    required_scopes: ClassVar = {"GET": TokenScope.RESULTS}

    @extend_schema(
        operation_id="fetch_result",
        summary="Fetch a result file",
        description="The bytes as delivered; their SHA-256 is in the header X-Content-SHA256. The fetch is recorded.",
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, "The file."),
            **errors(404, 409),
        },
        tags=["results"],
    )
    def get(self, request: PracticeRequest, pk: int) -> HttpResponse:
        delivery = found(request, Delivery.objects.visible_to(request.user), pk=pk)
        try:
            content = read_delivery(delivery=delivery)
        except DeliveryDamaged:
            raise Refused(
                409, "result_damaged", "The stored file is not what was delivered. Our staff look into it."
            ) from None
        record_download(delivery=delivery, at=timezone.now(), token=request.auth, request=request)
        answer = HttpResponse(content, content_type="application/octet-stream")
        answer["Content-Disposition"] = f'attachment; filename="{delivery.file_name}"'
        answer["X-Content-SHA256"] = delivery.sha256
        return answer


def named(wanted: SendSerializer) -> list[Named] | None:
    """The files that the batch must hold; None if the sender named none."""
    files = wanted.validated_data.get("expected")
    return None if files is None else [(file["name"], file["sha256"]) for file in files]


def not_as_expected(difference: Difference) -> Refused:
    """The refusal that lists how the batch differs from what was named."""
    return Refused(
        409, "not_as_expected", "The batch does not hold exactly the expected files. Nothing was sent.",
        missing=[{"name": name, "sha256": sha256} for name, sha256 in difference.missing],
        different=[
            {"name": name, "sha256": sha256, "received_sha256": held} for name, sha256, held in difference.different
        ],
        unexpected=[{"name": name, "sha256": sha256} for name, sha256 in difference.unexpected],
    )  # fmt: skip


def record_call(request: PracticeRequest, action: str, about: Batch | Chart) -> None:
    """Who of the practice's systems did it: the token, beside the event of the action itself."""
    record(action, at=timezone.now(), about=about, request=request, token_id=request.auth.pk)


def receipt_data(receipt: Receipt) -> dict[str, object]:
    """The receipt as the API gives it."""
    advice = ADVICE[Refusal(receipt.chart.reason)] if receipt.chart.reason else None
    return {
        "outcome": receipt.outcome.value,
        "chart": receipt.chart.pk,
        "sha256": receipt.chart.sha256,
        "size": receipt.chart.size,
        "reason": receipt.chart.reason,
        "advice": {"wrong": advice.wrong, "next_step": advice.next_step} if advice is not None else None,
    }
