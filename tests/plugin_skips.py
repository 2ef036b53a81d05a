"""In continuous integration a skipped test of a required kind is a failure: a skip must never read like a pass."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

REQUIRED = ("services", "browser", "bench")
STRICT = "WELLPOSED_CI"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a required test into a failure that names the reason."""
    report = yield
    if is_strict() and report.skipped and not hasattr(report, "wasxfail") and _required(item):
        report.outcome = "failed"
        report.longrepr = f"Skipped where it must run ({STRICT} is set): {_reason(report.longrepr)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A whole module that skips itself hides its markers, so it fails too."""
    report = yield
    if is_strict() and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"Module skipped where it must run ({STRICT} is set): {_reason(report.longrepr)}"
    return report


def is_strict() -> bool:
    """Whether this is the run that lets nothing through."""
    return bool(os.environ.get(STRICT))


def _required(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in REQUIRED)


def _reason(longrepr: object) -> str:
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)
