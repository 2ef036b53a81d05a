"""The linter names the line and the next step; it lets honest programs through and is not what stops attacks."""

from __future__ import annotations

import time

import pytest

from copilot.sandbox import gate
from copilot.sandbox.host import Sandbox
from tests.sandbox.programs import WORKSHOP, WORKSHOP_DATA, around
from tests.sandbox.test_features import HONEST

FORBIDDEN = {
    "import os": "os",
    "import pyomo.common.fileutils": "pyomo.common.fileutils",
    "from pyomo.common import fileutils": "pyomo.common",
    "from subprocess import run": "subprocess",
    "from . import other": "with a dot",
    "open('data.csv')": "open",
    "eval('1')": "eval",
    "getattr(data, 'x')": "getattr",
    "().__class__": "__class__",
    "data._secret": "_secret",
    "__import__('os')": "__import__",
    "m.write('model.lp')": "write",
    "SolverFactory('highs').solve(m)": "only build",
    "p.pyomo.common.fileutils.os.system('x')": "attribute",
}


def test_an_honest_program_has_no_findings() -> None:
    assert gate.lint(WORKSHOP) == ()
    assert [finding for lines in HONEST.values() for finding in gate.lint(around(lines))] == []


@pytest.mark.parametrize("line", FORBIDDEN)
def test_a_forbidden_line_is_named_with_its_number(line: str) -> None:
    finding = gate.lint(around("x = 1", line))[0]
    assert (finding.kind, finding.line) == ("forbidden", 5)
    assert FORBIDDEN[line] in finding.message
    assert finding.message.endswith(".")


def test_a_program_without_the_function_is_told_so() -> None:
    (finding,) = gate.lint("from pyomo.environ import *\nm = ConcreteModel()")
    assert (finding.kind, finding.line) == ("no_function", None)
    assert gate.lint("build_model = lambda data: None") == ()


def test_a_component_may_have_the_name_of_a_command() -> None:
    assert gate.lint(around("m = ConcreteModel()", "m.system = Block()", "m.kill = Var()", "return m")) == ()


def test_the_first_line_comes_first() -> None:
    findings = gate.lint(around("import os", "x = 1", "import sys"))
    assert [finding.line for finding in findings] == [4, 6]


@pytest.mark.parametrize("program", ["def f(:", "x = \0", "(" * 300 + ")" * 300, "-" * 20_000 + "1"])
def test_text_that_is_no_program_is_a_syntax_finding(program: str) -> None:
    (finding,) = gate.lint(program)
    assert finding.kind == "syntax"


def test_a_program_over_the_size_cap_is_told_to_move_its_numbers_into_the_data() -> None:
    (finding,) = gate.lint("x = 1\n" * 40_000)
    assert "keep the numbers in the data" in finding.message


def test_a_gated_build_reports_the_finding_with_its_line(sandbox: Sandbox) -> None:
    failure = sandbox.build(around("x = 1", "import os"), {}, seed=1).failure
    assert failure is not None
    assert (failure.kind, failure.line) == ("forbidden", 5)
    assert failure.message.startswith("Line 5 of the program")


def test_the_gate_costs_milliseconds() -> None:
    program = WORKSHOP * 20
    started = time.perf_counter()
    gate.lint(program)
    assert time.perf_counter() - started < 0.25


def test_a_program_that_only_the_linter_minds_still_builds_without_it(wall: Sandbox) -> None:
    program = WORKSHOP.replace("return m", "m._note = 'kept'\n    return m")
    assert gate.lint(program)[0].kind == "forbidden"
    assert wall.build(program, WORKSHOP_DATA, seed=1).failure is None
