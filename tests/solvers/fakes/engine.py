"""The arithmetic of the stand-ins: a minimisation solved by HiGHS, and a script by which a test bends the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np


@dataclass
class Script:
    """What a test wants of the next solves; `calls` records what the adapter asked for."""

    status: str | None = None
    error: Exception | None = None
    spoiled: float = 0.0
    lines: tuple[str, ...] = ()
    busy_polls: int = 0
    calls: list[dict[str, Any]] = field(default_factory=list)


script = Script()


def reset() -> Script:
    """Forget what an earlier test wanted."""
    script.__init__()  # type: ignore[misc]
    return script


def minimised(
    cost: Any, indptr: Any, indices: Any, values: Any, rows: tuple[Any, Any], columns: tuple[Any, Any]
) -> tuple[str, Any, Any]:
    """Return HiGHS's status word, point and row duals; rows and columns are pairs of lower and upper sides."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(rows[0])
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, *columns
    lp.row_lower_, lp.row_upper_ = rows
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = indptr, indices, values
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("presolve", "off")
    highs.passModel(lp)
    highs.run()
    solution = highs.getSolution()
    x = np.array(solution.col_value) + script.spoiled
    return highs.getModelStatus().name, x, np.array(solution.row_dual)
