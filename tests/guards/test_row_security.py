"""PostgreSQL itself keeps practices apart, for the role the site uses, in every client table."""

import psycopg
import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from psycopg import sql

from config import embedded
from portal import scope
from portal.models import ClientRow

TABLES = sorted(
    model._meta.db_table
    for app in ("portal", "coding", "claims", "feedback")
    for model in apps.get_app_config(app).get_models()
    if issubclass(model, ClientRow)
)
OURS, THEIRS = 7001, 7002
# Tables whose bare rows no practice sees, each with its reason.
HELD_BACK = {
    "coding_emergencyaccess": "the service's own affair",
    "coding_report": "until it is shared",
}


@pytest.fixture
def superuser(db):
    """A superuser's connection whose transaction is rolled back; constraints may be dropped inside it."""
    with psycopg.connect(embedded.superuser_url(connection.settings_dict["NAME"])) as server:
        server.execute("SET LOCAL lock_timeout = '20s'")
        yield server
        server.rollback()


def with_a_row_each(server, table):
    """One bare row of each practice; checks and NOT NULLs of the table are dropped for it."""
    name = sql.Identifier(table)
    server.execute("SET LOCAL session_replication_role = replica")
    checks = server.execute(
        "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass", [table]
    ).fetchall()
    columns = server.execute(
        """
        SELECT attname FROM pg_attribute
        WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull AND attname NOT IN ('id', 'practice_id')
        """,
        [table],
    ).fetchall()
    for (check,) in checks:
        server.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(name, sql.Identifier(check)))
    for (column,) in columns:
        server.execute(sql.SQL("ALTER TABLE {} ALTER {} DROP NOT NULL").format(name, sql.Identifier(column)))
    server.execute(sql.SQL("INSERT INTO {} (practice_id) VALUES (%s), (%s)").format(name), [OURS, THEIRS])


def seen(server, table, *, staff="", practices=""):
    """The practices whose rows the site's role sees under a scope."""
    server.execute(
        "SELECT set_config('chartline.staff', %s, true), set_config('chartline.practices', %s, true)",
        [staff, practices],
    )
    server.execute("SET LOCAL ROLE chartline_app")
    rows = server.execute(sql.SQL("SELECT practice_id FROM {}").format(sql.Identifier(table))).fetchall()
    server.execute("RESET ROLE")
    return {row[0] for row in rows}


@pytest.mark.parametrize("table", TABLES)
def test_a_scope_shows_one_practice_and_no_scope_shows_none(superuser, table):
    with_a_row_each(superuser, table)
    shown = table not in HELD_BACK
    assert seen(superuser, table, practices=str(OURS)) == ({OURS} if shown else set())
    assert seen(superuser, table, practices=str(THEIRS)) == ({THEIRS} if shown else set())
    assert seen(superuser, table) == set()
    assert {OURS, THEIRS} <= seen(superuser, table, staff="on")


@pytest.mark.parametrize("table", TABLES)
def test_a_row_cannot_be_written_into_another_practice(superuser, table):
    with_a_row_each(superuser, table)
    superuser.execute(
        "SELECT set_config('chartline.staff', '', true), set_config('chartline.practices', %s, true)", [str(OURS)]
    )
    superuser.execute("SET LOCAL ROLE chartline_app")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        superuser.execute(sql.SQL("INSERT INTO {} (practice_id) VALUES (%s)").format(sql.Identifier(table)), [THEIRS])


def test_these_tests_run_as_the_role_of_the_site(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)"
        )
        assert cursor.fetchone() == ("chartline_app", False)


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("role", ["chartline_owner", "postgres"])
def test_the_site_does_not_start_as_owner_or_superuser(role, monkeypatch):
    powerful = connections["owner"].copy()
    powerful.settings_dict = {**connections["owner"].settings_dict}
    if role == "postgres":
        address = psycopg.conninfo.conninfo_to_dict(embedded.superuser_url(connection.settings_dict["NAME"]))
        powerful.settings_dict |= {"USER": address["user"], "PASSWORD": address["password"]}
    monkeypatch.setattr(scope, "connection", powerful)
    try:
        with pytest.raises(ImproperlyConfigured, match="owns nothing"):
            scope.refuse_powerful_role()
    finally:
        powerful.close()
