"""Keep one command running: `python -m config.keep COMMAND ARGUMENTS...` starts it again when it is killed."""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
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


class Keeper:
    """One command, and whether we were told to stop it."""

    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.child: subprocess.Popen[bytes] | None = None
        self.stopping = False

    def keep(self) -> int:
        """Answer the command's own exit code once it ended by itself or because we were told to stop."""
        for number in SIGNALS:
            signal.signal(number, self.stop)
        pause = FIRST_PAUSE
        while not self.stopping:
            begun = time.monotonic()
            code = self.run_once()
            if self.stopping or code == 0:
                return code if code >= 0 else 128 - code
            pause = FIRST_PAUSE if time.monotonic() - begun > GOOD_RUN else pause
            say(f"`{' '.join(self.command[:6])}` ended with {code}; starting it again in {pause:g} s")
            self.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        return 0

    def run_once(self) -> int:
        """Its own session: a signal to our group reaches the command once, through us, not twice."""
        self.child = subprocess.Popen(
            self.command,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - no threads here
        )
        if self.stopping:  # told so while the child was being born
            self.child.terminate()
        while True:
            try:
                return self.child.wait(timeout=1)
            except subprocess.TimeoutExpired:
                self.stop_without_runner()

    def sleep(self, seconds: float) -> None:
        """In small bites, since Python goes on sleeping after a handled signal."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.stopping:
            time.sleep(0.1)
            self.stop_without_runner()

    def stop_without_runner(self) -> None:
        """Nobody would ever stop what outlives `make run`."""
        if not self.stopping and runner_is_gone():
            self.stop(signal.SIGTERM)

    def stop(self, number: int, _frame: FrameType | None = None) -> None:
        """Pass the signal on; the terminal's hang-up means the end like SIGTERM."""
        self.stopping = True
        if self.child is not None:
            self.child.send_signal(signal.SIGTERM if number == signal.SIGHUP else number)


if __name__ == "__main__":
    sys.exit(Keeper(sys.argv[1:]).keep())
