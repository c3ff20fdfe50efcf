"""What every request passes through: log line, privacy headers, database scope, locks, time zone."""

import logging
import secrets
import time
import zoneinfo
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import resolve, reverse
from django.utils import timezone

from portal import scope
from portal.actions.audit import record
from portal.failpoints import reached
from portal.models import User
from portal.signals import person_away

logger = logging.getLogger(__name__)
View = Callable[[HttpRequest], HttpResponseBase]

SERVER_ERROR = 500
LOCKED = 423  # RFC 4918, 11.3
UNAUTHORIZED = 401
SWIFT = ("/p/", "/work/p/")


def request_log(get_response: View) -> View:
    """One line a request: the route's name, never the path or the query."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.request_id = secrets.token_hex(8)  # type: ignore[attr-defined]
        start = time.monotonic()
        response = get_response(request)
        match = request.resolver_match
        logger.info(
            "request",
            extra={
                "request_id": request.request_id,  # type: ignore[attr-defined]
                "method": request.method,
                "route": match.view_name or match.route if match else None,
                "status": response.status_code,
                "milliseconds": round((time.monotonic() - start) * 1000, 1),
            },
        )
        return response

    return middleware


def swift(get_response: View) -> View:
    """Signed links to page images go past sessions, forms and messages: their view checks what these would.

    A page of the bench asks for dozens of images, and each one waits for its answer.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(SWIFT) or request.method not in {"GET", "HEAD"}:
            return get_response(request)
        match = request.resolver_match = resolve(request.path_info)
        answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return answer

    return middleware


def private_responses(get_response: View) -> View:
    """Pages of signed-in people are kept by no cache."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()")
        return response

    return middleware


def database_scope(get_response: View) -> View:
    """The request in one transaction, under the scope of the person who makes it.

    The transaction ends with the response: a server error rolls it back. An API request has no
    user here; its token opens its scope (portal.api.authentication).
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path in {"/healthz", "/readyz"}:
            return get_response(request)
        with scope.opened(staff=False):
            if request.user.is_authenticated:
                scope.enter(request.user)
            response = get_response(request)
            if response.status_code >= SERVER_ERROR:
                transaction.set_rollback(True)
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            reached("web.committed")
        return response

    return middleware


def idle_lock(get_response: View) -> View:
    """After fifteen minutes without a person's doing, the session answers only the unlock page.

    Requests that a page makes by itself (heartbeat, autosave) carry X-Background and do not count.
    Nothing is lost: drafts are rows, and the page keeps what it has not yet sent. Twelve hours after
    sign-in the session ends whatever was done in it: the row's expiry moves with every save, so
    the time of sign-in is kept beside it.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated or request.path.startswith(settings.STATIC_URL):
            return get_response(request)
        now, session = time.time(), request.session
        if now - session.setdefault("signed_in_at", now) > settings.SESSION_COOKIE_AGE:
            return ended(request, by=request.user)
        if not session.get("locked") and now - session.get("last_active", now) > settings.IDLE_LOCK_SECONDS:
            session["locked"] = True
            at = timezone.now()
            record("session.locked", at=at, by=request.user, request=request)
            person_away.send(sender=User, user=request.user, at=at)
        if session.get("locked") and request.path not in {reverse("portal:unlock"), reverse("account_logout")}:
            return locked(request)
        note_activity(request, now)
        return get_response(request)

    return middleware


def note_activity(request: HttpRequest, now: float) -> None:
    """A person did something; written at most every ten seconds, for the lock needs no finer clock."""
    session = request.session
    if "X-Background" in request.headers or session.get("locked"):
        return
    if now - session.get("last_active", 0) > min(10, settings.IDLE_LOCK_SECONDS / 10):
        session["last_active"] = now


def by_script(request: HttpRequest) -> bool:
    """Whether a script asks, which cannot use a page; browsers say so, and only scripts set these headers."""
    headers = request.headers
    return (
        any(name in headers for name in ("HX-Request", "X-CSRFToken", "X-Requested-With", "X-Background"))
        or headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
        or "json" in headers.get("Accept", "")
    )


def way_back(request: HttpRequest) -> str:
    """Where the person was: the page asked for, or the one whose form was sent."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc == request.get_host() and not came_from.path.startswith("//"):
        return urlunsplit(("", "", came_from.path, came_from.query, ""))
    return reverse("portal:home")


def locked(request: HttpRequest) -> HttpResponse:
    """The way to the unlock page; scripts get 423 so that they can keep what they hold."""
    if by_script(request):
        return JsonResponse({"locked": True}, status=LOCKED)
    if request.method not in {"GET", "HEAD"}:
        messages.warning(
            request, "The page was locked when you sent the form. Nothing was changed; please send it again."
        )
    return redirect(f"{reverse('portal:unlock')}?{urlencode({'next': way_back(request)})}")


def ended(request: HttpRequest, *, by: User) -> HttpResponse:
    """The session is over: sign in again and come back."""
    back = way_back(request)
    record("session.ended", at=timezone.now(), by=by, request=request)
    logout(request)
    if by_script(request):
        return JsonResponse({"signed_out": True}, status=UNAUTHORIZED)
    return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}")


def lacks_second_factor(user: User) -> bool:
    """Whether the person has a staff role, or is an operator, and has no second factor where one is required."""
    if not settings.MFA_REQUIRED_FOR_STAFF or not (user.is_service_staff or user.is_staff):
        return False
    return not user.authenticator_set.exclude(type="recovery_codes").exists()  # type: ignore[attr-defined]  # allauth's


def second_factor(get_response: View) -> View:
    """People with a staff role, and operators, set up a second factor before anything else."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if (
            request.user.is_authenticated
            and not request.path.startswith(("/account/", settings.STATIC_URL))
            and request.path not in {reverse("portal:unlock"), reverse("portal:keep_alive")}
            and lacks_second_factor(request.user)
        ):
            return redirect(resolve_url("mfa_index"))
        return get_response(request)

    return middleware


def user_time_zone(get_response: View) -> View:
    """Times are shown in the person's own zone."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        zone = request.user.time_zone if request.user.is_authenticated else settings.TIME_ZONE
        with timezone.override(zoneinfo.ZoneInfo(zone)):
            return get_response(request)

    return middleware
