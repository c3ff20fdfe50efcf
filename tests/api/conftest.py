"""A client of River's system, and one of Lake's."""

import hashlib
import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal.models import ApiToken, TokenScope
from tests import factories

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def token_of(practice, by, secret, scopes=tuple(TokenScope), **fields):
    values = {"expires_at": timezone.now() + timedelta(days=30), **fields}
    return ApiToken.objects.create(
        practice=practice,
        name="Practice system",
        prefix=secret[:14],
        token_hash=hashlib.sha256(secret.encode()).hexdigest(),
        scopes=list(scopes),
        created_at=timezone.now(),
        created_by=by,
        **values,
    )


class System(Client):
    """A practice's system: System(secret).post("/batches", {...}) with a fresh key each time."""

    def __init__(self, secret, **kwargs):
        super().__init__(**kwargs)
        self.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"

    def get(self, path, *args, **kwargs):
        return super().get(f"/api/v1{path}", *args, **kwargs)

    def post(self, path, data=None, *, key=None, **kwargs):
        if data is None:
            data, kwargs["content_type"] = "", "application/json"
        elif not any(hasattr(value, "read") for value in data.values()):
            data, kwargs["content_type"] = json.dumps(data), "application/json"
        headers = {"Idempotency-Key": key or str(uuid.uuid4()), **kwargs.pop("headers", {})}
        return super().post(f"/api/v1{path}", data, headers=headers, **kwargs)

    def generic_post(self, path, content, content_type):
        """POST with bytes as they are."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return super().post(f"/api/v1{path}", content, content_type=content_type, headers=headers)

    def part(self, upload, offset, content, *, sha256=None, **kwargs):
        """PATCH with the bytes at the offset, and their hash."""
        headers = {"Upload-Offset": str(offset), "X-Content-SHA256": sha256 or hashlib.sha256(content).hexdigest()}
        kwargs.setdefault("content_type", "application/octet-stream")
        return super().patch(f"/api/v1/uploads/{upload}", content, headers=headers, **kwargs)


RIVER_SECRET, LAKE_SECRET = "cl_live_" + "r" * 43, "cl_live_" + "l" * 43


@pytest.fixture
def token(river, cleo):
    return token_of(river, cleo, RIVER_SECRET)


@pytest.fixture
def system(token):
    return System(RIVER_SECRET)


@pytest.fixture
def lake_system(lake, otto):
    token_of(lake, otto, LAKE_SECRET)
    return System(LAKE_SECRET)


@pytest.fixture
def thread(river):
    return factories.ThreadFactory(batch=factories.BatchFactory(practice=river))
