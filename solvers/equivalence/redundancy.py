"""Level L4: two models that differ in a few rows and bounds only, each of which follows from the other rows.

Where all columns have partners of the same domain and cost, each row that one model lacks is asked of that model: when
all follow, both ways, the models allow the same points. Otherwise rows that follow from the rest of their own model are
left out, and the rests are compared up to L3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.budget import Budget
from solvers.equivalence.certificate import Mapping, MappingFault, audit, checked
from solvers.equivalence.changes import row_text
from solvers.equivalence.implied import MAX_NONZEROS, Demand, Relaxation, rest_of
from solvers.equivalence.lifting import lifted
from solvers.equivalence.normal import KEPT, Work
from solvers.equivalence.outcome import Equivalence
from solvers.equivalence.pairing import Basis, Pairing, pairing
from solvers.equivalence.questions import Answer, Solve
from solvers.equivalence.residue import Residue, residue
from solvers.instance import Instance

MOST = 50  # rows and bounds that differ, beyond which nothing is asked
NAMED = 10  # in the notes
SHIFT = 1e-12
IMPLIED = 5  # what became of a row, beside the fates of `normal`
Ints = NDArray[np.int64]
Compare = Callable[[Instance, Instance], Equivalence]


@dataclass(frozen=True, slots=True)
class Finding:
    """An equivalence, or None; `evidence` is what the linear programs say all the same."""

    equivalence: Equivalence | None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Models:
    instances: tuple[Instance, Instance]
    works: tuple[Work, Work]
    solve: Solve
    budget: Budget

    def relaxation(self, which: int) -> Relaxation:
        return Relaxation(self.works[which], self.instances[which], self.solve, self.budget)


def certified(
    instances: tuple[Instance, Instance], works: tuple[Work, Work], compare: Compare, solve: Solve, budget: Budget
) -> Finding:
    """Return what follows from linear programs about the rows that differ; raises BudgetSpent."""
    if max(len(work.value) for work in works) > MAX_NONZEROS:
        return Finding(None, (f"Not asked of linear programs: a model has more than {MAX_NONZEROS:,} coefficients.",))
    if len(works[0].kept_columns()) != len(works[1].kept_columns()):
        return Finding(None)
    found = pairing(*instances, works)
    budget.check()
    left = residue(works, found)
    if left.size > MOST:
        return Finding(None, (f"{left.size} rows and bounds differ: too many to ask linear programs about each.",))
    models = _Models(instances, works, solve, budget)
    if left.columns_agree:
        answer = _each_of_the_other(models, found, left)
        if answer.equivalence is not None or np.all(found.column_basis <= Basis.NAME):
            return answer
    return Finding(_each_of_its_own(models, left, compare))


def _each_of_the_other(models: _Models, found: Pairing, left: Residue) -> Finding:
    """Ask the second model about what only the first demands, and the other way round."""
    back = np.full(models.works[1].column_count, -1, dtype=np.int64)
    mine = np.flatnonzero(found.column >= 0)
    back[found.column[mine]] = mine
    answers = []
    for asked, own, translated in ((1, 0, found.column), (0, 1, back)):
        relaxation = models.relaxation(asked)
        answers.append(_first_failure(relaxation, _demands(models, own, left, translated)))
    if answers == [None, None]:
        return Finding(_joined(models, found, left))
    return Finding(None, tuple(_evidence(answers, any(work.integer.any() for work in models.works))))


def _demands(models: _Models, own: int, left: Residue, translated: Ints) -> list[Demand]:
    """Return what model `own` demands and the other does not, over the columns of the other."""
    work, instance = models.works[own], models.instances[own]
    found = [_row_demand(work, instance, i, translated) for i in left.rows[own].tolist()]
    for j in left.bounds[own].tolist():
        lower, upper = float(work.column_lower[j]), float(work.column_upper[j])
        text = f"bounds of variable {instance.column_names[j]}"
        found.append(Demand(translated[[j]], np.ones(1), lower, upper, text))
    return found


def _row_demand(work: Work, instance: Instance, row: int, translated: Ints) -> Demand:
    mine = work.row == row
    text = f"constraint {instance.row_names[row]} ({row_text(instance, row)})"
    lower, upper = float(work.row_lower[row]), float(work.row_upper[row])
    return Demand(translated[work.column[mine]], work.value[mine], lower, upper, text)


def _first_failure(relaxation: Relaxation, demands: Sequence[Demand]) -> tuple[Demand, Answer] | None:
    for demand, answer in zip(demands, relaxation.answers(demands), strict=True):
        if answer is not Answer.PROVEN:
            return demand, answer
    return None


def _joined(models: _Models, found: Pairing, left: Residue) -> Equivalence | None:
    """Check what is left number by number, under the same pairing as the rows were translated by."""
    bare = [_without(models.works[k], left.rows[k].tolist()) for k in (0, 1)]
    mine = np.flatnonzero(found.column >= 0)
    to = found.column[mine]
    for name, choose in (("column_lower", np.minimum), ("column_upper", np.maximum)):
        one, two = getattr(bare[0], name).copy(), getattr(bare[1], name).copy()
        one[mine], two[to] = choose(one[mine], two[to]), choose(one[mine], two[to])
        setattr(bare[0], name, one)
        setattr(bare[1], name, two)
    row = np.where(bare[0].row_fate == KEPT, found.row, -1)
    try:
        mapping = checked(bare[0], bare[1], Mapping(found.column, row, left.factor))
        audit(*models.instances, mapping)
    except MappingFault:
        return None
    offsets = models.works[0].offset, models.works[1].offset
    shift = 0.0 if np.isclose(*offsets, rtol=SHIFT, atol=SHIFT) else offsets[1] - offsets[0]
    return Equivalence(
        "equivalent",
        "LP-certified",
        shift,
        path="implied rows",
        mapping=mapping,
        notes=_notes(models, left),
        level="L4",
    )


def _without(work: Work, rows: Sequence[int]) -> Work:
    fate = work.row_fate.copy()
    fate[list(rows)] = IMPLIED
    bare = replace(work, row_fate=fate)
    bare.keep_entries(fate[bare.row] == KEPT)
    return bare


def _notes(models: _Models, left: Residue) -> tuple[str, ...]:
    said = []
    for own, side in enumerate(("first", "second")):
        names = models.instances[own].row_names
        said += [f"Constraint {names[i]} of the {side} model follows" for i in left.rows[own].tolist()]
        columns = models.instances[own].column_names
        said += [f"The bounds of {columns[j]} in the {side} model follow" for j in left.bounds[own].tolist()]
    return tuple(_capped(f"{one} from what the other model demands: shown in exact arithmetic." for one in said))


def _capped(sentences: Iterable[str]) -> list[str]:
    notes = list(sentences)
    return notes[:NAMED] + ([f"So do {len(notes) - NAMED} more."] if len(notes) > NAMED else [])


def _evidence(answers: Sequence[tuple[Demand, Answer] | None], whole: bool) -> list[str]:
    """Say which relaxation is the stronger, where it is known."""
    sides = ("first", "second")
    said = []
    for own, answer in enumerate(answers):  # answers[0]: what the first demands, asked of the second
        if answer is None or answer[1] is not Answer.REFUTED:
            continue
        said.append(
            f"The {sides[1 - own]} model's linear relaxation allows what {answer[0].text} of the {sides[own]} forbids."
        )
        if answers[1 - own] is None:
            said.append(f"The {sides[1 - own]} model's relaxation is weaker: it contains that of the {sides[own]}.")
    if said and whole:
        said.append("With whole variables whole, the two may still allow the same points.")
    return said


def _each_of_its_own(models: _Models, left: Residue, compare: Compare) -> Equivalence | None:
    """Leave out rows that follow from the rest of their own model, and compare what is left."""
    dropped = [_redundant(models, k, left.rows[k].tolist()) for k in (0, 1)]
    counts = [len(models.works[k].kept_rows()) - len(dropped[k]) for k in (0, 1)]
    if not any(dropped) or counts[0] != counts[1]:
        return None
    rests = [rest_of(models.works[k], models.instances[k], without=dropped[k]) for k in (0, 1)]
    found = compare(*rests)
    if found.verdict not in ("identical", "equivalent") or found.mapping is None:
        return None
    rows = _less(models.works[0].kept_rows(), dropped[0]), _less(models.works[1].kept_rows(), dropped[1])
    columns = models.works[0].kept_columns(), models.works[1].kept_columns()
    mapping = lifted(found.mapping, rows, columns, models.instances[0])
    notes = _own_notes(models, dropped)
    return replace(
        found, verdict="equivalent", how="LP-certified", level="L4", mapping=mapping, notes=(*notes, *found.notes)
    )


def _less(rows: Ints, dropped: Sequence[int]) -> Ints:
    return np.setdiff1d(rows, np.asarray(dropped, dtype=np.int64))


def _redundant(models: _Models, which: int, rows: Sequence[int]) -> list[int]:
    """Return rows that can go together: each follows from the rest once those before it are gone."""
    relaxation, work = models.relaxation(which), models.works[which]
    same = np.arange(work.column_count)
    demands = {i: _row_demand(work, models.instances[which], i, same) for i in rows}
    alone = relaxation.answers(list(demands.values()), without=[[i] for i in rows])
    dropped: list[int] = []
    for i in [i for i, answer in zip(rows, list(alone), strict=True) if answer is Answer.PROVEN]:
        if not dropped or next(relaxation.answers([demands[i]], without=[[*dropped, i]])) is Answer.PROVEN:
            dropped.append(i)
    return dropped


def _own_notes(models: _Models, dropped: Sequence[Sequence[int]]) -> list[str]:
    return _capped(
        f"Constraint {models.instances[k].row_names[i]} of the {side} model follows from its others: shown in exact "
        "arithmetic."
        for k, side in enumerate(("first", "second"))
        for i in dropped[k]
    )
