"""A program may answer with arrays: the same wall, the same review, and sentences that name the family."""

from __future__ import annotations

import numpy as np
import pytest

from copilot.sandbox import gate
from copilot.sandbox.host import Sandbox
from copilot.sandbox.outcome import BuildOutcome, Family, Limits

TRANSPORT = """
import numpy as np
from solvers.arrays import ArrayModel

def build_arrays(data):
    sources, sinks = data["sources"], data["sinks"]
    m = ArrayModel("transport")
    cost = np.random.default_rng(1).integers(1, 100, (sources, sinks))
    flow = m.add_columns("flow", (sources, sinks), cost=cost)
    m.add_rows("supply", sources, entries=[(np.arange(sources)[:, None], flow, 1.0)], upper=10.0 * sinks)
    m.add_rows("demand", sinks, entries=[(np.arange(sinks), flow, 1.0)], lower=5.0 * sources)
    return m
"""


def build(sandbox: Sandbox, program: str, **data: int) -> BuildOutcome:
    return sandbox.build(program, data, seed=1, limits=Limits(wall_seconds=120, cpu_seconds=60))


def around(*lines: str) -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"import numpy as np\nfrom solvers.arrays import ArrayModel\ndef build_arrays(data):\n{body}    return m\n"


def test_an_array_program_becomes_an_instance(sandbox: Sandbox) -> None:
    outcome = build(sandbox, TRANSPORT, sources=2, sinks=3)
    assert outcome.failure is None
    instance = outcome.instance
    assert instance is not None
    assert instance.column_names == tuple(f"flow[{i},{j}]" for i in range(2) for j in range(3))
    assert instance.row_lower.tolist() == [-np.inf, -np.inf, 10, 10, 10]
    assert outcome.counts == (
        Family("flow", "var", 6),
        Family("supply", "constraint", 2),
        Family("demand", "constraint", 3),
        Family("objective", "objective", 1),
    )


def test_a_million_columns_come_through_the_wall(sandbox: Sandbox) -> None:
    outcome = build(sandbox, TRANSPORT, sources=1000, sinks=1000)
    assert outcome.failure is None
    assert outcome.instance is not None
    assert (outcome.instance.column_count, outcome.instance.nonzero_count) == (1_000_000, 2_000_000)
    assert outcome.instance.column_names[-1] == "flow[999,999]"


FAILING = {
    "nan": (
        around("m = ArrayModel()", "m.add_columns('x', 2, cost=np.nan)"),
        "unsupported",
        "family x holds nan",
    ),
    "row": (
        around("m = ArrayModel()", "x = m.add_columns('x', 2)", "m.add_rows('c', 1, entries=[(5, x, 1.0)])"),
        "unsupported",
        "family c is for row number 5",
    ),
    "nothing": (around("m = None"), "no_model", "build_arrays returned nothing instead of an ArrayModel"),
    "a Pyomo model": (
        around("import pyomo.environ as pyo", "m = pyo.ConcreteModel()"),
        "no_model",
        "instead of an ArrayModel",
    ),
    "too large": (around("m = ArrayModel()", "m.add_columns('x', 10**9)"), "memory", "1024 MB"),
    "no function": ("x = 1", "no_function", "build_arrays(data)"),
}


@pytest.mark.parametrize("case", FAILING)
def test_a_mistake_gets_a_sentence(sandbox: Sandbox, case: str) -> None:
    program, kind, sentence = FAILING[case]
    failure = build(sandbox, program).failure
    assert failure is not None
    assert failure.kind == kind
    if case != "no function":
        assert sentence in failure.message


def test_the_linter_allows_the_builder_and_nothing_else_of_the_package() -> None:
    assert gate.lint(TRANSPORT) == ()
    for line in ("import solvers", "from solvers import runner", "import solvers.arrays.os"):
        assert [finding.kind for finding in gate.lint(f"{line}\n{TRANSPORT}")] == ["forbidden"]


def test_build_model_goes_first_when_a_program_has_both(sandbox: Sandbox) -> None:
    program = TRANSPORT + "\ndef build_model(data):\n    return 7\n"
    failure = build(sandbox, program).failure
    assert failure is not None
    assert "build_model returned a value of type" in failure.message
