"""Rows about looking after access that break one constraint each."""

from datetime import UTC, date, datetime

from portal.models import AccessReview, ExclusionCheck, ReviewedAccess
from portal.rules.roles import Role
from tests import factories

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def person(role=Role.CODER):
    return factories.UserFactory(roles=[role])


def reviewed(**fields):
    review = fields.pop("review", None) or AccessReview.objects.create(started_at=NOON, started_by=person(Role.ADMIN))
    return ReviewedAccess.objects.create(**{
        "review": review, "user": person(), "name": "X", "email": "x@example.com", "roles": ["coder"], **fields,
    })  # fmt: skip


def by_oneself():
    own = person(Role.ADMIN)
    reviewed(user=own, decision="keep", decided_at=NOON, decided_by=own)


def looked_up_by_oneself():
    own = person(Role.ADMIN)
    noted(user=own, by=own)


def again(first):
    type(first).objects.create(
        **{field.name: getattr(first, field.name) for field in first._meta.fields if field.name != "id"}
    )


def noted(**fields):
    return ExclusionCheck.objects.create(**{
        "user": person(), "list": "leie", "outcome": "clear", "checked_on": DAY, "at": NOON, "by": person(Role.ADMIN),
        **fields,
    })  # fmt: skip


BROKEN_OVERSIGHT = {
    "portal_exclusioncheck_list_known": lambda: noted(list="rumour"),
    "portal_exclusioncheck_outcome_known": lambda: noted(outcome="maybe"),
    "portal_exclusioncheck_not_of_oneself": looked_up_by_oneself,
    "portal_accessreview_closed_by_at": lambda: AccessReview.objects.filter(pk=reviewed().review_id).update(
        closed_at=NOON
    ),
    "portal_accessreview_one_open": lambda: again(reviewed().review),
    "portal_reviewedaccess_once": lambda: again(reviewed()),
    "portal_reviewedaccess_decided_by_at": lambda: reviewed(decision="keep", decided_at=NOON),
    "portal_reviewedaccess_decided": lambda: reviewed(decision="keep"),
    "portal_reviewedaccess_not_of_oneself": by_oneself,
}
