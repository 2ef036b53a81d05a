"""The README names everything a person can set, call or read, and nothing that is not there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, Verification
from copilot.sandbox.outcome import Tier
from solvers.result import Certificate, TerminationCondition

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
ROWS = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))


def settings_variables() -> set[str]:
    """Every name that the settings read from the environment: first arguments of `env(...)` and `env.kind(...)`."""
    names = set()
    modules = ("copilot/settings.py", "copilot/llm/environment.py", "copilot/api/environment.py")
    sources = [(ROOT / name).read_text() for name in modules]
    for node in (node for source in sources for node in ast.walk(ast.parse(source))):
        if isinstance(node, ast.Call) and node.args and isinstance(first := node.args[0], ast.Constant):
            asked = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            if isinstance(asked, ast.Name) and asked.id == "env":
                names.add(str(first.value))
    return names


def commands() -> set[str]:
    """Names of our management commands."""
    return {path.stem for path in ROOT.glob("copilot/*/management/commands/*.py") if path.stem != "__init__"}


def targets() -> set[str]:
    """Names of the Makefile's targets that a person calls."""
    line = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert line
    return set(line[1].split()) - {"install", "install-dev", "pytest"}


def test_the_settings_are_found() -> None:
    assert {"COPILOT_DATA_DIR", "DATABASE_URL", "REDIS_URL"} <= settings_variables()


@pytest.mark.parametrize("variable", sorted(settings_variables()))
def test_every_setting_is_in_the_table(variable: str) -> None:
    assert variable in ROWS


def test_the_table_has_no_setting_that_does_nothing() -> None:
    assert settings_variables() >= ROWS


@pytest.mark.parametrize("event_type", list(EventType))
def test_every_event_type_is_listed(event_type: EventType) -> None:
    assert f"`{event_type}`" in README


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_is_shown(command: str) -> None:
    assert f"manage.py {command}" in README


def test_every_verb_of_the_solver_command_is_shown() -> None:
    command = [sys.executable, "-m", "solvers", "--help"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    verbs = re.search(r"\{([a-z,]+)\}", shown.stdout)
    assert verbs
    assert f"python -m solvers {verbs[1].replace(',', '|')} FILE" in README


@pytest.mark.parametrize("target", sorted(targets()))
def test_every_make_target_is_shown(target: str) -> None:
    assert f"make {target}" in README


@pytest.mark.parametrize("status", [*Lifecycle.values, *TerminationCondition, *Verification.values, *Certificate])
def test_every_status_is_explained(status: str) -> None:
    assert re.search(rf"\| [^|]*\b{status}\b[^|]*\|$", README, re.MULTILINE)


@pytest.mark.parametrize("tier", list(Tier))
def test_every_tier_is_explained(tier: Tier) -> None:
    assert f"| `{tier}` |" in README


@pytest.mark.parametrize("page", ["README.md", *(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/**/*.md"))])
def test_every_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text()):
        if "://" not in target:
            assert ((ROOT / page).parent / target).exists(), target


def test_the_licence_is_the_one_named() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text()
