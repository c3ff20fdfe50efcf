"""Run the SFTP door."""

import asyncio
from typing import Any

import asyncssh
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from portal.scope import refuse_powerful_role
from portal.sftp.serve import serve
from portal.sftp.staging import DirectoryTaken


class Command(BaseCommand):
    help = "Serves the practices' inboxes and outboxes by SFTP until it is told to stop."

    def handle(self, *_args: Any, **_options: Any) -> None:
        refuse_powerful_role()
        try:
            asyncio.run(serve(self.stdout.write))
        except DirectoryTaken:
            raise CommandError(f"Another SFTP server works in {settings.SFTP_DIR}. Set SFTP_DIR.") from None
        except (ImproperlyConfigured, asyncssh.KeyImportError) as trouble:
            raise CommandError(str(trouble)) from None
        except OSError as trouble:
            raise CommandError(
                f"Cannot listen on {settings.SFTP_HOST}:{settings.SFTP_PORT}: {trouble.strerror}"
            ) from None
