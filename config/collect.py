"""Static files as browsers get them, collected anew when a source has changed; `python -m config.collect`."""

import fcntl
import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_static_files() -> None:
    """Hashing and compressing takes seconds, so it is left out while every source is what it was."""
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".collecting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        collect_into(root)


def collect_into(root: Path) -> None:
    note = root / ".collected-from"
    sources = digest_of_sources()
    if (root / "staticfiles.json").exists() and note.exists() and note.read_text(encoding="utf-8") == sources:
        return
    note.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, stdout=sys.stderr)
    note.write_text(sources, encoding="utf-8")


def digest_of_sources() -> str:
    """Over names and contents, and over what decides how they are processed."""
    digest = hashlib.sha256()
    for path in (Path("config/static_files.py"), Path("requirements/runtime.txt")):
        digest.update((settings.BASE_DIR / path).read_bytes())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: str(found[0])):
            with storage.open(name) as file:
                digest.update(f"\0{name}\0".encode() + file.read())
    return digest.hexdigest()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    collect_static_files()
