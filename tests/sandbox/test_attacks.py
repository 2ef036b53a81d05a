"""Hostile programs against the wall itself: the linter is off, and success is looked for from outside."""

from __future__ import annotations

import platform

import pytest

from copilot.sandbox import seccomp
from copilot.sandbox.host import Sandbox
from tests.sandbox.attacks import ATTACKS, MEMORY, NETWORK, PROCESSES, READING, WRITING, X86_ONLY
from tests.sandbox.programs import WORKSHOP, WORKSHOP_DATA, around
from tests.sandbox.scene import Scene, survivors

CONTROLS = [name for name, attack in ATTACKS.items() if attack.control]
# What Landlock holds back on its own: not UDP, netlink or named sockets, modes, memory calls and descriptors.
LANDLOCK_ROWS = [
    *(name for name in READING if "environment" not in name and "descriptor" not in name),
    *("connect by TCP", "listen by TCP", "connect to an abstract socket"),
    *(name for name in WRITING if "mode" not in name),
]


def attempt(sandbox: Sandbox, scene: Scene, name: str) -> bool:
    """Run one attack; whether it got through. An attack that only lacks a module would say nothing about the wall."""
    if name in X86_ONLY and platform.machine() != "x86_64":
        pytest.skip("The machine code of this attack is for x86-64.")
    attack = ATTACKS[name]
    scene.reset()
    outcome = sandbox.build(around(attack.lines), scene.facts(), seed=1, limits=attack.limits)
    detail = outcome.failure.detail if outcome.failure else ""
    assert "ModuleNotFoundError" not in detail or name == "import a module of its own"
    return attack.succeeded(scene, sandbox, outcome)


@pytest.mark.parametrize("name", [*READING, *NETWORK, *WRITING, *PROCESSES, *MEMORY])
def test_the_attack_is_stopped_where_there_is_no_landlock(
    wall_without_landlock: Sandbox, scene: Scene, name: str
) -> None:
    assert not attempt(wall_without_landlock, scene, name)
    assert survivors(wall_without_landlock) == []


@pytest.mark.parametrize("name", ATTACKS)
def test_the_wall_stops_the_attack_and_the_next_build_is_clean(wall: Sandbox, scene: Scene, name: str) -> None:
    template = wall.start().pid
    assert not attempt(wall, scene, name)
    assert survivors(wall) == []
    assert wall.start().pid == template
    clean = wall.build(WORKSHOP, WORKSHOP_DATA, seed=1)
    assert clean.instance is not None
    assert clean.instance.cost.tolist() == [70, 40]


@pytest.mark.parametrize("name", CONTROLS)
def test_the_same_attack_gets_through_where_nothing_is_locked(no_wall: Sandbox, scene: Scene, name: str) -> None:
    assert attempt(no_wall, scene, name)


@pytest.mark.parametrize("name", LANDLOCK_ROWS)
def test_landlock_alone_stops_files_tcp_and_abstract_sockets(landlock_alone: Sandbox, scene: Scene, name: str) -> None:
    if name == "connect to an abstract socket" and landlock_alone.start().layers.landlock < 6:
        pytest.skip("Abstract sockets are scoped from Landlock ABI 6 on.")
    if "TCP" in name and landlock_alone.start().layers.landlock < 4:
        pytest.skip("TCP ports are handled from Landlock ABI 4 on.")
    assert not attempt(landlock_alone, scene, name)


def test_poison_in_one_build_is_not_in_the_next(wall: Sandbox) -> None:
    poison = around(
        "import builtins, pyomo.environ, sys, copilot.sandbox.guest as guest",
        "builtins.sum = lambda *_: 1 / 0",
        "pyomo.environ.Var = pyomo.environ.maximize = None",
        "guest.to_instance = None",
        "sys.modules['pyomo.environ'] = None",
    )
    before = wall.build(WORKSHOP, WORKSHOP_DATA, seed=1).instance
    assert wall.build(poison, {}, seed=1).failure is not None
    after = wall.build(WORKSHOP, WORKSHOP_DATA, seed=1).instance
    assert before is not None
    assert before == after


def test_every_system_call_outside_the_list_is_refused(wall: Sandbox) -> None:
    table = seccomp.ARCHITECTURES[platform.machine()]
    listed = set(table.allowed.values()) | set(table.protecting.values())
    # uretprobe and uprobe are answered before any filter on newer kernels, and fail outside a probe.
    exempt = {335, 336} if platform.machine() == "x86_64" else set()
    program = around(
        "import ctypes",
        "libc = ctypes.CDLL(None, use_errno=True)",
        "for number in range(600):",
        "    if number in data['skip']: continue",
        "    ctypes.set_errno(0)",
        "    answer = libc.syscall(number, -1, -1, -1, -1, -1, -1)",
        "    if answer != -1 or ctypes.get_errno() != 1: print('ANSWERED', number, answer, ctypes.get_errno())",
        "print('DONE')",
    )
    outcome = wall.build(program, {"skip": sorted(listed | exempt)}, seed=1)
    assert outcome.printed.splitlines() == ["DONE"]
