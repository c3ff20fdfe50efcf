"""The ledger over many encounters: minutes, not hours, and no memory for rows that are as they must be."""

import resource
import time

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from psycopg import sql

from config import embedded
from config.management.commands.trustcheck import every_check
from portal.actions.trust import Look, take_stock
from tests import ledger

pytestmark = [pytest.mark.every_fault, pytest.mark.django_db(transaction=True), pytest.mark.timeout(3000)]
ENCOUNTERS = 1_000_000
FIRST = 10_000_000  # ids of the copies
WITHOUT_FILES = {"files", "bytes"}  # a million stored files are not made here


def copies(server, table, condition, **changed):
    """As many copies of the rows as there are encounters to be; `n` counts them in the expressions."""
    columns = [name for (name,) in server.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", [table]
    )]  # fmt: skip
    chosen = sql.SQL(", ").join(
        sql.SQL(changed[name]) if name in changed else sql.SQL("one.{}").format(sql.Identifier(name))
        for name in columns
    )
    server.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} one, generate_series(1, {}) n WHERE {}").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            chosen,
            sql.Identifier(table),
            sql.Literal(ENCOUNTERS),
            sql.SQL(condition),
        )
    )


def multiply(chart, encounter):
    """Charts, pages, encounters, their events and their trail, without indexes in the way of time being told."""
    with psycopg.connect(embedded.superuser_url(connection.settings_dict["NAME"]), autocommit=True) as server:
        server.execute("SET session_replication_role = replica")
        sha256 = "encode(sha256(n::text::bytea), 'hex')"
        copies(
            server, "portal_chart", f"id = {chart}", id=f"{FIRST} + n", sha256=sha256, storage_name="'x/' || n",
        )  # fmt: skip
        copies(server, "portal_page", f"chart_id = {chart}", id=f"{FIRST} + n", chart_id=f"{FIRST} + n")
        copies(server, "coding_encounter", f"id = {encounter}", id=f"{FIRST} + n", chart_id=f"{FIRST} + n")
        copies(
            server, "coding_encounterevent", f"encounter_id = {encounter}",
            id=f"{FIRST} + n * 10 + row_number() OVER (PARTITION BY n ORDER BY one.id)", encounter_id=f"{FIRST} + n",
        )  # fmt: skip
        copies(
            server, "portal_auditevent", f"object_type = 'portal.chart' AND object_id = {chart}",
            id="gen_random_uuid()", object_id=f"{FIRST} + n",
            detail=f"CASE WHEN one.detail ? 'sha256' THEN one.detail || jsonb_build_object('sha256', {sha256}) "
            "ELSE one.detail END",
        )  # fmt: skip
        server.execute("ANALYZE")


def test_a_million_encounters_take_minutes_and_no_memory(river, cleo, ann, capsys):
    site = ledger.small_site(river, cleo, ann)
    encounter = site["delivered"].encounters.get()
    begun = time.monotonic()
    multiply(encounter.chart_id, encounter.pk)
    made = time.monotonic() - begun
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    checks = [check for check in every_check() if check.name not in WITHOUT_FILES]
    report = take_stock(checks=checks, alarms=(), look=Look(at=timezone.now(), every=0))
    took = time.monotonic() - begun
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    with capsys.disabled():
        print(f"\nmade in {made:.0f} s, checked in {took:.0f} s, {grown // 1024} MiB more")  # noqa: T201
        print("\n".join(report.lines()))  # noqa: T201
    assert report.count == 0
    assert took < 300
    assert grown < 100 * 1024
