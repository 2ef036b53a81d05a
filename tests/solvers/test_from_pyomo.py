"""A Pyomo model becomes the instance that was written, or one sentence says which part cannot."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo import gdp, mpec

from solvers import runner
from solvers.from_pyomo import to_instance
from solvers.instance import Instance, Sense
from solvers.pyomo_errors import TriviallyInfeasible, UnsupportedModel

INF = float("inf")


def blank() -> Any:
    pyomo_model = pyo.ConcreteModel(name="shop")
    pyomo_model.x = pyo.Var(bounds=(0, 4))
    pyomo_model.y = pyo.Var(within=pyo.Binary)
    return pyomo_model


def with_objective() -> Any:
    pyomo_model = blank()
    pyomo_model.profit = pyo.Objective(expr=2 * pyomo_model.x + 3 * pyomo_model.y + 7, sense=pyo.maximize)
    return pyomo_model


def dense(instance: Instance) -> list[list[float]]:
    return instance.matrix.toarray().tolist()


def test_maximisation_offset_and_names_are_kept_as_written() -> None:
    instance = to_instance(with_objective())
    assert instance.sense is Sense.MAXIMIZE
    assert (instance.name, instance.objective_name, instance.objective_offset) == ("shop", "profit", 7)
    assert instance.cost.tolist() == [2, 3]
    assert instance.column_names == ("x", "y")
    assert instance.integrality.tolist() == [0, 1]
    assert instance.column_lower.tolist() == [0, 0]
    assert instance.column_upper.tolist() == [4, 1]


def test_a_range_is_one_row_with_both_sides() -> None:
    pyomo_model = with_objective()
    pyomo_model.before = pyo.Constraint(expr=pyomo_model.x >= 1)
    pyomo_model.span = pyo.Constraint(expr=(1, 2 * pyomo_model.x + pyomo_model.y + 1, 5))
    pyomo_model.same = pyo.Constraint(expr=pyomo_model.x == pyomo_model.y)
    instance = to_instance(pyomo_model)
    assert instance.row_names == ("before", "span", "same")
    assert dense(instance) == [[1, 0], [2, 1], [1, -1]]
    assert instance.row_lower.tolist() == [1, 0, 0]
    assert instance.row_upper.tolist() == [INF, 4, 0]


def test_columns_come_in_order_of_declaration_not_of_first_use() -> None:
    pyomo_model = pyo.ConcreteModel()
    pyomo_model.v = pyo.Var(["b", "a"], [1, 2])
    pyomo_model.w = pyo.Var()
    pyomo_model.cost = pyo.Objective(expr=pyomo_model.w + pyomo_model.v["a", 2])
    pyomo_model.c = pyo.Constraint(["b", "a"], rule=lambda m, i: m.v[i, 2] + m.v[i, 1] >= 0)
    instance = to_instance(pyomo_model)
    assert instance.column_names == ("v[b,1]", "v[b,2]", "v[a,1]", "v[a,2]", "w")
    assert instance.row_names == ("c[b]", "c[a]")


def test_fixed_and_unused_variables_are_listed_with_a_value() -> None:
    pyomo_model = with_objective()
    pyomo_model.rest = pyo.Var([1, 2, 3], bounds=(2, 9))
    pyomo_model.odd = pyo.Var(within=pyo.Integers, bounds=(-3.5, -0.5))
    pyomo_model.rest[2].fix(5)
    pyomo_model.y.fix(1)
    pyomo_model.limit = pyo.Constraint(expr=pyomo_model.x + 2 * pyomo_model.y <= 5)
    instance = to_instance(pyomo_model)
    assert instance.column_names == ("x",)
    assert instance.fixed == (("y", 1.0), ("rest[1]", 2.0), ("rest[2]", 5.0), ("rest[3]", 2.0), ("odd", -1.0))
    assert instance.objective_offset == 10
    assert instance.row_upper.tolist() == [3]


def test_a_fixed_member_of_a_family_becomes_a_number_where_it_is_used() -> None:
    pyomo_model = pyo.ConcreteModel()
    pyomo_model.x = pyo.Var([1, 2, 3], bounds=(0, 9))
    pyomo_model.x[1].fix(3)
    pyomo_model.x[3].fix(5)
    pyomo_model.c = pyo.Constraint(expr=pyomo_model.x[1] + 2 * pyomo_model.x[2] + 4 * pyomo_model.x[3] <= 30)
    pyomo_model.o = pyo.Objective(expr=pyomo_model.x[1] + pyomo_model.x[2] + 7 * pyomo_model.x[3])
    instance = to_instance(pyomo_model)
    assert instance.column_names == ("x[2]",)
    assert instance.fixed == (("x[1]", 3.0), ("x[3]", 5.0))
    assert (dense(instance), instance.row_upper.tolist()) == ([[2]], [7])
    assert (instance.cost.tolist(), instance.objective_offset) == ([1], 38)


def test_inactive_parts_are_left_out() -> None:
    pyomo_model = with_objective()
    pyomo_model.off = pyo.Constraint(expr=pyomo_model.x <= 1)
    pyomo_model.off.deactivate()
    pyomo_model.side = pyo.Block()
    pyomo_model.side.z = pyo.Var()
    pyomo_model.side.c = pyo.Constraint(expr=pyomo_model.side.z >= 1)
    pyomo_model.side.deactivate()
    instance = to_instance(pyomo_model)
    assert (instance.row_count, instance.column_names, instance.fixed) == (0, ("x", "y"), ())


def test_blocks_and_negative_coefficients_survive() -> None:
    pyomo_model = with_objective()
    pyomo_model.site = pyo.Block([1], rule=lambda b, i: b.add_component("z", pyo.Var(bounds=(None, 2))))
    pyomo_model.link = pyo.Constraint(expr=-pyomo_model.site[1].z + pyomo_model.x <= -1)
    instance = to_instance(pyomo_model)
    assert instance.column_names == ("x", "y", "site[1].z")
    assert instance.column_lower.tolist() == [0, 0, -INF]
    assert dense(instance) == [[1, 0, -1]]


def test_a_constant_objective_gives_an_instance_that_solves() -> None:
    pyomo_model = pyo.ConcreteModel()
    pyomo_model.o = pyo.Objective(expr=5.0)
    result = runner.solve(to_instance(pyomo_model))
    assert (result.termination_condition, result.objective_value) == ("optimal", 5.0)


def test_a_pyomo_model_solves_to_its_known_optimum() -> None:
    pyomo_model = pyo.ConcreteModel()
    pyomo_model.make = pyo.Var(["desk", "chair"], within=pyo.NonNegativeIntegers)
    make = pyomo_model.make
    pyomo_model.profit = pyo.Objective(expr=70 * make["desk"] + 40 * make["chair"], sense=pyo.maximize)
    pyomo_model.carpentry = pyo.Constraint(expr=4 * make["desk"] + 3 * make["chair"] <= 240)
    pyomo_model.finishing = pyo.Constraint(expr=2 * make["desk"] + make["chair"] <= 100)
    result = runner.solve(to_instance(pyomo_model))
    assert result.x is not None
    assert np.allclose(result.x, [30, 40])
    assert result.objective_value == pytest.approx(3700)


def test_a_false_constant_constraint_is_named() -> None:
    pyomo_model = with_objective()
    pyomo_model.y.fix(1)
    pyomo_model.never = pyo.Constraint(expr=pyomo_model.y <= 0)
    with pytest.raises(TriviallyInfeasible, match="Constraint never holds no free variable") as caught:
        to_instance(pyomo_model)
    assert caught.value.constraint == "never"


def test_a_constant_constraint_missed_by_rounding_holds() -> None:
    pyomo_model = with_objective()
    pyomo_model.share = pyo.Var([1, 2])
    pyomo_model.share[1].fix(0.1)
    pyomo_model.share[2].fix(0.2)
    pyomo_model.total = pyo.Constraint(expr=pyomo_model.share[1] + pyomo_model.share[2] <= 0.3)
    assert to_instance(pyomo_model).row_count == 0
    assert pyomo_model.total.active


def _two_objectives(m: Any) -> None:
    m.second = pyo.Objective(expr=m.x)


def _no_objective(m: Any) -> None:
    m.profit.deactivate()


def _disjunct(m: Any) -> None:
    m.either = gdp.Disjunct()
    m.other = gdp.Disjunct()
    m.choice = gdp.Disjunction(expr=[m.either, m.other])


def _logical(m: Any) -> None:
    m.b = pyo.BooleanVar()
    m.rule = pyo.LogicalConstraint(expr=m.b)


def _complementarity(m: Any) -> None:
    m.pair = mpec.Complementarity(expr=mpec.complements(m.x >= 0, m.y >= 0))


def _nan_coefficient(m: Any) -> None:
    m.broken = pyo.Constraint(expr=float("nan") * m.x + m.y <= 1)


def _nan_cost(m: Any) -> None:
    m.profit.deactivate()
    m.cost = pyo.Objective(expr=float("nan") * m.x)


def _nan_side(m: Any) -> None:
    m.p = pyo.Param(initialize=float("nan"), mutable=True, within=pyo.Any)
    m.side = pyo.Constraint(expr=m.x + m.y <= m.p)


def _odd_domain(m: Any) -> None:
    m.size = pyo.Var(within=pyo.Set(initialize=[1, 3, 5]))
    m.use = pyo.Constraint(expr=m.size >= 2)


def _missing_parameter(m: Any) -> None:
    m.p = pyo.Param(mutable=True, within=pyo.Reals)
    m.use = pyo.Constraint(expr=m.p * m.x >= 2)


def _fixed_without_value(m: Any) -> None:
    m.z = pyo.Var()
    m.z.fixed = True


def _contradictory_unused(m: Any) -> None:
    m.z = pyo.Var(bounds=(3, 1))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_two_objectives, r"2 active objectives \(profit, second\)"),
        (_no_objective, "no active objective"),
        (_disjunct, r"disjunct(ion)? \((either|choice)\), .*gdp.bigm"),
        (_logical, r"logical constraint \(rule\)"),
        (_complementarity, r"complementarity condition \(pair\)"),
        (_nan_coefficient, "coefficient of variable x in constraint broken is nan"),
        (_nan_cost, "objective coefficient of variable x is nan"),
        (_nan_side, "upper bound of constraint side is nan"),
        (_odd_domain, "Variable size has the domain"),
        (_missing_parameter, "cannot be read as an instance: Error evaluating Param value"),
        (_fixed_without_value, "Variable z is fixed but has no value"),
        (_contradictory_unused, "Variable z has contradictory bounds"),
    ],
)
def test_what_an_instance_cannot_hold_is_refused_by_name(change: Callable[[Any], None], sentence: str) -> None:
    pyomo_model = with_objective()
    change(pyomo_model)
    with pytest.raises(UnsupportedModel, match=sentence):
        to_instance(pyomo_model)


def test_crossed_bounds_of_a_used_variable_are_infeasible_not_an_error() -> None:
    pyomo_model = with_objective()
    pyomo_model.x.setlb(9)
    result = runner.solve(to_instance(pyomo_model))
    assert result.termination_condition == "infeasible"
    assert "variable x" in result.message


def test_too_many_variables_or_coefficients_are_refused() -> None:
    pyomo_model = with_objective()
    pyomo_model.many = pyo.Var(range(10))
    pyomo_model.sum = pyo.Constraint(expr=sum(pyomo_model.many[i] for i in range(10)) >= 1)
    with pytest.raises(UnsupportedModel, match="more than 5 variables"):
        to_instance(pyomo_model, max_variables=5)
    with pytest.raises(UnsupportedModel, match="more than 3 coefficients"):
        to_instance(pyomo_model, max_nonzeros=3)


@pytest.mark.parametrize("thing", [None, 3, {"objective": 1}])
def test_what_is_no_model_is_refused(thing: object) -> None:
    with pytest.raises(UnsupportedModel, match="not a Pyomo ConcreteModel"):
        to_instance(thing)


def test_an_abstract_model_is_refused() -> None:
    with pytest.raises(UnsupportedModel, match="abstract"):
        to_instance(pyo.AbstractModel())


def test_compiling_opens_no_file_and_imports_nothing() -> None:
    program = """
import sys
import pyomo.environ as pyo
from solvers.from_pyomo import to_instance
m = pyo.ConcreteModel()
m.x = pyo.Var([1, 2], bounds=(0, 3), within=pyo.Integers)
m.o = pyo.Objective(expr=m.x[1] + 2 * m.x[2])
m.c = pyo.Constraint(expr=(1, m.x[1] + m.x[2], 2))
seen = []
sys.addaudithook(lambda event, args: seen.append((event, str(args[0]))) if event in ("open", "import") else None)
data = to_instance(m).to_bytes()
seen, done = list(seen), True
assert not seen, seen
print(len(data))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
