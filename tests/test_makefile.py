"""The two commands: they find a Python, install only what changed, and say what is missing."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.txt", "requirements-dev.txt")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh clone as far as make sees it."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "deploy").mkdir()
    for lock in LOCKS:
        (tmp_path / "deploy" / lock).write_text("")
    return tmp_path


def make(folder: Path, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run make as from a terminal of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "SELECT"))}
    program = shutil.which("make")
    assert program, "make is needed for these tests, as it is for the product"
    variables = kept | ({} if path is None else {"PATH": path})
    return subprocess.run([program, *arguments], cwd=folder, env=variables, capture_output=True, text=True, check=False)


def installed(folder: Path) -> None:
    """As if everything had been installed just now."""
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").symlink_to(sys.executable)
    for stamp in (".runtime", ".dev"):
        (folder / ".venv" / stamp).touch()


def test_an_old_python_is_refused_with_what_to_do(checkout: Path) -> None:
    old = checkout / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    answer = make(checkout, "install", f"PYTHON={old}")
    assert answer.returncode != 0
    assert "Python 3.11 or newer" in answer.stderr
    assert not (checkout / ".venv").exists()


def test_a_machine_without_python_is_told_so(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "test", "echo"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    answer = make(checkout, "install", path=str(tools))
    assert answer.returncode != 0
    assert "found none" in answer.stderr


def test_a_second_start_installs_nothing(checkout: Path) -> None:
    installed(checkout)
    answer = make(checkout, "-n", "run")
    assert answer.returncode == 0, answer.stderr
    assert "pip" not in answer.stdout
    assert "manage.py up --host 127.0.0.1 --port 8000" in answer.stdout


def test_a_changed_lock_is_installed_with_its_hashes(checkout: Path) -> None:
    installed(checkout)
    os.utime(checkout / ".venv/.runtime", (0, 0))
    plan = make(checkout, "-n", "run").stdout
    assert plan.count("--require-hashes -r deploy/requirements.txt") == 1
    assert "requirements-dev.txt" not in plan  # the product needs no test tools


def test_the_check_of_everything_checks_everything(checkout: Path) -> None:
    installed(checkout)
    plan = make(checkout, "-n", "test").stdout
    for step in (
        "ruff check",
        "ruff format --check",
        "mypy",
        "lint-imports",
        "manage.py check",
        "makemigrations --check",
    ):
        assert step in plan
    assert plan.rstrip().splitlines()[-1].endswith("-m pytest -rfEs -n 2 --dist loadfile --no-loadscope-reorder")


def test_the_two_runs_before_a_change_lands_leave_no_test_out(checkout: Path) -> None:
    installed(checkout)
    first, second = re.findall(r"^make (test.*?) +#", (ROOT / ".ci/run").read_text(), re.MULTILINE)
    plans = [make(checkout, "-n", *shlex.split(targets)).stdout.splitlines()[-1] for targets in (first, second)]
    asked = [re.findall(r' -m (services|"not services")$', plan.rstrip()) for plan in plans]
    assert asked == [["services"], ['"not services"']]
