"""When a notice leaves by its reader's wishes, and the change of these."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from portal.actions.audit import record
from portal.models import NoticeWishes, User
from portal.rules.mail_times import How, Wishes, leaves_at


def wishes_of(person: User) -> Wishes:
    """What a person wishes; everything at once, if they have not said."""
    row = NoticeWishes.objects.filter(user=person).first()
    return row.wishes if row is not None else Wishes()


def plan_for(person: User, kind: str, *, at: datetime) -> tuple[How, datetime | None]:
    """How a notice that is due at this time goes to a person, and when it leaves; no time: never."""
    wishes = wishes_of(person)
    leaves = leaves_at(wishes, kind, at.astimezone(ZoneInfo(person.time_zone)))
    return wishes.how_of(kind), leaves


@transaction.atomic
def change_wishes(
    *, how: Mapping[str, str], digest_hour: int, quiet_from: int | None, quiet_until: int | None, by: User, at: datetime
) -> None:
    """Keep what a person wishes from now on; what is held already goes with the digest it is held for."""
    NoticeWishes.objects.update_or_create(
        user=by,
        defaults={
            "how": dict(how),
            "digest_hour": digest_hour,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
        },
    )
    record("notice_wishes.changed", at=at, by=by, about=by)
