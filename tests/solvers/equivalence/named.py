"""Models with the names a modeller gives them, single edits of theirs, and disguises that change nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from solvers.instance import Instance
from tests.solvers.equivalence.breaking import BREAKS
from tests.solvers.equivalence.models import INF, Model, Rng, put_together
from tests.solvers.equivalence.rewriting import negated, scaled, turned


@dataclass
class Named:
    """A model with a name for each row and column."""

    model: Model
    rows: list[str]
    columns: list[str]

    def instance(self) -> Instance:
        return replace(put_together(self.model), row_names=self.rows, column_names=self.columns).validate()


class _Maker:
    """Collects columns and rows by name."""

    def __init__(self) -> None:
        self.columns: dict[str, tuple[float, float, float, bool]] = {}
        self.rows: dict[str, tuple[dict[str, float], float, float]] = {}

    def column(self, name: str, cost: float, *, lower: float = 0.0, upper: float = INF, integer: bool = False) -> None:
        self.columns[name] = (cost, lower, upper, integer)

    def row(self, name: str, terms: dict[str, float], lower: float, upper: float) -> None:
        self.rows[name] = (terms, lower, upper)

    def made(self) -> Named:
        place = {name: j for j, name in enumerate(self.columns)}
        matrix = np.zeros((len(self.rows), len(self.columns)))
        for i, (terms, _, _) in enumerate(self.rows.values()):
            for name, value in terms.items():
                matrix[i, place[name]] = value
        cost, lower, upper, integer = (np.array(part) for part in zip(*self.columns.values(), strict=True))
        _, low, high = zip(*self.rows.values(), strict=True)
        model = Model(matrix, np.array(low), np.array(high), lower, upper, cost, integer.astype(bool))
        return Named(model, list(self.rows), list(self.columns))


def transport(rng: Rng) -> Named:
    """Ship from plants to shops; what differs is drawn."""
    made, plants, shops = _Maker(), range(int(rng.integers(3, 6))), range(int(rng.integers(4, 8)))
    for p in plants:
        for s in shops:
            made.column(f"ship[p{p},s{s}]", float(rng.integers(1, 50)))
    for p in plants:
        made.row(f"supply[p{p}]", {f"ship[p{p},s{s}]": 1.0 for s in shops}, -INF, float(rng.integers(40, 90)))
    for s in shops:
        made.row(f"demand[s{s}]", {f"ship[p{p},s{s}]": 1.0 for p in plants}, float(rng.integers(5, 20)), INF)
    return made.made()


def lot_sizing(rng: Rng, *, products: int = 2, periods: int = 6) -> Named:
    """Make, store and set up products over periods within one capacity."""
    made, every = _Maker(), [(p, t) for p in range(products) for t in range(periods)]
    for name, low, high in (("make", 1, 5), ("store", 1, 4), ("setup", 20, 60)):
        for p, t in every:
            binary = name == "setup"
            made.column(
                f"{name}[{p},{t}]", float(rng.integers(low, high)), upper=1.0 if binary else INF, integer=binary
            )
    hours, need = rng.integers(1, 4, products), rng.integers(5, 15, products)
    for p, t in every:
        stock = {f"make[{p},{t}]": 1.0, f"store[{p},{t}]": -1.0} | ({f"store[{p},{t - 1}]": 1.0} if t else {})
        demand = float(rng.integers(5, 40))
        made.row(f"balance[{p},{t}]", stock, demand, demand)
        made.row(f"link[{p},{t}]", {f"make[{p},{t}]": 1.0, f"setup[{p},{t}]": -100.0}, -INF, 0.0)
    for t in range(periods):
        used = {f"make[{p},{t}]": float(hours[p]) for p in range(products)}
        used |= {f"setup[{p},{t}]": float(need[p]) for p in range(products)}
        made.row(f"capacity[{t}]", used, -INF, 130.0)
    return made.made()


def bin_packing(rng: Rng) -> Named:
    """Put items into equal bins: full of symmetry."""
    made, items, bins = _Maker(), range(int(rng.integers(4, 7))), range(int(rng.integers(3, 5)))
    sizes = [float(size) for size in rng.integers(3, 8, len(items))]
    for i in items:
        for b in bins:
            made.column(f"put[{i},{b}]", 0.0, upper=1.0, integer=True)
    for b in bins:
        made.column(f"open[{b}]", 1.0, upper=1.0, integer=True)
    for i in items:
        made.row(f"once[{i}]", {f"put[{i},{b}]": 1.0 for b in bins}, 1.0, 1.0)
    for b in bins:
        made.row(f"fits[{b}]", {f"put[{i},{b}]": sizes[i] for i in items} | {f"open[{b}]": -12.0}, -INF, 0.0)
    return made.made()


KINDS: dict[str, Callable[[Rng], Named]] = {
    "transport": transport,
    "lot sizing": lot_sizing,
    "bin packing": bin_packing,
}


def edited(named: Named, rng: Rng) -> Named | None:
    """One random edit, or None where the drawn one does not apply."""
    edit = str(rng.choice([*BREAKS, "rule added", "column dropped"]))
    model, rows, columns = named.model.copy(), list(named.rows), list(named.columns)
    if edit == "M8 row dropped":
        i = int(rng.integers(len(rows)))
        kept = np.arange(len(rows)) != i
        model.keep_rows(kept)
        del rows[i]
    elif edit == "rule added":
        some = (rng.random(len(columns)) < 0.3).astype(float)
        some[:2] = 1.0
        model.add_rows(some.reshape(1, -1), np.array([-INF]), np.array([77.0]))
        rows.append(next(name for k in range(len(rows) + 1) if (name := f"extra[{k}]") not in rows))
    elif edit == "column dropped":
        j = int(rng.integers(len(columns)))
        del columns[j]
        model.matrix = model.matrix[:, np.arange(model.shape[1]) != j]
        for name in ("column_lower", "column_upper", "cost", "integer"):
            setattr(model, name, np.delete(getattr(model, name), j))
    else:
        broken = BREAKS[edit](model, rng)
        if broken is None:
            return None
        model = broken
    return Named(model, rows, columns)


def kept(named: Named, rng: Rng) -> Named:
    return named


def shuffled(named: Named, rng: Rng) -> Named:
    """Another order of rows and columns, rows multiplied by numbers of either sign, perhaps the objective turned."""
    model = turned(scaled(named.model, rng), rng)
    model = negated(model, rng) if rng.random() < 0.5 else model
    rows, columns = (rng.permutation(size) for size in model.shape)
    model.matrix = model.matrix[rows][:, columns]
    model.lower, model.upper = model.lower[rows], model.upper[rows]
    for name in ("column_lower", "column_upper", "cost", "integer"):
        setattr(model, name, getattr(model, name)[columns])
    return Named(model, [named.rows[i] for i in rows], [named.columns[j] for j in columns])


def renamed(named: Named, rng: Rng) -> Named:
    """Shuffled, every family under another name, the positions of its index in another order."""
    found = shuffled(named, rng)
    turn = rng.random() < 0.5

    def other(name: str) -> str:
        family, _, index = name.partition("[")
        words = index.removesuffix("]").split(",")
        return f"{family[::-1].upper()}[{','.join(words[::-1] if turn else words)}]" if index else family[::-1].upper()

    return Named(found.model, [other(name) for name in found.rows], [other(name) for name in found.columns])


def nameless(named: Named, rng: Rng) -> Named:
    """Shuffled, all names and indices lost."""
    found = shuffled(named, rng)
    return Named(found.model, [f"r{i}" for i in range(len(found.rows))], [f"c{j}" for j in range(len(found.columns))])


DISGUISES: dict[str, Callable[[Named, Rng], Named]] = {
    "names kept": kept,
    "shuffled and scaled": shuffled,
    "families renamed": renamed,
    "names lost": nameless,
}
