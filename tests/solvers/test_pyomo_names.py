"""Names written many at once are the names that Pyomo gives one by one, and are not written before they are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest

from solvers.from_pyomo import to_instance
from solvers.instance import Instance
from solvers.names import Names
from solvers.pyomo_errors import UnsupportedModel
from solvers.pyomo_names import names_of

LABELS: dict[str, list[Any]] = {
    "whole numbers": [1, -2, 10**20],
    "texts": ["a", "two words", "1", "-2", "1.5", "nan", "a,b", "a.b", "it's", 'say "so"', "(x)", "[x]", "a:b", "é"],
    "texts with escapes": ["a\0b", "line\nbreak", "back\\slash", "\ud800", "\U0001f600", "|bar", ""],
    "pairs": [(1, "a"), (2, "1"), ("x", 1), ("1", 1)],
    "triples": [(i, str(i), f"c{i}") for i in range(4)],
    "real numbers": [0.5, -0.0, 1e22, float("inf")],
    "booleans among numbers": [(1, "a"), (True, "b"), (0, "a"), (False, "b")],
    "what numpy counts": [*np.arange(3), "3"],
    "lengths that differ": [1, (1, 2), (1, 2, 3)],
    "nothing": [None, "x"],
}


def model(labels: list[Any]) -> Any:
    m = pyo.ConcreteModel(name="names")
    m.scalar = pyo.Var(bounds=(0, 1))
    m.x = pyo.Var(pyo.Set(initialize=labels, dimen=None), bounds=(0, 1))
    m.block = pyo.Block([1, "two"])
    for key in m.block:
        m.block[key].y = pyo.Var(["p", "q"], bounds=(0, 1))
        m.block[key].row = pyo.Constraint(expr=m.block[key].y["p"] + m.scalar <= 1)
    m.add_component("odd.name", pyo.Var([0], bounds=(0, 1)))
    everything = list(m.component_data_objects(pyo.Var, descend_into=True))
    m.each = pyo.Constraint(m.x.index_set(), rule=lambda m, *key: m.x[key if len(key) > 1 else key[0]] <= 1)
    m.total = pyo.Objective(expr=sum(everything))
    return m


@pytest.mark.parametrize("kind", LABELS)
def test_names_are_those_that_pyomo_gives(kind: str) -> None:
    m = model(LABELS[kind])
    for component in (pyo.Var, pyo.Constraint):
        members = list(m.component_data_objects(component, descend_into=True))
        wanted = [member.name for member in members]
        assert list(names_of(members)) == wanted
        assert names_of(members).packed() == "\0".join(wanted).encode()
        assert list(names_of(members[::-1])) == wanted[::-1]


def test_names_are_not_written_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def written(family: Any) -> Any:
        raise AssertionError("a name was written")

    m = model(LABELS["pairs"])
    monkeypatch.setattr("solvers.pyomo_names._texts", written)
    instance = to_instance(m)
    with pytest.raises(AssertionError, match="a name was written"):
        instance.to_bytes()


def test_names_outlive_the_model() -> None:
    m = model(LABELS["pairs"])
    wanted = [variable.name for variable in m.component_data_objects(pyo.Var)]
    instance = to_instance(m)
    del m
    assert instance.column_names == wanted
    assert Instance.from_bytes(instance.to_bytes()).column_names == wanted


def test_labels_that_are_written_alike_are_found() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var([None, "None"], bounds=(0, 1))
    m.o = pyo.Objective(expr=m.x[None] + m.x["None"])
    with pytest.raises(UnsupportedModel, match=r"Two variables share the name x\[None\]"):
        to_instance(m)


def test_variables_of_two_models_with_one_name_are_found() -> None:
    one, other = (model(LABELS["pairs"]) for _ in range(2))
    one.both = pyo.Constraint(expr=one.scalar + other.scalar <= 1)
    with pytest.raises(UnsupportedModel, match="Two variables share the name scalar"):
        to_instance(one)


def test_the_same_member_twice_is_not_called_checked() -> None:
    m = model(LABELS["pairs"])
    assert names_of([m.scalar]).are_checked
    assert not names_of([m.scalar, m.scalar]).are_checked
    assert names_of([]) == Names()
