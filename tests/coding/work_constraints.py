"""The constraints of queues as rules, saved views, hours and absences, each with a way to break it."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

from coding.models import Absence, ListColumns, SavedView, WorkHours, WorkQueue, WorkQueueVersion
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import NOON


def manager() -> Any:
    return factories.UserFactory(roles=[Role.MANAGER])


def queue(**fields: Any) -> WorkQueue:
    return WorkQueue.objects.create(**{"name": "Heart", "position": 1, "made_at": NOON, "made_by": manager(), **fields})


def version(**fields: Any) -> WorkQueueVersion:
    of = fields.pop("queue", None) or queue()
    return WorkQueueVersion.objects.create(
        **{"queue": of, "number": 1, "rules": {}, "made_at": NOON, "made_by": of.made_by, **fields}
    )


def tested() -> dict[str, Any]:
    return {"tested_at": NOON, "tested_by": manager(), "found": {"count": 0}}


def beside(**fields: Any) -> Callable[[], None]:
    """Another version beside one that is like it."""

    def breaking() -> None:
        first = version(**{name: value() if callable(value) else value for name, value in fields.items()})
        same = {
            name: getattr(first, name) for name in ("state", "tested_at", "tested_by", "found", "live_at", "live_by")
        }
        version(queue=first.queue, number=2, **same)

    return breaking


def same_number() -> None:
    first = version(state="ended", ended_at=NOON, ended_by=manager())
    version(queue=first.queue)


def span(**fields: Any) -> WorkHours:
    return WorkHours.objects.create(**{"user": manager(), "weekday": 0, "starts": time(8), "ends": time(16), **fields})


def same_span_twice() -> None:
    span(user=span().user)


def absence(**fields: Any) -> Absence:
    day = NOON.date()
    return Absence.objects.create(**{
        "user": manager(), "starts_on": day, "ends_on": day, "reason": "sick", "made_at": NOON, "made_by": manager(),
        **fields,
    })  # fmt: skip


def handed_to_themselves() -> None:
    person = manager()
    absence(user=person, hand_to=person)


def view(**fields: Any) -> SavedView:
    made = {"name": "Late", "query": "is:overdue", "made_at": NOON}
    return SavedView.objects.create(**{**made, "made_by": fields.pop("made_by", None) or manager(), **fields})


BROKEN_WORK: dict[str, Callable[[], Any]] = {
    "coding_workhours_weekday": lambda: span(weekday=7),
    "coding_workhours_end_later": lambda: span(ends=time(8)),
    "coding_workhours_once": same_span_twice,
    "coding_absence_reason_known": lambda: absence(reason="bored"),
    "coding_absence_dates": lambda: absence(ends_on=NOON.date() - timedelta(days=1)),
    "coding_absence_handed_to_another": handed_to_themselves,
    "coding_absence_cancelled_by_at": lambda: absence(cancelled_at=NOON),
    "coding_savedview_name_once": lambda: [view(made_by=(max_ := manager())), view(name="LATE", made_by=max_)],
    "coding_savedview_has_a_name": lambda: view(name=""),
    "coding_savedview_says_something": lambda: view(query=""),
    "coding_savedview_sort_known": lambda: view(sort="worst"),
    "coding_listcolumns_known": lambda: ListColumns.objects.create(user=manager(), columns=["salary"]),
    "coding_workqueue_name_once": lambda: [queue(), queue(name="HEART")],
    "coding_workqueue_has_a_name": lambda: queue(name=""),
    "coding_workqueueversion_state_known": lambda: version(state="maybe"),
    "coding_workqueueversion_number_once": same_number,
    "coding_workqueueversion_one_live": beside(
        state="live", tested_at=NOON, tested_by=manager, found=dict, live_at=NOON, live_by=manager
    ),
    "coding_workqueueversion_one_draft": beside(),
    "coding_workqueueversion_tested_by_at": lambda: version(
        state="ended", tested_at=NOON, ended_at=NOON, ended_by=manager()
    ),
    "coding_workqueueversion_live_by_at": lambda: version(
        state="ended", live_at=NOON, ended_at=NOON, ended_by=manager()
    ),
    "coding_workqueueversion_ended_by_at": lambda: version(state="ended", ended_at=NOON),
    "coding_workqueueversion_tested_before_live": lambda: version(state="live", live_at=NOON, live_by=manager()),
}
