"""The test database is made by the superuser, migrated by the owner, and used as the site's own role."""

import gc
import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

import django
import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client, TransactionTestCase
from psycopg import sql

from coding.actions.tables import forget_short_lists
from coding.suggesting import forget_tables
from config import embedded
from portal import vault
from portal.models import Practice, User
from portal.rules.roles import Role
from tests import factories

ROOT = Path(__file__).parent.parent
TEMPLATE_LOCK = 0x7E57
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
IN_FLIGHT = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
RESTART = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""
TRIES = 5
LONG_WITHIN = 3 / 4  # of the run: what comes later is short, so that all test processes end together

# A property that holds on a busy machine takes longer there, and still holds.
hypothesis.settings.register_profile("chartline", deadline=None)
hypothesis.settings.load_profile("chartline")


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `make chaos` and `make looks` are told."""
    parser.addoption("--chaos-seed", default="", help="of the run; a random one without")
    parser.addoption("--chaos-navigations", type=int, default=500)
    parser.addoption("--chaos-kills", type=int, default=20)
    parser.addoption("--every-sight", action="store_true", help="browser tests look at each size in each theme")
    parser.addoption("--pictures", default="", help="the folder in which browser tests keep a picture of each sight")


@pytest.hookimpl(trylast=True)  # after the order was shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long stands evenly among the others, none at the end.

    Each test process is given long runs of neighbours at first and short ones at the end (xdist's "load"): what stands
    together would all go to one of them.
    """
    quick = [item for item in items if not takes_long(item)]
    long = [item for item in items if takes_long(item)]
    gap = LONG_WITHIN * len(quick) / max(1, len(long))
    placed = [*enumerate(quick), *((number * gap, item) for number, item in enumerate(long))]
    items[:] = [item for _, item in sorted(placed, key=itemgetter(0))]


def takes_long(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("crash", "slow"))


def pytest_collection_finish() -> None:
    """Eleven thousand tests stay to the end: the collector need not walk over them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """One database per test process, owned by the owner role, copied from one that was migrated once."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name = f"test_chartline_{worker}"
    with psycopg.connect(embedded.superuser_url("postgres"), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        with django_db_blocker.unblock():  # type: ignore[attr-defined]
            template = migrated_template(server)
        make_database(server, name, template)
        server.execute("SELECT pg_advisory_unlock(%s)", [TEMPLATE_LOCK])
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        point_at(name)
        yield
        connections.close_all()


def migrated_template(server: psycopg.Connection) -> str:
    """The database that holds today's migrations, made if it is missing: on top of one that holds the first of them."""
    made = sources()
    name = f"template_{sha256(*made.items(), *common())[:16]}"
    if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        make_database(server, f"{name}_new", earlier_template(server, made))
        point_at(f"{name}_new")
        call_command("migrate", verbosity=0)
        connections.close_all()
        database = sql.Identifier(f"{name}_new")
        held = sql.Literal(json.dumps({"common": sha256(*common()), "migrations": made}))
        server.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(database, held))
        server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(database, sql.Identifier(name)))
    return name


def earlier_template(server: psycopg.Connection, made: Mapping[str, str]) -> str:
    """The template that holds the most of these migrations, unchanged, and none besides; else an empty database."""
    found = server.execute(
        """SELECT datname, shobj_description(oid, 'pg_database')::json FROM pg_database
           WHERE datname LIKE 'template\\_%' AND shobj_description(oid, 'pg_database') IS NOT NULL"""
    ).fetchall()
    fitting = {
        name: len(held["migrations"])
        for name, held in found
        if held["common"] == sha256(*common()) and held["migrations"].items() <= made.items()
    }
    return max(fitting, key=lambda name: fitting[name], default="template1")


def sources() -> dict[str, str]:
    """Every migration with the hash of its file."""
    files = sorted(ROOT.glob("*/migrations/0*.py"))
    return {str(file.relative_to(ROOT)): sha256(file.read_bytes()) for file in files}


def common() -> tuple[object, ...]:
    """What every migration rests on."""
    return (
        django.__version__,
        *(file.read_bytes() for file in (ROOT / "portal/tenancy.py", *ROOT.glob("portal/**/migrate.py"))),
    )


def sha256(*of: object) -> str:
    return hashlib.sha256(repr(of).encode()).hexdigest()


def make_database(server: psycopg.Connection, name: str, template: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    server.execute(
        sql.SQL("CREATE DATABASE {} OWNER chartline_owner TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )


def point_at(name: str) -> None:
    """Both roles' connections go to this database from now on."""
    for alias in ("default", "owner"):
        connections[alias].close()
        settings.DATABASES[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


def wait_for_requests_in_flight(server: psycopg.Connection[Any], *, seconds: float = 20) -> None:
    """A closed browser's last request may still be answered: its rows must not come after the emptying."""
    end = time.monotonic() + seconds
    while server.execute(IN_FLIGHT).fetchone() != (0,) and time.monotonic() < end:
        time.sleep(0.02)


def empty_all_tables(_case: TransactionTestCase) -> None:
    """What a transactional test leaves behind is removed by the superuser, past the triggers."""
    connections.close_all()
    with psycopg.connect(embedded.superuser_url(connection.settings_dict["NAME"]), autocommit=True) as server:
        tables = server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        names = [table for (table,) in tables if table not in KEPT]
        server.execute("SET session_replication_role = replica")
        for attempt in range(TRIES):
            wait_for_requests_in_flight(server)
            try:
                empty(server, names)
                return
            except psycopg.errors.DeadlockDetected:
                if attempt == TRIES - 1:
                    raise


def empty(server: psycopg.Connection[Any], tables: list[str]) -> None:
    """Delete what is in a few of many tables, four times as quick as to truncate all; numbers begin anew."""
    first_rows = sql.SQL(" UNION ALL ").join(
        sql.SQL("(SELECT {} FROM {} LIMIT 1)").format(sql.Literal(table), sql.Identifier(table)) for table in tables
    )
    for (table,) in server.execute(first_rows).fetchall():
        server.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    server.execute(RESTART)


TransactionTestCase._fixture_teardown = empty_all_tables  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def staff_scope(request: pytest.FixtureRequest) -> None:
    """A test itself looks with the service's eyes; requests and tasks set their own scope."""
    if request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & set(request.fixturenames):
        request.getfixturevalue("transactional_db" if is_transactional(request) else "db")
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('chartline.staff', 'on', false)")


def is_transactional(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return "transactional_db" in request.fixturenames or bool(marker and marker.kwargs.get("transaction"))


@pytest.fixture(autouse=True)
def own_lists() -> None:
    """Another test's editions may have had the same numbers."""
    forget_short_lists()
    forget_tables()


@pytest.fixture(autouse=True)
def own_keys() -> None:
    """Another test's practices may have had the same numbers."""
    vault.forget()


@pytest.fixture(autouse=True)
def own_folders(settings: object, tmp_path: object) -> None:
    """Charts, mails and anchors of a test stay in its own directory."""
    settings.CODE_INDEX_DIR = str(tmp_path / "code-index")  # type: ignore[attr-defined,operator]
    settings.STORAGES = {  # type: ignore[attr-defined]
        **settings.STORAGES,  # type: ignore[attr-defined]
        "default": {
            "BACKEND": "portal.shelves.DurableFileStorage",
            "OPTIONS": {"location": str(tmp_path / "charts")},  # type: ignore[operator]
        },
    }
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "audit-anchor.jsonl")  # type: ignore[attr-defined, operator]


@pytest.fixture
def at_once(settings: Any) -> None:
    """What is submitted at a bench is the next person's at once, without the half minute in which it is taken back."""
    settings.UNDO_SECONDS = 0


@pytest.fixture
def river(db: None) -> Practice:
    """River Family Medicine: Cleo's practice."""
    return factories.PracticeFactory(name="River Family Medicine", code="RIVER")


@pytest.fixture
def lake(db: None) -> Practice:
    """Lake Orthopedics: Otto's practice, which has nothing to do with River."""
    return factories.PracticeFactory(name="Lake Orthopedics", code="LAKE")


@pytest.fixture
def ann(db: None) -> User:
    """Ann pre-codes and codes."""
    return factories.UserFactory(name="Ann Archer", roles=[Role.CODER])


@pytest.fixture
def bea(db: None) -> User:
    """Bea verifies."""
    return factories.UserFactory(name="Bea Brandt", roles=[Role.VERIFIER])


@pytest.fixture
def cleo(river: Practice) -> User:
    """Cleo is River's practice user."""
    return factories.UserFactory(name="Cleo Cruz", roles=[Role.PRACTICE], practice=river)


@pytest.fixture
def max_(db: None) -> User:
    """Max manages the work."""
    return factories.UserFactory(name="Max Moreau", roles=[Role.MANAGER])


@pytest.fixture
def otto(lake: Practice) -> User:
    """Otto is another practice's user; he must see nothing of River."""
    return factories.UserFactory(name="Otto Olsen", roles=[Role.PRACTICE], practice=lake)


@pytest.fixture
def ada(db: None) -> User:
    """Ada administers people and practices."""
    return factories.UserFactory(name="Ada Abara", roles=[Role.ADMIN])


@pytest.fixture
def bill(db: None) -> User:
    """Bill follows claims."""
    return factories.UserFactory(name="Bill Bauer", roles=[Role.BILLER])


@pytest.fixture
def as_user() -> "type[Signed]":
    return Signed


class Signed(Client):
    """A browser in which somebody is signed in: Signed(cleo).get(…)."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self.force_login(user)
