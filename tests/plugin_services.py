"""With `-m services` only the modules that name the mark are read: to read all of them takes longer than most runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

NAMED = "mark.services"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out a module that does not name the mark, where nothing but tests with that mark are asked for."""
    if config.getoption("markexpr") != "services" or not collection_path.match("test_*.py"):
        return None
    return None if NAMED in collection_path.read_text() else True


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """A marked test in a module that does not name the mark would run nowhere: whoever leaves it out is told."""
    marked = {item.path for item in items if item.get_closest_marker("services")}
    if unnamed := sorted(path.name for path in marked if NAMED not in path.read_text()):
        raise pytest.UsageError(f"Tests are marked 'services' in modules that do not name {NAMED}: {unnamed}")
