"""How sign-in fits this site: by invitation only, addresses behind proxies, mail after the commit."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest

from portal.signals import sign_in_throttled

NO_ADDRESS = "0.0.0.0"  # noqa: S104  (stands for "not known": a server behind a socket without proxy headers)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This e-mail address and password do not fit together.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then try again, or reset your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  (allauth's signature)
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The person's address, past as many proxies as TRUSTED_PROXY_COUNT says."""
        try:
            return str(super().get_client_ip(request))
        except PermissionDenied:
            return NO_ADDRESS

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """People have no user name; the e-mail address is it."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try; one too many is told to the audit trail before it is refused."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            sign_in_throttled.send(sender=type(self), request=request, credentials=credentials)
            raise

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Whether this is the person's password; by the person's own address, throttled like a sign-in."""
        found = self.authenticate(current.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail about the account leaves after the commit: no network inside a transaction."""
        request = current.request
        words = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        transaction.on_commit(self.render_mail(template_prefix, email, words).send, robust=True)
