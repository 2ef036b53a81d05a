"""A seccomp filter built in ctypes: a short list of system calls is allowed, everything else answers EPERM.

The list is what a computing process needs: memory, time, randomness, its own signals, the descriptors it already
has. There is no open, socket, clone, exec, kill, ioctl or prctl in it, and no memory may become executable. A call
through another architecture's table (i386 or x32 on x86-64) ends the process: its numbers would mean other calls.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from dataclasses import dataclass

PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
RET_KILL_PROCESS = 0x80000000
RET_ALLOW = 0x7FFF0000
RET_EPERM = 0x00050000 | errno.EPERM
PROT_EXEC = 4
X32_BIT = 0x40000000

LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
JUMP_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
JUMP_GREATER_EQUAL = 0x35  # BPF_JMP | BPF_JGE | BPF_K
JUMP_ANY_BIT = 0x45  # BPF_JMP | BPF_JSET | BPF_K
RETURN = 0x06  # BPF_RET | BPF_K
OFFSET_NUMBER, OFFSET_ARCH, OFFSET_THIRD_ARGUMENT = 0, 4, 32  # of struct seccomp_data; low half, little-endian
_INSTRUCTION = struct.Struct("<HBBI")

_X86_64 = {
    "read": 0, "write": 1, "close": 3, "fstat": 5, "lseek": 8, "munmap": 11, "brk": 12, "rt_sigaction": 13,
    "rt_sigprocmask": 14, "rt_sigreturn": 15, "sched_yield": 24, "mremap": 25, "madvise": 28, "nanosleep": 35,
    "getpid": 39, "exit": 60, "gettimeofday": 96, "getrusage": 98, "times": 100, "getuid": 102, "getgid": 104,
    "geteuid": 107, "getegid": 108, "getppid": 110, "sigaltstack": 131, "gettid": 186, "time": 201, "futex": 202,
    "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231,
    "getrandom": 318,
}  # fmt: skip
_AARCH64 = {
    "read": 63, "write": 64, "close": 57, "fstat": 80, "lseek": 62, "munmap": 215, "brk": 214, "rt_sigaction": 134,
    "rt_sigprocmask": 135, "rt_sigreturn": 139, "sched_yield": 124, "mremap": 216, "madvise": 233, "nanosleep": 101,
    "getpid": 172, "exit": 93, "gettimeofday": 169, "getrusage": 165, "times": 153, "getuid": 174, "getgid": 176,
    "geteuid": 175, "getegid": 177, "getppid": 173, "sigaltstack": 132, "gettid": 178, "futex": 98,
    "restart_syscall": 128, "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115, "exit_group": 94,
    "getrandom": 278,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Architecture:
    """One system call table: the kernel's audit number, the allowed calls, and those whose third argument is a
    memory protection (`mmap`, `mprotect`)."""

    audit: int
    allowed: dict[str, int]
    protecting: dict[str, int]
    has_x32: bool


ARCHITECTURES = {
    "x86_64": Architecture(0xC000003E, _X86_64, {"mmap": 9, "mprotect": 10}, has_x32=True),
    "aarch64": Architecture(0xC00000B7, _AARCH64, {"mmap": 222, "mprotect": 226}, has_x32=False),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def program(architecture: Architecture) -> bytes:
    """The filter as BPF instructions of 8 bytes; it ends in five verdicts that every test jumps to."""
    allowed, protecting = sorted(architecture.allowed.values()), sorted(architecture.protecting.values())
    head = 5 if architecture.has_x32 else 4
    deny = head + len(allowed) + len(protecting)
    check, kill, allow = deny + 1, deny + 3, deny + 4  # `check` is two instructions: load, test
    code = [(LOAD, 0, 0, OFFSET_ARCH), (JUMP_EQUAL, 1, 0, architecture.audit), (RETURN, 0, 0, RET_KILL_PROCESS)]
    code.append((LOAD, 0, 0, OFFSET_NUMBER))
    if architecture.has_x32:
        code.append((JUMP_GREATER_EQUAL, kill - len(code) - 1, 0, X32_BIT))
    for number in allowed:
        code.append((JUMP_EQUAL, allow - len(code) - 1, 0, number))
    for number in protecting:
        code.append((JUMP_EQUAL, check - len(code) - 1, 0, number))
    code.append((RETURN, 0, 0, RET_EPERM))
    code.append((LOAD, 0, 0, OFFSET_THIRD_ARGUMENT))
    code.append((JUMP_ANY_BIT, 2, 1, PROT_EXEC))
    code.append((RETURN, 0, 0, RET_KILL_PROCESS))
    code.append((RETURN, 0, 0, RET_ALLOW))
    code.append((RETURN, 0, 0, RET_EPERM))
    return b"".join(_INSTRUCTION.pack(*instruction) for instruction in code)


def install(libc: ctypes.CDLL, machine: str) -> None:
    """Set the filter on this process for good; needs no_new_privs. Raises OSError where there is no seccomp."""
    architecture = ARCHITECTURES.get(machine)
    if architecture is None:
        raise OSError(errno.ENOSYS, f"There is no system call table for {machine}.")
    code = program(architecture)
    buffer = ctypes.create_string_buffer(code, len(code))
    prog = _Program(len(code) // _INSTRUCTION.size, ctypes.cast(buffer, ctypes.c_void_p))
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(prog), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "The kernel refused the seccomp filter.")
