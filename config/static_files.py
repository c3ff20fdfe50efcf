"""Static files under hashed names, with the imports inside our ES modules rewritten too; our own without comments."""

from collections.abc import Callable
from pathlib import PurePath
from typing import IO, Any

import rcssmin
import rjsmin
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

SMALLER: dict[tuple[str, str], Callable[[str], str]] = {
    ("js", ".js"): rjsmin.jsmin,
    ("css", ".css"): rcssmin.cssmin,
}


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
    max_post_process_passes = 12  # our modules import each other several rows deep

    def save(self, name: str, content: IO[Any], max_length: int | None = None) -> str:
        """Collected: our own scripts and style sheets lose their comments and blanks; libraries stay as they came."""
        path = PurePath(name)
        smaller = SMALLER.get((path.parts[0], path.suffix))
        if smaller is not None:
            content = ContentFile(smaller(content.read().decode()).encode())
        return super().save(name, content, max_length)

    def url_converter(self, name: str, *args: Any, **kwargs: Any) -> Callable[..., str]:
        """Only our own modules are rewritten: a type comment of a library looks like an import."""
        if name.endswith(".js") and not name.startswith("js/"):
            return lambda match: str(match.group(0))
        return super().url_converter(name, *args, **kwargs)
