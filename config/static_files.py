"""Static files under hashed names, with the imports inside our ES modules rewritten; our scripts without comments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import rjsmin
from django.core.files.base import ContentFile, File
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
    max_post_process_passes = 12  # our modules import each other several rows deep

    def _save(self, name: str, content: File[Any]) -> str:
        """Our own scripts lose their comments and blanks; libraries stay as they came.

        Under both names: what has a hashed one is made of the source, not of what was kept under the plain one.
        """
        path = PurePath(name)
        if (path.parts[0], path.suffix) == ("js", ".js"):
            content = ContentFile(rjsmin.jsmin(b"".join(content.chunks()).decode()).encode())
        return super()._save(name, content)

    def url_converter(self, name: str, *args: Any, **kwargs: Any) -> Callable[..., str]:
        """Only our own modules are rewritten: a type comment of a library looks like an import."""
        if name.endswith(".js") and not name.startswith("js/"):
            return lambda match: str(match.group(0))
        return super().url_converter(name, *args, **kwargs)
