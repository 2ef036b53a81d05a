"""The house stays small and speaks of the product alone: budgets by size, and words that must not slip in."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import FIRST

ROOT = Path(__file__).resolve().parents[1]
MODULE_LINES, FUNCTION_LINES, SETTINGS_LINES, SCRIPT_BYTES = 300, 40, 200, 5 * 1024
ROOMS = ("copilot", "solvers")
LOCKS = ("deploy/requirements.txt", "deploy/requirements-dev.txt")
# Put together here so that this file does not hold them itself.
HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))]
PLACES = ["/".join(("", "work", "")), "/".join(("", "opt", ""))]
BINARY = {".png", ".woff2", ".ico", ".jpg", ".xlsx"}


def tracked() -> list[Path]:
    """Every file of the repository: as git lists them, or as they lie there where git is not at hand."""
    try:
        shown = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]
    return [path for line in shown.stdout.splitlines() if (path := ROOT / line).is_file()]


TRACKED = tracked()
MODULES = [
    path
    for path in TRACKED
    if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ROOMS and "migrations" not in path.parts
]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Each function of a module with its length in lines, docstring and decorators included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield node.name, (node.end_lineno or first) - first + 1


def test_there_is_a_house_to_measure() -> None:
    assert len(MODULES) > 50


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """Each module's syntax tree, by the module's name."""
    return {name(path): ast.parse(path.read_text()) for path in MODULES}


def test_a_module_fits_on_a_few_screens() -> None:
    lines = {name(path): len(path.read_text().splitlines()) for path in MODULES}
    assert not {module: count for module, count in lines.items() if count > MODULE_LINES}


def test_a_function_fits_on_one_screen(trees: dict[str, ast.Module]) -> None:
    found = [(module, *function) for module, tree in trees.items() for function in functions(tree)]
    assert len(found) > len(MODULES)
    assert not [one for one in found if one[-1] > FUNCTION_LINES]


def test_a_module_says_what_it_is_for(trees: dict[str, ast.Module]) -> None:
    full = {name(path) for path in MODULES if path.read_text().strip()}
    assert not [module for module in full if not ast.get_docstring(trees[module])]


def test_no_module_is_named_after_nothing() -> None:
    nameless = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base_utils"}
    assert not [name(path) for path in MODULES if path.stem in nameless or path.parent.name in nameless]


def test_the_settings_fit_on_a_few_screens() -> None:
    assert len((ROOT / "copilot/settings.py").read_text().splitlines()) <= SETTINGS_LINES


def test_the_modules_that_are_tested_first_are_there() -> None:
    assert not [module for module in FIRST if not (ROOT / "tests" / module).is_file()]


def test_our_own_script_is_small() -> None:
    own = [path for path in TRACKED if path.suffix == ".js" and "vendor" not in path.parts]
    assert sum(path.stat().st_size for path in own) <= SCRIPT_BYTES, [name(path) for path in own]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_and_hashes_and_names_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pins = re.findall(r"^[A-Za-z0-9._-]+(?:\[[^]]*])?==", text, re.MULTILINE)
    assert len(pins) > 30
    assert text.count("--hash=sha256:") >= len(pins)
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links|file:|@", text)


def test_the_lock_of_the_tests_agrees_with_the_lock_of_the_product() -> None:
    runtime, development = (set(re.findall(r"^[^\s#-][^\\\n]*", (ROOT / lock).read_text(), re.M)) for lock in LOCKS)
    assert runtime <= development


@pytest.mark.parametrize(("lock", "extra"), [(LOCKS[0], None), (LOCKS[1], "dev")])
def test_a_lock_holds_what_the_project_asks_for(lock: str, extra: str | None) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [Requirement(text) for text in project["dependencies"]]
    asked += [Requirement(text) for text in (project["optional-dependencies"][extra] if extra else ())]
    pins: dict[str, list[str]] = {}
    for found, version in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*])?==([^ ;\\]+)", (ROOT / lock).read_text(), re.M):
        pins.setdefault(canonicalize_name(found), []).append(version)
    for requirement in asked:
        versions = pins.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name} is not in the lock: run make lock"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_no_file_names_a_registry_or_a_place_of_one_machine() -> None:
    found = []
    for path in TRACKED:
        if path.suffix not in BINARY and "vendor" not in path.parts:
            text = path.read_text(errors="replace")
            found += [(name(path), word) for word in (*HOSTS, *PLACES) if word in text]
    assert not found
