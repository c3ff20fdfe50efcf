"""The key by which clients know this server."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import asyncssh
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def host_key() -> asyncssh.SSHKey:
    """From the setting SFTP_HOST_KEY; a site that only shows itself on one machine makes and keeps its own."""
    if settings.SFTP_HOST_KEY:
        return asyncssh.import_private_key(settings.SFTP_HOST_KEY.replace("\\n", "\n").strip() + "\n")
    if settings.HTTPS:
        raise ImproperlyConfigured("SFTP_HOST_KEY is not set. Make a key with: ssh-keygen -t ed25519 -N '' -f host-key")
    path = Path(settings.SFTP_DIR) / "host-key"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"host-key.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(asyncssh.generate_private_key("ssh-ed25519", comment="").export_private_key())
        with suppress(FileExistsError):
            os.link(draft, path)  # of two that start at once one wins
        draft.unlink()
    return asyncssh.read_private_key(str(path))
