"""What every benchmark needs: processor seconds at their least, and figures held against a target."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any


def least(action: Callable[[], object], *, rounds: int = 3) -> float:
    """Return the least processor seconds of this process in several rounds; a busy machine only adds to them."""
    times = []
    for _ in range(rounds):
        gc.collect()
        started = time.process_time()
        action()
        times.append(time.process_time() - started)
    return min(times)


def against(*, target: float, found: float, at_most: bool = False) -> dict[str, Any]:
    """Return a figure beside its target, with PASS or MISS; higher is better unless `at_most`."""
    verdict = "PASS" if (found <= target if at_most else found >= target) else "MISS"
    return {"found": round(found, 3), "target": f"{'<=' if at_most else '>='} {target:g}", "verdict": verdict}
