"""Large files over the API: begun, sent in parts, resumed after a cut, completed under their hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from django.http import UnreadablePostError
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.response import Response

from portal.actions.batches import BatchNotOpen, NoAgreement
from portal.actions.charts import BatchFull
from portal.actions.uploads import Arrived, NotTaken, abandon_upload, append_part, complete_upload, open_upload
from portal.api.authentication import PracticeRequest
from portal.api.base import PracticeView
from portal.api.batches import NO_AGREEMENT, NOT_OPEN, TOO_FULL, receipt_data, record_call
from portal.api.documentation import KEY_HEADER, WHEN, errors
from portal.api.errors import Refused
from portal.api.idempotency import idempotent
from portal.api.permissions import found
from portal.api.serializers import (
    CompleteSerializer,
    OffsetSerializer,
    ReceiptSerializer,
    UploadErrorSerializer,
    UploadPageSerializer,
    UploadSerializer,
    UploadStatusSerializer,
    UploadWriteSerializer,
)
from portal.models import Batch, TokenScope, Upload
from portal.rules.uploads import LARGEST_PART, PASSING, SAID, Trouble

STATUS: Mapping[Trouble, int] = MappingProxyType(
    {
        Trouble.PART_DIFFERS: 422,
        Trouble.BEYOND_THE_END: 422,
        Trouble.HASH_MISSING: 422,
        Trouble.FILE_DIFFERS: 422,
        Trouble.PART_TOO_LARGE: 413,
        Trouble.FILE_TOO_LARGE: 413,
        Trouble.TOO_OFTEN: 429,
    }
)
CONFLICT = 409  # what the state of the upload does not allow
BYTES = {"application/octet-stream", "application/offset+octet-stream"}
PIECE = 1024**2  # bytes read at a time
NUMBER = re.compile(r"[0-9]{1,18}")
SHA256 = re.compile(r"[0-9a-fA-F]{64}")
CUT_OFF = Refused(400, "cut_off", "The connection ended before the part had arrived. Send it again.")
Answer = TypeVar("Answer")

OFFSET_HEADER = OpenApiParameter(
    "Upload-Offset",
    int,
    OpenApiParameter.HEADER,
    required=True,
    description="Where the part begins: the offset so far.",
)
PART_HASH_HEADER = OpenApiParameter(
    "X-Content-SHA256", str, OpenApiParameter.HEADER, required=True, description="SHA-256 of the part in hex."
)


def upload_errors(*statuses: int) -> dict[int, OpenApiResponse]:
    """The error answers of an operation on an upload; those that may say where to go on."""
    return {
        **errors(*statuses),
        **{code: OpenApiResponse(UploadErrorSerializer, WHEN[code]) for code in statuses if code in {409, 422}},
    }


def answered(work: Callable[[], Answer]) -> Answer:
    """What the work gives; its named troubles as refusals."""
    try:
        return work()
    except NotTaken as trouble:
        raise refusal(trouble) from None
    except BatchNotOpen:
        raise NOT_OPEN from None
    except NoAgreement:
        raise NO_AGREEMENT from None
    except BatchFull:
        raise TOO_FULL from None


def refusal(trouble: NotTaken) -> Refused:
    """The answer to a step that was not taken; with the offset at which to go on, if there is one."""
    more: dict[str, Any] = {} if trouble.offset is None else {"offset": trouble.offset}
    refused = Refused(STATUS.get(trouble.trouble, CONFLICT), trouble.trouble.value, SAID[trouble.trouble], **more)
    refused.passing = trouble.trouble in PASSING
    return refused


def part_of(request: Any) -> tuple[int, str, Arrived]:
    """Offset and declared SHA-256 of a part, and what arrived; Refused if one of them is not usable."""
    offset, sha256 = request.headers.get("Upload-Offset", ""), request.headers.get("X-Content-SHA256", "")
    wrong = {
        name: ["This field is required."]
        for name, value, form in (("Upload-Offset", offset, NUMBER), ("X-Content-SHA256", sha256, SHA256))
        if not form.fullmatch(value)
    }
    if wrong:
        raise Refused(400, "invalid", "The request is not valid.", fields=wrong)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_PART:  # before a byte of it is read
        raise refusal(NotTaken(Trouble.PART_TOO_LARGE))
    digest, pieces, size = hashlib.sha256(), [], 0
    try:
        while size <= LARGEST_PART and (piece := request.read(PIECE)):
            digest.update(piece)  # while more comes in
            pieces.append(piece)
            size += len(piece)
    except UnreadablePostError:
        raise CUT_OFF from None
    return int(offset), sha256, Arrived(b"".join(pieces), digest.hexdigest())


class UploadsView(PracticeView):
    """The files on their way into a batch."""

    required_scopes: ClassVar = {"GET": TokenScope.SEND, "POST": TokenScope.SEND}

    @extend_schema(
        operation_id="list_uploads",
        summary="List the unfinished files of a batch",
        description="Those that can still be gone on with, also after days.",
        responses={200: UploadPageSerializer, **errors(404)},
        tags=["uploads"],
    )
    def get(self, request: PracticeRequest, pk: int) -> Response:
        batch = found(request, Batch.objects.visible_to(request.user), pk=pk)
        rows = Upload.objects.visible_to(request.user).unfinished().filter(batch=batch)
        return Response({"results": UploadSerializer(rows, many=True).data})

    @extend_schema(
        operation_id="begin_upload",
        summary="Begin a file that is sent in parts",
        description="For files of any size, and the way for large ones: what has arrived stays for seven days after "
        "the last part, so a cut connection costs one part at most. Then send parts, then complete it.",
        parameters=[KEY_HEADER],
        request=UploadWriteSerializer,
        responses={201: UploadSerializer, **upload_errors(400, 404, 409, 413, 415, 422)},
        tags=["uploads"],
    )
    @idempotent
    def post(self, request: PracticeRequest, pk: int) -> Response:
        batch = found(request, Batch.objects.visible_to(request.user).select_related("practice"), pk=pk)
        wanted = UploadWriteSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        upload = answered(
            lambda: open_upload(batch=batch, **wanted.validated_data, by=None, token=request.auth, at=timezone.now())
        )
        return Response(UploadSerializer(upload).data, status=201)


class UploadView(PracticeView):
    """One file on its way."""

    required_scopes: ClassVar = {"GET": TokenScope.SEND, "PATCH": TokenScope.SEND, "DELETE": TokenScope.SEND}
    http_method_names: list[str] = ["get", "head", "patch", "delete"]

    @extend_schema(
        operation_id="get_upload",
        summary="Ask how far a file is",
        description="After a cut connection: go on at `offset`. The parts show with their hashes what is there.",
        responses={200: UploadStatusSerializer, **errors(404)},
        tags=["uploads"],
    )
    def get(self, request: PracticeRequest, pk: int) -> Response:
        rows = Upload.objects.visible_to(request.user).prefetch_related("parts")
        upload = found(request, rows, pk=pk)
        return Response(UploadStatusSerializer(upload).data, headers={"Upload-Offset": str(upload.offset)})

    @extend_schema(
        operation_id="send_part",
        summary="Send a part",
        description="The body is the bytes, at most 16 MiB, beginning where the file stands. The answer comes when "
        "they are on disk. Bytes that do not have the declared SHA-256, or begin elsewhere, are not kept, and the "
        "answer says where to go on. The same part sent again is taken as done; so no key is needed.",
        parameters=[OFFSET_HEADER, PART_HASH_HEADER],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={200: OffsetSerializer, **upload_errors(400, 404, 409, 413, 415, 422)},
        tags=["uploads"],
    )
    def patch(self, request: PracticeRequest, pk: int) -> Response:
        upload = found(request, Upload.objects.visible_to(request.user), pk=pk)
        media_type = request.content_type.partition(";")[0].strip().lower()
        if media_type not in BYTES:
            raise UnsupportedMediaType(media_type)
        offset, sha256, arrived = part_of(request._request)
        now_at = answered(
            lambda: append_part(upload=upload, offset=offset, arrived=arrived, sha256=sha256, at=timezone.now())
        )
        return Response({"offset": now_at, "size": upload.size}, headers={"Upload-Offset": str(now_at)})

    @extend_schema(
        operation_id="give_up_upload",
        summary="Give a file up",
        description="What has arrived of it is removed.",
        responses={204: None, **upload_errors(404, 409)},
        tags=["uploads"],
    )
    def delete(self, request: PracticeRequest, pk: int) -> Response:
        upload = found(request, Upload.objects.visible_to(request.user), pk=pk)
        answered(lambda: abandon_upload(upload=upload, by=None, token=request.auth, at=timezone.now()))
        return Response(status=204)


class CompleteView(PracticeView):
    """The end of a file that was sent in parts."""

    required_scopes: ClassVar = {"POST": TokenScope.SEND}

    @extend_schema(
        operation_id="complete_upload",
        summary="Complete a file",
        description="The parts are put together, read back and compared with the SHA-256 of the whole file. The "
        "receipt is the one that a file sent in one request gets.",
        parameters=[KEY_HEADER],
        request=CompleteSerializer,
        responses={201: ReceiptSerializer, **upload_errors(400, 404, 409, 413, 415, 422)},
        tags=["uploads"],
    )
    @idempotent
    def post(self, request: PracticeRequest, pk: int) -> Response:
        upload = found(request, Upload.objects.visible_to(request.user), pk=pk)
        wanted = CompleteSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        sha256 = wanted.validated_data.get("sha256", "")
        receipt = answered(lambda: complete_upload(upload=upload, sha256=sha256, by=None, at=timezone.now()))
        record_call(request, "chart.received_by_token", receipt.chart)
        return Response(receipt_data(receipt), status=201)
