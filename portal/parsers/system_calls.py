"""What a process that reads foreign bytes may not ask of the kernel: no network, no other process, no other program.

A seccomp filter (seccomp(2)), which any user may put on and nobody can take off; programs that the
process starts inherit it. The filter is written for the machines we know and stands or the process ends.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

PR_SET_NO_NEW_PRIVS = 38  # prctl(2)
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
# Instructions of the classic BPF (linux/bpf_common.h) and answers of the filter (linux/seccomp.h).
LOAD, IS_EQUAL, IS_AT_LEAST, HAS_BITS, ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, REFUSE, END = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
UNKNOWN = 0x00050000 | errno.ENOSYS  # upon which the C library takes the older call
NUMBER, MACHINE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
X32 = 0x40000000  # numbers from here on are a second table of x86-64, which nothing of ours uses

# Numbers of the calls by machine (asm/unistd.h), with the machine's own number (linux/audit.h).
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NETWORK = {  # socket … recvmmsg, and io_uring, which can do the same
    "x86_64": (*range(41, 56), 288, 299, 307, 425, 426, 427),
    "aarch64": (*range(198, 213), 242, 243, 269, 425, 426, 427),
}
OTHERS = {  # ptrace, process_vm_readv, process_vm_writev, pidfd_getfd, pidfd_send_signal, rt_sigqueueinfo
    "x86_64": (101, 310, 311, 438, 424, 129),
    "aarch64": (117, 270, 271, 438, 424, 138),
}
# execve, execveat, and on x86-64 fork and vfork
PROGRAMS = {"x86_64": (59, 322, 57, 58), "aarch64": (221, 281)}
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435
CLONE_THREAD = 0x00010000  # linux/sched.h
SIGNALS = {"x86_64": (62, 234), "aarch64": (129, 131)}  # kill, tgkill: to itself only


class Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]


def instruction(code: int, value: int, *, jump_if: int = 0, jump_else: int = 0) -> bytes:
    """One struct sock_filter."""
    return struct.pack("=HBBI", code, jump_if, jump_else, value)


def refused(number: int, answer: int = REFUSE) -> bytes:
    """Say no to one call."""
    return instruction(IS_EQUAL, number, jump_else=1) + instruction(ANSWER, answer)


def only_to_itself(number: int, pid: int) -> bytes:
    """Say no to one call unless its first argument is the process itself."""
    return (
        instruction(IS_EQUAL, number, jump_else=4)
        + instruction(LOAD, FIRST_ARGUMENT)
        + instruction(IS_EQUAL, pid, jump_else=1)
        + instruction(ANSWER, ALLOW)
        + instruction(ANSWER, REFUSE)
    )


def threads_only(number: int) -> bytes:
    """Say no to a new process; a new thread is let through."""
    return (
        instruction(IS_EQUAL, number, jump_else=4)
        + instruction(LOAD, FIRST_ARGUMENT)
        + instruction(HAS_BITS, CLONE_THREAD, jump_else=1)
        + instruction(ANSWER, ALLOW)
        + instruction(ANSWER, REFUSE)
    )


def written(machine: str, *, programs: bool, pid: int) -> bytes:
    """The filter for a machine; KeyError for one we have no numbers of."""
    code = [
        instruction(LOAD, MACHINE),
        instruction(IS_EQUAL, MACHINES[machine], jump_if=1),
        instruction(ANSWER, END),
        instruction(LOAD, NUMBER),
    ]
    if machine == "x86_64":
        code += [instruction(IS_AT_LEAST, X32, jump_else=1), instruction(ANSWER, REFUSE)]
    code += [refused(number) for number in (*NETWORK[machine], *OTHERS[machine])]
    if not programs:
        code += [refused(number) for number in PROGRAMS[machine]]
        code += [only_to_itself(number, pid) for number in SIGNALS[machine]]
        code += [threads_only(CLONE[machine]), refused(CLONE3, UNKNOWN)]
    return b"".join([*code, instruction(ANSWER, ALLOW)])


def limit_system_calls(*, programs: bool) -> None:
    """Put the filter on; whatever keeps it from standing is raised, so that nothing is read without it.

    With `programs` the process may start and end programs of its own, which are under the filter too.
    """
    if not sys.platform.startswith("linux"):  # a developer's machine; the service runs on Linux
        return
    code = written(platform.machine(), programs=programs, pid=os.getpid())
    held = ctypes.create_string_buffer(code, len(code))
    program = Program(len(code) // 8, ctypes.cast(held, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    for call in (
        (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0),
    ):
        if libc.prctl(*call):
            raise OSError(ctypes.get_errno(), "the limit of system calls does not stand")
