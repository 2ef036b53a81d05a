"""How far a row can go under a linear relaxation: many such questions as one linear program, each answer proven alone.

For each question the program has a copy of the columns and a column t that is at least the row, and at least a value
beyond the side that is asked about; all t are minimised. So no question is without an end, and where t stays above that
value the multipliers of the copy's rows are those of the question alone. What they prove is added up in fractions by
`solvers.proof.check`, which believes nothing of a solver.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import scipy.sparse

from solvers.certify import certified
from solvers.instance import FloatArray, Instance, Sense
from solvers.proof.certificate import certificate
from solvers.proof.check import CertificateError, verify
from solvers.proof.program import priced, program_of
from solvers.result import Basis, Result, SolutionStatus
from solvers.result import TerminationCondition as T

CLOSE = Fraction(1, 10**12)  # relative: numbers nearer than this count as the same, as everywhere in a comparison
DIGITS = 13
NEAR = 1e-6  # relative: beyond, a linear program has refuted the row, whatever its tolerance
PROOF_SECONDS = 2.0
Solve = Callable[[Instance], Result]


class Answer(enum.StrEnum):
    """What is known of a row that is asked for."""

    PROVEN = "proven"
    REFUTED = "refuted"
    UNPROVEN = "unproven"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Question:
    """Whether the optimum of `asked`, a linear program, is within `side`: at least when it minimises, else at most."""

    asked: Instance
    side: float

    @property
    def sign(self) -> float:
        """-1 for a question about the largest value."""
        return -1.0 if self.asked.sense is Sense.MAXIMIZE else 1.0

    @property
    def beyond(self) -> float:
        """A value that refutes: of the minimised row."""
        return self.sign * self.side - 1.0 - abs(self.side)

    def is_met(self, bound: Fraction | None) -> bool:
        """Whether a proven bound answers with yes."""
        if bound is None:
            return False
        wanted = Fraction(repr(self.side))
        over = bound - wanted if self.asked.sense is Sense.MINIMIZE else wanted - bound
        return over >= -CLOSE * abs(wanted)

    def shortened(self) -> Question:
        """Return the question with thirteen digits of the row: what rounding added is gone."""
        cost = np.array([float(f"{value:.{DIGITS}g}") for value in self.asked.cost.tolist()])
        return Question(replace(self.asked, cost=cost), self.side)

    def by_bounds(self) -> Fraction | None:
        """Return what the bounds of the columns alone prove."""
        nothing = np.zeros(self.asked.row_count, dtype=object), 1
        found = priced(program_of(self.asked), *nothing).bound
        if found is None:
            return None
        bound = -found if self.asked.sense is Sense.MAXIMIZE else found
        return self._verified(certificate(self.asked, claim="bound", multipliers=nothing, bound=bound))

    def by_result(self, result: Result) -> Fraction | None:
        """Return what the multipliers of a solve prove."""
        proof = certified(self.asked, result, seconds=PROOF_SECONDS).proof
        if proof is None or proof.certificate is None or proof.certificate["claim"] == "infeasible":
            return None
        return self._verified(proof.certificate)

    def _verified(self, data: dict[str, object]) -> Fraction | None:
        try:
            return verify(self.asked, data)
        except CertificateError:
            return None


def together(questions: Sequence[Question], solve: Solve) -> list[Answer]:
    """Return the answers of one solve."""
    result = solve(_joined(questions))
    if result.termination_condition is T.INFEASIBLE:
        return [Answer.EMPTY] * len(questions)
    if result.termination_condition is not T.OPTIMAL or result.x is None or result.row_dual is None:
        return [Answer.UNPROVEN] * len(questions)
    found = []
    first_column = first_row = 0
    for question in questions:
        found.append(_answer(question, result, first_column, first_row))
        first_column += question.asked.column_count + 1
        first_row += question.asked.row_count + 1
    return found


def _joined(questions: Sequence[Question]) -> Instance:
    """Return one program of all questions: for each its columns and t, its rows and the row below t."""
    blocks = []
    for question in questions:
        asked = question.asked
        below = np.append(question.sign * asked.cost, -1.0).reshape(1, -1)
        padded = scipy.sparse.hstack([asked.matrix, scipy.sparse.csr_array((asked.row_count, 1))])
        blocks.append(scipy.sparse.vstack([padded, scipy.sparse.csr_array(below)]))
    matrix = scipy.sparse.block_diag(blocks, format="csr")
    matrix.sort_indices()

    def gathered(parts: Sequence[tuple[FloatArray, float]]) -> FloatArray:
        return np.concatenate([np.append(array, last) for array, last in parts])

    rows, columns = matrix.shape
    return Instance(
        name="questions",
        sense=Sense.MINIMIZE,
        objective_name="reach",
        objective_offset=0.0,
        cost=gathered([(np.zeros(question.asked.column_count), 1.0) for question in questions]),
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=gathered([(question.asked.row_lower, -np.inf) for question in questions]),
        row_upper=gathered([(question.asked.row_upper, 0.0) for question in questions]),
        column_lower=gathered([(question.asked.column_lower, question.beyond) for question in questions]),
        column_upper=gathered([(question.asked.column_upper, np.inf) for question in questions]),
        integrality=np.zeros(columns, dtype=np.uint8),
        row_names=tuple(f"r{i}" for i in range(rows)),
        column_names=tuple(f"x{j}" for j in range(columns)),
    )


def _answer(question: Question, whole: Result, first_column: int, first_row: int) -> Answer:
    """Read one copy: refuted where t came far below the side, else what its multipliers prove."""
    asked = question.asked
    assert whole.x is not None
    assert whole.row_dual is not None
    columns, rows = (
        slice(start, start + size) for start, size in ((first_column, asked.column_count), (first_row, asked.row_count))
    )
    reach = float(whole.x[columns.stop])
    if reach < question.sign * question.side - NEAR * (1.0 + abs(question.side)):
        return Answer.REFUTED
    basis = whole.basis and Basis(whole.basis.column_status[columns], whole.basis.row_status[rows])
    alone = Result(
        T.OPTIMAL,
        SolutionStatus.OPTIMAL,
        whole.solver,
        objective_value=question.sign * reach,
        x=whole.x[columns],
        row_dual=question.sign * whole.row_dual[rows],
        basis=basis,
    )
    return Answer.PROVEN if question.is_met(question.by_result(alone)) else Answer.UNPROVEN
