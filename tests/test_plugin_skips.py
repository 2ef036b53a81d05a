"""The plugin that keeps a skip from reading like a pass."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TESTS = """
import pytest

@pytest.mark.{marker}
def test_it():
    pytest.skip("nobody answers")
"""


def outcome(folder: Path, text: str, *, strict: bool) -> str:
    """The closing lines of pytest over one test file."""
    (folder / "test_it.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    services\n    browser\n    bench\n    slow\n")
    variables = {key: value for key, value in os.environ.items() if key not in ("WELLPOSED_CI", "PYTEST_ADDOPTS")}
    variables |= {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | (
        {"WELLPOSED_CI": "1"} if strict else {}
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.plugin_skips",
        "-p",
        "no:cacheprovider",
    ]
    shown = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    return shown.stdout


@pytest.mark.parametrize("marker", ["services", "browser", "bench"])
def test_a_required_test_that_skips_itself_fails_in_ci(tmp_path: Path, marker: str) -> None:
    output = outcome(tmp_path, TESTS.format(marker=marker), strict=True)
    assert "1 failed" in output
    assert "nobody answers" in output


def test_elsewhere_a_skip_is_a_skip(tmp_path: Path) -> None:
    assert "1 skipped" in outcome(tmp_path, TESTS.format(marker="services"), strict=False)


def test_an_optional_test_may_skip_itself_in_ci(tmp_path: Path) -> None:
    assert "1 skipped" in outcome(tmp_path, TESTS.format(marker="slow"), strict=True)


def test_a_module_that_skips_itself_fails_in_ci(tmp_path: Path) -> None:
    text = "import pytest\npytest.skip('not here', allow_module_level=True)\n"
    assert "not here" in (output := outcome(tmp_path, text, strict=True))
    assert "error" in output
    assert "1 skipped" in outcome(tmp_path, text, strict=False)
