"""The plugin that reads only what may hold a test with real servers, and loses none of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARKED = "import pytest\n\n@pytest.mark.services\ndef test_it():\n    pass\n"
BORROWED = "from marks import real\n\n@real\ndef test_it():\n    pass\n"


def run(folder: Path, expression: str) -> subprocess.CompletedProcess[str]:
    """Pytest with the plugin over a folder of test files."""
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    services\n")
    (folder / "marks.py").write_text("import pytest\n\nreal = pytest.mark.services\n")
    variables = {key: value for key, value in os.environ.items() if key != "PYTEST_ADDOPTS"}
    variables |= {"PYTHONPATH": os.pathsep.join((str(ROOT), str(folder))), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.plugin_services", "-p", "no:cacheprovider"]
    command += ["-m", expression]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def test_what_does_not_name_the_mark_is_not_read_for_it(tmp_path: Path) -> None:
    (tmp_path / "test_marked.py").write_text(MARKED)
    (tmp_path / "test_other.py").write_text("raise RuntimeError('this was read')\n")
    asked = run(tmp_path, "services")
    assert asked.returncode == 0, asked.stdout
    assert "1 passed" in asked.stdout
    assert "this was read" in run(tmp_path, "not services").stdout


def test_a_mark_that_a_module_does_not_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test_borrowed.py").write_text(BORROWED)
    refused = run(tmp_path, "not services")
    assert refused.returncode == 4
    assert "test_borrowed.py" in refused.stdout + refused.stderr
