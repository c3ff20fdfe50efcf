"""Receipts, charts and batches: what was received is there, in one state, and never nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from portal.actions.charts import RENDER
from portal.actions.trust import Check, Look, asked, both, rows
from portal.rules.ledger import Alarm, steps
from portal.rules.lifecycle import BATCH_MOVES, CHART_MOVES, Move

# A receipt is the event that was committed with the row.
RECEIPTS = """
SELECT coalesce(chart.id, receipt.object_id), CASE
    WHEN receipt.object_id IS NULL THEN 'there is a row, but the trail has no receipt'
    WHEN chart.id IS NULL THEN 'the trail has a receipt, but there is no row'
    WHEN receipt.number > 1 THEN 'the trail has ' || receipt.number || ' receipts'
    ELSE 'the receipt names other bytes than the row' END
FROM portal_chart chart
FULL JOIN (
    SELECT object_id, count(*) AS number, min(detail->>'sha256') AS sha256, min((detail->>'size')::bigint) AS size
    FROM portal_auditevent WHERE object_type = 'portal.chart' AND action = 'chart.received' GROUP BY object_id
) receipt ON receipt.object_id = chart.id
WHERE chart.id IS NULL OR receipt.object_id IS NULL OR receipt.number > 1
   OR receipt.sha256 <> chart.sha256 OR receipt.size <> chart.size
ORDER BY 1
"""

# Moves are read from the trail. Events of one moment have no order there, so the steps are weighed: coming into a
# state as often as going out of it, once more for the state a row is in. What an event of before lacks is given here.
CHART_HISTORY = """
WITH move AS (
    SELECT object_id AS id,
        CASE action WHEN 'chart.received' THEN '' WHEN 'chart.mended' THEN 'unreadable' ELSE detail->>'old' END AS old,
        CASE action WHEN 'chart.received' THEN detail->>'state' WHEN 'chart.gave_way' THEN 'duplicate'
            WHEN 'chart.mended' THEN 'received' ELSE detail->>'new' END AS new
    FROM portal_auditevent
    WHERE object_type = 'portal.chart'
      AND (action IN ('chart.received', 'chart.gave_way', 'chart.mended') OR detail ? 'new')
),
"""
BATCH_HISTORY = """
WITH move AS (
    SELECT object_id AS id,
        CASE action WHEN 'batch.opened' THEN '' WHEN 'batch.delivered' THEN 'received'
            WHEN 'batch.reopened' THEN 'delivered' ELSE detail->>'old' END AS old,
        CASE action WHEN 'batch.opened' THEN 'open' WHEN 'batch.delivered' THEN 'delivered'
            WHEN 'batch.reopened' THEN 'received' ELSE detail->>'new' END AS new
    FROM portal_auditevent
    WHERE object_type = 'portal.batch'
      AND action IN ('batch.opened', 'batch.sent', 'batch.delivered', 'batch.reopened')
),
"""
WEIGHED = """
untold AS (SELECT DISTINCT id FROM move WHERE old IS NULL),
weight AS (
    SELECT id, state, sum(step) AS net FROM (
        SELECT id, new AS state, 1 AS step FROM move
        UNION ALL SELECT id, old, -1 FROM move WHERE old <> ''
        UNION ALL SELECT id, status, -1 FROM {table}
    ) step WHERE id NOT IN (SELECT id FROM untold) GROUP BY id, state HAVING sum(step) <> 0
)
SELECT id, 'the moves in the trail do not end in the state it is in' FROM weight GROUP BY id
UNION ALL
SELECT id, 'the trail has a move that is not legal: ' || old || ' to ' || new FROM move
WHERE old <> '' AND NOT EXISTS (
    SELECT FROM jsonb_array_elements(%(legal)s::jsonb) legal WHERE legal->>0 = move.old AND legal->>1 = move.new
)
ORDER BY 1
"""

NOWHERE = """
SELECT id, 'it waits to be drawn, and no job would do it' FROM portal_chart chart
WHERE (status = 'received' OR reason = 'not_checked') AND NOT EXISTS (
    SELECT FROM portal_job WHERE kind = %(render)s AND object_id = chart.id AND state IN ('ready', 'running')
)
UNION ALL
SELECT chart.id, 'it is a duplicate of what is no original with its bytes' FROM portal_chart chart
JOIN portal_chart original ON original.id = chart.duplicate_of_id
WHERE original.duplicate_of_id IS NOT NULL
   OR (original.sha256 <> chart.sha256 AND NOT EXISTS (SELECT FROM portal_page WHERE chart_id = chart.id))
UNION ALL
SELECT chart.id, 'it is ready with ' || page_count || ' pages, of which ' || coalesce(page.number, 0) || ' are there'
FROM portal_chart chart
LEFT JOIN (
    SELECT chart_id, count(*) AS number, max(number) AS last FROM portal_page GROUP BY chart_id
) page ON page.chart_id = chart.id
WHERE chart.status = 'ready' AND (page.number IS DISTINCT FROM page_count OR page.last IS DISTINCT FROM page_count)
ORDER BY 1
"""

DELIVERED = """
SELECT id, 'it is delivered, and there is no result file' FROM portal_batch batch
WHERE status = 'delivered' AND NOT EXISTS (SELECT FROM portal_delivery WHERE batch_id = batch.id)
UNION ALL
SELECT batch_id, 'version ' || version || ' has ' || count(*) || ' result files of one format' FROM portal_delivery
GROUP BY batch_id, version, format HAVING count(*) > 1
ORDER BY 1
"""


UPLOADS = """
SELECT upload.id, 'it is at byte ' || upload."offset" || ', but its parts end at ' || coalesce(part.bytes, 0)
FROM portal_upload upload
LEFT JOIN (
    SELECT upload_id, sum(size) AS bytes, max("offset" + size) AS last FROM portal_uploadpart GROUP BY upload_id
) part ON part.upload_id = upload.id
WHERE upload.state = 'open'
  AND (coalesce(part.bytes, 0) <> upload."offset" OR coalesce(part.last, 0) <> upload."offset")
UNION ALL
SELECT upload.id, 'it is complete, and its chart has other bytes' FROM portal_upload upload
JOIN portal_chart chart ON chart.id = upload.chart_id
WHERE upload.state = 'complete' AND (chart.sha256 <> upload.sha256 OR chart.size <> upload.size)
ORDER BY 1
"""
INBOXES = """
SELECT file.id, 'its client closed it, its folder has ended, and it is no chart' FROM portal_inboxfile file
JOIN portal_inboxfolder folder ON folder.id = file.folder_id
WHERE file.state = 'closed' AND folder.state <> 'open'
UNION ALL
SELECT file.id, 'its chart has another size, or is not in its folder''s batch' FROM portal_inboxfile file
JOIN portal_inboxfolder folder ON folder.id = file.folder_id
JOIN portal_chart chart ON chart.id = file.chart_id
WHERE chart.size <> file.size OR chart.batch_id IS DISTINCT FROM folder.batch_id
ORDER BY 1
"""
UNFINISHED = """
SELECT count(*), coalesce(sum(size), 0), extract(epoch FROM %(at)s - min(created_at))
FROM portal_upload WHERE state = 'open'
"""


def notes(look: Look) -> Iterator[Alarm]:
    """Files that are on their way: no fault, but what a sender may ask about."""
    ((number, size, age),) = rows(UNFINISHED, {"at": look.at})
    if number:
        yield Alarm("files on their way, unfinished", number)
        yield Alarm("bytes of these as announced", size)
        yield Alarm("seconds since the first of these was begun", round(age))


def render_job(_look: Look) -> dict[str, str]:
    """The kind of job that draws a chart."""
    return {"render": RENDER}


def legal(moves: Mapping[str, Move]) -> dict[str, str]:
    """The legal steps, as the query takes them."""
    return {"legal": json.dumps(steps(moves))}


CHECKS = (
    Check("receipts", "every receipt is a chart's row with the bytes it names", asked("chart", RECEIPTS)),
    Check(
        "histories",
        "the trail's moves of charts and batches are legal and lead to where they are",
        both(
            asked("chart", CHART_HISTORY + WEIGHED.format(table="portal_chart"), lambda _look: legal(CHART_MOVES)),
            asked("batch", BATCH_HISTORY + WEIGHED.format(table="portal_batch"), lambda _look: legal(BATCH_MOVES)),
        ),
    ),
    Check(
        "charts", "each chart has its pages, its original, or a job that draws it", asked("chart", NOWHERE, render_job)
    ),
    Check(
        "uploads",
        "each unfinished file stands where its parts end; each finished one is its chart",
        asked("upload", UPLOADS),
    ),
    Check("inboxes", "each file that came by SFTP is its chart, or its folder is open", asked("inbox file", INBOXES)),
    Check("batches", "each delivered batch has its files, one a format and version", asked("batch", DELIVERED)),
)
