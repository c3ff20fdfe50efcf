"""The statements that add events up by day; whole ranges of days at once, so that years take minutes."""

from coding.rules.flow.places import PLACE_OF, Place
from coding.rules.lifecycle import IN_WORK, EncounterStatus, Stage


def place_of(column: str) -> str:
    """The place of a status; null where there was none."""
    cases = " ".join(f"WHEN '{status}' THEN '{place}'" for status, place in PLACE_OF.items())
    return f"CASE {column} {cases} END"


STAGES = " ".join(f"WHEN '{status}' THEN '{stage}'" for stage, status in IN_WORK.items())
# Events of visits that count, in a range of time; the index on (move, at) finds them.
EVENTS = """
  coding_encounterevent e JOIN coding_encounter n ON n.id = e.encounter_id AND n.repeats_id IS NULL
"""
IN_RANGE = "e.at >= %(start)s AND e.at < %(end)s"

FLOW_DAYS = f"""
INSERT INTO coding_flowday (practice_id, day, specialty, place, entered, "left", on_time, not_billable)
WITH moved AS (
  SELECT n.practice_id, (e.at AT TIME ZONE %(zone)s)::date AS day, n.specialty,
    {place_of("e.old_status")} AS old, {place_of("e.new_status")} AS new,
    (n.due_at >= e.at)::int AS on_time, (e.new_status = '{EncounterStatus.NOT_BILLABLE}')::int AS not_billable
  FROM {EVENTS} WHERE e.move = ANY (%(moves)s) AND {IN_RANGE}
), ends AS (
  SELECT practice_id, day, specialty, new AS place, 1 AS entered, 0 AS gone,
    CASE new WHEN '{Place.FINISHED}' THEN on_time ELSE 0 END AS on_time, not_billable
  FROM moved WHERE old IS DISTINCT FROM new
  UNION ALL
  SELECT practice_id, day, specialty, old, 0, 1, 0, 0 FROM moved WHERE old IS NOT NULL AND old <> new
)
SELECT practice_id, day, specialty, place, sum(entered), sum(gone), sum(on_time), sum(not_billable)
FROM ends GROUP BY practice_id, day, specialty, place
"""  # noqa: S608  (names of our own)

# What was not taken back afterwards.
LASTING = """
  NOT EXISTS (SELECT FROM coding_encounterevent u WHERE u.encounter_id = e.encounter_id AND u.id > e.id
    AND u.move = ANY (%(undo)s) AND u.new_status = e.old_status)
"""
# How much there was to do: the pages of the visit, and the lines of its codes as they were then.
SIZE = """
  LEFT JOIN LATERAL (SELECT count(*) AS pages FROM coding_encounterpage p WHERE p.encounter_id = n.id) p ON true
  LEFT JOIN LATERAL (
    SELECT (SELECT count(*) FROM coding_diagnosis d WHERE d.coding_id = c.id)
         + (SELECT count(*) FROM coding_procedureline l WHERE l.coding_id = c.id) AS lines
    FROM coding_coding c WHERE c.encounter_id = n.id AND c.submitted_at <= {until} ORDER BY c.version DESC LIMIT 1
  ) c ON true
"""
DONE = f"""
  SELECT e.at, e.user_id, CASE e.old_status {STAGES} END AS stage, n.specialty, p.pages,
    CASE e.old_status WHEN '{EncounterStatus.PRECODING}' THEN 0 ELSE coalesce(c.lines, 0) END AS lines
  FROM {EVENTS} {SIZE.format(until="e.at")}
  WHERE e.move = ANY (%(done)s) AND {IN_RANGE} AND e.user_id IS NOT NULL AND {LASTING}
    AND e.old_status IN ({", ".join(f"'{status}'" for status in IN_WORK.values())})
"""  # noqa: S608

PERSON_DAYS = f"""
INSERT INTO coding_personday
  (day, user_id, stage, specialty, done, pages, lines, asked, returned, scored, clean, codes, codes_right)
WITH found AS (
  SELECT at, user_id, stage, specialty, 1 AS done, pages, lines,
    0 AS asked, 0 AS returned, 0 AS scored, 0 AS clean, 0 AS codes, 0 AS codes_right
  FROM ({DONE}) d
  UNION ALL
  SELECT e.at, e.user_id, CASE e.old_status {STAGES} END, n.specialty, 0, 0, 0, 1, 0, 0, 0, 0, 0
  FROM {EVENTS} WHERE e.move = 'hold' AND {IN_RANGE} AND e.user_id IS NOT NULL
  UNION ALL
  SELECT e.at, v.coder_id, '{Stage.CODING}', n.specialty, 0, 0, 0, 0, (v.verdict = 'returned')::int,
    (s.id IS NOT NULL)::int, coalesce(s.is_clean, false)::int, coalesce(s.rows, 0), coalesce(s.right_rows, 0)
  FROM {EVENTS}
  JOIN coding_verification v ON v.encounter_id = n.id AND v.at = e.at
  LEFT JOIN LATERAL (
    SELECT s.id, s.is_clean, s.rows, s.right_rows FROM coding_score s WHERE s.verification_id = v.id
      -- The first verdict on a visit judges what its coder sent; later ones would judge it twice.
      AND NOT EXISTS (SELECT FROM coding_verification w JOIN coding_score ws ON ws.verification_id = w.id
        WHERE w.encounter_id = v.encounter_id AND (w.at, w.id) < (v.at, v.id)
          AND NOT EXISTS (SELECT FROM coding_submission b WHERE b.verification_id = w.id
            AND b.taken_back_at IS NOT NULL))
    ORDER BY s.revision DESC LIMIT 1
  ) s ON true
  WHERE e.move IN ('verify', 'return_to_coder') AND {IN_RANGE} AND {LASTING}
)
SELECT (at AT TIME ZONE %(zone)s)::date, user_id, stage, specialty, sum(done), sum(pages), sum(lines),
  sum(asked), sum(returned), sum(scored), sum(clean), sum(codes), sum(codes_right)
FROM found WHERE stage IS NOT NULL GROUP BY 1, 2, 3, 4
"""  # noqa: S608

WORK_HOURS = f"""
INSERT INTO coding_workhour (start, stage, specialty, done, pages, lines)
SELECT date_trunc('hour', at, %(zone)s), stage, specialty, count(*), sum(pages), sum(lines)
FROM ({DONE}) d GROUP BY 1, 2, 3
"""  # noqa: S608

TIMED = f"""
SELECT extract(epoch FROM a.ended_at - a.opened_at) / 60, n.specialty, p.pages, coalesce(c.lines, 0)
FROM (
  SELECT * FROM coding_assignment a
  WHERE a.stage = %(stage)s AND a."end" = 'finished' ORDER BY a.ended_at DESC LIMIT %(limit)s
) a
JOIN coding_encounter n ON n.id = a.encounter_id AND n.repeats_id IS NULL
{SIZE.format(until="a.ended_at")}
WHERE a.opened_at IS NOT NULL AND a.ended_at > a.opened_at
"""  # noqa: S608
