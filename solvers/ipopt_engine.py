"""An executable like Ipopt as one call: an instance in, a result out, a local optimum called by that name.

The problem is always a minimisation, so that the sign of the duals is the same whoever wrote the executable. What the
iterations end in is a local answer, and becomes a global one only where the instance is convex.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import time
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from solvers.base import has_duals
from solvers.beyond import OBJECTIVE
from solvers.first_order import ended, examined
from solvers.instance import Instance, Sense
from solvers.ipopt_status import from_code
from solvers.kkt import reduced_costs, residuals
from solvers.outcome import NO_POINT, claimed_status, sentence
from solvers.printed import Listener
from solvers.pyomo_errors import TriviallyInfeasible, UnsupportedModel
from solvers.result import Report, Result, ShouldStop, SolveOptions, TerminationCondition, Vector

if TYPE_CHECKING:
    from solvers.nl_run import Answer

NAME = "ipopt"
MAX_ITERATIONS = 3000  # Ipopt's own default
TOLERANCE = 1e-9  # of the scaled optimality conditions; the duals have to prove 1e-6 in the user's units
ENDLESS = 1e15  # an objective beyond this, at a point that keeps every limit, has no end
FEASIBLE = 1e-6  # relative
REACH = 2.0  # a search begins at most so far from the point nearest to zero
RAW = 500  # characters
GRACE_SECONDS = 0.5  # after its own time limit the executable may still write its point
ABSENT = "No solver like Ipopt is installed here; one is the package pounce-solver."
LESS_ACCURATE = "A local optimum may be near, but the solver reached only a lower accuracy than was asked for."
RAN_AWAY = "The variables grew without end, and it stayed open whether the objective does: give each variable bounds."
_ITERATION = re.compile(r"^\s*(\d+)r?\s+([-+]?\d\.\d+e[-+]\d+)\s+(\d\.\d+e[-+]\d+)\s")
_VERSION = re.compile(r"(pounce|ipopt)\s+(\d+\.\d[\w.]*\w)", re.IGNORECASE)

T = TerminationCondition


def executable() -> Path | None:
    """Return the executable to be used: the one in the package pounce-solver, else `ipopt` on the path, else None."""
    spec = importlib.util.find_spec("pounce")
    if spec is not None and spec.origin:
        bundled = Path(spec.origin).parent / "bin" / "pounce"
        if bundled.is_file():
            return bundled
    found = shutil.which("ipopt")
    return Path(found) if found else None


def try_it() -> None:
    """Start the executable once and print `ready`, for `solvers.probe` to read; raises what goes wrong."""
    found = executable()
    assert found is not None
    subprocess.run([str(found), "--version"], capture_output=True, check=True, timeout=10)  # noqa: S603
    print("ready")  # noqa: T201  (this is how a probe answers)


def solve_with_ipopt(instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
    """Return the executable's answer for a continuous instance, not yet checked against it.

    It begins at a point between the bounds that `options.seed` chooses: another seed may find another optimum.
    """
    started = time.monotonic()
    search = _Search(options, report, should_stop, started)
    result, duals = search.run(instance)
    condition = result.termination_condition
    doubtful = condition is T.INFEASIBLE or (condition is T.UNBOUNDED and has_duals(instance))
    if doubtful and result.raw_status and has_linear_rows(instance) and not should_stop():
        quiet = replace(search, report=_unheard)
        weights = -duals if duals is not None and instance.sense is Sense.MAXIMIZE else duals
        result = examined(result, instance, weights, lambda other: quiet.run(other)[0])
    return replace(result, seconds=time.monotonic() - started)


def _unheard(_: object) -> None:
    """Hear nothing of a solve whose objective is not the user's."""


@dataclass(frozen=True, slots=True)
class _Search:
    """The limits and listeners of one solve, within which the executable may be run more than once."""

    options: SolveOptions
    report: Report
    should_stop: ShouldStop
    started: float

    def run(self, instance: Instance) -> tuple[Result, Vector | None]:
        """Return the answer and, where there are some, the duals (m values) in the instance's own sense."""
        from pyomo.common.errors import InfeasibleConstraintException

        from solvers.nl_run import run
        from solvers.to_pyomo import to_pyomo

        program = executable()
        if program is None:
            return _ended(T.ERROR, ABSENT), None
        if self.should_stop():
            return _ended(T.INTERRUPTED), None
        start = starting_point(instance, self.options.seed)
        sign = -1.0 if instance.sense is Sense.MAXIMIZE else 1.0
        hears = Listener(self.report, _ITERATION, phase="interior_point", value=lambda line: _value(line, sign))
        try:
            rebuilt = to_pyomo(instance, start)
            arguments = partial(self._arguments, program)
            answer = run(rebuilt, arguments, threads=self.options.threads, hear=hears.hear, should_stop=self._is_over)
        except TriviallyInfeasible as fault:
            return _ended(T.INFEASIBLE, str(fault)), None
        except InfeasibleConstraintException:  # whose text names Pyomo's constraints, not the user's
            return _ended(T.INFEASIBLE), None
        except UnsupportedModel as fault:
            return _ended(T.INVALID_INSTANCE, str(fault)), None
        finally:
            hears.flush()
        duals: Vector | None = None
        if answer.duals is not None:
            duals = np.zeros(instance.row_count)
            duals[rebuilt.rows] = sign * answer.duals
        facts = {"iterations": hears.iterations, "solver_version": _version(program)}
        return self._result(instance, answer, duals, **facts), duals

    def _is_over(self) -> bool:
        return self.should_stop() or self._left() < -GRACE_SECONDS

    def _left(self) -> float:
        return self.options.time_limit_seconds - (time.monotonic() - self.started)

    def _arguments(self, program: Path) -> list[str]:
        settings: dict[str, float | str] = {
            "max_wall_time": max(self._left(), 0.01),
            "max_iter": MAX_ITERATIONS,
            "tol": TOLERANCE,
            "bound_relax_factor": 0.0,  # a root or a logarithm may have no value beyond a bound, however near
        }
        if program.stem == "pounce":
            settings["solver_selection"] = "nlp"  # one algorithm, one table of iterations, whatever the problem
        return [str(program), *(f"{name}={value}" for name, value in settings.items())]

    def _result(self, instance: Instance, answer: Answer, duals: Vector | None, **facts: Any) -> Result:
        if answer.code is None:
            if self.should_stop():
                return _ended(T.INTERRUPTED, **facts)
            late = self._left() < 0
            return _ended(T.TIME_LIMIT, **facts) if late else _ended(T.ERROR, _silent(answer.message), **facts)
        x = None if answer.x is None else np.clip(answer.x, instance.column_lower, instance.column_upper)
        condition = _as_far_as_known(from_code(answer.code, answer.message), instance, x)
        facts = {"raw_status": answer.message[:RAW], **facts}
        if x is None or condition in NO_POINT or not np.isfinite(x).all():
            message = RAN_AWAY if condition is T.NUMERICAL and answer.code // 100 == 3 else ""
            return _ended(condition, message, **facts)
        plain = has_duals(instance)
        return Result(
            condition,
            claimed_status(condition, has_point=True),
            solver=NAME,
            message=LESS_ACCURATE if condition is T.FEASIBLE else sentence(condition),
            objective_value=instance.objective_at(x),
            x=x,
            row_activity=instance.row_activity(x),
            row_dual=duals if plain else None,
            reduced_cost=reduced_costs(instance, duals, x) if plain and duals is not None else None,
            **facts,
        )


def starting_point(instance: Instance, seed: int) -> Vector:
    """Return a point strictly between the bounds where there is room (n values), near zero, chosen by `seed`.

    No two columns begin alike: a symmetric beginning may end where neither way is better, such as on a ridge. Columns
    in no row or formula get the value nearest to zero.
    """
    lower, upper = instance.column_lower, instance.column_upper
    nearest = np.clip(0.0, lower, upper)
    above, below = upper - nearest, nearest - lower
    share = np.random.default_rng(seed).uniform(0.2, 0.8, instance.column_count)
    step = share * np.minimum(np.maximum(above, below), REACH)
    used = instance.cost != 0
    used[instance.indices] = True
    used[instance.beyond.columns] = True
    start: Vector = np.where(used, nearest + np.where(above >= below, step, -step), nearest)
    return start


def _as_far_as_known(condition: TerminationCondition, instance: Instance, x: Vector | None) -> TerminationCondition:
    """Return what a local answer says of the whole instance."""
    if has_duals(instance) and condition in (T.LOCALLY_OPTIMAL, T.FEASIBLE):
        return T.OPTIMAL  # a claim, which the duals have to prove
    if condition is T.LOCALLY_INFEASIBLE and has_linear_rows(instance):
        return T.INFEASIBLE
    if condition is T.UNBOUNDED and not has_duals(instance) and not _runs_away(instance, x):
        return T.NUMERICAL
    return condition


def has_linear_rows(instance: Instance) -> bool:
    """Whether no row is curved, so that a point which breaks the rows least nearby does so everywhere."""
    return instance.beyond.rows_touched() <= {OBJECTIVE}


def _runs_away(instance: Instance, x: Vector | None) -> bool:
    """Whether x keeps all limits and its objective is as good as without end, by our own arithmetic."""
    if x is None or not np.isfinite(x).all():
        return False
    checked = residuals(instance, x)
    gain = checked.objective_value if instance.sense is Sense.MAXIMIZE else -checked.objective_value
    return gain >= ENDLESS and max(checked.relative_row_violation, checked.relative_bound_violation) <= FEASIBLE


def _value(line: re.Match[str], sign: float) -> float | None:
    """Return the objective in a line of the table, if its point nearly keeps the constraints."""
    return sign * float(line.group(2)) if float(line.group(3)) <= FEASIBLE else None


def _silent(last: str) -> str:
    return f"The executable ended without a solution file; its last words: {last[:300] or 'none'}."


def _ended(condition: TerminationCondition, message: str = "", **facts: Any) -> Result:
    return ended(NAME, condition, message, **facts)


@cache
def _version(program: Path) -> str:
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    found = _VERSION.search(said.stdout)
    return f"{found[1]} {found[2]}" if found else program.stem
