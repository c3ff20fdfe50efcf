"""A site of any size, made by the database itself: the same daily work, with a longer history behind it.

Every visit gets the times of its whole way along the line; its events, leases, codings and verdicts are those that lie
before now, and its status follows. Foreign keys are taken off while rows are written and put on again before the
transaction ends, which checks every row of them; all other constraints and row security hold throughout. Stored files
there are none: these charts are for lists and figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import NOT_PROVIDED, Field
from psycopg import sql

PER_DAY = 1000  # visits that arrive a day
IN_BATCH = 10
OWNER = "owner"


@dataclass(frozen=True)
class Cast:
    """Who and what the visits are about: ids, in the order in which visits take them."""

    practices: Sequence[int]
    providers: Sequence[int]  # of each practice
    payers: Sequence[int]
    members: Sequence[int]
    specialties: Sequence[str]
    coders: Sequence[int]
    verifiers: Sequence[int]
    manager: int  # whose inbox has every message: the older ones done


# The way of each visit: arrival, pre-coding, coding (perhaps on hold in between), perhaps verification, delivery.
VISITS = """
CREATE TEMPORARY TABLE scale_visit ON COMMIT DROP AS
WITH drawn AS (
  SELECT i, (i - 1) / %(in_batch)s AS b, 1 + ((i - 1) / %(in_batch)s) %% %(practice_count)s AS p,
    1 + (i * 7919) %% 3 AS pages, 1 + (i * 104729) %% 4 AS dx,
    (%(coders)s::bigint[])[1 + (i * 31) %% %(coder_count)s] AS precoder,
    (%(coders)s::bigint[])[1 + (i * 17) %% %(coder_count)s] AS coder,
    (%(verifiers)s::bigint[])[1 + (i * 13) %% %(verifier_count)s] AS verifier,
    random() AS r1, random() AS r2, random() AS r3, random() AS r4, random() AS r5,
    (i * 7907) %% 100 < 2 AS holds, (i * 6151) %% 100 < 30 AS sampled
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) i
), placed AS (
  SELECT *, (%(practices)s::bigint[])[p] AS practice_id, (%(specialties)s::text[])[p] AS specialty,
    %(now)s::timestamptz - b * %(in_batch)s / %(per_day)s::float * interval '1 day' - interval '1 minute' AS created
  FROM drawn
), precoded AS (
  SELECT *, created + (-ln(1 - r1) * 120 + 1) * interval '1 minute' AS p0 FROM placed
), opened AS (
  SELECT *, p0 + (2 + 2 * pages * r2) * interval '1 minute' AS p1 FROM precoded
), begun AS (
  SELECT *, p1 + (-ln(1 - r2) * 300 + 1) * interval '1 minute' AS k0 FROM opened
), stopped AS (
  SELECT *, CASE WHEN holds THEN k0 + interval '3 minutes' END AS h0,
    CASE WHEN holds THEN k0 + (6 + 42 * r4) * interval '1 hour' END AS h1 FROM begun
), again AS (
  SELECT *, h1 + (1 + 60 * r5) * interval '1 minute' AS k2 FROM stopped
), coded AS (
  SELECT *, coalesce(k2, k0)
    + (3 + length(specialty) %% 5 + 2.5 * pages + 0.8 * (dx + 1) + 4 * r3) * interval '1 minute' AS k1
  FROM again
), judged AS (
  SELECT *, CASE WHEN sampled THEN k1 + (-ln(1 - r4) * 180 + 1) * interval '1 minute' END AS v0 FROM coded
), done AS (
  SELECT *, v0 + (2 + 6 * r5) * interval '1 minute' AS v1 FROM judged
), ended AS (
  SELECT *, coalesce(v1, k1) AS fin FROM done
)
SELECT *, max(fin) OVER (PARTITION BY b) + interval '1 minute' AS sent FROM ended
"""
STATUS = """CASE
  WHEN v.sent <= n THEN 'delivered' WHEN v.fin <= n THEN 'verified' WHEN v.v0 <= n THEN 'verifying'
  WHEN v.k1 <= n THEN 'to_verify' WHEN v.k2 <= n THEN 'coding' WHEN v.h1 <= n THEN 'to_code' WHEN v.h0 <= n THEN 'held'
  WHEN v.k0 <= n THEN 'coding' WHEN v.p1 <= n THEN 'to_code' WHEN v.p0 <= n THEN 'precoding' ELSE 'to_precode' END"""
# Each move: its name, from, to, by whom, when, and under which condition.
MOVES = (
    ("create", "", "to_precode", "NULL", "created", "true"),
    ("start_precoding", "to_precode", "precoding", "precoder", "p0", "true"),
    ("finish_precoding", "precoding", "to_code", "precoder", "p1", "true"),
    ("start_coding", "to_code", "coding", "coder", "k0", "true"),
    ("hold", "coding", "held", "coder", "h0", "holds"),
    ("resume_coding", "held", "to_code", "coder", "h1", "holds"),
    ("start_coding", "to_code", "coding", "coder", "k2", "holds"),
    ("submit_coding", "coding", "to_verify", "coder", "k1", "sampled"),
    ("submit_unsampled", "coding", "verified", "coder", "k1", "NOT sampled"),
    ("start_verification", "to_verify", "verifying", "verifier", "v0", "sampled"),
    ("verify", "verifying", "verified", "verifier", "v1", "sampled"),
    ("deliver", "verified", "delivered", "NULL", "sent", "true"),
)
# Each lease: stage, whose, from, to, how it ended, and under which condition.
LEASES = (
    ("precoding", "precoder", "p0", "p1", "finished", "true"),
    ("coding", "coder", "k0", "h0", "released", "holds"),
    ("coding", "coder", "k0", "k1", "finished", "NOT holds"),
    ("coding", "coder", "k2", "k1", "finished", "holds"),
    ("verification", "verifier", "v0", "v1", "finished", "sampled"),
)
SHA = "md5({0}) || md5({0} || 'x')"


def literal(field: Field[Any, Any]) -> str | None:
    """What stands in a column that nobody names; None where the table knows it."""
    if field.null or field.db_default is not NOT_PROVIDED or field.primary_key or field.generated:
        return None
    if field.has_default():
        default = field.get_default()
        if isinstance(default, bool | int):
            return str(default)
        if isinstance(default, str):
            return f"'{default}'"
        return "'[]'::jsonb" if default == [] and field.get_internal_type() == "JSONField" else "'{}'"
    return "''"


def insert(label: str, columns: Mapping[str, str], rows: str) -> str:
    """An INSERT … SELECT of the named columns; the others get their defaults."""
    model = apps.get_model(label)
    given = dict(columns)
    for field in model._meta.concrete_fields:
        value = literal(field)
        if field.column not in given and value is not None:
            given[field.column] = value
    names = ", ".join(f'"{name}"' for name in given)
    return f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(given.values())} FROM {rows}"  # noqa: S608


def batches() -> Iterator[str]:
    rows = """(SELECT b, min(practice_id) AS practice_id, min(specialty) AS specialty, min(created) AS created,
      min(sent) AS sent, min(p) AS p, %(now)s::timestamptz AS n FROM scale_visit GROUP BY b) v"""
    yield insert("portal.batch", {
        "id": "%(batch)s + v.b", "practice_id": "v.practice_id", "number": "%(batch)s + v.b",
        "name": "'Notes ' || to_char(v.created, 'Mon DD')", "specialty": "v.specialty",
        "status": "CASE WHEN v.sent <= v.n THEN 'delivered' ELSE 'received' END", "created_at": "v.created",
        "received_at": "v.created", "due_at": "v.created + interval '24 hours'",
        "delivered_at": "CASE WHEN v.sent <= v.n THEN v.sent END",
    }, rows)  # fmt: skip
    yield insert("feedback.thread", {
        "id": "%(thread)s + v.b", "practice_id": "v.practice_id", "batch_id": "%(batch)s + v.b",
        "created_at": "v.created", "last_comment_at": "v.created + interval '1 minute'",
    }, rows)  # fmt: skip
    yield insert("feedback.comment", {
        "id": "%(comment)s + v.b", "practice_id": "v.practice_id", "thread_id": "%(thread)s + v.b",
        "author_id": "(%(members)s::bigint[])[v.p]",
        "body": "'Please code these by tomorrow.'", "created_at": "v.created + interval '1 minute'",
        "needs_answer_from": "CASE WHEN v.b %% 30 = 0 AND v.sent > v.n THEN 'service' ELSE '' END",
    }, rows)  # fmt: skip
    done = "v.created < v.n - interval '3 days'"
    yield insert("feedback.inboxitem", {
        "practice_id": "v.practice_id", "user_id": "%(manager)s", "kind": "'comment'", "batch_id": "%(batch)s + v.b",
        "comment_id": "%(comment)s + v.b", "created_at": "v.created + interval '1 minute'",
        "seen_at": f"CASE WHEN {done} THEN v.created + interval '1 hour' END",
        "done_at": f"CASE WHEN {done} THEN v.created + interval '1 hour' END",
    }, rows)  # fmt: skip
    yield insert("portal.delivery", {
        "practice_id": "v.practice_id", "batch_id": "%(batch)s + v.b", "version": "1", "format": "'csv'",
        "file_name": "'B-' || (%(batch)s + v.b) || '.csv'", "storage_name": "'scale/' || v.b",
        "sha256": SHA.format("v.b::text"),
        "size": "2000", "encounter_count": "%(in_batch)s", "created_at": "v.sent",
    }, f"{rows} WHERE v.sent <= v.n")  # fmt: skip


VISIT = "(SELECT *, %(now)s::timestamptz AS n FROM scale_visit) v"


def charts() -> Iterator[str]:
    yield insert("portal.chart", {
        "id": "%(chart)s + v.i", "practice_id": "v.practice_id", "batch_id": "%(batch)s + v.b",
        "original_name": "'scan-' || v.i || '.pdf'", "size": "90000", "sha256": SHA.format("'chart' || v.i"),
        "media_type": "'application/pdf'", "storage_name": "'scale/' || v.i", "status": "'ready'",
        "page_count": "v.pages", "received_at": "v.created", "ready_at": "v.created",
    }, VISIT)  # fmt: skip
    paged = f"{VISIT} CROSS JOIN LATERAL generate_series(1, v.pages) page"
    yield insert("portal.page", {
        "id": "%(page)s + v.i * 3 + page", "practice_id": "v.practice_id", "chart_id": "%(chart)s + v.i",
        "number": "page",
        "width": "850", "height": "1100", "image_name": "'scale/page'", "text_source": "'layer'",
    }, paged)  # fmt: skip
    yield insert("coding.encounter", {
        "id": "%(encounter)s + v.i", "practice_id": "v.practice_id", "chart_id": "%(chart)s + v.i",
        "batch_id": "%(batch)s + v.b", "part": "1", "status": STATUS, "specialty": "v.specialty",
        "due_at": "v.created + interval '24 hours'", "turn_at": "v.created + interval '24 hours'",
        "created_at": "v.created",
        "waiting_since": "CASE WHEN v.k1 <= v.n THEN v.k1 WHEN v.h1 <= v.n THEN v.h1 WHEN v.p1 <= v.n THEN v.p1 "
        "ELSE v.created END",
        "finished_at": "CASE WHEN v.fin <= v.n THEN v.fin END",
        "coded_by_id": "CASE WHEN v.k1 <= v.n THEN v.coder END",
        "hold_reason": f"CASE WHEN {HELD} THEN 'missing_page' ELSE '' END",
        "hold_move": f"CASE WHEN {HELD} THEN 'practice' ELSE '' END",
        "hold_stage": f"CASE WHEN {HELD} THEN 'coding' ELSE '' END",
        "hold_return_at": f"CASE WHEN {HELD} THEN v.h1 END",
        "held_at": f"CASE WHEN {HELD} THEN v.h0 END",
        "held_by_id": f"CASE WHEN {HELD} THEN v.coder END",
    }, VISIT)  # fmt: skip
    yield insert("coding.encounterpage", {
        "practice_id": "v.practice_id", "encounter_id": "%(encounter)s + v.i", "page_id": "%(page)s + v.i * 3 + page",
        "chart_id": "%(chart)s + v.i", "position": "page",
    }, paged)  # fmt: skip


HELD = "v.h0 <= v.n AND v.h1 > v.n"


def work() -> Iterator[str]:
    """History, leases, facts, codes and verdicts."""
    moves = " UNION ALL ".join(
        f"SELECT i, practice_id, '{move}' AS move, '{old}' AS old, '{new}' AS new, {by}::bigint AS by, {at} AS at, "  # noqa: S608
        f"{place} AS place FROM scale_visit WHERE {at} <= %(now)s AND {condition}"
        for place, (move, old, new, by, at, condition) in enumerate(MOVES)
    )
    yield insert("coding.encounterevent", {
        "practice_id": "v.practice_id", "encounter_id": "%(encounter)s + v.i", "move": "v.move", "old_status": "v.old",
        "new_status": "v.new", "user_id": "v.by", "at": "v.at",
        "reason": "CASE v.move WHEN 'hold' THEN 'missing_page' ELSE '' END",
    }, f"({moves} ORDER BY i DESC, place) v")  # fmt: skip
    leases = " UNION ALL ".join(
        f"SELECT i, practice_id, '{stage}' AS stage, {who} AS who, {start} AS start, {end} AS done, '{how}' AS how "  # noqa: S608
        f"FROM scale_visit WHERE {start} <= %(now)s AND {condition}"
        for stage, who, start, end, how, condition in LEASES
    )
    yield insert("coding.assignment", {
        "practice_id": "v.practice_id", "encounter_id": "%(encounter)s + v.i", "stage": "v.stage", "user_id": "v.who",
        "started_at": "v.start", "opened_at": "v.start", "lease_until": "greatest(v.done, %(now)s + interval '1 hour')",
        "ended_at": "CASE WHEN v.done <= %(now)s THEN v.done END",
        "end": "CASE WHEN v.done <= %(now)s THEN v.how ELSE '' END",
    }, f"({leases} ORDER BY i DESC) v")  # fmt: skip
    yield insert("coding.precoding", {
        "practice_id": "v.practice_id", "encounter_id": "%(encounter)s + v.i",
        "patient_name": "'Test Person ' || v.i %% 5000", "birth_date": "date '1940-01-01' + (v.i %% 25000)::int",
        "sex": "CASE v.i %% 2 WHEN 0 THEN 'F' ELSE 'M' END", "date_from": "(v.created - interval '1 day')::date",
        "date_to": "(v.created - interval '1 day')::date", "place_of_service": "'11'", "visit_type": "'established'",
        "rendering_provider_id": "(%(providers)s::bigint[])[v.p]", "payer_id": "(%(payers)s::bigint[])[v.p]",
        "finished_by_id": "v.precoder", "finished_at": "v.p1",
    }, f"{VISIT} WHERE v.p1 <= v.n")  # fmt: skip
    yield insert("coding.coding", {
        "id": "%(coding)s + v.i", "practice_id": "v.practice_id", "encounter_id": "%(encounter)s + v.i", "version": "1",
        "stage": "'coding'", "author_id": "v.coder", "date_of_service": "(v.created - interval '1 day')::date",
        "submitted_at": "v.k1",
    }, f"{VISIT} WHERE v.k1 <= v.n")  # fmt: skip
    yield insert("coding.diagnosis", {
        "practice_id": "v.practice_id", "coding_id": "%(coding)s + v.i", "position": "place", "system": "'icd10cm'",
        "code": "(ARRAY['I10', 'E119', 'M1711', 'M1712'])[place]",
    }, f"{VISIT} CROSS JOIN LATERAL generate_series(1, v.dx) place WHERE v.k1 <= v.n")  # fmt: skip
    yield insert("coding.procedureline", {
        "practice_id": "v.practice_id", "coding_id": "%(coding)s + v.i", "position": "1", "code": "'99213'",
        "pointers": "'{1}'",
    }, f"{VISIT} WHERE v.k1 <= v.n")  # fmt: skip
    yield insert("coding.verification", {
        "id": "%(verification)s + v.i", "practice_id": "v.practice_id", "encounter_id": "%(encounter)s + v.i",
        "coder_version_id": "%(coding)s + v.i", "coder_id": "v.coder", "verifier_id": "v.verifier",
        "verdict": "'verified'", "at": "v.v1",
    }, f"{VISIT} WHERE v.v1 <= v.n")  # fmt: skip
    yield insert("coding.score", {
        "practice_id": "v.practice_id", "verification_id": "%(verification)s + v.i", "revision": "1", "at": "v.v1",
        "rows": "v.dx + 1", "right_rows": "v.dx + (v.i %% 9 > 0)::int", "lines_of": "v.dx + 1",
        "lines_right": "v.dx + (v.i %% 9 > 0)::int", "lines_squares": "v.dx + 1", "is_clean": "v.i %% 9 > 0",
        "pays_the_same": "true", "over": "0", "under": "0", "worth": "1", "value_lines": "1", "unvalued": "0",
    }, f"{VISIT} WHERE v.v1 <= v.n")  # fmt: skip


TABLES = (
    "portal.batch", "portal.chart", "portal.page", "portal.delivery", "feedback.thread", "feedback.comment",
    "feedback.inboxitem",
    "coding.encounter", "coding.encounterpage", "coding.encounterevent", "coding.assignment", "coding.precoding",
    "coding.coding", "coding.diagnosis", "coding.procedureline", "coding.verification", "coding.score",
)  # fmt: skip
NUMBERED = {
    "batch": 1,
    "thread": 1,
    "comment": 1,
    "chart": 1,
    "encounter": 1,
    "coding": 1,
    "verification": 1,
    "page": 3,
}
IN_BATCHES = ("batch", "thread", "comment")


def names() -> list[str]:
    return [apps.get_model(label)._meta.db_table for label in TABLES]


@contextmanager
def without_foreign_keys(cursor: Any) -> Iterator[None]:
    """No foreign key of these tables while it lasts; each is put on again as it was, checking all rows."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid = ANY (%s::regclass[])",
        [names()],
    )
    keys = cursor.fetchall()
    for table, name, _ in keys:
        cursor.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(name)))
    yield
    for table, name, definition in keys:
        cursor.execute(
            sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(sql.Identifier(table), sql.Identifier(name))
            + sql.SQL(definition)
        )


def seed(cast: Cast, *, first: int, last: int, now: datetime, per_day: int = PER_DAY) -> None:
    """Write the visits from the `first` to the `last`, counted back from now; one transaction of the owner's."""
    owner = connections[OWNER]
    owner.ensure_connection()
    with owner.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            prepare(cursor)
            values: Mapping[str, Any] = {
                "first": first, "last": last, "now": now, "per_day": per_day, "in_batch": IN_BATCH,
                "practices": list(cast.practices), "practice_count": len(cast.practices),
                "providers": list(cast.providers), "payers": list(cast.payers), "members": list(cast.members),
                "specialties": list(cast.specialties), "coders": list(cast.coders), "coder_count": len(cast.coders),
                "verifiers": list(cast.verifiers), "verifier_count": len(cast.verifiers), "manager": cast.manager,
                **ids(cursor, first=first, count=last - first + 1),
            }  # fmt: skip
            cursor.execute("SELECT setseed(0.5)")
            cursor.execute(VISITS, values)
            cursor.execute("ANALYZE scale_visit")
            with without_foreign_keys(cursor):
                for statement in (*batches(), *charts(), *work()):
                    cursor.execute(statement, values)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        for table in names():
            cursor.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


def prepare(cursor: Any) -> None:
    """The service's scope, and memory for large sorts; both until the transaction ends."""
    cursor.execute("SELECT set_config('chartline.staff', 'on', true)")
    for name, value in (("work_mem", "256MB"), ("maintenance_work_mem", "512MB"), ("synchronous_commit", "off")):
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def ids(cursor: Any, *, first: int, count: int) -> dict[str, int]:
    """A block of numbers of each sequence, so that rows can name each other: what is added to the visit's number."""
    found = {}
    for label in TABLES:
        name = label.split(".")[1]
        if name in NUMBERED:
            table = apps.get_model(label)._meta.db_table
            cursor.execute(
                "SELECT nextval(s), setval(s, nextval(s) + %s) FROM pg_get_serial_sequence(%s, 'id') s",
                [count * NUMBERED[name] + 8, table],
            )
            before = (first - 1) // IN_BATCH if name in IN_BATCHES else first * NUMBERED[name]
            found[name] = cursor.fetchone()[0] - before
    return found
