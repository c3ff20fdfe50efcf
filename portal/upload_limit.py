"""Uploads are weighed before they are read: nobody fills the disk, least of all somebody who is not signed in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

FORM = 1024**2  # bytes allowed beside the files
STRANGER = 5 * 1024**2  # bytes for somebody who is not signed in


class UploadLimit(FileUploadHandler):
    """Raises RequestDataTooBig (answered 400) by the announced length, before a byte of the body is read."""

    def handle_raw_input(self, *args: Any, **more: Any) -> None:  # noqa: ARG002
        """Weigh the request; Django hands over (input, META, content_length, boundary, encoding)."""
        content_length: int = args[2]
        user = getattr(self.request, "user", None)
        known = user is not None and user.is_authenticated
        if content_length > (settings.INTAKE_BATCH_LIMIT + FORM if known else STRANGER):
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        """Left to the handlers that follow."""
        return raw_data

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002
        """Left to the handlers that follow."""
        return
