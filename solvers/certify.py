"""What can be shown of a checked result in exact arithmetic, within a few seconds, and in which words."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from solvers.instance import Instance
from solvers.proof.basis import BasicSolution
from solvers.proof.certificate import certificate, exact_text, rounded_down
from solvers.proof.program import Priced, Program, priced, program_of, value_at, violation
from solvers.proof.repair import repaired, rounded
from solvers.proof.support import contradiction
from solvers.proof.whole import Ints, scaled, simple_fractions
from solvers.result import Proof, ProofState, Result, TerminationCondition, Vector
from solvers.verdict import VERIFIED

MAX_NONZEROS = 200_000  # arithmetic in whole numbers takes about a microsecond an entry
MAX_NUMBERS = 300_000  # rows and columns together

_OPTIMA = (
    TerminationCondition.OPTIMAL,
    TerminationCondition.OPTIMAL_WITHIN_TOLERANCE,
    TerminationCondition.FEASIBLE,
    TerminationCondition.NUMERICAL,
)
Fractions = tuple[Ints, int]


def certified(instance: Instance, result: Result, *, seconds: float = 2.0) -> Result:
    """Return `result` with its `proof`: what exact arithmetic shows of it, or the reason why it shows nothing.

    Takes `seconds` at most, give or take one step; 0 leaves the proof out. The result is otherwise unchanged.
    """
    if seconds <= 0 or not instance.column_count:
        return result
    started = time.monotonic()
    refusal = _refusal(instance, result)
    if refusal:
        proof = Proof(ProofState.NOT_TRIED, refusal)
    elif result.termination_condition is TerminationCondition.INFEASIBLE:
        proof = _infeasible(instance, result, started + seconds)
    else:
        proof = _optimal(instance, result, started + seconds)
    return replace(result, proof=replace(proof, seconds=time.monotonic() - started))


def _refusal(instance: Instance, result: Result) -> str:
    condition = result.termination_condition
    if condition is not TerminationCondition.INFEASIBLE and (result.x is None or condition not in _OPTIMA):
        return "There is no answer to prove."
    if not instance.is_linear:
        return "Only what is linear can be proven in exact arithmetic here."
    if instance.is_mip:
        return "With whole numbers, the bound is the solver's word: no proof of it can be checked here."
    if instance.nonzero_count > MAX_NONZEROS or instance.row_count + instance.column_count > MAX_NUMBERS:
        return f"Not tried: the instance is too large for exact arithmetic (more than {MAX_NONZEROS:,} nonzeros)."
    if condition is TerminationCondition.INFEASIBLE and result.ray is None:
        return "The solver gave no reason for the contradiction that could be checked."
    if condition is not TerminationCondition.INFEASIBLE and result.row_dual is None and result.basis is None:
        return "The solver gave no duals to prove a bound with."
    return ""


def _infeasible(instance: Instance, result: Result, until: float) -> Proof:
    """Multipliers whose bound on an objective of 0 is more than 0 (Farkas 1902)."""
    program = program_of(instance, with_cost=False)
    if result.ray is None or len(result.ray) != instance.row_count or not np.isfinite(result.ray).all():
        return Proof(ProofState.NOT_PROVEN, "The solver's reason for the contradiction cannot be read.")
    ray = result.ray / (np.abs(result.ray).max(initial=0.0) or 1.0)
    for sign in (1.0, -1.0):  # solvers disagree on the sign of a ray
        first = rounded(program, sign * ray)
        for method, found in (
            ("ray", lambda first=first: first),
            ("exact ray", lambda sign=sign: contradiction(program, sign * ray)),
            ("safe bound", lambda first=first: repaired(program, first, until=until)),
        ):
            made = found()
            if made is not None and made.bound is not None and made.bound > 0:
                data = certificate(
                    instance, claim="infeasible", multipliers=(made.weights, made.denominator), bound=made.bound
                )
                sentence = "Proven in exact arithmetic: a sum of the constraints contradicts itself."
                return Proof(ProofState.INFEASIBLE, sentence, method, certificate=data)
    return Proof(ProofState.NOT_PROVEN, "Infeasible by the solver's word: its reason does not hold exactly.")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A bound with its multipliers, minimising and without the offset; `point` has exactly that value, if any."""

    method: str
    priced: Priced
    bound: Fraction
    point: Fractions | None = None


def _optimal(instance: Instance, result: Result, until: float) -> Proof:
    program = program_of(instance)
    value = _in_program(program, result)
    shown = _from_duals(program, result)
    if shown is None or shown.point is None:
        shown = _nearer(_from_basis(program, result, until), shown)
    if shown is None or _gap(value, shown.bound) > VERIFIED:
        shown = _nearer(shown, _from_repair(program, result, until))
    broken = None if result.x is None else _broken(program, result.x)
    if shown is None:
        sentence = "No bound could be proven in exact arithmetic: the solver's duals hold only within its tolerance."
        return Proof(ProofState.NOT_PROVEN, sentence, violation=broken)
    return _told(program, shown, value, broken)


def _in_program(program: Program, result: Result) -> Fraction:
    """The objective value that is claimed, as the program counts it: minimising, without the offset."""
    value = Fraction(repr(result.objective_value or 0.0)) - Fraction(repr(program.instance.objective_offset))
    return program.sign * value


def _nearer(first: _Shown | None, second: _Shown | None) -> _Shown | None:
    """An exact optimum before a bound, then the higher bound."""
    if first is None or second is None:
        return first or second
    if (first.point is None) is not (second.point is None):
        return first if first.point is not None else second
    return first if first.bound >= second.bound else second


def _from_duals(program: Program, result: Result) -> _Shown | None:
    if result.row_dual is None:
        return None
    found = rounded(program, program.sign * result.row_dual)
    if found.bound is None:
        return None
    point = None if result.x is None else simple_fractions(result.x)
    return _Shown("duals", found, found.bound, _attaining(program, point, found.bound))


def _attaining(program: Program, point: Fractions | None, bound: Fraction) -> Fractions | None:
    if point is None or value_at(program, *point) != bound or violation(program, *point):
        return None
    return point


def _from_basis(program: Program, result: Result, until: float) -> _Shown | None:
    if result.basis is None or not _fits(program.instance, result):
        return None
    solution = BasicSolution(program, result.basis)
    weights = solution.multipliers(until=until)
    found = None if weights is None else priced(program, *weights)
    if found is None or found.bound is None:
        return None
    return _Shown("exact basis", found, found.bound, _attaining(program, solution.point(until=until), found.bound))


def _fits(instance: Instance, result: Result) -> bool:
    basis = result.basis
    return basis is not None and (len(basis.column_status), len(basis.row_status)) == (
        instance.column_count,
        instance.row_count,
    )


def _from_repair(program: Program, result: Result, until: float) -> _Shown | None:
    if result.row_dual is None:
        return None
    found = repaired(program, rounded(program, program.sign * result.row_dual), until=until)
    return None if found.bound is None else _Shown("safe bound", found, found.bound)


def _broken(program: Program, x: Vector) -> float:
    numbers, digits = scaled(x)
    return -rounded_down(-violation(program, numbers, 10**digits))


def _gap(value: Fraction, bound: Fraction) -> float:
    return float(abs(value - bound) / (1 + abs(value) + abs(bound)))


def _told(program: Program, shown: _Shown, value: Fraction, broken: float | None) -> Proof:
    instance, sign = program.instance, program.sign
    bound = sign * shown.bound + Fraction(repr(instance.objective_offset))
    gap = _gap(value, shown.bound)
    attained = shown.point is not None and gap <= VERIFIED
    state = ProofState.OPTIMAL if attained else ProofState.BOUND if gap <= VERIFIED else ProofState.WEAK
    multipliers = (sign * shown.priced.weights, shown.priced.denominator)
    data = certificate(
        instance,
        claim="optimal" if attained else "bound",
        multipliers=multipliers,
        bound=bound,
        point=shown.point if attained else None,
    )
    text = exact_text(bound)
    return Proof(
        state,
        _sentence(state, f"{float(bound):.12g}" if text.endswith("…") else text, gap),
        shown.method,
        bound=sign * rounded_down(sign * bound),
        exact=text,
        gap=gap,
        violation=broken,
        certificate=data,
    )


def _sentence(state: ProofState, bound: str, gap: float) -> str:
    if state is ProofState.OPTIMAL:
        return f"Optimal, proven in exact arithmetic: {bound}."
    if state is ProofState.BOUND:
        return f"Bound proven in exact arithmetic: {bound}."
    return f"A weaker bound is proven in exact arithmetic: {bound}, {gap:.1e} away from the value."
