"""Files of practice: read from the folder beside the checkout, rewritten three times each, and broken twice."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from solvers.equivalence.compare import equivalence
from solvers.instance import Instance, InstanceError
from solvers.mps import read
from tests.solvers.equivalence.breaking import BREAKS
from tests.solvers.equivalence.judging import Outcome, break_judged, rewrite_judged
from tests.solvers.equivalence.models import Model, Rng, rng_of, taken_apart
from tests.solvers.equivalence.rewriting import REWRITES, permuted

BENCH = Path(__file__).resolve().parents[3].parent / "shared" / "bench"
REWRITES_EACH, BREAKS_EACH, STEPS = 3, 2, 3
PATIENCE = 30.0  # seconds for one opinion on one case
LARGE = 60_000  # nonzeros; beyond, BLISS is not asked
# A whole number's bounds are rounded before the relaxation is looked at, so what moves them is tried elsewhere.
LINEAR = {name: rewrite for name, rewrite in REWRITES.items() if rewrite.__name__ != "fractional_bounds"}


def files() -> dict[str, list[Path]]:
    """The files of each collection, the smallest first; empty where the folder is not there."""
    places = {
        "Bench4Opt": BENCH.glob("bench4opt/**/*.lp"),
        "HiGHS's test files": BENCH.glob("mps/*"),
        "Netlib and MIPLIB 3": BENCH.glob("lp/*/*.gz"),
    }
    return {name: sorted(found, key=lambda path: (path.stat().st_size, str(path))) for name, found in places.items()}


def file_judged(path: Path) -> list[Outcome]:
    """Every case of one file."""
    try:
        instance = _read(path)
    except InstanceError as error:
        return [Outcome("unread", str(error))]
    if instance.beyond.parts:
        return [_beyond_judged(instance)]
    model = relaxable(taken_apart(instance))
    places = range(REWRITES_EACH)
    outcomes = [_rewrite(model, rng_of("rewrite", path.name, k)) for k in places]
    outcomes += [_break(model, rng_of("break", path.name, k)) for k in range(BREAKS_EACH)]
    return [replace(one, text=f"{path.stem}: {one.text}") if one.text else one for one in outcomes]


def _read(path: Path) -> Instance:
    """Read a file; names with brackets, which the LP format does not allow, have them replaced first."""
    if "bench4opt" not in path.parts:
        return read(path).instance
    text = re.sub(r"\[([^]]*)]", lambda found: "_" + re.sub(r"\W+", "_", found[1]) + "_", path.read_text())
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "model.lp"
        plain.write_text(text)
        return read(plain).instance


def relaxable(model: Model) -> Model:
    """The same with the bounds of whole columns rounded."""
    low, high = np.ceil(model.column_lower - 1e-9), np.floor(model.column_upper + 1e-9)
    model.column_lower = np.where(model.integer, low, model.column_lower)
    model.column_upper = np.where(model.integer, high, model.column_upper)
    return model


def _beyond_judged(instance: Instance) -> Outcome:
    other = replace(instance, row_names=tuple(f"other_{name}" for name in instance.row_names))
    found = equivalence(instance, replace(other, objective_offset=instance.objective_offset + 1))
    kind = "undecided" if found.verdict == "undecided" else "wrong"
    return Outcome(kind, f"{found.verdict}: {found.reason or found.witness}")  # type: ignore[arg-type]


def _mixed(model: Model, rng: Rng) -> Model:
    names = list(LINEAR) if model.shape[0] else ["T1 order and names", "T4 objective negated", "T12 unused columns"]
    for name in rng.choice(names, STEPS).tolist():
        model = LINEAR[name](model, rng)
    return permuted(model, rng)


def _rewrite(model: Model, rng: Rng) -> Outcome:
    return rewrite_judged(model, _mixed(model, rng), rng, relaxed=True, patience=PATIENCE)


def _break(model: Model, rng: Rng) -> Outcome:
    broken = None
    while broken is None:
        name = rng.choice(list(BREAKS) if model.matrix.nnz else ["M6 bound", "M7 integrality", "M11 cost"])
        broken = BREAKS[name](model.copy(), rng)
    small = model.matrix.nnz <= LARGE
    opinion = None if small else (lambda first, second: None)
    hidden = _mixed(broken, rng)
    return break_judged(model, broken, hidden, rng, relaxed=True, patience=PATIENCE, opinion=opinion)
