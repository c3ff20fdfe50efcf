"""Jobs and notices: what is to be done has a row that is due, and somebody who would do it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from celery import current_app

from portal.actions.audit import SEALED_WITHIN
from portal.actions.notices import DIGEST
from portal.actions.notices import JOB as NOTICE
from portal.actions.trust import Check, Look, asked, both, rows
from portal.rules.ledger import Alarm, Difference

LATE = timedelta(minutes=2)  # a due job that nobody took for so long: workers, beat or broker stand still
UNREAD_FOR = timedelta(hours=1)

TWICE = """
SELECT min(id), 'it is open ' || count(*) || ' times: ' || kind || ' ' || object_id FROM portal_job
WHERE state IN ('ready', 'running') GROUP BY kind, object_id HAVING count(*) > 1
UNION ALL
SELECT id, 'it is in work without the end of a lease' FROM portal_job WHERE state = 'running' AND lease_until IS NULL
ORDER BY 1
"""
OPEN_KINDS = (
    "SELECT kind, min(id), count(*) FROM portal_job WHERE state IN ('ready', 'running') GROUP BY kind ORDER BY 1"
)

# Given up visibly (a failed job) is not lost; neither is what nobody wants any more.
NOTICES = """
SELECT notice.id, 'it was not sent, and no job would send it' FROM portal_notice notice
LEFT JOIN portal_user reader ON reader.id = notice.recipient_id
WHERE sent_at IS NULL AND link <> '' AND coalesce(reader.is_active, true) AND NOT EXISTS (
    SELECT FROM portal_job WHERE state IN ('ready', 'running', 'failed') AND (
        kind = %(notice)s AND object_id = coalesce(notice.digest_id, notice.id)
        OR kind = %(digest)s AND object_id = notice.recipient_id AND notice.held_until IS NOT NULL)
)
ORDER BY 1
"""

# A channel at rest has no jobs; whoever lets it go on queues them.
DISPATCHES = """
SELECT dispatch.id, 'it is on its way, and no job would send it' FROM portal_dispatch dispatch
JOIN portal_channel channel ON channel.id = dispatch.channel_id
WHERE dispatch.state IN ('waiting', 'sending') AND channel.ended_at IS NULL AND channel.pause = ''
    AND (channel.kind <> 'sftp' OR channel.host_key <> '') AND NOT EXISTS (
    SELECT FROM portal_job
    WHERE kind = 'portal.send_dispatch' AND object_id = dispatch.id AND state IN ('ready', 'running', 'failed')
)
ORDER BY 1
"""

BACKLOG = """
SELECT count(*) FILTER (WHERE state IN ('ready', 'running')), count(*) FILTER (WHERE state = 'failed'),
    extract(epoch FROM %(at)s - min(CASE
        WHEN state = 'ready' AND due_at <= %(at)s THEN due_at
        WHEN state = 'running' AND lease_until < %(at)s THEN lease_until END))
FROM portal_job WHERE state <> 'done'
"""
UNREAD = """
SELECT count(*) FROM portal_pagewords
WHERE state = 'waiting' AND due_at < %(before)s AND (lease_until IS NULL OR lease_until < %(at)s)
"""
UNSEALED = """
SELECT count(*) FROM portal_auditevent event
WHERE at < %(before)s AND NOT EXISTS (SELECT FROM portal_auditseal WHERE event_id = event.id)
"""


def nobodys(_look: Look) -> Iterator[Difference]:
    """Open jobs of a kind for which there is no task."""
    current_app.loader.import_default_modules()
    for kind, first, number in rows(OPEN_KINDS):
        if kind not in current_app.tasks:
            yield Difference("job", str(first), f"no task does jobs of the kind {kind}; {number} are open")


def alarms(look: Look) -> Iterator[Alarm]:
    """Due work that waits, jobs given up, events not sealed."""
    ((waiting, failed, age),) = rows(BACKLOG, {"at": look.at})
    if age is not None and age > LATE.total_seconds():
        yield Alarm("the oldest due job waits, in seconds", round(age))
        yield Alarm("open jobs", waiting)
    if failed:
        yield Alarm("jobs given up: see the operations page", failed)
    ((unread,),) = rows(UNREAD, {"at": look.at, "before": look.at - UNREAD_FOR})
    if unread:
        yield Alarm("pages whose words wait to be read for more than an hour", unread)
    ((unsealed,),) = rows(UNSEALED, {"before": look.at - SEALED_WITHIN})
    if unsealed:
        yield Alarm("events of the trail that should be sealed and are not", unsealed)


CHECKS = (
    Check("jobs", "no job is open twice, each has a lease or is due, and a task", both(asked("job", TWICE), nobodys)),
    Check(
        "notices",
        "every e-mail was sent, given up visibly, or has a job",
        asked("notice", NOTICES, lambda _look: {"notice": NOTICE, "digest": DIGEST}),
    ),
    Check(
        "dispatches",
        "what goes through a channel arrived, ended visibly, or has a job",
        asked("dispatch", DISPATCHES),
    ),
)
