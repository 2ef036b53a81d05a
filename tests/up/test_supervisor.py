"""The supervisor with small parts of our own: starts, restarts, gives up, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from copilot.up import family, part
from copilot.up.errors import UpError
from copilot.up.part import Recipe
from copilot.up.supervisor import Supervisor
from tests.up.launching import ROOT, wait_for

SLEEP = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)
# Starts a child in a session of its own, which neither a signal to the group nor a closed pipe reaches.
WITH_RUNAWAY = (
    "import subprocess, sys, time;"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True);"
    "print('started', flush=True); time.sleep(600)"
)
ENDS = "import sys; print('the reason', flush=True); sys.exit(3)"


@pytest.fixture
def said() -> list[str]:
    return []


def recipe(tmp_path: Path, code: str, *, stop_seconds: float = 5.0) -> Recipe:
    return Recipe("part", [sys.executable, "-c", code], tmp_path / "part.log", dict(os.environ), (), stop_seconds)


@pytest.fixture
def strangers() -> set[family.Process]:
    """Children of this test process that other tests keep."""
    return family.descendants(os.getpid())


def test_every_part_has_ended_when_the_block_is_left(
    tmp_path: Path, said: list[str], strangers: set[family.Process]
) -> None:
    with Supervisor(say=said.append) as supervisor:
        for _ in range(3):
            supervisor.start(recipe(tmp_path, SLEEP))
        kin = family.descendants(os.getpid()) - strangers
        assert len(kin) == 4  # three parts and the warden
    assert not family.living(kin)


def test_a_part_deaf_to_sigterm_is_killed(tmp_path: Path, said: list[str], strangers: set[family.Process]) -> None:
    with Supervisor(say=said.append) as supervisor:
        deaf = supervisor.start(recipe(tmp_path, STUBBORN, stop_seconds=0.3))
        assert wait_for(lambda: "deaf" in deaf.last_words())
        kin = family.descendants(os.getpid()) - strangers
        assert len(kin) == 2
    assert not family.living(kin)


def test_a_grandchild_in_its_own_session_is_ended_too(tmp_path: Path, said: list[str]) -> None:
    with Supervisor(say=said.append) as supervisor:
        parent = supervisor.start(recipe(tmp_path, WITH_RUNAWAY))
        assert wait_for(lambda: "started" in parent.last_words())
        assert parent.process
        runaways = family.descendants(parent.process.pid)
        assert len(runaways) == 1
    assert not family.living(runaways)


def test_a_part_that_dies_is_started_again_with_a_growing_pause(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "FIRST_PAUSE", 0.05)
    with Supervisor(say=said.append) as supervisor:
        supervisor.was_ready = True
        supervisor.start(recipe(tmp_path, ENDS))
        assert wait_for(lambda: supervisor.look() or len(said) >= 3)
    assert "exit status 3" in said[0]
    assert [line.split(" in ")[1].split(" s.")[0] for line in said[:3]] == ["0.05", "0.1", "0.2"]


def test_a_killed_part_is_named_with_its_signal_and_replaced(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "FIRST_PAUSE", 0.05)
    with Supervisor(say=said.append) as supervisor:
        victim = supervisor.start(recipe(tmp_path, SLEEP))
        assert victim.process
        first = victim.process.pid
        os.kill(first, signal.SIGKILL)
        assert wait_for(lambda: supervisor.look() or (victim.process and victim.process.pid != first))
    assert "SIGKILL" in said[0]


def test_a_part_that_never_starts_ends_the_attempt_with_its_last_words(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "FIRST_PAUSE", 0.01)
    with Supervisor(say=said.append) as supervisor:
        supervisor.start(recipe(tmp_path, ENDS))
        with pytest.raises(UpError, match=r"(?s)exit status 3.*the reason"):
            wait_for(lambda: supervisor.look())
    assert len(said) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_stop_is_heard(number: signal.Signals, said: list[str]) -> None:
    before = signal.getsignal(number)
    with Supervisor(say=said.append) as supervisor:
        os.kill(os.getpid(), number)
        supervisor.look()
        assert supervisor.stopping
    assert signal.getsignal(number) == before


def test_under_nohup_the_closing_of_the_terminal_is_not_heard(said: list[str]) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Supervisor(say=said.append) as supervisor:
            os.kill(os.getpid(), signal.SIGHUP)
            supervisor.look()
            assert not supervisor.stopping
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_warden_ends_the_parts_of_a_killed_supervisor(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import os, sys, time
        from pathlib import Path
        from copilot.up.part import Recipe
        from copilot.up.supervisor import Supervisor
        with Supervisor(say=print) as supervisor:
            supervisor.start(Recipe("part", [sys.executable, "-c", {SLEEP!r}], Path({str(tmp_path / "log")!r}), {{}}))
            print("up", flush=True)
            time.sleep(600)
    """)
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout
        assert supervisor.stdout.readline() == b"up\n"
        kin = family.descendants(supervisor.pid)
        assert len(kin) == 2
        supervisor.kill()
        supervisor.wait()
        assert wait_for(lambda: not family.living(kin))


def test_a_log_that_grows_while_its_part_runs_is_trimmed(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "LOG_BYTES", 10_000)
    talks = "import time\nwhile True: print('x' * 99, flush=True); time.sleep(0.001)"
    with Supervisor(say=said.append) as supervisor:
        supervisor.start(recipe(tmp_path, talks))
        older = tmp_path / "part.1.log"
        assert wait_for(lambda: supervisor.look() or older.exists())
        assert older.stat().st_size > 10_000
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
        assert (tmp_path / "part.log").stat().st_size < older.stat().st_size
        assert wait_for(lambda: (tmp_path / "part.log").read_text().startswith("xxx"))  # no gap before the next line


def test_a_log_that_has_grown_makes_room(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "LOG_BYTES", 10)
    (tmp_path / "part.log").write_text("what an earlier start said")
    with Supervisor(say=said.append) as supervisor:
        supervisor.start(recipe(tmp_path, SLEEP))
        assert (tmp_path / "part.1.log").read_text() == "what an earlier start said"
        assert (tmp_path / "part.log").read_text() == ""
