"""Keep one command running: `python -m config.keep COMMAND ARGUMENTS...` starts it again when it is killed."""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

FIRST_PAUSE = 0.5  # seconds before the first restart; doubled for each restart that follows soon
LONGEST_PAUSE = 30.0
GOOD_RUN = 60.0  # after so many seconds a death is again the first
PR_SET_PDEATHSIG = 1  # prctl(2)
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


def say(text: str) -> None:
    """The one way this command speaks."""
    sys.stderr.write(f"keep: {text}\n")
    sys.stderr.flush()


def die_with_parent() -> None:
    """A supervisor that is itself killed must not leave its child running alone (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def runner_is_gone() -> bool:
    """`make run` holds a lock while it lives; whoever can take it has outlived its runner."""
    path = os.environ.get("CHARTLINE_RUN_LOCK")
    if not path:
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def keep(command: list[str]) -> int:
    """Answer the command's own exit code once it ended by itself or because we were told to stop."""
    stopping = False
    child: subprocess.Popen[bytes] | None = None

    def forward(number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        if child is not None:
            child.send_signal(signal.SIGTERM if number == signal.SIGHUP else number)

    for number in SIGNALS:
        signal.signal(number, forward)
    pause = FIRST_PAUSE
    while True:
        begun = time.monotonic()
        # Its own session: a signal to our group reaches it once, through us, not twice.
        child = subprocess.Popen(command, start_new_session=True, preexec_fn=die_with_parent)  # noqa: S603, PLW1509
        while (code := _wait(child)) is None:
            if not stopping and runner_is_gone():
                forward(signal.SIGTERM, None)
        if stopping or code == 0:
            return code if code >= 0 else 128 - code
        pause = FIRST_PAUSE if time.monotonic() - begun > GOOD_RUN else pause
        say(f"`{' '.join(command[:6])}` ended with {code}; starting it again in {pause:g} s")
        if _stopped_within(pause, lambda: stopping or runner_is_gone()):
            return 0
        pause = min(pause * 2, LONGEST_PAUSE)


def _wait(child: subprocess.Popen[bytes]) -> int | None:
    try:
        return child.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return None


def _stopped_within(seconds: float, stopped: Callable[[], bool]) -> bool:
    """Sleep in small bites, since Python goes on sleeping after a handled signal."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if stopped():
            return True
        time.sleep(0.1)
    return stopped()


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))
