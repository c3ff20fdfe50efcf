"""The embedded PostgreSQL: its first set-up, its roles, its settings."""

import os
import shutil
import signal
from pathlib import Path

import psycopg
from psycopg import sql

from config.embedded.places import (
    APP,
    DATABASE,
    OWNER,
    PORT,
    SUPERUSER,
    ServicesFailed,
    account,
    database_url,
    home,
    make_dir,
    make_socket_dir,
    passwords,
    socket_dir,
)
from config.embedded.programs import postgres_program
from config.embedded.servers import Server, run_tool, start_server

ROLES = {  # neither may be superuser nor bypass row security, so that the policies hold for both
    OWNER: "LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB",
    APP: "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB",
}
READ_BY_A_SHELL = frozenset('$`"\\\n')  # initdb calls its postgres through `sh -c "..."`


def postgres_server() -> Server:
    """Terse messages and no statements in the log: both may carry patient data."""
    data = home() / "postgres"
    options = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": '"{}"'.format(str(socket_dir()).replace('"', '""')),
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
    }
    if _testing():
        # Test data need not outlive a power cut. It outlives a killed server: commits still wait for the write.
        options |= {"fsync": "off", "full_page_writes": "off"}
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return Server(
        name="PostgreSQL",
        command=[postgres_program("postgres"), "-D", data, *arguments],
        data=data,
        pid_file=data / "postmaster.pid",
        socket=socket_dir() / f".s.PGSQL.{PORT}",
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
        answers=_answers,
    )


def start_postgres() -> bool:
    """Answer whether this call started it."""
    passwords()
    make_socket_dir()
    if not (home() / "postgres").exists():
        _initialise(home() / "postgres")
    make_dir(home() / "postgres", mode=0o700, owner=account())
    started = start_server(postgres_server())
    _set_up_roles()
    return started


def _initialise(data: Path) -> None:
    """Set up beside and rename, so that an interrupted first start leaves nothing half done."""
    initdb = postgres_program("initdb")
    if unfit := READ_BY_A_SHELL & set(str(initdb)):
        raise ServicesFailed(
            f"PostgreSQL cannot be set up by {initdb}, since that path holds {' '.join(sorted(map(repr, unfit)))}. "
            "Rename the directory, or set DATABASE_URL to a server."
        )
    draft = data.with_name("postgres.new")
    password_file = data.with_name("postgres.password")
    shutil.rmtree(draft, ignore_errors=True)
    password_file.unlink(missing_ok=True)
    make_dir(draft, mode=0o700, owner=account())
    descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(passwords()[SUPERUSER])
            if os.geteuid() == 0:
                os.fchown(file.fileno(), account().uid, account().gid)
        run_tool(
            [
                initdb,
                f"--pgdata={draft}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-instructions",
                *(["--no-sync"] if _testing() else []),
            ]
        )
    finally:
        password_file.unlink(missing_ok=True)
    draft.rename(data)


def _set_up_roles() -> None:
    """Safe to repeat, so that a set-up cut short is completed by the next start."""
    with psycopg.connect(database_url(SUPERUSER, "postgres"), autocommit=True) as connection:
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, attributes in ROLES.items():
            if role not in roles:
                creation = sql.SQL("CREATE ROLE {} " + attributes + " PASSWORD {}")
                connection.execute(creation.format(sql.Identifier(role), sql.Literal(passwords()[role])))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            creation = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(creation.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
    with psycopg.connect(database_url(SUPERUSER), autocommit=True) as connection:
        names = {"database": sql.Identifier(DATABASE), "app": sql.Identifier(APP)}
        for statement in (
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {database} TO {app}",
            "GRANT USAGE ON SCHEMA public TO {app}",
        ):
            connection.execute(sql.SQL(statement).format(**names))


def _testing() -> bool:
    return os.environ.get("CHARTLINE_TESTING") == "1"


def _answers() -> bool:
    try:
        with psycopg.connect(database_url(SUPERUSER, "postgres"), connect_timeout=3):
            return True
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise ServicesFailed(f"The passwords in {home() / 'passwords.json'} do not open the database.") from None
        return False
