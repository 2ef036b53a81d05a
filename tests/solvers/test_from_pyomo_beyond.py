"""Products, formulas and special ordered sets of a Pyomo model arrive in the instance with their exact meaning."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.beyond import OBJECTIVE
from solvers.from_pyomo import to_instance
from solvers.instance import Instance
from solvers.pyomo_errors import TriviallyInfeasible, UnsupportedModel
from solvers.pyomo_tape import TapeWriter, check_size
from solvers.tape import Code, value_of


def blank(count: int = 3) -> Any:
    pyomo_model = pyo.ConcreteModel(name="curved")
    pyomo_model.x = pyo.Var(range(count), bounds=(0, 4))
    pyomo_model.fixed = pyo.Var()
    pyomo_model.fixed.fix(2)
    pyomo_model.p = pyo.Param(initialize=3, mutable=True)
    pyomo_model.o = pyo.Objective(expr=pyomo_model.x[0])
    return pyomo_model


def agrees_with_pyomo(pyomo_model: Any, instance: Instance, x: dict[str, float]) -> None:
    """The objective and every row have the value that Pyomo gives them at `x`, the bodies' constants apart."""
    for name, number in x.items():
        pyomo_model.find_component(name).set_value(number, skip_validation=True)
    point = np.array([x[name] for name in instance.column_names])
    goal = next(pyomo_model.component_data_objects(pyo.Objective, active=True))
    assert instance.objective_at(point) == pytest.approx(pyo.value(goal), rel=1e-12, abs=1e-12)
    activity = instance.row_activity(point)
    for i, name in enumerate(instance.row_names):
        row = pyomo_model.find_component(name)
        side = row.upper if row.upper is not None else row.lower
        slack = (instance.row_upper if row.upper is not None else instance.row_lower)[i] - activity[i]
        assert slack == pytest.approx(pyo.value(side) - pyo.value(row.body), rel=1e-9, abs=1e-9)


def test_products_become_quadratic_terms_and_fixed_parts_fold() -> None:
    m = blank()
    m.o.expr = (m.x[0] + 1) * (m.x[1] + m.fixed) + m.p * m.x[2] ** 2 + 5
    m.c = pyo.Constraint(expr=m.x[2] * m.x[1] + m.fixed * m.x[0] <= m.x[0] ** 2 + 4)
    instance = to_instance(m)
    beyond = instance.beyond
    assert instance.objective_offset == 7
    assert instance.cost.tolist() == [2, 1, 0]
    terms = zip(beyond.quadratic_row, beyond.quadratic_first, beyond.quadratic_second, beyond.quadratic_value)  # noqa: B905
    assert set(terms) == {(OBJECTIVE, 0, 1, 1), (OBJECTIVE, 2, 2, 3), (0, 1, 2, 1), (0, 0, 0, -1)}
    assert not beyond.tape_row.size
    assert instance.fixed == (("fixed", 2.0),)
    agrees_with_pyomo(m, instance, {"x[0]": 1.5, "x[1]": 2.5, "x[2]": 0.5})


def test_formulas_become_tapes_and_their_columns_count_as_used() -> None:
    m = blank()
    m.part = pyo.Expression(expr=pyo.log(m.x[1] + 1) * m.p)
    m.c = pyo.Constraint(expr=m.part * m.fixed + m.part**2 / m.x[2] + m.x[0] >= -1)
    m.o.expr = pyo.exp(m.x[2]) - 3 * m.x[2] + pyo.sqrt(abs(m.x[1])) + pyo.sin(m.fixed)
    instance = to_instance(m)
    assert instance.column_names == ("x[0]", "x[1]", "x[2]")
    assert instance.beyond.tape_row.tolist() == [OBJECTIVE, 0]
    assert instance.beyond.parts == ("nonlinear functions",)
    agrees_with_pyomo(m, instance, {"x[0]": 1.5, "x[1]": 2.5, "x[2]": 0.5})
    assert Instance.from_bytes(instance.to_bytes()) == instance


def test_a_formula_of_fixed_variables_is_a_constant_and_its_model_linear() -> None:
    m = blank()
    m.c = pyo.Constraint(expr=m.x[0] * pyo.exp(m.fixed) <= m.fixed**m.p)
    instance = to_instance(m)
    assert instance.is_linear
    assert instance.values.tolist() == [math.exp(2)]
    assert instance.row_upper.tolist() == [8]


def test_terms_that_cancel_leave_no_column() -> None:
    m = blank()
    m.c = pyo.Constraint(expr=m.x[1] * m.x[2] - m.x[2] * m.x[1] + m.x[0] ** 2 <= 4)
    instance = to_instance(m)
    assert instance.column_names == ("x[0]",)
    assert [name for name, _ in instance.fixed] == ["x[1]", "x[2]", "fixed"]


def test_special_ordered_sets_keep_kind_weights_and_order() -> None:
    m = blank()
    m.pick = pyo.SOSConstraint(var=m.x, sos=1, weights={0: 3.0, 1: 2.0, 2: 5.0})
    m.pair = pyo.SOSConstraint(var=m.x, sos=2)
    beyond = to_instance(m).beyond
    assert beyond.set_names == ("pick", "pair")
    assert beyond.set_kind.tolist() == [1, 2]
    assert beyond.members(0).tolist() == [1, 0, 2]
    assert beyond.members(1).tolist() == [0, 1, 2]
    assert beyond.set_weights.tolist() == [2, 3, 5, 1, 2, 3]


def test_a_piecewise_function_is_a_special_ordered_set() -> None:
    m = blank()
    m.y = pyo.Var()
    m.curve = pyo.Piecewise(m.y, m.x[0], pw_pts=[0, 2, 4], f_rule=[0, 3, 4], pw_constr_type="EQ", pw_repn="SOS2")
    m.o.expr = m.y
    instance = to_instance(m)
    assert instance.beyond.set_kind.tolist() == [2]
    assert len(instance.beyond.members(0)) == 3


def test_a_constant_row_beside_formulas_holds_or_is_named() -> None:
    m = blank()
    m.o.expr = pyo.exp(m.x[0])
    m.nearly = pyo.Constraint(expr=m.fixed * 0.15 <= 0.3 - 1e-12)
    assert to_instance(m).row_count == 0
    m.never = pyo.Constraint(expr=m.fixed >= 3)
    with pytest.raises(TriviallyInfeasible, match="Constraint never"):
        to_instance(m)


def test_a_linear_model_takes_the_way_it_always_took(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solvers.from_pyomo.compiled_beyond", None)  # calling it would fail
    assert to_instance(blank()).is_linear


def _choice(m: Any) -> Any:
    return pyo.Expr_if(m.x[0] >= 1, m.x[0], m.x[1])


def _outside(m: Any) -> Any:
    m.dll = pyo.ExternalFunction(lambda a: a, lambda *a: None)
    return m.dll(m.x[0])


def _unset(m: Any) -> Any:
    m.q = pyo.Param(mutable=True, within=pyo.Reals)
    return pyo.exp(m.x[0]) * m.q


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        (_choice, "Constraint c holds a choice"),
        (_outside, "Constraint c holds an external function"),
        (_unset, "Param value"),
        (lambda m: pyo.ceil(m.x[0]), "holds rounding"),
        (lambda m: pyo.log(m.fixed - 3) * m.x[0] ** 2, "Constraint c has no finite value"),
        (lambda m: m.x[0] ** 2 / (m.fixed - 2), "Constraint c has no finite value"),
        (lambda m: float("nan") * m.x[0] ** 2, "constraint c is nan"),
        (lambda m: pyo.exp(m.x[0] * float("inf")), "expression of constraint c holds the number inf"),
    ],
)
def test_what_no_tape_can_hold_is_refused_by_name(formula: Callable[[Any], Any], sentence: str) -> None:
    m = blank()
    m.c = pyo.Constraint(expr=formula(m) <= 3)
    with pytest.raises(UnsupportedModel, match=sentence):
        to_instance(m)


def test_a_fixed_member_of_a_set_is_refused() -> None:
    m = blank()
    m.x[1].fix(0)
    m.pair = pyo.SOSConstraint(var=m.x, sos=2)
    with pytest.raises(UnsupportedModel, match=r"pair holds x\[1\], which is fixed"):
        to_instance(m)


def test_nesting_of_any_depth_is_read() -> None:
    m = blank()
    formula = m.x[0]
    for _ in range(20_000):
        formula = pyo.sin(formula)
    m.o.expr = formula
    instance = to_instance(m)
    assert np.count_nonzero(instance.beyond.tape_code == Code.SIN) == 20_000
    assert 0 < instance.objective_at(np.ones(1)) < 0.02


def test_a_part_used_over_and_over_does_not_run_away() -> None:
    m = blank()
    m.part = pyo.Expression(range(61), initialize=m.x[0])
    for k in range(60):  # a tree of 2^60 leaves in sixty parts
        m.part[k + 1] = pyo.sin(m.part[k]) + pyo.cos(m.part[k])
    m.o.expr = m.part[60]
    with pytest.raises(UnsupportedModel, match="more than 2000000 terms and operations"):
        to_instance(m)


def test_size_is_counted_over_the_model() -> None:
    m = blank()
    assert check_size(m.x[0] * pyo.exp(m.x[1]), budget=9, limit=9) == 4
    writer = TapeWriter(lambda variable: variable.index(), limit=5)
    writer.write(pyo.exp(m.x[0]) * m.x[1], where="Objective o")
    with pytest.raises(UnsupportedModel, match="more than 5 terms"):
        writer.write(pyo.exp(m.x[0]) * m.x[1], where="Objective o")


LEAVES = st.one_of(
    st.sampled_from(["x0", "x1", "x2", "fixed", "p"]), st.floats(-3, 3, allow_nan=False).map(lambda v: round(v, 3))
)
FUNCTIONS = (
    "exp", "log", "log10", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh",
    "acosh", "atanh",
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "/", "**"]), inner, inner),
        st.tuples(st.sampled_from([*FUNCTIONS, "neg", "abs", "named"]), inner),
    ),
    max_leaves=12,
)


def built(tree: Any, m: Any) -> Any:
    """The Pyomo expression of a drawn tree."""
    if isinstance(tree, str):
        return {"fixed": m.fixed, "p": m.p}[tree] if tree in ("fixed", "p") else m.x[int(tree[1])]
    if isinstance(tree, float):
        return tree
    word, *arguments = tree
    made = [built(argument, m) for argument in arguments]
    if word in FUNCTIONS:
        return getattr(pyo, word)(made[0])
    if word == "named":
        m.parts.add(len(m.parts) + 1, made[0])
        return m.parts[len(m.parts)]
    return {
        "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
        "**": lambda a, b: a**b, "neg": lambda a: -a, "abs": abs,
    }[word](*made)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(tree=TREES, point=st.tuples(*[st.floats(-4, 4).map(lambda v: round(v, 3))] * 3))
def test_a_tape_has_the_value_that_pyomo_gives_the_expression(tree: Any, point: tuple[float, ...]) -> None:
    m = blank()
    m.parts = pyo.Expression(pyo.Any)
    try:
        expression = built(tree, m) + pyo.exp(m.x[0])  # never linear
    except (ValueError, ArithmeticError, TypeError):
        return  # a function of plain numbers outside its domain
    m.c = pyo.Constraint(expr=expression <= 1)
    for i in range(3):
        m.x[i].set_value(point[i], skip_validation=True)
    try:
        wanted = pyo.value(m.c.body)
    except (ValueError, ArithmeticError, TypeError):
        wanted = math.nan
    try:
        instance = to_instance(m)
    except UnsupportedModel as error:
        assert "no finite value" in str(error) or "number" in str(error)  # noqa: PT017
        return
    x = np.array([point[int(name[2])] for name in instance.column_names])
    found = 1 - instance.row_upper[0] + instance.row_activity(x)[0]
    if isinstance(wanted, complex) or not math.isfinite(wanted):
        return  # folding may have cancelled what had no value
    assert found == pytest.approx(wanted, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("above", [lambda m: m.x[0], lambda m: 2 * m.x[0] + m.x[1], lambda m: pyo.exp(m.x[0])])
def test_a_division_by_what_cancels_is_told_with_its_constraint(above: Any) -> None:
    m = blank()
    m.c = pyo.Constraint(expr=above(m) / (m.x[0] - m.x[0]) <= 1)
    with pytest.raises(UnsupportedModel, match=r"Constraint c has no finite value whatever is decided: .*division"):
        to_instance(m)


def test_the_root_of_a_negative_number_is_told_with_its_constraint() -> None:
    m = blank()
    m.c = pyo.Constraint(expr=(-1.0 * m.fixed) ** (m.x[0] - (m.x[0] + 1.5)) + pyo.exp(m.x[0]) <= 1)
    with pytest.raises(UnsupportedModel, match="Constraint c has no finite value whatever is decided"):
        to_instance(m)


def test_a_tape_alone_has_the_value_of_its_expression() -> None:
    m = blank()
    writer = TapeWriter(lambda variable: variable.index())
    writer.write((m.x[0] - m.x[1]) / m.x[2] - m.x[1] ** m.x[2], where="Objective o")
    found = value_of(np.array(writer.codes, dtype=np.uint8), np.array(writer.operands), np.array([5.0, 2.0, 3.0]))
    assert found == 1 - 8


def test_compiling_opens_no_file_and_imports_nothing() -> None:
    program = """
import sys
import pyomo.environ as pyo
from solvers.from_pyomo import to_instance
m = pyo.ConcreteModel()
m.x = pyo.Var([1, 2, 3], bounds=(0, 3))
m.e = pyo.Expression(expr=m.x[1] * m.x[2])
m.o = pyo.Objective(expr=m.e + pyo.log(m.x[2] + 1) ** 2 / m.x[3])
m.c = pyo.Constraint(expr=(1, m.x[1] ** 2 + abs(m.x[2]) + m.x[1] ** 3 + pyo.acos(m.x[1]), 2))
m.s = pyo.SOSConstraint(var=m.x, sos=2)
seen = []
sys.addaudithook(lambda event, args: seen.append((event, str(args[0]))) if event in ("open", "import") else None)
data = to_instance(m).to_bytes()
seen, done = list(seen), True
assert not seen, seen
print(len(data))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
