"""Where the embedded servers keep their files, and the addresses that follow from it."""

import base64
import hashlib
import json
import os
import pwd
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

REPOSITORY = Path(__file__).resolve().parents[2]
DATABASE = "chartline"
SUPERUSER = "postgres"
OWNER = "chartline_owner"
APP = "chartline_app"
PORT = 5432  # names the socket file only; no server listens on a network port
LONGEST_SOCKET = 100  # bytes; sun_path holds 108 on Linux and 104 on macOS, unix(7)
OTHERS_MAY_ENTER = stat.S_IXOTH
OTHERS_MAY_RUN = stat.S_IXOTH | stat.S_IROTH


class ServicesFailed(Exception):
    """An embedded server cannot run; the text says why and what to do."""


@dataclass(frozen=True)
class ServiceUrls:
    """The addresses of the embedded servers: `redis` is Celery's spelling, `redis_unix` redis-py's."""

    database: str
    database_owner: str
    database_superuser: str
    redis: str
    redis_unix: str


@dataclass(frozen=True)
class Account:
    """The user and group ids that the servers run under."""

    uid: int
    gid: int


def account() -> Account:
    """PostgreSQL refuses to run as root, so root lends both servers the account `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def var_dir() -> Path:
    """Everything a running Chartline keeps on this machine is below this one directory."""
    return Path(os.environ.get("CHARTLINE_VAR") or REPOSITORY / "var").resolve()


def made_var_dir() -> Path:
    """Create what is missing of the directory, closed to others unless `nobody` has to pass through."""
    var = var_dir()
    mode = 0o711 if os.geteuid() == 0 else 0o700
    for directory in reversed([var, *var.parents]):
        if not directory.exists():
            make_dir(directory, mode=mode, owner=Account(os.geteuid(), os.getegid()))
    return var


def make_dir(path: Path, *, mode: int, owner: Account) -> None:
    """Only directories made here get a new owner and mode; one that is there already must be ours."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.uid:
            raise ServicesFailed(
                f"{path} belongs to another user (uid {found.st_uid}, expected {owner.uid}). "
                "Run Chartline as the user who started it first, or set CHARTLINE_VAR to another directory."
            ) from None
        return
    if os.geteuid() == 0:
        os.chown(path, owner.uid, owner.gid)
    path.chmod(mode)


def open_to_others(path: Path, needed: int = OTHERS_MAY_ENTER) -> bool:
    """Tell whether `nobody` may pass every directory above `path` and use `path` itself."""
    above = all(parent.stat().st_mode & OTHERS_MAY_ENTER for parent in path.parents)
    return above and path.stat().st_mode & needed == needed


def home() -> Path:
    """The servers' data lives in var/, or where `nobody` can reach it when var/ is in a closed place.

    The first choice stays: data already in one of the two places is found there again.
    """
    var = made_var_dir()
    if os.geteuid() != 0:
        return var
    away = Path("/var/tmp") / f"chartline-{_digest(var)}"  # noqa: S108 - made and checked by make_dir
    if (var / "postgres").exists() or (not away.exists() and open_to_others(var)):
        return var
    make_dir(away, mode=0o711, owner=Account(0, 0))
    note = var / "DATABASE-IS-ELSEWHERE.txt"
    if not note.exists():
        note.write_text(f"The embedded database of this directory is kept in {away}\n", encoding="utf-8")
    return away


def socket_dir() -> Path:
    """Beside the data while a socket's path may be so, else in a short place of our own.

    A comma would part two hosts in a PostgreSQL address (libpq, 34.1.1.3 "Specifying multiple hosts").
    """
    beside = home() / "sockets"
    if len(os.fsencode(beside / f".s.PGSQL.{PORT}")) < LONGEST_SOCKET and "," not in str(beside):
        return beside
    return Path("/tmp") / f"chartline-{os.geteuid()}-{_digest(var_dir())}" / "sockets"  # noqa: S108


def make_socket_dir() -> None:
    """Its parent is this user's own, so that nobody else can put something in its place."""
    directory = socket_dir()
    if directory.parent != home():
        mode = 0o711 if os.geteuid() == 0 else 0o700
        make_dir(directory.parent, mode=mode, owner=Account(os.geteuid(), os.getegid()))
    make_dir(directory, mode=0o700, owner=account())


def tidy_socket_dir() -> None:
    """Leave nothing in the shared place once the last server is gone."""
    directory = socket_dir()
    if directory.parent != home():
        with suppress(OSError):  # not empty, or never made
            directory.rmdir()
            directory.parent.rmdir()


def passwords() -> dict[str, str]:
    """Read the roles' passwords, drawing them once; they live beside the data that knows them."""
    path = home() / "passwords.json"
    if not path.exists():
        if (home() / "postgres").exists():
            raise ServicesFailed(
                f"{path} is missing, so the database beside it cannot be opened. "
                f"Put the file back, or delete {home() / 'postgres'} to begin with an empty database."
            )
        drawn = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APP)}
        write_once(path, json.dumps(drawn))
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except PermissionError:
        raise ServicesFailed(f"{path} belongs to the user who started Chartline here first.") from None


def write_once(path: Path, text: str) -> None:
    """Of two processes that write at once one wins and nobody ever reads half a file."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def local_secret(name: str, draw: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
    """A random value of this directory, drawn once: for a machine that was given none from outside."""
    path = made_var_dir() / name
    if not path.exists():
        write_once(path, draw())
    return path.read_text(encoding="utf-8")


def local_master_key() -> str:
    """The master key of this directory, as CHARTLINE_MASTER_KEYS spells it; without it no stored file opens."""
    return local_secret("master-key", lambda: f"local:{base64.b64encode(secrets.token_bytes(32)).decode()}")


def valkey_socket() -> Path:
    """The one address of the embedded Valkey."""
    return socket_dir() / "valkey.sock"


def urls() -> ServiceUrls:
    """Compute the addresses without starting anything, the same in every process of this directory."""
    socket = quote(str(valkey_socket()))
    return ServiceUrls(
        database=database_url(APP),
        database_owner=database_url(OWNER),
        database_superuser=database_url(SUPERUSER),
        redis=f"redis+socket://{socket}?virtual_host=0",
        redis_unix=f"unix://{socket}?db=0",
    )


def superuser_url(database: str = DATABASE) -> str:
    """For tests and operators only; no process of the site uses this role."""
    return database_url(SUPERUSER, database)


def database_url(role: str, database: str = DATABASE) -> str:
    """The socket directory stands in the query, since URL parsers lower the case of a host."""
    return f"postgresql://{role}:{passwords()[role]}@:{PORT}/{database}?host={quote(str(socket_dir()), safe='')}"


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
