"""The web process: gunicorn with threads serves this."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from portal.scope import refuse_powerful_role  # noqa: E402  (needs the apps loaded)

refuse_powerful_role()
