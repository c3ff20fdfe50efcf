"""Encounters, leases and deliveries in the ledger: one holder, a legal history, never nowhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta

from django.db.models.functions import Mod

from coding.actions.delivery import JOB as DELIVER
from coding.actions.kept_results import NotKept, remake_delivery
from coding.rules.lifecycle import FINISHED, IN_WORK, MOVES
from portal.actions.trust import Check, Look, asked, both, rows
from portal.models import Delivery
from portal.rules.ledger import Alarm, Difference, named_steps

SWEPT_WITHIN = timedelta(minutes=5)  # beat sweeps leases and held work every thirty seconds

# Events of one encounter are written under its lock, so their numbers are their order.
HISTORY = """
WITH told AS (
    SELECT encounter_id, id, move, old_status, new_status,
        lag(new_status) OVER story AS before, lead(id) OVER story AS after
    FROM coding_encounterevent WINDOW story AS (PARTITION BY encounter_id ORDER BY id)
)
SELECT encounter_id, CASE
    WHEN before IS NULL AND (move, old_status) <> ('create', '') THEN 'its history does not begin with its making'
    WHEN before <> old_status THEN 'its history jumps from ' || before || ' to ' || old_status
    ELSE 'its history has a move that is not legal: ' || move || ' from ' || old_status || ' to ' || new_status END
FROM told
WHERE (before IS NULL AND (move, old_status) <> ('create', '')) OR before <> old_status
   OR (old_status <> '' AND old_status <> new_status AND (move, old_status, new_status) NOT IN (
        SELECT step->>0, step->>1, step->>2 FROM jsonb_array_elements(%(legal)s::jsonb) step))
UNION ALL
SELECT encounter.id, CASE WHEN told.id IS NULL THEN 'it has no history' ELSE
    'its history ends in ' || told.new_status || ', but it is in ' || encounter.status END
FROM coding_encounter encounter LEFT JOIN told ON told.encounter_id = encounter.id AND told.after IS NULL
WHERE told.id IS NULL OR told.new_status <> encounter.status
ORDER BY 1
"""

LEASES = """
WITH held AS (
    SELECT encounter_id, count(*) AS number, min(stage) AS stage, min(user_id) AS user_id
    FROM coding_assignment WHERE ended_at IS NULL GROUP BY encounter_id
), at_work AS (SELECT key AS stage, value AS status FROM jsonb_each_text(%(in_work)s::jsonb))
SELECT encounter.id, CASE
    WHEN held.number > 1 THEN 'it is open with ' || held.number || ' holders'
    WHEN held.number IS NULL THEN 'it is ' || encounter.status || ', and nobody holds it'
    WHEN at_work.stage IS NULL THEN 'somebody holds it, but it is ' || encounter.status
    WHEN at_work.stage <> held.stage THEN 'it is ' || encounter.status || ', but held for ' || held.stage
    ELSE 'its verifier coded it' END
FROM coding_encounter encounter
LEFT JOIN held ON held.encounter_id = encounter.id
LEFT JOIN at_work ON at_work.status = encounter.status
WHERE held.number > 1 OR (held.number IS NULL) <> (at_work.stage IS NULL) OR at_work.stage <> held.stage
   OR (encounter.status = 'verifying' AND held.user_id = encounter.coded_by_id)
UNION ALL
SELECT encounter_id, 'it was verified by who coded it' FROM coding_verification WHERE coder_id = verifier_id
ORDER BY 1
"""

NOWHERE = """
SELECT encounter.id, 'it belongs to another batch than its chart' FROM coding_encounter encounter
JOIN portal_chart chart ON chart.id = encounter.chart_id WHERE chart.batch_id <> encounter.batch_id
UNION ALL
SELECT encounter.id, 'its batch is delivered, and it is ' || encounter.status FROM coding_encounter encounter
JOIN portal_batch batch ON batch.id = encounter.batch_id
WHERE batch.status = 'delivered' AND encounter.status <> 'delivered'
UNION ALL
SELECT encounter.id, 'it is work of a batch that was not sent' FROM coding_encounter encounter
JOIN portal_batch batch ON batch.id = encounter.batch_id WHERE batch.status = 'open'
ORDER BY 1
"""

WITHOUT_WORK = """
SELECT chart.id, 'it is ready in a batch that was sent, and no encounter came of it' FROM portal_chart chart
JOIN portal_batch batch ON batch.id = chart.batch_id
WHERE chart.status = 'ready' AND batch.status <> 'open'
  AND NOT EXISTS (SELECT FROM coding_encounter WHERE chart_id = chart.id)
ORDER BY 1
"""

# Everything of the batch is done: a job must deliver it, or have been given up where managers see it.
UNDELIVERED = """
SELECT batch.id, 'all its work is done, and no job would deliver it' FROM portal_batch batch
WHERE batch.status = 'received'
  AND EXISTS (SELECT FROM portal_chart WHERE batch_id = batch.id)
  AND NOT EXISTS (
      SELECT FROM portal_chart
      WHERE batch_id = batch.id AND (status IN ('received', 'locked') OR reason = 'not_checked'))
  AND NOT EXISTS (SELECT FROM coding_encounter WHERE batch_id = batch.id AND status <> ALL(%(finished)s))
  AND NOT EXISTS (SELECT FROM portal_job WHERE kind = %(deliver)s AND object_id = batch.id AND state <> 'done')
ORDER BY 1
"""

CODE_FILES = """
SELECT id, 'it waits to be loaded, and no job would do it' FROM coding_codefile file
WHERE outcome = 'waiting' AND NOT EXISTS (
    SELECT FROM portal_job WHERE kind = 'coding.load_code_file' AND object_id = file.id AND state <> 'done'
)
ORDER BY 1
"""

OVERDUE = """
SELECT count(*) FILTER (WHERE NOT held), count(*) FILTER (WHERE held) FROM (
    SELECT false AS held FROM coding_assignment WHERE ended_at IS NULL AND lease_until < %(before)s
    UNION ALL SELECT true FROM coding_encounter
      WHERE status = 'held' AND hold_reason <> 'query' AND hold_return_at < %(before)s
    UNION ALL SELECT true FROM coding_query WHERE status = 'open' AND expires_at < %(before)s
) overdue
"""


def made_again(look: Look) -> Iterator[Difference]:
    """Delivered files that come out otherwise when they are made again; of `every` one, another one each day."""
    if not look.every:
        return
    turn = look.at.toordinal() % look.every
    rows_in_turn = Delivery.objects.annotate(turn=Mod("pk", look.every)).filter(turn=turn).order_by("pk")
    for delivery in rows_in_turn.iterator(chunk_size=200):
        try:
            content = remake_delivery(delivery)
        except NotKept:
            continue
        if hashlib.sha256(content).hexdigest() != delivery.sha256:
            yield Difference("delivery", str(delivery.pk), "made again, it has other bytes than were delivered")


def alarms(look: Look) -> Iterator[Alarm]:
    """Leases and held work that the sweep should have taken up."""
    ((leases, held),) = rows(OVERDUE, {"before": look.at - SWEPT_WITHIN})
    if leases:
        yield Alarm("leases that ran out and were not swept", leases)
    if held:
        yield Alarm("held encounters whose day has come and that were not taken up", held)


CHECKS = (
    Check(
        "encounters",
        "each encounter's history is legal and ends where it is; each ready chart has work",
        both(
            asked("encounter", HISTORY, lambda _look: {"legal": json.dumps(named_steps(MOVES))}),
            asked("encounter", NOWHERE),
            asked("chart", WITHOUT_WORK),
        ),
    ),
    Check(
        "leases",
        "what is in work has one holder, at its stage, and no verifier judges their own coding",
        asked("encounter", LEASES, lambda _look: {"in_work": json.dumps(dict(IN_WORK))}),
    ),
    Check(
        "deliveries",
        "each batch whose work is done has a job that delivers it; each code file is loaded or has a job",
        both(
            asked("batch", UNDELIVERED, lambda _look: {"deliver": DELIVER, "finished": sorted(FINISHED)}),
            asked("code file", CODE_FILES),
        ),
    ),
    Check("remaking", "delivered files, made again from what was kept of them, have the same bytes", made_again),
)
