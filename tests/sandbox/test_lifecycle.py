"""The template process: kept warm, started again when it dies, and gone when its host is."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from copilot.sandbox import process
from copilot.sandbox.host import Sandbox
from copilot.sandbox.outcome import Limits, Tier
from tests.sandbox.conftest import LIGHT, NO_SECCOMP, patch_boot, sandbox_without, standing
from tests.sandbox.programs import WORKSHOP, WORKSHOP_DATA, around
from tests.sandbox.scene import survivors

ROOT = Path(__file__).parents[2]
LOOKS = 50
PATIENT = 60.0  # seconds for what a busy machine may take long over, and a fault would never do


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether it comes true in that time; a machine that stood still meanwhile gets a few more looks."""
    deadline, looks = time.monotonic() + seconds, 0
    while not condition() and (time.monotonic() < deadline or looks < LOOKS):
        looks += 1
        time.sleep(0.02)
    return condition()


def is_running(pid: int) -> bool:
    """Alive and no zombie."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def seconds_used(pid: int) -> float:
    """Processor time of a process; none once it is gone."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def told(pid: int) -> str:
    """A process with its state and parent, for whoever reads of a failure."""
    with contextlib.suppress(OSError):
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
        return f"{pid}: state {state}, parent {parent}, {seconds_used(pid):g} s of processor time"
    return f"{pid}: gone by now"


def descriptors(pid: int | str) -> int | None:
    """Open descriptors; None for the template where we are not root, because it hides them from its own user."""
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except PermissionError:
        assert os.geteuid() != 0
        return None


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


@pytest.fixture(scope="module")
def own() -> Iterator[Sandbox]:
    """A sandbox that the tests of this file may hurt."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        patch_boot(monkeypatch, LIGHT)
        sandbox = Sandbox()
        yield standing(sandbox)
        sandbox.close()


def test_three_hundred_builds_leave_no_process_no_descriptor_and_no_memory_behind(own: Sandbox) -> None:
    def one(number: int) -> bool:
        return own.build(WORKSHOP if number % 3 else "1 / 0", WORKSHOP_DATA, seed=number).failure is None

    assert [one(number) for number in range(6)] == [False, True, True, False, True, True]
    template = own.start().pid
    before = int(status_of(template)["VmRSS"].split()[0])
    time.sleep(0.1)  # the template closes a session just after its host has
    ours, its = descriptors("self"), descriptors(template)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(one, range(300)))
    assert own.start().pid == template
    assert Path(f"/proc/{template}/task/{template}/children").read_text() == ""
    assert wait_until(lambda: (descriptors("self"), descriptors(template)) == (ours, its))
    assert int(status_of(template)["VmRSS"].split()[0]) < before + 4096


def test_the_template_has_one_thread_an_empty_environment_and_no_root(own: Sandbox) -> None:
    template = own.start()
    status = status_of(template.pid)
    assert status["Threads"] == "1"
    assert "0" not in status["Uid"].split()
    assert os.geteuid() != 0 or set(status["Groups"].split()) == set()


def test_the_template_knows_no_web_framework_and_no_application(wall: Sandbox) -> None:
    program = around("import sys, os", "print(sorted({n.split('.')[0] for n in sys.modules} & {'django', 'celery'}))",
                     "print(dict(os.environ), [n for n in sys.modules if n.startswith('copilot')])")  # fmt: skip
    lines = wall.build(program, {}, seed=1).printed.splitlines()
    assert lines[0] == "[]"
    assert lines[1].startswith("{}")
    assert "host" not in lines[1]


def test_a_template_that_died_between_builds_is_started_again(own: Sandbox) -> None:
    first = own.start().pid
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: not is_running(first))
    assert own.build(WORKSHOP, WORKSHOP_DATA, seed=1).failure is None
    assert own.start().pid != first


def test_a_template_that_dies_during_a_build_takes_its_child_along(own: Sandbox) -> None:
    template = own.start().pid
    children = Path(f"/proc/{template}/task/{template}/children")

    def kill() -> None:
        assert wait_until(lambda: children.read_text() != "")
        child.append(int(children.read_text().split()[0]))
        os.kill(template, signal.SIGKILL)

    child: list[int] = []
    killer = threading.Thread(target=kill)
    killer.start()
    outcome = own.build(around("while True: pass"), {}, seed=1, limits=Limits(wall_seconds=10))
    killer.join()
    assert outcome.failure is not None
    assert (outcome.failure.kind, outcome.seconds < 5) == ("crashed", True)
    assert "run it again" in outcome.failure.message
    assert wait_until(lambda: not is_running(child[0]))
    assert own.build(WORKSHOP, WORKSHOP_DATA, seed=1).failure is None


def test_a_template_that_does_not_answer_is_replaced(own: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.sandbox.host._REAP_SECONDS", 0.2)
    template = own.start().pid
    os.kill(template, signal.SIGSTOP)
    outcome = own.build(WORKSHOP, WORKSHOP_DATA, seed=1, limits=Limits(wall_seconds=0.3))
    assert outcome.failure is not None
    assert outcome.failure.kind == "timeout"
    assert not is_running(template)
    assert own.build(WORKSHOP, WORKSHOP_DATA, seed=1).failure is None


def test_close_ends_the_template_and_a_running_build(own: Sandbox) -> None:
    template = own.start().pid
    timer = threading.Timer(0.2, own.close)
    timer.start()
    outcome = own.build(around("while True: pass"), {}, seed=1, limits=Limits(wall_seconds=10))
    timer.join()
    assert outcome.failure is not None
    assert outcome.failure.kind == "crashed"
    assert wait_until(lambda: not is_running(template))
    own.close()
    assert own.build(WORKSHOP, WORKSHOP_DATA, seed=1).failure is None
    assert survivors(own) == []


@pytest.mark.parametrize("when", ["before the child has its program", "while it runs"])
def test_an_error_in_should_stop_ends_the_child(own: Sandbox, when: str) -> None:
    template = own.start().pid
    children = Path(f"/proc/{template}/task/{template}/children")
    seen: list[int] = []

    def broken() -> bool:
        if when == "while it runs":
            seen[:] = [pid for pid in map(int, children.read_text().split()) if seconds_used(pid) > 0.05]
            if not seen:
                return False
        raise LookupError("database gone")

    with pytest.raises(LookupError):
        own.build(around("while True: pass"), {}, seed=1, should_stop=broken)
    assert wait_until(lambda: not any(map(is_running, seen)), PATIENT)
    wait_until(lambda: survivors(own) == [], PATIENT)
    assert [told(pid) for pid in survivors(own)] == []
    assert own.start().pid == template, "the template has nothing to do with it"
    assert own.build(WORKSHOP, WORKSHOP_DATA, seed=1).failure is None


def test_nothing_outlives_a_host_that_was_killed() -> None:
    script = (
        "import sys, threading, time\n"
        "from copilot.sandbox.host import Sandbox\n"
        "from tests.sandbox.programs import around\n"
        "s = Sandbox()\n"
        "print(s.start().pid, flush=True)\n"
        "s.build(around('while True: pass'), {}, seed=1)\n"
    )
    host = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert host.stdout is not None
    template = int(host.stdout.readline())
    children = Path(f"/proc/{template}/task/{template}/children")
    assert wait_until(lambda: children.read_text() != "")
    child = int(children.read_text().split()[0])
    host.kill()
    host.wait()
    host.stdout.close()
    assert wait_until(lambda: not is_running(template) and not is_running(child))


def test_a_forked_copy_of_the_host_starts_its_own_template(own: Sandbox) -> None:
    template = own.start().pid
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        outcome = own.build(WORKSHOP, WORKSHOP_DATA, seed=1)
        os.write(writer, json.dumps([own.start().pid, outcome.failure is None]).encode())
        own.close()
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader) as answers:
        other, built = json.loads(answers.read())
    assert built
    assert other != template
    assert own.start().pid == template
    assert own.build(WORKSHOP, WORKSHOP_DATA, seed=1).failure is None


def test_without_seccomp_model_code_is_refused_with_the_next_step() -> None:
    with sandbox_without(f"{LIGHT}\n{NO_SECCOMP}") as sandbox:
        outcome = sandbox.build(WORKSHOP, WORKSHOP_DATA, seed=1)
        assert outcome.tier is Tier.NONE
        assert outcome.failure is not None
        assert outcome.failure.kind == "refused"
        assert "sandbox_doctor" in outcome.failure.message


def test_the_unsafe_switch_builds_all_the_same_and_the_outcome_says_so(landlock_alone: Sandbox) -> None:
    outcome = landlock_alone.build(WORKSHOP, WORKSHOP_DATA, seed=1)
    assert outcome.failure is None
    assert outcome.tier is Tier.NONE


def test_a_child_that_gets_less_than_the_template_promised_runs_nothing() -> None:
    lie = "from copilot.sandbox import template, wire; template._probe = lambda libc: wire.Layers(True, 99, True)"
    with sandbox_without(f"{LIGHT}\n{lie}") as sandbox:
        outcome = sandbox.build(around("print('RAN')"), {}, seed=1)
    assert outcome.failure is not None
    assert outcome.failure.kind == "refused"
    assert outcome.printed == ""


def test_a_template_that_cannot_start_is_a_failure_with_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_BOOT", process._BOOT.replace("main(", "raise SystemExit(3)\nmain("))
    outcome = Sandbox().build(WORKSHOP, WORKSHOP_DATA, seed=1)
    assert outcome.failure is not None
    assert outcome.failure.kind == "refused"
    assert "ended while it started" in outcome.failure.detail
