"""A program with tables bound holds none of their cells: else new data would not reach it."""

from __future__ import annotations

from copilot.drafting.base import Table
from copilot.runs.checking.literals import literals
from copilot.runs.judging import judged
from tests.runs.fakes import PROGRAM, draft

TABLE = Table("limits", {"hours": (240, 555.5)})


def test_a_cell_written_into_the_program_fails_where_a_table_is_bound_and_is_to_be_mended() -> None:
    bad = draft(PROGRAM.replace('data["carpentry"]', "555.5"))
    found = literals(bad, "Desks and chairs.", (TABLE,))
    assert found is not None
    assert (found.status, found.cases) == ("fail", ("555.5",))
    assert "line 9: 555.5 is a cell of a table" in found.detail
    trial = judged(object(), [found])
    assert trial.failing == {"literals: 555.5"}
    assert trial.feedback is not None


def test_without_a_table_a_number_from_nowhere_cannot_be_judged() -> None:
    bad = draft(PROGRAM.replace('data["carpentry"]', "555.5"))
    found = literals(bad, "Desks and chairs.", ())
    assert found is not None
    assert found.status == "unknown"
    assert "stands neither in the request nor in the formulation" in found.detail


def test_numbers_that_the_formulation_settled_pass() -> None:
    found = literals(draft(), "Desks and chairs.", ())
    assert found is not None
    assert found.status == "pass"
