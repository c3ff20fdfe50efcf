"""The small ASGI process, for server-sent events only; the site itself is config.wsgi."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from config.events.streams import Events  # noqa: E402  (needs the apps loaded)
from portal.scope import refuse_powerful_role  # noqa: E402

refuse_powerful_role()
application = Events()
