"""What can happen to a kept file behind the site's back."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def lose(name: str) -> None:
    """The storage has lost it."""
    default_storage.delete(name)


def overwrite(name: str, content: bytes) -> None:
    """Somebody put other bytes in its place."""
    default_storage.delete(name)
    assert default_storage.save(name, ContentFile(content)) == name


def raw(name: str) -> bytes:
    """The bytes as they lie there."""
    with default_storage.open(name) as file:
        return file.read()


def flipped(content: bytes, at: int = -1) -> bytes:
    """The same bytes with one changed for certain: a fixed byte put into sealed ones is, once in 256 times, theirs."""
    changed = bytearray(content)
    changed[at] ^= 1
    return bytes(changed)
