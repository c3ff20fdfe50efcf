"""The whole site on one machine, which is what `make run` starts: servers, tables, demo data, web, worker and beat."""

import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from config import embedded

REPOSITORY = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
OPEN_SECONDS = 90  # a site that has not answered by then is reported as broken
STOP_SECONDS = 15
CHECK_SECONDS = 2.0  # between two looks at the embedded servers
LAST_PORT = 65535
SFTP_BESIDE = 22  # the SFTP door listens so many ports above the site
EVENTS_BESIDE = 23  # and so many the streams of news
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotRun(Exception):
    """The text says what is in the way and what to do about it."""


class ToldToStop(Exception):
    """Ctrl-C, or a polite signal."""


def say(text: str = "") -> None:
    """The one way this command speaks; once its terminal is closed nobody hears it, and it still has to tidy up."""
    with suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def main() -> int:
    """Answer the exit code: 0 after a clean stop, 1 when the site could not run."""
    begun = time.monotonic()
    os.chdir(REPOSITORY)
    os.umask(0o077)  # charts, mails and logs are for this user only
    listen_to_stop_signals()
    try:
        port = wanted_port()
        with only_copy(port):
            return run(port, begun)
    except ToldToStop:
        return 0
    except (CannotRun, embedded.ServicesFailed) as trouble:
        say(f"Chartline cannot run: {trouble}")
        return 1


def listen_to_stop_signals() -> None:
    """Whoever starts it with nohup means it to outlive the terminal."""
    for number in STOP_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _raise_told_to_stop)


def wanted_port() -> int:
    """From the variable PORT, else 8000."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) <= LAST_PORT:
        raise CannotRun(f"PORT={text} is not a port number. For example: PORT=8001 make run")
    return int(text)


def wanted_sftp_port(port: int) -> int:
    """From the variable SFTP_PORT, else a little above the site's; 0 for none."""
    text = os.environ.get("SFTP_PORT") or str(min(port + SFTP_BESIDE, LAST_PORT))
    if not text.isdigit() or int(text) > LAST_PORT:
        raise CannotRun(f"SFTP_PORT={text} is not a port number. For example: SFTP_PORT=8022 make run, or 0 for none")
    return int(text)


def wanted_events_port(port: int) -> int:
    """A little above the site's; 0 if another program has it, and then pages ask by themselves now and then."""
    beside = min(port + EVENTS_BESIDE, LAST_PORT)
    return beside if port_is_free(beside) else 0


@contextmanager
def only_copy(port: int) -> Iterator[None]:
    """The lock ends with this process however it ends; its text says who holds it."""
    path = embedded.var_dir() / "run.lock"
    embedded.status()  # makes the directory
    os.environ["CHARTLINE_RUN_LOCK"] = str(path)  # config.keep watches it
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as file:
        for attempt in range(20):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                # A keeper looking at the lock holds it for an instant; a second copy holds it for good.
                if attempt == 19:  # noqa: PLR2004 - the last of range(20)
                    holder = file.read().strip() or "just starting or stopping"
                    raise CannotRun(f"it already runs here ({holder}).") from None
                time.sleep(0.02)
        left_behind = bool(file.read())
        wait_for_port(port, seconds=10 if left_behind else 0)
        file.seek(0)
        file.truncate()
        file.write(f"pid {os.getpid()}, {address(port)}")
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()


def wait_for_port(port: int, *, seconds: float) -> None:
    """After a killed run its last processes may still be closing."""
    deadline = time.monotonic() + seconds
    while not port_is_free(port):
        if time.monotonic() >= deadline:
            raise CannotRun(f"port {port} is taken by another program. Choose another: PORT={port + 1} make run")
        time.sleep(0.2)


def port_is_free(port: int) -> bool:
    """Bind it the way the web server will."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise CannotRun(f"port {port} needs more rights. Choose one above 1023: PORT=8000 make run") from None
        except OSError:
            return False
        return True


def address(port: int) -> str:
    """Where a browser on this machine finds the site."""
    return f"http://{HOST}:{port}"


def run(port: int, begun: float) -> int:
    """Hold everything up until told to stop or until a part cannot be held up."""
    sftp_port, events_port = wanted_sftp_port(port), wanted_events_port(port)
    os.environ.update(site_environment(port, sftp_port, events_port))
    with_sftp = sftp_port != 0 and port_is_free(sftp_port)
    children: list[subprocess.Popen[bytes]] = []
    try:
        say("Starting PostgreSQL and Valkey ...")
        with uninterrupted():
            embedded.start()
        say("Preparing tables, static files and demo data ...")
        sign_ins = prepare(children)
        with uninterrupted():
            children.append(start_processes(with_sftp=with_sftp, with_events=events_port != 0))
        wait_until_open(port, children[-1])
        announce(port, sign_ins, time.monotonic() - begun)
        announce_sftp(sftp_port, open_here=with_sftp)
        while children[-1].poll() is None:
            if embedded.missing():
                with uninterrupted():
                    embedded.start()  # one was killed
            time.sleep(CHECK_SECONDS)
        raise CannotRun("one of its processes ended; the lines above say why.")
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        say("Stopping ...")
        for child in children:
            stop_process(child)
        embedded.stop()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """A stop signal is heard right after this: one in the middle would leave a process behind that nobody knows of."""
    heard: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        heard.append(number)

    ours = [number for number in STOP_SIGNALS if signal.getsignal(number) is _raise_told_to_stop]
    for number in ours:
        signal.signal(number, remember)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, _raise_told_to_stop)
    if heard:
        raise ToldToStop


def site_environment(port: int, sftp_port: int, events_port: int) -> dict[str, str]:
    """What settings and Procfile read; variables that are already set win."""
    programs = str(Path(sys.executable).parent)
    return {
        "PATH": os.pathsep.join([programs, os.environ.get("PATH", os.defpath)]),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "CHARTLINE_VAR": str(embedded.var_dir()),
        "CHARTLINE_DEMO": os.environ.get("CHARTLINE_DEMO", "1"),
        "SITE_URL": os.environ.get("SITE_URL") or address(port),
        "SFTP_PORT": str(sftp_port),
        "EVENTS_PORT": str(events_port),
        "EVENTS_URL": os.environ.get("EVENTS_URL") or (f"{address(events_port)}/events/" if events_port else ""),
    }


def prepare(children: list[subprocess.Popen[bytes]]) -> str:
    """Answer the demo's sign-ins, ready to print; what runs meanwhile is added to `children`."""
    with uninterrupted():
        preparing = subprocess.Popen([sys.executable, "-m", "config.prepare"], stdout=subprocess.PIPE)
        children.append(preparing)
    sign_ins, _ = preparing.communicate()
    if preparing.returncode:
        raise CannotRun("preparing the tables, static files or demo data failed; the lines above say why.")
    return sign_ins.decode().strip()


def start_processes(*, with_sftp: bool, with_events: bool) -> subprocess.Popen[bytes]:
    """In a session of their own: Ctrl-C reaches us, and we stop them in order."""
    names = ["web", "worker", "reader", "beat", *(["sftp"] if with_sftp else [])]
    names += ["events"] if with_events else []
    command = [sys.executable, "-m", "honcho", "--procfile", "Procfile", "start", *names]
    return subprocess.Popen(command, start_new_session=True)


def stop_process(child: subprocess.Popen[bytes]) -> None:
    """Honcho passes the signal on and kills what has not ended within five seconds."""
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def wait_until_open(port: int, processes: subprocess.Popen[bytes]) -> None:
    """Until /healthz says that the web process serves requests."""
    deadline = time.monotonic() + OPEN_SECONDS
    while not answers(port):
        if processes.poll() is not None or time.monotonic() > deadline:
            raise CannotRun("the web process does not answer; the lines above say why.")
        time.sleep(0.1)


def answers(port: int) -> bool:
    """Ask the web process itself, past any proxy of the environment."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        finally:
            connection.close()
    return False


def announce(port: int, sign_ins: str, seconds: float) -> None:
    """The one thing a newcomer has to read."""
    say()
    say(f"  Chartline is open: {address(port)}   (after {seconds:.1f} s; Ctrl-C stops it)")
    if sign_ins:
        say()
        say("\n".join(f"  {line}" for line in sign_ins.splitlines()))
    say()


def announce_sftp(port: int, *, open_here: bool) -> None:
    """Where charts can be sent by SFTP, or why they cannot."""
    if open_here:
        say(f"  Charts by SFTP: {HOST}, port {port}. A practice's page makes accounts and takes keys.")
    elif port == 0:
        say("  Charts by SFTP: off (SFTP_PORT=0).")
    else:
        say(f"  Charts by SFTP: off, port {port} is taken by another program.")
        say(f"  Choose another: SFTP_PORT={port + 1} make run")
    say()


def _raise_told_to_stop(_number: int, _frame: FrameType | None) -> None:
    raise ToldToStop


if __name__ == "__main__":
    sys.exit(main())
