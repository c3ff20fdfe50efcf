"""What a child that reads foreign bytes cannot do: reach the network, another process, another program."""

import subprocess
import sys

import pytest

from portal import nursery
from portal.parsers import system_calls

BEGIN = "import sys; sys.path.append({root!r}); from portal.parsers.confine import confine; import os, socket\n"
CONFINE = "confine(memory=512 * 2**20, seconds=5, programs={programs})\n"


def tried(what, *, programs=False, confined=True):
    """What a child says that tries something after it was confined."""
    program = BEGIN.format(root=str(nursery.ROOT)) + (CONFINE.format(programs=programs) if confined else "")
    attempt = f"{program}try:\n  {what}\n  print('done')\nexcept OSError as no:\n  print(no.errno)"
    ended = subprocess.run(
        [sys.executable, "-I", "-c", attempt],
        capture_output=True, text=True, env={}, timeout=30,
    )  # fmt: skip
    return ended.stdout.strip()


DEEDS = {
    "internet": "socket.socket()",
    "local socket": "socket.socket(socket.AF_UNIX)",
    "pair of sockets": "socket.socketpair()",
    "program": "os.execv('/bin/true', ['true'])",
    "process": "os._exit(0) if os.fork() == 0 else os.wait()",
    "signal to the parent": "os.kill(os.getppid(), 0)",
}


@pytest.mark.parametrize("deed", DEEDS)
def test_it_is_refused_and_would_be_done_without_the_filter(deed):
    assert tried(DEEDS[deed]) == "1"
    if deed != "program":  # which says nothing more once it has begun
        assert tried(DEEDS[deed], confined=False) == "done"


def test_with_programs_allowed_these_have_no_network_either():
    python = (
        "import subprocess; print(subprocess.run([sys.executable, '-c', 'import socket; socket.socket()']).returncode)"
    )
    assert tried(python, programs=True).split() == ["1", "done"]
    assert tried(python, confined=False).split() == ["0", "done"]


def test_threads_and_signals_to_itself_are_left_alone():
    assert tried("import threading; one = threading.Thread(target=print); one.start(); one.join()") == "done"
    assert tried("os.kill(os.getpid(), 0)") == "done"


def test_more_memory_than_allowed_is_not_given():
    assert tried("held = bytearray(400 * 2**20)") == "done"
    assert tried("held = bytearray(520 * 2**20)") == ""


@pytest.mark.parametrize("machine", system_calls.MACHINES)
def test_the_filter_is_short_enough_for_the_kernel(machine):
    code = system_calls.written(machine, programs=False, pid=1)
    assert len(code) % 8 == 0
    assert len(code) // 8 < 4096
    with pytest.raises(KeyError):
        system_calls.written("pdp11", programs=False, pid=1)
