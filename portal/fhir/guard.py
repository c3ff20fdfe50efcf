"""Which addresses may be asked at all: a practice's settings must not lead us into our own network."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings


class Forbidden(Exception):
    """The address may not be asked; the text is the name of the reason."""


def check_address(address: str, *, hosts: frozenset[str]) -> None:
    """Forbidden unless the address is https (or its host excepted by setting) on one of the hosts."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    if not host or parts.username or parts.password:
        raise Forbidden("no_host")
    if host not in hosts and host not in settings.FHIR_EXTRA_HOSTS:
        raise Forbidden("foreign_host")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in settings.FHIR_PRIVATE_HOSTS):
        raise Forbidden("not_https")


def number_of(host: str, port: int) -> str:
    """One IP address of the host, to connect to; Forbidden unless all it has are public, OSError if it has none."""
    found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if host.lower() not in settings.FHIR_PRIVATE_HOSTS and not all(is_public(number) for number in found):
        raise Forbidden("private_address")
    return min(found, key=lambda number: (":" in number, number))


def is_public(number: str) -> bool:
    """Whether the IP address belongs to the open Internet."""
    address = ipaddress.ip_address(number.split("%", maxsplit=1)[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not (mapped or address).is_multicast
