"""A POST under a key is done once: the same key and body get the same answer, another body a refusal."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import connection
from django.http import Http404
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from portal.api.authentication import PracticeRequest
from portal.api.errors import Refused
from portal.models import ApiToken, IdempotentRequest

KEY = re.compile(r"[\x21-\x7e]{1,100}")
KEPT = timedelta(days=7)  # how long an answer is repeated
FORM_ROOM = 1024**2  # bytes for a form's other fields and its frame
SERVER_ERROR = 500
CHUNK = 1024**2
Method = Callable[..., Response]


def idempotent(method: Method) -> Method:
    """The POST method of a view, done once per token and Idempotency-Key.

    The request is one transaction, so the stored answer and the effect are kept together or not at all.
    Answers below 500 are stored, except troubles that pass by themselves; after these and after a 500 the
    same key does the work anew.
    """

    @wraps(method)
    def once(view: Any, request: PracticeRequest, *args: Any, **kwargs: Any) -> Response:
        token, key, now = request.auth, key_of(request), timezone.now()
        takes_form = MultiPartParser in view.parser_classes
        refuse_too_large(request, takes_form=takes_form)
        mark = fingerprint(request, takes_form=takes_form)
        if not taken(token, key):
            raise Refused(
                409, "in_progress", "A request with this Idempotency-Key is under way. Try again in a moment."
            )
        kept = IdempotentRequest.objects.filter(token=token, key=key, created_at__gt=now - KEPT).first()
        if kept is not None:
            return repeated(kept, mark)
        try:
            response = method(view, request, *args, **kwargs)
        except (APIException, Http404, PermissionDenied) as refused:
            response = view.handle_exception(refused)
            if isinstance(refused, Refused) and refused.passing:
                return Response(response.data, status=response.status_code)
        if response.status_code < SERVER_ERROR:
            response.data = keep(token, key, mark, response, at=now)
        return response

    return once


def key_of(request: PracticeRequest) -> str:
    """The key of the request: 1 to 100 visible ASCII characters."""
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise Refused(
            400,
            "idempotency_key_required",
            "Send an Idempotency-Key of 1 to 100 visible ASCII characters, new for each request.",
        )
    return key


def refuse_too_large(request: PracticeRequest, *, takes_form: bool) -> None:
    """Refuse before reading what would not be kept."""
    limit = settings.INTAKE_FILE_LIMIT + FORM_ROOM if takes_form else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise RequestDataTooBig


def fingerprint(request: PracticeRequest, *, takes_form: bool) -> str:
    """SHA-256 in hex over method, address and body; of a form: its fields and the SHA-256 of its files."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if not takes_form:
        digest.update(request._request.body)  # before the parser reads the stream
        return digest.hexdigest()
    form: Any = request.data  # a QueryDict, for the body is a form
    parts = [[name, *form.getlist(name)] for name in sorted(form) if name not in request.FILES]
    for name in sorted(request.FILES):
        parts += [[name, file.name, sha256_of(file)] for file in request.FILES.getlist(name)]
    digest.update(json.dumps(parts).encode())
    return digest.hexdigest()


def sha256_of(file: Any) -> str:
    """The SHA-256 of an uploaded file in hex, read in blocks."""
    digest = hashlib.sha256()
    for block in file.chunks(CHUNK):
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()


def taken(token: ApiToken, key: str) -> bool:
    """Take the key until the transaction ends; False if another request has it."""
    number = int.from_bytes(hashlib.sha256(f"{token.pk} {key}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def repeated(kept: IdempotentRequest, mark: str) -> Response:
    """The stored answer again; a refusal if the request is another one."""
    if kept.fingerprint != mark:
        raise Refused(422, "key_reused", "This Idempotency-Key was used for another request. Use a new one.")
    text: Any = kept.answer
    return Response(json.loads(text), status=kept.status_code, headers={"Idempotent-Replay": "true"})


def keep(token: ApiToken, key: str, mark: str, response: Response, *, at: datetime) -> Any:
    """Store the answer as it is sent, and forget the token's old ones."""
    text = JSONRenderer().render(response.data).decode()
    old = IdempotentRequest.objects.filter(token=token, created_at__lte=at - KEPT).select_for_update(skip_locked=True)
    IdempotentRequest.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    IdempotentRequest.objects.create(
        practice_id=token.practice_id,
        token=token,
        key=key,
        fingerprint=mark,
        status_code=response.status_code,
        answer=text,  # a text: the column would put the names in another order
        created_at=at,
    )
    return json.loads(text)
