"""Pyomo programs that say the same are equivalent, and programs with one subtle error are not."""

from __future__ import annotations

from typing import Any

import pytest

from solvers.equivalence import diff
from solvers.equivalence.compare import equivalence
from solvers.from_pyomo import to_instance
from solvers.instance import Instance
from tests.solvers.equivalence.programs import DIFFERENT, EQUIVALENT, PROGRAMS, Edits, program_of


def built(name: str, edits: Edits = ()) -> Instance:
    scope: dict[str, Any] = {}
    exec(program_of(name, edits), scope)
    return to_instance(scope["build_model"](PROGRAMS[name][1]))


def test_there_are_twenty_of_each() -> None:
    assert (len(EQUIVALENT), len(DIFFERENT)) == (20, 20)


@pytest.mark.parametrize("name", EQUIVALENT)
def test_a_program_that_says_the_same_is_equivalent(name: str) -> None:
    program, edits = EQUIVALENT[name]
    before, after = built(program), built(program, edits)
    found = equivalence(before, after)
    assert found.verdict in ("equivalent", "identical"), found
    assert found.shift == 0.0
    if name != "an unused variable":  # its value stands beside the columns, where the diff reports it
        assert diff(before, after).verdict in ("equivalent", "identical")


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_program_with_a_subtle_error_is_different(name: str) -> None:
    program, edits = DIFFERENT[name]
    before, after = built(program), built(program, edits)
    assert equivalence(before, after).verdict == "different"
    shown = diff(before, after)
    assert shown.verdict == "different"
    assert shown.families
    assert shown.witness
