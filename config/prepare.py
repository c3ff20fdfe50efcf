"""What `make run` does before the site opens: tables, static files, demo data, in one Django process.

Progress goes to standard error; standard output carries the demo's sign-ins and nothing else.
"""

import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands


def prepare() -> None:
    """Each step does nothing when there is nothing to do, so every start may run all of them."""
    call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)
    collect_static_files()
    call_command("load_carried_codes", stdout=sys.stderr)  # also for a site that was here before its lists were
    call_command("build_code_index", "--if-needed", stdout=sys.stderr)
    if "seed_demo" in get_commands():
        call_command("seed_demo", "--if-empty", stdout=sys.stderr)
        call_command("seed_demo", "--print-sign-ins")


def collect_static_files() -> None:
    """Hashing and compressing takes seconds, so it is left out while every source is what it was."""
    root = Path(settings.STATIC_ROOT)
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
    prepare()
