"""The filter's instructions, run by a small interpreter of BPF: both tables can be checked on any machine."""

from __future__ import annotations

import struct

import pytest

from copilot.sandbox import landlock, seccomp

I386, ARM32 = 0x40000003, 0x40000028
DANGEROUS = {
    "x86_64": {"open": 2, "ioctl": 16, "socket": 41, "clone": 56, "fork": 57, "execve": 59, "kill": 62, "ptrace": 101,
               "prctl": 157, "openat": 257, "memfd_create": 319, "io_uring_setup": 425, "clone3": 435, "openat2": 437},
    "aarch64": {"ioctl": 29, "openat": 56, "ptrace": 117, "kill": 129, "prctl": 167, "socket": 198, "clone": 220,
                "execve": 221, "memfd_create": 279, "io_uring_setup": 425, "clone3": 435, "openat2": 437},
}  # fmt: skip


def run(code: bytes, *, number: int, audit: int, third: int = 0) -> int:
    """Interpret the filter on `struct seccomp_data`; returns its verdict."""
    data = struct.pack("<IIQ6Q", number, audit, 0, 0, 0, third, 0, 0, 0)
    instructions = list(struct.iter_unpack("<HBBI", code))
    at, accumulator = 0, 0
    while True:
        operation, if_true, if_false, value = instructions[at]
        at += 1
        match operation:
            case seccomp.LOAD:
                (accumulator,) = struct.unpack_from("<I", data, value)
            case seccomp.RETURN:
                return int(value)
            case seccomp.JUMP_EQUAL:
                at += if_true if accumulator == value else if_false
            case seccomp.JUMP_GREATER_EQUAL:
                at += if_true if accumulator >= value else if_false
            case seccomp.JUMP_ANY_BIT:
                at += if_true if accumulator & value else if_false
            case _:
                raise AssertionError(operation)


@pytest.fixture(params=["x86_64", "aarch64"])
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_exactly_the_listed_calls_are_allowed(machine: str) -> None:
    table = seccomp.ARCHITECTURES[machine]
    code = seccomp.program(table)
    listed = set(table.allowed.values()) | set(table.protecting.values())
    for number in range(700):
        expected = seccomp.RET_ALLOW if number in listed else seccomp.RET_EPERM
        assert run(code, number=number, audit=table.audit) == expected, number


def test_no_dangerous_call_is_listed(machine: str) -> None:
    table = seccomp.ARCHITECTURES[machine]
    code = seccomp.program(table)
    for name, number in DANGEROUS[machine].items():
        assert run(code, number=number, audit=table.audit) == seccomp.RET_EPERM, name


@pytest.mark.parametrize("protection", range(8))
def test_memory_may_be_readable_and_writable_but_never_executable(machine: str, protection: int) -> None:
    table = seccomp.ARCHITECTURES[machine]
    code = seccomp.program(table)
    expected = seccomp.RET_EPERM if protection & seccomp.PROT_EXEC else seccomp.RET_ALLOW
    for number in table.protecting.values():
        assert run(code, number=number, audit=table.audit, third=protection) == expected


def test_the_table_of_another_architecture_ends_the_process(machine: str) -> None:
    code = seccomp.program(seccomp.ARCHITECTURES[machine])
    others = {seccomp.ARCHITECTURES[name].audit for name in seccomp.ARCHITECTURES} - {
        seccomp.ARCHITECTURES[machine].audit
    }
    for audit in {I386, ARM32, *others}:
        assert run(code, number=1, audit=audit) == seccomp.RET_KILL_PROCESS


def test_the_x32_table_ends_the_process() -> None:
    table = seccomp.ARCHITECTURES["x86_64"]
    code = seccomp.program(table)
    for number in (0, 1, 2, 39, 257):
        assert run(code, number=seccomp.X32_BIT | number, audit=table.audit) == seccomp.RET_KILL_PROCESS


def test_both_tables_allow_the_same_calls_but_for_those_aarch64_never_had() -> None:
    x86, arm = seccomp.ARCHITECTURES["x86_64"], seccomp.ARCHITECTURES["aarch64"]
    assert set(x86.allowed) - set(arm.allowed) == {"time"}
    assert set(arm.allowed) <= set(x86.allowed)
    assert set(x86.protecting) == set(arm.protecting)


@pytest.mark.parametrize(("version", "length"), [(1, 8), (2, 8), (3, 8), (4, 16), (5, 16), (6, 24), (7, 24), (99, 24)])
def test_a_landlock_ruleset_has_the_length_that_its_kernel_knows(version: int, length: int) -> None:
    ruleset = landlock.ruleset(version)
    assert len(ruleset) == length
    (rights,) = struct.unpack_from("<Q", ruleset)
    assert rights == (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
