"""Start, stop and use the embedded servers by hand: `python -m config.embedded start|stop|status|exec -- COMMAND`."""

import argparse
import os
import subprocess
import sys

from config import embedded


def say(text: str) -> None:
    """The one way this command speaks."""
    sys.stderr.write(f"{text}\n")


def main(arguments: list[str]) -> int:
    """Answer the exit code: that of COMMAND for `exec`."""
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__)
    parser.add_argument("action", choices=["start", "stop", "status", "exec"])
    parser.add_argument("command", nargs=argparse.REMAINDER, help="for exec: -- COMMAND ARGUMENTS...")
    wanted = parser.parse_args(arguments)
    command = wanted.command[1:] if wanted.command[:1] == ["--"] else wanted.command
    if bool(command) != (wanted.action == "exec"):
        parser.error("exec takes a command, the other actions take none")
    try:
        return _carry_out(wanted.action, command)
    except embedded.ServicesFailed as failure:
        say(str(failure))
        return 1


def _carry_out(action: str, command: list[str]) -> int:
    if action == "exec":
        return _run_between(command)
    if action == "start":
        embedded.start()
    if action == "stop":
        embedded.stop()
    running = embedded.status()
    for name, pid in running.items():
        say(f"{name}: running (pid {pid})" if pid else f"{name}: not running here")
    if action == "stop" and any(running.values()):
        say("Another process still uses them, so they go on.")
        return 1
    return 0


def _run_between(command: list[str]) -> int:
    started = embedded.start()
    try:
        # Ctrl-C reaches the command too; it decides when to end.
        with subprocess.Popen(command, env={**os.environ, **embedded.environment()}) as process:
            while True:
                try:
                    return process.wait()
                except KeyboardInterrupt:
                    continue
    finally:
        embedded.stop(started)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
