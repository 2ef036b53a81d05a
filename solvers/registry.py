"""The explicit table of backends and the choice among them, always with its reason in words."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from solvers import cores
from solvers.base import BEYOND_LINEAR, AvailabilityState, Capability, Solver, needed
from solvers.cuopt import CuOpt
from solvers.cuopt_remote import CuOptRemote
from solvers.cupdlpx import CuPdlpx
from solvers.gurobi import Gurobi
from solvers.highs import Highs
from solvers.instance import Instance
from solvers.ipopt import Ipopt
from solvers.mpax import Mpax
from solvers.pdlp import Pdlp
from solvers.plan import TINY, Leg, Plan, Resources, linear_plan
from solvers.scip import Scip

SOLVERS: dict[str, Solver] = {
    solver.name: solver
    for solver in (Highs(), Pdlp(), Gurobi(), Scip(), Ipopt(), Mpax(), CuPdlpx(), CuOpt(), CuOptRemote())
}
FIRST_ORDER = frozenset({"pdlp", "mpax", "cupdlpx", "cuopt", "cuopt_remote"})  # no vertex without a crossover
ON_DEVICES = frozenset({"mpax", "cupdlpx", "cuopt"})  # first-order engines that compute on a GPU in their process
DEFAULT = "highs"
AUTO = "auto"
PREFERENCE = (DEFAULT, "gurobi", "scip")  # for what goes beyond linear
GLOBAL = (DEFAULT, "scip", "gurobi", "ipopt")  # the same for nonlinear functions; the last finds local optima only
TITLES = {"highs": "HiGHS", "pdlp": "PDLP", "gurobi": "Gurobi", "scip": "SCIP", "ipopt": "Ipopt"}
TITLES |= {"mpax": "MPAX", "cupdlpx": "cuPDLPx", "cuopt": "cuOpt", "cuopt_remote": "cuOpt server"}
POOLING = ("gurobi", "scip")  # who keeps several solutions
GPU_ENGINES = ("cuopt", "cupdlpx", "mpax")  # in the order of preference; a server is used only when asked for by name
GPU_SIGNS = (Path("/dev/nvidiactl"), Path("/proc/driver/nvidia/version"))  # without one, no engine is started to ask


class UnknownSolver(ValueError):
    """The name asked for is in no table; the text lists those that are."""


def resources(instance: Instance, *, core_count: int | None = None, threads: int = 1) -> Resources:
    """Return what a solve of `instance` may use here: `core_count` cores (None: all) by engines of `threads` each.

    A licence is looked for only for what it would be used for, because that takes as long as starting the backend.
    """
    found = cores.count() if core_count is None else core_count
    licensed = frozenset({"gurobi"} if instance.is_mip and _has_full_licence() else ())
    asked = () if instance.is_mip or not any(sign.exists() for sign in GPU_SIGNS) else GPU_ENGINES
    gpu = tuple(name for name in asked if SOLVERS[name].availability().state is AvailabilityState.READY)
    return Resources(cores=max(1, found // threads), gpu_engines=gpu, licensed=licensed)


def choose(instance: Instance, requested: str = AUTO, *, at_hand: Resources | None = None, pool: bool = False) -> Plan:
    """Return the plan for `instance`: by its shape, or the backends `requested`; raises UnknownSolver.

    A request is a name, a name with a method (`highs:ipx`), or several of them to race (`highs:simplex+pdlp`). What
    cannot do it is replaced by HiGHS, with the reason. With `pool`, only backends that keep several solutions of a
    problem with integers can do it.
    """
    at_hand = at_hand or resources(instance)
    name = requested.strip().lower() or AUTO
    if name == AUTO:
        return _automatic(instance, at_hand, pool=pool)
    needs = _needs(instance, pool=pool)
    legs, refusals = [], []
    for wanted in name.split("+"):
        solver, _, method = wanted.strip().partition(":")
        refusal = _refusal(instance, needs, solver)
        if refusal:
            refusals.append(refusal)
        else:
            legs.append(Leg(solver, method or "choose", "Asked for by name."))
    if not legs:
        return instead(refusals[0], requested, instance=instance, at_hand=at_hand, pool=pool)
    if refusals:
        return Plan(tuple(legs), " ".join(_sentence(text) for text in refusals), requested, at_once=at_hand.cores)
    return Plan(tuple(legs), requested=requested, at_once=at_hand.cores)


def instead(
    reason: str, requested: str, *, instance: Instance, at_hand: Resources, pool: bool = False, failed: str = ""
) -> Plan:
    """Return the plan in place of the backend asked for, because of `reason`, a sentence or the start of one.

    It is HiGHS alone, or, where HiGHS cannot, what would have been chosen without the wish, but not what has `failed`.
    """
    plan = Plan((Leg(DEFAULT),))
    if _needs(instance, pool=pool) - SOLVERS[DEFAULT].capabilities:
        plan = _automatic(instance, at_hand, pool=pool)
        left = tuple(leg for leg in plan.legs if leg.solver != failed)
        plan = replace(plan, legs=left or (Leg(DEFAULT),))
    name = plan.legs[0].solver
    stem, used = reason.rstrip(), f"{TITLES.get(name, name)} was used instead."
    said = f"{stem} {used}" if stem.endswith(".") else f"{stem}, so {used}"
    legs = (replace(plan.legs[0], reason=said), *plan.legs[1:])
    return Plan(legs, said, requested, is_fallback=True)


def _needs(instance: Instance, *, pool: bool) -> frozenset[Capability]:
    return needed(instance) | ({Capability.POOL} if pool and instance.is_mip else frozenset())


def _automatic(instance: Instance, at_hand: Resources, *, pool: bool = False) -> Plan:
    needs = _needs(instance, pool=pool)
    if needs == {Capability.LINEAR}:
        return linear_plan(instance, at_hand)
    if needs <= {Capability.LINEAR, Capability.CONVEX_QUADRATIC} and needs <= SOLVERS[DEFAULT].capabilities:
        hipo = Leg(DEFAULT, "hipo", "An interior point is the most accurate on convex quadratic objectives.")
        active_set = Leg(DEFAULT, "simplex", "The active set method: ahead where the products are many.")
        if instance.nonzero_count + instance.beyond.quadratic_row.size < TINY:
            return Plan((hipo, active_set), "A convex quadratic objective: interior point, then active set.")
        reason = "A convex quadratic objective: interior point beside active set; the first verified answer counts."
        return Plan((hipo, active_set), reason, at_once=at_hand.cores)
    if needs == {Capability.LINEAR, Capability.INTEGER}:
        if "gurobi" in at_hand.licensed:
            reason = "A full Gurobi licence was found here, and Gurobi is the strongest on problems with integers."
            return Plan((Leg("gurobi", reason=reason),), reason)
        reason = "HiGHS is the default for problems with integers; ask for scip or gurobi for a second opinion."
        return Plan((Leg(DEFAULT, reason=reason),), reason)
    return _keeping(instance, needs) if Capability.POOL in needs else _capable(instance, needs)


def _keeping(instance: Instance, needs: frozenset[Capability]) -> Plan:
    """Return the backends that keep several solutions: who searches for the best ones first."""
    legs: list[Leg] = []
    refusals: list[str] = []
    for name in POOLING:
        refusal = _refusal(instance, needs, name)
        if refusal:
            refusals.append(_sentence(refusal))
            continue
        searches = Capability.POOL_SEARCH in SOLVERS[name].capabilities
        how = "searches for the best ones" if searches else "keeps those that it finds on its way"
        reason = " ".join((f"Several solutions are asked for, and {TITLES[name]} {how}.", *refusals))
        legs.append(Leg(name, reason=reason))
    if legs:
        return Plan(tuple(legs), legs[0].reason)
    reason = " ".join(("No backend here keeps several solutions of this problem, so there will be one.", *refusals))
    return replace(_automatic(instance, Resources()), reason=reason)


def _capable(instance: Instance, needs: frozenset[Capability]) -> Plan:
    """Return the backends that can take what goes beyond linear, in the order of preference, one after the other."""
    words = " and ".join(sorted(BEYOND_LINEAR[need] for need in needs & frozenset(BEYOND_LINEAR)))
    legs: list[Leg] = []
    refusals: list[str] = []
    for name in GLOBAL if Capability.NONLINEAR in needs else PREFERENCE:
        refusal = _refusal(instance, needs, name)
        if not refusal:
            local = () if Capability.GLOBAL in SOLVERS[name].capabilities else ("It finds local optima only.",)
            told = (f"{TITLES.get(name, name)} can take {words}.", *local, *(() if legs else refusals))
            reason = " ".join(told)
            legs.append(Leg(name, reason=reason))
        elif name != DEFAULT and not legs:
            refusals.append(_sentence(refusal))
    if legs:
        return Plan(tuple(legs), legs[0].reason)
    reason = " ".join((f"No backend here can take {words}.", *refusals))
    return Plan((Leg(DEFAULT, reason=reason),), reason)


def _refusal(instance: Instance, needs: frozenset[Capability], name: str) -> str:
    """Return why `name` cannot solve `instance` here, or nothing."""
    if name not in SOLVERS:
        known = ", ".join(sorted((AUTO, *SOLVERS)))
        raise UnknownSolver(f"There is no solver named {name[:40]!r}; choose one of {known}.")
    solver = SOLVERS[name]
    lacking = needs - solver.capabilities
    if Capability.INTEGER in lacking:
        return f"{name} solves continuous problems only, and this one has integers"
    if lacking == {Capability.POOL}:
        return f"{TITLES.get(name, name)} keeps only the best solution that it finds"
    if lacking:
        lacking -= {Capability.POOL}
        return f"{name} cannot take {' and '.join(sorted(BEYOND_LINEAR[need] for need in lacking))}"
    availability = solver.availability()
    if not availability and name != DEFAULT:
        return availability.reason
    if not availability.fits(instance):
        size = f"{instance.row_count} rows and {instance.column_count} columns"
        return f"{availability.reason} This problem has {size}"
    return ""


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _has_full_licence() -> bool:
    """Whether Gurobi has more than the licence in its wheel; it is started only where there is a sign of one."""
    if not (any(name.startswith("GRB_") for name in os.environ) or any(path.exists() for path in _licence_files())):
        return False
    availability = SOLVERS["gurobi"].availability()
    return bool(availability) and availability.max_rows is None


def _licence_files() -> tuple[Path, ...]:
    folders = (Path.home(), Path("/", "opt", "gurobi"), Path(os.environ.get("GUROBI_HOME", Path.home())))
    return tuple(folder / "gurobi.lic" for folder in folders)
