"""Answers with page images: by a page's own address, or by a signed link with as few queries as the checks need."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hmac import compare_digest
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal import laid_out, page_links, scope
from portal.access import SignedRequest, View
from portal.actions.audit import record
from portal.actions.pages import PageDamaged, open_page_image
from portal.models import Outcome, Page, User
from portal.page_links import PageLink, Writer
from portal.rules.roles import Permission, Role

CONFLICT = 409  # not a 5xx: that would roll the audit event back
FRESH = 3  # after this part of the idle time a link goes by the page's own address, where looking counts as doing
# The person with roles, practices and session in one query: the ORM would ask four times.
SIGNED_IN = """
SELECT u.id, u.password, u.is_active, u.is_staff, s.session_data,
       ARRAY(SELECT r.role FROM portal_userrole r WHERE r.user_id = u.id) AS role_names,
       ARRAY(SELECT m.practice_id FROM portal_membership m WHERE m.user_id = u.id) AS member_of
FROM portal_user u, django_session s
WHERE u.id = %s AND u.is_active AND s.session_key = %s AND s.expire_date > %s
"""
Answer = TypeVar("Answer", bound=HttpResponseBase)
Find = Callable[[User, PageLink], Page | None]


def page_answer(request: HttpRequest, page: Page, *, by: User, at: datetime) -> HttpResponse:
    """The image of a page that this person may see; looking at it is an audit event. 409 if it is damaged."""
    try:
        source, content_type = open_page_image(page=page, by=by, at=at, request=request, ahead=is_ahead(request))
    except PageDamaged:
        record("page.damaged", at=at, by=by, about=page, outcome=Outcome.REFUSED, request=request)
        return private(HttpResponse(status=CONFLICT))
    with source:
        if settings.PAGE_ACCEL_DIR:
            response = HttpResponse(content_type=content_type)
            response["X-Accel-Redirect"] = laid_out.address(page.image_name, source)
        else:
            response = HttpResponse(source.read(), content_type=content_type)
    response["Content-Disposition"] = "inline"  # without the stored file's name
    return private(response)


def is_ahead(request: HttpRequest) -> bool:
    """Whether a bench fetches something before it is shown; it tells when it is."""
    return "X-Prefetch" in request.headers


def private(response: Answer) -> Answer:
    """Shown to this person, guessed by no browser, kept by no cache."""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def links(request: SignedRequest, kind: str) -> Writer:
    """What writes links for the person who asks, in their session."""
    return Writer(kind, request.user.pk, request.session.session_key or "", timezone.now())


def link_view(kind: str, *, find: Find, own: Callable[[PageLink], str]) -> View:
    """A view that answers a signed link: with the image, with the way to the page's own address if link or session
    need a closer look, or with 404.

    It comes before sessions and sign-in (config.middleware.swift): what these would check is checked here.
    `find` gives the page if the person may see it, `own` the page's own address.
    """

    @require_safe
    def view(request: HttpRequest, link: str) -> HttpResponse:
        now, read = timezone.now(), page_links.read(link, kind)
        with scope.opened(staff=False, user=read.person if read is not None else None):
            signed_in = sign_in(request, read, at=now) if read is not None else None
            if read is None or signed_in is None:
                return nothing(request, at=now)
            session, person = signed_in
            page = find(person, read)
            if page is None:
                return nothing(request, at=now, by=person)
            if read.is_over(now) or not is_fresh(session):
                return private(HttpResponseRedirect(own(read)))
            return page_answer(request, page, by=person, at=now)

    view.requires = (Permission.SEE_CHARTS,)  # type: ignore[attr-defined]  # read by the sweep over all addresses
    return view


def nothing(request: HttpRequest, *, at: datetime, by: User | None = None) -> HttpResponse:
    """A noted refusal that looks like a link that never was."""
    record("access.refused", at=at, by=by, outcome=Outcome.REFUSED, request=request, route="page-by-link")
    return private(HttpResponseNotFound())


def sign_in(request: HttpRequest, link: PageLink, *, at: datetime) -> tuple[Mapping[str, Any], User] | None:
    """The session's content and the person, if this is the link's session and they are still signed in in it.

    Puts the person's scope in force, and session and person into the request for the trail.
    """
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if not key or not compare_digest(page_links.mark_of(key), link.session):
        return None
    person = next(iter(User.objects.raw(SIGNED_IN, [link.person, key, at])), None)
    if person is None:
        return None
    person.roles = frozenset(Role(name) for name in person.role_names)
    person.practice_ids = frozenset(person.member_of)
    store = SessionStore(key)
    session = store.decode(person.session_data)
    if (
        session.get(SESSION_KEY) != str(person.pk)
        or session.get(HASH_SESSION_KEY) not in auth_hashes(person)
        or not person.may(Permission.SEE_CHARTS)
    ):
        return None
    scope.enter_known(person)
    request.session, request.user = store, person
    return session, person


def auth_hashes(person: User) -> Iterator[Any]:
    """What a session that began with the person's present password may hold."""
    yield person.get_session_auth_hash()
    yield from person.get_session_auth_fallback_hash()


def is_fresh(session: Mapping[str, Any]) -> bool:
    """Whether the session was used a short while ago by another request, so that no lock can be due."""
    now = time.time()
    return (
        not session.get("locked")
        and now - session.get("last_active", 0) < settings.IDLE_LOCK_SECONDS / FRESH
        and now - session.get("signed_in_at", 0) < settings.SESSION_COOKIE_AGE
    )
