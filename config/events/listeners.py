"""Who listens to a stream, and to what: the session and the scope that hold on the pages hold here."""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib import import_module
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest
from django.utils import timezone

from config.middleware import lacks_second_factor
from feedback.models import Thread
from portal import scope
from portal.actions.audit import record
from portal.models import Batch, Outcome, User
from portal.news import Hint
from portal.rules.roles import Permission

DIGITS = 18  # any number of so many digits fits the database's ids


class NobodySignedIn(Exception):
    """There is no session, or it has ended or is locked."""


class NotTheirs(Exception):
    """What was asked for does not exist for this person."""


@dataclass(frozen=True)
class Listener:
    """A person, the practices whose news they get, the one batch they asked about, and whether they see threads."""

    user: int
    practices: frozenset[int]
    batch: int | None
    threads: bool

    def events_of(self, hint: Hint) -> set[str]:
        """The names of the events that a hint is for this person; empty if it is none of theirs."""
        if hint.practice not in self.practices or self.batch not in {None, hint.batch}:
            return set()
        if hint.thread is None:
            return {"batch"}
        return {"thread"} if self.threads else set()


def listener(session_key: str, query: str) -> Listener:
    """Who asks, and what they may hear: `batch=12` about one batch, nothing about all of a person's practices.

    NobodySignedIn or NotTheirs; the latter is noted, as it is on the pages.
    """
    close_old_connections()
    try:
        with scope.opened(staff=False):
            user = signed_in(session_key)
            scope.enter(user)
            try:
                return what_they_hear(user, query)
            except NotTheirs:
                refused = user
        with scope.service():
            record("access.refused", at=timezone.now(), by=refused, outcome=Outcome.REFUSED, route="events")
        raise NotTheirs
    finally:
        close_old_connections()


def signed_in(session_key: str) -> User:
    """The person of a session that is neither over nor locked; listening keeps no session alive."""
    request = HttpRequest()
    session = request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key=session_key)
    user, now = get_user(request), time.time()
    if not isinstance(user, User) or not user.is_active or session.get("locked") or lacks_second_factor(user):
        raise NobodySignedIn
    if now - session.get("signed_in_at", now) > settings.SESSION_COOKIE_AGE:
        raise NobodySignedIn
    if now - session.get("last_active", now) > settings.IDLE_LOCK_SECONDS:
        raise NobodySignedIn
    return user


def what_they_hear(user: User, query: str) -> Listener:
    """The news that a person may hear of what they asked for; NotTheirs."""
    asked = parse_qs(query).get("batch", [""])[0]
    if not asked:
        if not user.practice_ids or Permission.SEE_BATCHES not in user.permissions:
            raise NotTheirs
        return Listener(user.pk, frozenset(user.practice_ids), None, user.may(Permission.DISCUSS))
    if not (asked.isascii() and asked.isdigit() and len(asked) <= DIGITS):
        raise NotTheirs
    pk = int(asked)
    thread = Thread.objects.visible_to(user).filter(batch=pk).values_list("practice_id", flat=True).first()
    seen = Batch.objects.visible_to(user).filter(pk=pk).values_list("practice_id", flat=True).first()
    practice = seen or thread
    if practice is None:
        raise NotTheirs
    # A thread begins when the batch is sent: who may talk hears of the first word too.
    threads = thread is not None or (seen is not None and user.may(Permission.DISCUSS))
    return Listener(user.pk, frozenset({practice}), pk, threads)
