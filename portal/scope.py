"""Which practices' rows the database shows: set for one transaction, and closed by default.

Row-level security (see `portal.tenancy`) reads the settings made here. A request, a task and a
command each open their scope; outside one, a client table looks empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

if TYPE_CHECKING:
    from portal.models import User

SETTINGS = ("chartline.staff", "chartline.practices", "chartline.user")


@contextmanager
def opened(*, staff: bool, practices: Iterable[int] = (), user: int | None = None) -> Iterator[None]:
    """A transaction in which the given scope holds; a surrounding scope comes back afterwards."""
    values = ["on" if staff else "", ",".join(str(pk) for pk in sorted(practices)), str(user or "")]
    inner = connection.in_atomic_block  # at the end of the outermost transaction the settings go by themselves
    with transaction.atomic():
        before = current() if inner else None
        apply(values)
        try:
            yield
        finally:
            if before is not None and not connection.needs_rollback:
                apply(before)


def service() -> AbstractContextManager[None]:
    """The scope of the service's own work: tasks, commands, sign-in by token."""
    return opened(staff=True)


def practice(practice_id: int) -> AbstractContextManager[None]:
    """The scope of one practice."""
    return opened(staff=False, practices=[practice_id])


def current() -> list[str]:
    """The settings now in force, in the order of SETTINGS."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join("coalesce(current_setting(%s, true), '')" for _ in SETTINGS), SETTINGS)
        return list(cursor.fetchone() or [""] * len(SETTINGS))


def apply(values: Iterable[str]) -> None:
    """Put the settings in force until the transaction ends."""
    pairs = [part for pair in zip(SETTINGS, values, strict=True) for part in pair]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join("set_config(%s, %s, true)" for _ in SETTINGS), pairs)


def refuse_powerful_role() -> None:
    """ImproperlyConfigured if the connection could see past row-level security."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT rolname, rolsuper, rolbypassrls,
                   EXISTS (SELECT FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
                           AND pg_has_role(current_user, relowner, 'USAGE'))
            FROM pg_roles WHERE rolname = current_user
            """
        )
        name, superuser, bypass, owner = cursor.fetchone()
    faults = [
        word
        for word, found in (
            ("is a superuser", superuser),
            ("bypasses row-level security", bypass),
            ("owns tables", owner),
        )
        if found
    ]
    if faults:
        raise ImproperlyConfigured(
            f"The database role {name} {' and '.join(faults)}. The site must connect as a role that owns nothing "
            "(DATABASE_URL); only migrations use the owner (DATABASE_OWNER_URL). See docs/operations.md."
        )


def enter(user: User) -> None:
    """Put a person's scope in force for the transaction that is open.

    Their own memberships are visible by their id alone; the practices of these become the scope.
    """
    apply(["", "", str(user.pk)])
    enter_known(user)


def enter_known(user: User) -> None:
    """The same for a person whose practices were read already."""
    staff = user.is_service_staff or user.is_staff
    apply(["on" if staff else "", "" if staff else ",".join(str(pk) for pk in sorted(user.practice_ids)), str(user.pk)])
