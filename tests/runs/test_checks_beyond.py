"""The checks of a plain formulation do not take a program with products, functions, indicators or sets for its twin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from copilot.runs import checks
from copilot.runs.explain import explain
from solvers.beyond import OBJECTIVE, Beyond
from solvers.instance import Instance
from solvers.result import SolveOptions
from solvers.scip import Scip
from solvers.tape import Code
from solvers.verdict import judged
from tests.runs.fakes import FORMULATION
from tests.runs.test_checks import found, instance

__all__ = ["instance"]  # the fixture: the workshop as it must be built

PRODUCT: dict[str, Any] = {"quadratic_first": [0], "quadratic_second": [1], "quadratic_value": [-1.0]}
FUNCTION: dict[str, Any] = {"tape_indptr": [0, 2], "tape_code": [Code.COLUMN, Code.EXP], "tape_operand": [0, 0]}
SET: dict[str, Any] = {
    "set_kind": [1], "set_indptr": [0, 2], "set_indices": [0, 1], "set_weights": [1, 2], "set_names": ("one kind",),
}  # fmt: skip


def bent(instance: Instance, **parts: Any) -> Instance:
    return replace(instance, beyond=Beyond(**parts))


@pytest.mark.parametrize(
    "parts", [{"quadratic_row": [0], **PRODUCT}, {"tape_row": [0], **FUNCTION}], ids=["product", "function"]
)
def test_a_row_with_more_than_a_sum_is_not_the_rule(instance: Instance, parts: dict[str, Any]) -> None:
    check = found(FORMULATION, bent(instance, **parts), "rows")
    assert (check.status, "carpentry holds a product, function or condition" in check.detail) == ("fail", True)


def test_a_row_that_waits_for_an_indicator_is_not_the_rule(instance: Instance) -> None:
    binary = replace(instance, column_upper=[1, 10])
    waiting = bent(binary, indicator_row=[1], indicator_column=[0], indicator_value=[1])
    check = found(FORMULATION, waiting, "rows")
    assert (check.status, "finishing holds a product, function or condition" in check.detail) == ("fail", True)


def test_a_set_or_a_semicontinuous_column_that_no_rule_says_is_told(instance: Instance) -> None:
    check = found(FORMULATION, bent(instance, **SET), "rows")
    assert check.status == "fail"
    assert "one kind stands in the program, but no rule of the formulation says it" in check.detail
    semicontinuous = bent(replace(instance, column_lower=[2, 0], column_upper=[9, 9]), semicontinuous=[0])
    assert "desks stands in the program" in found(FORMULATION, semicontinuous, "rows").detail
    assert found(FORMULATION, semicontinuous, "variables").status == "pass"


@pytest.mark.parametrize(
    "parts",
    [{"quadratic_row": [OBJECTIVE], **PRODUCT}, {"tape_row": [OBJECTIVE], **FUNCTION}],
    ids=["product", "function"],
)
def test_a_curved_objective_is_not_the_sum_of_the_formulation(instance: Instance, parts: dict[str, Any]) -> None:
    assert found(FORMULATION, bent(instance, **parts), "objective").status == "fail"


def test_a_column_limited_by_a_product_alone_is_not_called_unlimited(instance: Instance) -> None:
    loose = replace(instance, indices=[0, 0], indptr=[0, 1, 2], values=[4.0, 2.0])
    assert found(FORMULATION, loose, "limits").status == "fail"
    check = found(FORMULATION, bent(loose, quadratic_row=[0], **PRODUCT), "limits")
    assert (check.status, "a product or a function" in check.detail) == ("pass", True)


def test_a_result_is_told_without_a_rule_that_waits(instance: Instance) -> None:
    """With one desk allowed, finishing (at most 1) waits for a desk: no desk and 80 chairs; finishing binds nothing."""
    binary = replace(instance, column_upper=[1, 999], row_upper=[240, 80])
    waiting = bent(binary, indicator_row=[1], indicator_column=[0], indicator_value=[1])
    options = SolveOptions(time_limit_seconds=20)
    raw = Scip().solve(waiting.validate(), options=options, report=lambda _: None, should_stop=lambda: False)
    result = judged(waiting, raw, options)
    assert result.objective_value == pytest.approx(80 * 40)
    told = explain(FORMULATION, waiting, result)
    assert told["variables"] == {"desks": 0, "chairs": 80}
    assert [row["name"] for row in told["binding"]] == ["carpentry"]
    assert {check.status for check in checks.after_solve(FORMULATION, waiting, result)} == {"pass"}
