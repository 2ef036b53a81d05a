"""What goes beyond linear rows: kept exactly, checked with a sentence, and counted in every residual."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from solvers.base import Capability, needed, settled_early
from solvers.beyond import LINEAR, OBJECTIVE, Beyond
from solvers.convexity import has_convex_objective
from solvers.equivalence.diff import diff
from solvers.fingerprint import fingerprint
from solvers.instance import Instance, InstanceError, Sense
from solvers.kkt import binding_rows, residuals
from solvers.mps_write import lp_text, mps_text
from solvers.numerics import remarks, suspicious
from solvers.pdlp import Pdlp
from solvers.result import SolveOptions, TerminationCondition
from solvers.scip import Scip
from solvers.tape import Code
from tests.solvers import instances

# x^2 + x*y - 3y as a tape over two columns.
WORDS = "COLUMN CONSTANT POWER COLUMN COLUMN PRODUCT CONSTANT COLUMN PRODUCT NEGATION SUM"
TAPE = [Code[word] for word in WORDS.split()], [0, 2, 0, 0, 1, 2, 3, 1, 2, 0, 3]


def everything(**changes: Any) -> Instance:
    """Three columns and two rows with one part of every kind."""
    parts: dict[str, Any] = {
        "quadratic_row": [OBJECTIVE, OBJECTIVE, 0],
        "quadratic_first": [0, 0, 1],
        "quadratic_second": [0, 1, 1],
        "quadratic_value": [1.0, 0.5, 2.0],
        "indicator_row": [1],
        "indicator_column": [2],
        "indicator_value": [1],
        "set_kind": [1],
        "set_indptr": [0, 2],
        "set_indices": [0, 1],
        "set_weights": [1.0, 2.0],
        "set_names": ("either",),
        "semicontinuous": [1],
        "tape_row": [0],
        "tape_indptr": [0, len(TAPE[0])],
        "tape_code": TAPE[0],
        "tape_operand": TAPE[1],
    }
    linear = instances.make(
        cost=[1, 1, 0], rows=[[1, 0, 0], [1, 1, 0]], row_lower=[0, 3], row_upper=[9, 9], lower=[0, 2, 0],
        upper=[9, 8, 1], integer=[0, 0, 1],
    )  # fmt: skip
    return replace(linear, beyond=Beyond(**(parts | changes)))


def test_the_file_keeps_every_part_exactly() -> None:
    instance = everything().validate()
    again = Instance.from_bytes(instance.to_bytes())
    assert again == instance
    assert again.beyond.parts == instance.beyond.parts
    assert len(again.beyond.parts) == 6
    assert again.digest() == instance.digest()
    assert again != replace(instance, beyond=LINEAR)
    assert again.digest() != everything(quadratic_value=[1.0, 0.5, 2.5]).digest()


def test_rows_and_objective_count_products_and_functions() -> None:
    instance, x = everything(), np.array([2.0, 3.0, 1.0])
    assert instance.objective_at(x) == 2 + 3 + 4 + 0.5 * 6
    tape = 2.0**2 + 2 * 3 - 3 * 3
    assert instance.row_activity(x).tolist() == [2 + 2 * 9 + tape, 5]
    assert instance.beyond.objective_gradient(x).tolist() == [2 * 2 + 0.5 * 3, 0.5 * 2, 0]


def test_an_indicator_excuses_its_row_only_while_it_is_not_set() -> None:
    instance = everything(tape_row=[], tape_indptr=[0], tape_code=[], tape_operand=[], set_kind=[], set_indptr=[0])
    instance = replace(instance, beyond=replace(instance.beyond, set_indices=[], set_weights=[], set_names=()))
    waiting = residuals(instance, np.array([0.0, 0.0, 0.0]))
    assert waiting.max_row_violation == 0
    asked = residuals(instance, np.array([0.0, 0.0, 1.0]))
    assert (asked.max_row_violation, asked.worst_row) == (3, "row[1]")


def test_a_semicontinuous_column_may_be_zero_but_nothing_between() -> None:
    instance = everything()
    assert residuals(instance, np.array([0.0, 0.0, 0.0])).max_bound_violation == 0
    between = residuals(instance, np.array([0.0, 1.75, 0.0]))
    assert (between.max_bound_violation, between.worst_column) == (0.25, "x[1]")


@pytest.mark.parametrize(
    ("kind", "point", "violation"),
    [
        (1, [0, 4, 0], 0),
        (1, [2, 4, 0], 2),
        (2, [2, 4, 0], 0),
        (2, [2, 0, 3], 2),
        (2, [1, 4, 3], 1),
        (2, [0, 0, 0], 0),
    ],
)
def test_a_special_ordered_set_is_broken_by_what_must_be_zero(kind: int, point: list[float], violation: float) -> None:
    linear = instances.make(cost=[1, 1, 1])
    sets = {"set_kind": [kind], "set_indptr": [0, 3], "set_indices": [0, 1, 2], "set_weights": [1, 2, 3]}
    instance = replace(linear, beyond=Beyond(**sets, set_names=("s",))).validate()  # type: ignore[arg-type]
    found = residuals(instance, np.array(point, dtype=float))
    assert found.max_set_violation == violation
    assert found.worst_set == ("s" if violation else "")


def test_the_fingerprint_sees_every_part_and_no_order() -> None:
    names = {fingerprint(everything()), fingerprint(replace(everything(), beyond=LINEAR))}
    for changes in (
        {"quadratic_value": [1.0, 0.5, 2.5]},
        {"indicator_value": [0]},
        {"set_kind": [2]},
        {"semicontinuous": []},
        {"tape_operand": [*TAPE[1][:6], 4, *TAPE[1][7:]]},
    ):
        names.add(fingerprint(everything(**changes)))
    assert len(names) == 7
    turned = everything(
        quadratic_row=[0, OBJECTIVE, OBJECTIVE], quadratic_first=[1, 0, 0], quadratic_second=[1, 1, 0],
        quadratic_value=[2.0, 0.5, 1.0],
    )  # fmt: skip
    assert fingerprint(turned) == fingerprint(everything())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"quadratic_value": [1.0, float("nan"), 2.0]}, r"product of x\[0\] and x\[1\] in the objective is nan"),
        ({"quadratic_first": [0, 1, 1], "quadratic_second": [0, 0, 1]}, "comes first in the instance first"),
        ({"quadratic_row": [0, OBJECTIVE, 0], "quadratic_first": [1, 0, 1]}, "listed twice|comes first"),
        ({"quadratic_row": [0, 1]}, "must have the same length"),
        ({"quadratic_row": [0, 1, 2]}, "quadratic_row holds a number outside -1 to 1"),
        ({"indicator_column": [0]}, r"waits for variable x\[0\], which is not binary"),
        ({"indicator_value": [2]}, "values 0 and 1 only"),
        ({"indicator_row": [5]}, "indicator_row holds a number outside"),
        ({"set_kind": [3]}, "kind 1 or 2"),
        ({"set_weights": [2.0, 1.0]}, "set either needs each variable once"),
        ({"set_names": ()}, "0 names for 1 special ordered sets"),
        ({"set_indptr": [0, 1]}, "set_indptr do not rise"),
        ({"semicontinuous": [1, 1]}, "listed once each"),
        ({"semicontinuous": [9]}, "semicontinuous holds a number outside"),
        ({"tape_operand": [7, *TAPE[1][1:]]}, r"expression of constraint row\[0\] refers to column number 7"),
        ({"tape_code": [99, *TAPE[0][1:]]}, "unknown code 99"),
        ({"tape_operand": [*TAPE[1][:-1], 4]}, "takes a value that is not there"),
        ({"tape_operand": [*TAPE[1][:-1], 2]}, "leaves 2 values"),
        ({"tape_operand": [*TAPE[1][:-1], 0.5]}, "sums or multiplies 0.5 values"),
        ({"tape_operand": [0, float("inf"), *TAPE[1][2:]]}, "holds the number inf"),
    ],
)
def test_a_fault_is_named_in_one_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InstanceError, match=sentence):
        everything(**changes).validate()


def quadratic(value: list[float], *, sense: Sense = Sense.MINIMIZE, integer: list[int] | None = None) -> Instance:
    """Objective value[0] x^2 + value[1] xy + value[2] y^2."""
    linear = instances.make(cost=[0, 0], sense=sense, integer=integer)
    rows, first, second = [OBJECTIVE] * 3, [0, 0, 1], [0, 1, 1]
    beyond = Beyond(quadratic_row=rows, quadratic_first=first, quadratic_second=second, quadratic_value=value)  # type: ignore[arg-type]
    return replace(linear, beyond=beyond).validate()


@pytest.mark.parametrize(
    ("value", "convex"),
    [([1, 2, 1], True), ([1, 1, 1], True), ([1, 2.1, 1], False), ([1, 0, -1], False), ([4, 4.1, 1], False),
     ([4, 3.9, 1], True), ([0, 1, 0], False)],
)  # fmt: skip
def test_convexity_is_seen(value: list[float], convex: bool) -> None:
    assert has_convex_objective(quadratic(value)) is convex
    turned = quadratic([-number for number in value], sense=Sense.MAXIMIZE)
    assert has_convex_objective(turned) is convex
    assert (Capability.CONVEX_QUADRATIC in needed(turned)) is convex


def test_what_an_instance_needs_is_listed_and_refused_by_who_lacks_it() -> None:
    assert needed(instances.workshop()) == {Capability.LINEAR}
    assert Capability.QUADRATIC in needed(quadratic([1, 0, 1], integer=[1, 0]))
    asked = needed(everything())
    assert asked >= {Capability.QUADRATIC, Capability.INDICATOR, Capability.SETS, Capability.SEMICONTINUOUS}
    assert Capability.NONLINEAR in asked
    refused = settled_early(quadratic([1, 0, 1]), Pdlp(), SolveOptions())
    assert refused is not None
    assert refused.termination_condition is TerminationCondition.UNSUPPORTED
    assert "a quadratic objective" in refused.message


def test_the_diff_does_not_call_models_identical_whose_products_differ() -> None:
    assert diff(everything(), everything()).verdict == "identical"
    found = diff(everything(), everything(quadratic_value=[1.0, 0.5, 2.5]))
    assert found.verdict == "undecided"
    assert "quadratic constraints" in found.reason


def test_a_quadratic_optimum_is_proven_by_its_duals() -> None:
    # min x^2 + y^2 with x + y >= 2: x = y = 1, dual 2.
    linear = instances.make(cost=[0, 0], rows=[[1, 1]], row_lower=[2], row_upper=[np.inf])
    instance = replace(linear, beyond=quadratic([1, 0, 1]).beyond)
    found = residuals(instance, np.array([1.0, 1.0]), np.array([2.0]))
    assert found.objective_value == 2
    assert found.dual_objective_value == pytest.approx(2)
    assert found.relative_dual_violation == 0
    worse = residuals(instance, np.array([1.5, 0.5]), np.array([2.0]))
    assert worse.relative_gap is not None
    assert worse.relative_dual_violation is not None
    assert max(worse.relative_gap, worse.relative_dual_violation) > 0.1


def test_a_row_that_waits_binds_nothing() -> None:
    linear = instances.make(
        cost=[0, 1], rows=[[0, 1]], row_lower=[-np.inf], row_upper=[3], upper=[1, 9], integer=[1, 0]
    )
    waits = {"indicator_row": [0], "indicator_column": [0], "indicator_value": [1]}
    instance = replace(linear, beyond=Beyond(**waits)).validate()  # type: ignore[arg-type]
    assert [binding.name for binding in binding_rows(instance, np.array([1.0, 3.0]))] == ["row[0]", "x[0]"]
    assert [binding.name for binding in binding_rows(instance, np.array([0.0, 3.0]))] == ["x[0]"]


def test_without_its_objective_an_instance_keeps_its_demands() -> None:
    bare = everything(tape_row=[OBJECTIVE]).without_objective()
    assert bare.beyond.quadratic_row.tolist() == [0]
    assert bare.beyond.tape_row.size == bare.beyond.tape_code.size == 0
    assert bare.objective_at(np.array([2.0, 3.0, 1.0])) == 0
    kept = everything().without_objective()
    assert kept.beyond.tape_row.tolist() == [0]
    assert kept.row_activity(np.ones(3)).tolist() == everything().row_activity(np.ones(3)).tolist()
    assert kept.beyond.parts == tuple(part for part in everything().beyond.parts if part != "a quadratic objective")


def test_a_row_of_products_alone_is_not_called_empty() -> None:
    products = Beyond(quadratic_row=[0], quadratic_first=[0], quadratic_second=[1], quadratic_value=[1.0])  # type: ignore[arg-type]
    linear = instances.make(cost=[1, 1], rows=[[0, 0]], row_lower=[0], row_upper=[1])
    assert any("hold no variable" in remark for remark in remarks(linear))
    assert not any("hold no variable" in remark for remark in remarks(replace(linear, beyond=products)))


def test_rows_that_are_not_plain_are_not_called_alike() -> None:
    rows = [[1, 2, 0], [2, 4, 0], [1, 2, 0]]
    linear = instances.make(
        cost=[1, 1, 0], rows=rows, row_lower=[0, 0, 0], row_upper=[9, 9, 9], upper=[5, 5, 1], integer=[0, 0, 1]
    )
    assert suspicious(linear)["pairs of alike rows"]
    parts = {"quadratic_row": [1], "quadratic_first": [0], "quadratic_second": [0], "quadratic_value": [1.0]}
    waits = {"indicator_row": [2], "indicator_column": [2], "indicator_value": [1]}
    bent = replace(linear, beyond=Beyond(**parts, **waits)).validate()  # type: ignore[arg-type]
    assert not suspicious(bent)["pairs of alike rows"]


@pytest.mark.parametrize("write", [mps_text, lp_text])
def test_a_text_file_refuses_what_it_cannot_hold(write: Callable[[Instance], str]) -> None:
    with pytest.raises(InstanceError, match="has no nonlinear functions"):
        write(everything())


def test_constants_count_where_there_are_no_columns() -> None:
    linear = instances.make(cost=[], rows=[[]], row_lower=[0], row_upper=[2], offset=1)
    tapes = {"tape_row": [0], "tape_indptr": [0, 1], "tape_code": [Code.CONSTANT], "tape_operand": [1.5]}
    settled = settled_early(replace(linear, beyond=Beyond(**tapes)).validate(), Scip(), SolveOptions())  # type: ignore[arg-type]
    assert settled is not None
    assert settled.termination_condition is TerminationCondition.OPTIMAL
    assert settled.row_activity is not None
    assert settled.row_activity.tolist() == [1.5]
    tapes["tape_operand"] = [2.5]
    settled = settled_early(replace(linear, beyond=Beyond(**tapes)).validate(), Scip(), SolveOptions())  # type: ignore[arg-type]
    assert settled is not None
    assert settled.termination_condition is TerminationCondition.INFEASIBLE
