"""A program becomes an instance, or a failure with a sentence that says what to change."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from copilot.sandbox.host import Sandbox
from copilot.sandbox.outcome import BuildOutcome, Family, Limits
from tests.sandbox.programs import WORKSHOP, WORKSHOP_DATA, around

FAILING = {
    "syntax": ("def build_model(data:\n    return None", "syntax", 1, "not valid Python"),
    "undefined name": (around("x = 1", "y = x + z"), "raised", 5, "name 'z' is not defined"),
    "missing key": (around("data['steel']"), "raised", 4, "KeyError: 'steel'"),
    "foreign module": (around("import requests"), "forbidden", 4, "requests"),
    "no function": ("x = 1", "no_function", None, "build_model"),
    "returns nothing": ("def build_model(data):\n    pass", "no_model", None, "instead of a Pyomo ConcreteModel"),
    "returns a number": ("def build_model(data):\n    return 7", "no_model", None, "int"),
    "abstract model": (
        "from pyomo.environ import *\ndef build_model(data):\n    return AbstractModel()",
        "no_model",
        None,
        "AbstractModel",
    ),
    "endless recursion": (around("def f(): return f()", "f()"), "raised", 4, "calls itself without end"),
    "rounding": (
        around("m = ConcreteModel()", "m.x = Var()", "m.o = Objective(expr=ceil(m.x))", "return m"),
        "unsupported",
        None,
        "Objective o holds rounding (ceil): write it with an integer variable",
    ),
    "a formula without end": (
        around(
            "m = ConcreteModel()",
            "m.x = Var()",
            "m.e = Expression(range(41), initialize=m.x)",
            "for i in range(40): m.e[i + 1] = sin(m.e[i]) * cos(m.e[i])",
            "m.o = Objective(expr=m.e[40])",
            "return m",
        ),
        "unsupported",
        None,
        "more than 2000000 terms and operations",
    ),
    "false constraint": (
        around("m = ConcreteModel()", "m.x = Var()", "m.c = Constraint(expr=sum([]) >= 5)", "return m"),
        "infeasible_constraint",
        6,
        "can never hold",
    ),
    "always infeasible": (
        around(
            "m = ConcreteModel()",
            "m.x = Var(bounds=(0, 9))",
            "m.c = Constraint(expr=Constraint.Infeasible)",
            "m.o = Objective(expr=m.x)",
            "return m",
        ),
        "infeasible_constraint",
        None,
        "",
    ),
    "constants that contradict": (
        around(
            "m = ConcreteModel()",
            "m.x = Var(bounds=(0, 9))",
            "m.c = Constraint(expr=m.x - m.x >= 5)",
            "m.o = Objective(expr=m.x)",
            "return m",
        ),
        "infeasible_constraint",
        None,
        "Constraint c",
    ),
    "not a number": (
        around("m = ConcreteModel()", "m.x = Var()", "m.o = Objective(expr=float('nan') * m.x)", "return m"),
        "unsupported",
        None,
        "",
    ),
    "leaves": (around("raise SystemExit(0)"), "raised", 4, "SystemExit"),
    "ten gigabytes": (around("import numpy", "numpy.ones(10 * 2**27)"), "memory", 5, "more than 1024 MB"),
    "huge list": (around("x = [0] * (2 * 10**9)"), "memory", 4, "memory"),
    "prints without end": (around("while True: print('x' * 1000)"), "output", None, "Remove the print calls"),
}


def build(sandbox: Sandbox, program: str, **limits: float) -> BuildOutcome:
    return sandbox.build(program, {}, seed=1, limits=Limits(**limits))  # type: ignore[arg-type]


def test_a_program_becomes_an_instance_with_names_bounds_and_data(sandbox: Sandbox) -> None:
    outcome = sandbox.build(WORKSHOP, WORKSHOP_DATA, seed=7)
    assert outcome.failure is None
    instance = outcome.instance
    assert instance is not None
    assert instance.column_names == ("make[desk]", "make[chair]")
    assert instance.matrix.toarray().tolist() == [[4, 3], [2, 1]]
    assert instance.row_upper.tolist() == [240, 100]
    assert instance.integrality.tolist() == [1, 1]
    assert str(instance.sense) == "maximize"
    assert instance.cost.tolist() == [70, 40]
    assert outcome.seed == 7


def test_component_families_are_counted(sandbox: Sandbox) -> None:
    counts = sandbox.build(WORKSHOP, WORKSHOP_DATA, seed=0).counts
    assert Family("make", "var", 2) in counts
    assert Family("carpentry", "constraint", 1) in counts
    assert Family("profit", "param", 2) in counts
    assert Family("PRODUCTS", "set", 2) in counts
    assert Family("total", "objective", 1) in counts
    assert len(counts) == 6


@pytest.mark.parametrize("case", FAILING)
def test_a_failing_program_gets_a_sentence_and_its_line(sandbox: Sandbox, case: str) -> None:
    program, kind, line, words = FAILING[case]
    outcome = build(sandbox, program)
    assert outcome.instance is None
    assert outcome.failure is not None
    assert (outcome.failure.kind, outcome.failure.line) == (kind, line), outcome.failure
    assert words in outcome.failure.message
    assert outcome.failure.message.endswith(".")


@pytest.mark.parametrize("limits", [{"wall_seconds": 0.5}, {"cpu_seconds": 1}])
def test_a_loop_without_end_is_stopped_at_its_limit(sandbox: Sandbox, limits: dict[str, float]) -> None:
    started = time.monotonic()
    outcome = build(sandbox, around("while True: pass"), **limits)
    assert outcome.failure is not None
    assert outcome.failure.kind == ("timeout" if "wall_seconds" in limits else "cpu")
    assert "Look for a loop" in outcome.failure.message
    assert time.monotonic() - started < 19


def test_a_huge_power_ends_at_the_cpu_limit_or_out_of_memory(sandbox: Sandbox) -> None:
    failure = build(sandbox, around("10 ** (10 ** 10)"), cpu_seconds=1).failure
    assert failure is not None
    assert failure.kind in {"cpu", "memory"}


def test_a_reply_over_the_cap_is_refused(sandbox: Sandbox) -> None:
    program = around(
        "m = ConcreteModel()", "m.x = Var(range(5000))", "m.o = Objective(expr=sum_product(m.x))", "return m"
    )
    failure = build(sandbox, program, reply_bytes=-2_000_000).failure
    assert failure is not None
    assert failure.kind == "output"
    assert build(sandbox, program).failure is None


def test_a_stop_ends_the_build_within_half_a_second(sandbox: Sandbox) -> None:
    started = time.monotonic()
    stop_at = started + 0.3
    outcome = sandbox.build(around("while True: pass"), {}, seed=1, should_stop=lambda: time.monotonic() > stop_at)
    assert outcome.failure is not None
    assert outcome.failure.kind == "cancelled"
    assert time.monotonic() - stop_at < 0.5


def test_printed_lines_and_warnings_come_back_capped(sandbox: Sandbox) -> None:
    program = around(
        "import warnings", "warnings.warn('mind the gap')", "print('hello ' * 100)", "print('\\x1b[2Jend')"
    )
    outcome = build(sandbox, program, printed_bytes=100)
    assert outcome.failure is None
    assert outcome.printed == ("hello " * 100)[:100]
    assert outcome.warnings == ("mind the gap",)
    assert "\x1b" not in build(sandbox, program).printed


def test_the_fullest_honest_header_is_accepted(sandbox: Sandbox) -> None:
    program = around(
        "import warnings",
        "m = ConcreteModel()",
        "for i in range(2500): m.add_component('\x07\N{MUSICAL SYMBOL G CLEF}' * 100 + str(i), Param(initialize=1))",
        "for i in range(99): warnings.warn('\x07' * 900 + str(i))",
        "print('\x07' * 200_000)",
        "m.x = Var(bounds=(0, 1))",
        "m.o = Objective(expr=m.x)",
        "return m",
    )
    outcome = build(sandbox, program, printed_bytes=1 << 20)
    assert outcome.failure is None
    assert (len(outcome.counts), len(outcome.warnings), len(outcome.printed)) == (2000, 50, 1 << 17)


def test_random_numbers_repeat_for_a_seed_and_differ_between_seeds(sandbox: Sandbox) -> None:
    program = around(
        "import random, numpy as np",
        "print(random.random(), np.random.random(), np.random.default_rng().random(), hash('label'))",
    )
    printed = [sandbox.build(program, {}, seed=seed).printed for seed in (5, 5, 6)]
    assert printed[0] == printed[1]
    same, other = printed[0].split(), printed[2].split()
    assert [a == b for a, b in zip(same, other, strict=True)] == [False, False, False, True]
    command = [sys.executable, "-c", "print(hash('label'))"]
    fixed = subprocess.run(command, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=True)
    assert same[-1] == fixed.stdout.strip()


def test_data_of_every_shape_arrives_as_it_was_sent(sandbox: Sandbox) -> None:
    data = {
        "number": 2.5,
        "labels": ["é", "b c"],
        "table": [{"name": "x", "cost": 3, "note": None, "open": True}],
        "pairs": {("a", "b"): 1.0, ("a", "c"): float("inf")},
        "years": {2024: 1.0, ("a", ("b", 3)): -2.5, (): 0.0},
        "nested": {"tuple": [("a", 1), {"keys": {}, "values": []}]},
    }
    outcome = sandbox.build(around("print(repr(data))"), data, seed=1)
    assert outcome.printed.strip() == repr(data)


def test_data_that_is_not_plain_is_refused_before_anything_runs(sandbox: Sandbox) -> None:
    with pytest.raises(TypeError, match="not ndarray"):
        sandbox.build(WORKSHOP, {"x": np.zeros(3)}, seed=1)


def test_builds_from_several_threads_do_not_mix(sandbox: Sandbox) -> None:
    found: dict[int, tuple[float, ...]] = {}

    def work(number: int) -> None:
        for turn in range(4):
            value = number * 100 + turn + 1
            program = around("m = ConcreteModel()", "m.x = Var()", "m.o = Objective(expr=data['k'] * m.x)", "return m")
            instance = sandbox.build(program, {"k": value}, seed=1).instance
            assert instance is not None
            found[value] = tuple(instance.cost)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n * 100 + t: (float(n * 100 + t),) for n in range(4) for t in range(1, 5)}
