"""The Celery app: a doorbell and a pool; the rows in PostgreSQL are the work."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("chartline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse_powerful_database_role(**_kwargs: object) -> None:
    """A worker that could see past row-level security must not start."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import connection

    from portal.scope import refuse_powerful_role

    try:
        refuse_powerful_role()
    except ImproperlyConfigured as trouble:
        raise SystemExit(str(trouble)) from None  # Celery only logs what else a receiver raises, and goes on
    finally:
        connection.close()  # children must not inherit the socket
