"""Static files under hashed names, with the imports inside our ES modules rewritten too."""

from collections.abc import Callable
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    support_js_module_import_aggregation = True

    def url_converter(self, name: str, *args: Any, **kwargs: Any) -> Callable[..., str]:
        """Only our own modules are rewritten: a type comment of a library looks like an import."""
        if name.endswith(".js") and not name.startswith("js/"):
            return lambda match: str(match.group(0))
        return super().url_converter(name, *args, **kwargs)
