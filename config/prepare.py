"""What `make run` does before the site opens: tables, static files, demo data, in one Django process.

Progress goes to standard error; standard output carries the demo's sign-ins and nothing else.
"""

import os
import sys

import django
from django.core.management import call_command, get_commands

from config.collect import collect_static_files


def prepare() -> None:
    """Each step does nothing when there is nothing to do, so every start may run all of them."""
    call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)
    collect_static_files()
    call_command("load_carried_codes", stdout=sys.stderr)  # also for a site that was here before its lists were
    call_command("build_code_index", "--if-needed", stdout=sys.stderr)
    if "seed_demo" in get_commands():
        call_command("seed_demo", "--if-empty", stdout=sys.stderr)
        call_command("seed_demo", "--print-sign-ins")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    prepare()
