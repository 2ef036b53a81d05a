"""Each check passes on the faithful instance, fails on a tampered one, and says unknown where it cannot tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from copilot.drafting.formulation import Constraint, Formulation, IndexSet, Objective, Parameter, Term, Variable
from copilot.runs import checks
from copilot.runs.checks import Check
from copilot.runs.models import Verification
from solvers.beyond import OBJECTIVE, Beyond
from solvers.instance import Instance, Sense
from tests.runs.fakes import FORMULATION, terms


@pytest.fixture
def instance() -> Instance:
    """The workshop as it must be built."""
    return Instance(
        name="workshop",
        sense=Sense.MAXIMIZE,
        objective_name="profit",
        objective_offset=0.0,
        cost=np.array([70.0, 40.0]),
        indptr=np.array([0, 2, 4]),
        indices=np.array([0, 1, 0, 1]),
        values=np.array([4.0, 3.0, 2.0, 1.0]),
        row_lower=np.array([-np.inf, -np.inf]),
        row_upper=np.array([240.0, 100.0]),
        column_lower=np.zeros(2),
        column_upper=np.full(2, np.inf),
        integrality=np.ones(2, dtype=np.uint8),
        row_names=("carpentry", "finishing"),
        column_names=("desks", "chairs"),
    )


def found(formulation: Formulation, instance: Instance, name: str) -> Check:
    return next(check for check in checks.before_solve(formulation, instance, "") if check.name == name)


def test_the_faithful_instance_passes_everything(instance: Instance) -> None:
    assert {check.status for check in checks.before_solve(FORMULATION, instance, "")} == {"pass"}


@pytest.mark.parametrize("factor", [1.0, -1.0, 0.5])
def test_a_row_written_the_other_way_round_or_scaled_is_the_same_rule(instance: Instance, factor: float) -> None:
    upper = instance.row_upper * factor
    infinite = np.full(2, np.inf)
    built = replace(
        instance,
        values=instance.values * factor,
        row_lower=upper if factor < 0 else -infinite,
        row_upper=infinite if factor < 0 else upper,
    )
    assert found(FORMULATION, built, "rows").status == "pass"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"row_upper": np.array([241.0, 100.0])}, "rows"),
        ({"row_lower": np.array([0.0, 0.0])}, "rows"),
        ({"values": np.array([4.0, 3.0, 2.0, 1.5])}, "rows"),
        ({"row_names": ("carpentry", "polishing")}, "rows"),
        ({"integrality": np.array([1, 0], dtype=np.uint8)}, "variables"),
        ({"column_lower": np.array([-1.0, 0.0])}, "variables"),
        ({"cost": np.array([70.0, 41.0])}, "objective"),
        ({"sense": Sense.MINIMIZE}, "objective"),
        ({"objective_offset": 5.0}, "objective"),
    ],
)
def test_a_tampered_instance_fails_the_check_that_is_meant(
    instance: Instance, change: dict[str, object], name: str
) -> None:
    built = replace(instance, **change)  # type: ignore[arg-type]
    assert found(FORMULATION, built, name).status == "fail"


def test_a_rule_given_as_a_formula_only_is_unknown(instance: Instance) -> None:
    rule = Constraint(name="curve", latex=r"x^2 \le 4")
    formulation = FORMULATION.model_copy(update={"constraints": (*FORMULATION.constraints, rule)})
    assert found(formulation, instance, "rows").status == "unknown"


def test_a_rule_on_one_variable_may_be_a_bound(instance: Instance) -> None:
    rule = Constraint(name="room", terms=terms(desks=2), relation="<=", limit=40)
    formulation = FORMULATION.model_copy(update={"constraints": (*FORMULATION.constraints, rule)})
    assert found(formulation, instance, "rows").status == "fail"
    built = replace(instance, column_upper=np.array([20.0, np.inf]))
    assert found(formulation, built, "rows").status == "pass"


def test_a_number_that_no_item_quotes_is_pointed_out(instance: Instance) -> None:
    check = next(c for c in checks.before_solve(FORMULATION, instance, "x1 uses 1,200.5 hours") if c.name == "numbers")
    assert check.status == "unknown"
    assert "1,200.5" in check.detail
    assert "x1" not in check.detail


def test_verdict_is_the_worst_of_its_checks() -> None:
    made = {status: Check("a", "b", status, "c") for status in ("pass", "fail", "unknown")}  # type: ignore[arg-type]
    assert checks.verdict([made["pass"], made["unknown"], made["fail"]]) == Verification.FAILED
    assert checks.verdict([made["pass"], made["unknown"]]) == Verification.INCONCLUSIVE
    assert checks.verdict([made["pass"]]) == Verification.PASSED
    assert checks.verdict([]) == Verification.INCONCLUSIVE


def test_a_row_that_no_rule_explains_is_pointed_out(instance: Instance) -> None:
    fewer = FORMULATION.model_copy(update={"constraints": FORMULATION.constraints[:1]})
    check = found(fewer, instance, "rows")
    assert check.status == "fail"
    assert "finishing" in check.detail


def test_indexed_rules_are_compared_row_by_row() -> None:
    formulation = Formulation(
        sets=(IndexSet(name="ITEMS", elements=("desk", "chair")),),
        parameters=(
            Parameter(name="profit", indices=("ITEMS",), value=((("desk",), 70.0), (("chair",), 40.0))),
            Parameter(name="most", indices=("ITEMS",), value=((("desk",), 30.0), (("chair",), 50.0))),
        ),
        variables=(Variable(name="make", indices=("ITEMS",)),),
        objective=Objective(
            sense="maximize", terms=(Term(coefficient=1, variable="make[ITEMS]", parameter="profit[ITEMS]"),)
        ),
        constraints=(
            Constraint(
                name="cap",
                indices=("ITEMS",),
                terms=(Term(coefficient=1, variable="make[ITEMS]"),),
                relation="<=",
                limit_parameter="most[ITEMS]",
            ),
        ),
    )
    built = Instance(
        name="indexed",
        sense=Sense.MAXIMIZE,
        objective_name="objective",
        objective_offset=0.0,
        cost=np.array([70.0, 40.0]),
        indptr=np.array([0, 1, 2]),
        indices=np.array([0, 1]),
        values=np.array([1.0, 1.0]),
        row_lower=np.array([-np.inf, -np.inf]),
        row_upper=np.array([30.0, 50.0]),
        column_lower=np.zeros(2),
        column_upper=np.full(2, np.inf),
        integrality=np.zeros(2, dtype=np.uint8),
        row_names=("cap[desk]", "cap[chair]"),
        column_names=("make[desk]", "make[chair]"),
    )
    assert {check.status for check in checks.before_solve(formulation, built, "")} == {"pass"}
    wrong = replace(built, row_upper=np.array([30.0, 51.0]))
    assert "cap[chair]" in found(formulation, wrong, "rows").detail


def test_a_product_that_no_rule_says_is_found_in_row_and_objective(instance: Instance) -> None:
    def with_product(row: int) -> Instance:
        term = {"quadratic_first": [0], "quadratic_second": [1], "quadratic_value": [1.0]}
        return replace(instance, beyond=Beyond(quadratic_row=[row], **term))  # type: ignore[arg-type]

    in_row, in_objective = with_product(0), with_product(OBJECTIVE)
    assert found(FORMULATION, in_row, "rows").status == "fail"
    assert "carpentry holds a product" in found(FORMULATION, in_row, "rows").detail
    assert found(FORMULATION, in_row, "objective").status == "pass"
    assert found(FORMULATION, in_objective, "objective").status == "fail"
    assert found(FORMULATION, in_objective, "rows").status == "pass"


def test_a_special_ordered_set_that_no_rule_says_is_found(instance: Instance) -> None:
    members = {"set_indices": [0, 1], "set_weights": [1.0, 2.0], "set_names": ("either",)}
    built = replace(instance, beyond=Beyond(set_kind=[1], set_indptr=[0, 2], **members))  # type: ignore[arg-type]
    assert "either stands in the program" in found(FORMULATION, built, "rows").detail
