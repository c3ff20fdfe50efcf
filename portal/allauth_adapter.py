"""How sign-in fits this site: no sign-up without an invitation, sign-ins in the audit trail."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return str(request.META.get("REMOTE_ADDR") or "")

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """People have no user name; the e-mail address is it."""
