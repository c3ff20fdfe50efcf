"""What a browser may load on our pages: our own files, and nothing inline."""

from typing import Any
from urllib.parse import urlsplit


def content_security_policy(*, events_url: str) -> dict[str, Any]:
    """The policy; `events_url` is named where the streams of news have an address of their own."""
    events = urlsplit(events_url)
    return {
        "DIRECTIVES": {
            "default-src": ["'none'"],
            "script-src": ["'self'"],
            "style-src": ["'self'"],
            "img-src": ["'self'", "data:", "blob:"],  # blob: page images that a bench has fetched ahead
            "font-src": ["'self'"],
            "connect-src": ["'self'", *([f"{events.scheme}://{events.netloc}"] if events.netloc else [])],
            "manifest-src": ["'self'"],
            "form-action": ["'self'"],
            "frame-ancestors": ["'none'"],
            "base-uri": ["'none'"],
        }
    }
