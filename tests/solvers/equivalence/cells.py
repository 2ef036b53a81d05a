"""The table of cases: every cell has a name, a number of cases, and a judge who says what the k-th case came to."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from solvers.equivalence import diff
from solvers.equivalence.compare import equivalence
from tests.solvers.equivalence import regular
from tests.solvers.equivalence.breaking import BREAKS
from tests.solvers.equivalence.collection import file_judged, files
from tests.solvers.equivalence.judging import Outcome, break_judged, compared, pair_judged, rewrite_judged
from tests.solvers.equivalence.models import FAMILIES, Model, Rng, put_together, rng_of, set_cover
from tests.solvers.equivalence.oracles import isomorphic
from tests.solvers.equivalence.rewriting import REWRITES, permuted, rewritten

ROOT = Path(__file__).resolve().parents[3]
LARGE = ("transport", "set cover", "assignment, 3 levels")
PEAK_MB = 800


@dataclass(frozen=True)
class Cell:
    """`few` of the `count` cases are enough for a slice."""

    name: str
    count: int
    judge: Callable[[int], list[Outcome]]
    few: int = 18

    def sample(self) -> list[int]:
        """The cases of a slice, spread over the smaller half where cases grow."""
        return sorted({k * self.count // (2 * self.few) for k in range(self.few)}) if self.few else []


def drawn(k: int, *words: str) -> tuple[Model, Rng]:
    """The k-th model: the families in turn."""
    family = list(FAMILIES)[k % len(FAMILIES)]
    rng = rng_of(*words, family, k // len(FAMILIES))
    return FAMILIES[family](rng), rng


def _rewrite(name: str, k: int) -> list[Outcome]:
    model, rng = drawn(k, name)
    return [rewrite_judged(model, permuted(REWRITES[name](model, rng), rng), rng)]


def _five(k: int) -> list[Outcome]:
    model, rng = drawn(k, "five")
    return [rewrite_judged(model, rewritten(model, rng, steps=5), rng)]


def _break(name: str, k: int) -> list[Outcome]:
    for trial in itertools.count():  # an edit that does not apply is tried on the next family
        model, rng = drawn(k + trial, name, str(k))
        broken = BREAKS[name](model.copy(), rng)
        if broken is not None:
            return [break_judged(model, broken, rewritten(broken, rng, steps=3), rng)]
    raise AssertionError


def _exchange(k: int) -> list[Outcome]:
    """Exchanges that leave every row and column as it looks from near by; BLISS says whether they matter."""
    rng = rng_of("exchange", k)
    if k % 3 == 0:
        base = (regular.K4, regular.K33, regular.CUBE)[k // 3 % 3]
        twisted = int(rng.integers(0, 3))
        first, second = regular.cfi(base, twisted=0), regular.cfi(base, twisted=twisted)
        return [pair_judged(first, permuted(second, rng), same=twisted != 1)]
    if k % 3 == 1:
        edges, other = regular.random_regular(rng, 10, 3), None
        while other is None:
            other = regular.exchanged(edges, rng)
        first, second = regular.covering(10, edges), regular.covering(10, other)
    else:
        first = set_cover(rng)
        second = _rectangle_exchanged(first, rng)
    return [pair_judged(first, permuted(second, rng), same=isomorphic(first, second))]


def _rectangle_exchanged(model: Model, rng: Rng) -> Model:
    """Two rows that hold one each of two columns, made to hold the other's."""
    dense = model.matrix.toarray()
    rows, columns = (list(itertools.combinations(range(size), 2)) for size in model.shape)
    for (i, j), (a, b) in itertools.product(map(tuple, rng.permutation(rows)), map(tuple, rng.permutation(columns))):
        if dense[i, a] == dense[j, b] == 1 and dense[i, b] == dense[j, a] == 0:
            dense[[i, j, i, j], [a, b, b, a]] = 0, 0, 1, 1
            break
    changed = model.copy()
    return Model(dense, *(getattr(changed, name) for name in Model.__dataclass_fields__ if name != "matrix"))


def _regular(k: int) -> list[Outcome]:
    rng = rng_of("regular", k)
    count, degree = 8 + 2 * (k % 3), 3 + k % 2
    edges = regular.random_regular(rng, count, degree)
    first = regular.covering(count, edges)
    second = first if k % 4 == 0 else regular.covering(count, regular.random_regular(rng, count, degree))
    return [pair_judged(first, permuted(second, rng), same=isomorphic(first, second))]


def _known_pair(k: int) -> list[Outcome]:
    name = list(regular.PAIRS)[k // 2]
    first, second = regular.PAIRS[name]()[:: 1 if k % 2 else -1]
    return [_named(name, pair_judged(first, permuted(second, rng_of(name, k)), same=False))]


def _self_pair(k: int) -> list[Outcome]:
    name = list(regular.PAIRS)[k // 2]
    model = regular.PAIRS[name]()[k % 2]
    return [_named(name, pair_judged(model, permuted(model, rng_of(name, k)), same=True))]


def _named(name: str, outcome: Outcome) -> Outcome:
    return Outcome(outcome.kind, f"{name}: {outcome.text}") if outcome.text else outcome


def _reflexive(k: int) -> list[Outcome]:
    model, _ = drawn(k, "itself")
    first, second = put_together(model), put_together(model.copy())
    found, shown = equivalence(first, second), diff(first, second)
    empty = shown.verdict == "identical" and not (shown.families or shown.notes or shown.witness)
    return [_held(found.verdict == "identical" and empty, f"{found.verdict}; {shown.summary}")]


def _symmetric(k: int) -> list[Outcome]:
    model, rng = drawn(k, "symmetric")
    broken = list(BREAKS.values())[k // 9 % 12](model.copy(), rng) or model.copy()
    other = rewritten(broken, rng, steps=2)
    one, two = compared(model, other), compared(other, model)
    return [_held(one.verdict == two.verdict and one.shift == -two.shift, f"{one.verdict}, {two.verdict}")]


def _transitive(k: int) -> list[Outcome]:
    model, rng = drawn(k, "transitive")
    second = rewritten(model, rng, steps=2)
    third = rewritten(second, rng, steps=2)
    verdicts = [compared(*pair).verdict for pair in ((model, second), (second, third), (model, third))]
    return [_held(verdicts == ["equivalent"] * 3, str(verdicts))]


def _repeatable(k: int) -> list[Outcome]:
    model, rng = drawn(k, "again")
    other = rewritten(model, rng, steps=3)
    answers = [answer_text(model, other) for _ in range(2)]
    return [_held(answers[0] == answers[1], "two answers")]


def answer_text(first: Model, second: Model) -> str:
    """All that a comparison and its diff say but for the time they took, mapping and wording included."""
    pair = put_together(first), put_together(second, stem="other_")
    found = equivalence(*pair)
    shown = {name: value for name, value in diff(*pair).to_json().items() if name != "seconds"}
    parts = () if found.mapping is None else (found.mapping.column, found.mapping.row, found.mapping.factor)
    return repr((found.verdict, found.witness, found.notes, found.path, [part.tolist() for part in parts], shown))


def _held(holds: bool, text: str) -> Outcome:
    return Outcome("right") if holds else Outcome("wrong", text)


def _large(k: int) -> list[Outcome]:
    """A million nonzeros in a process of its own, whose memory has a ceiling."""
    command = [sys.executable, "-m", "tests.solvers.equivalence.large", LARGE[k]]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        return [Outcome("wrong", f"{LARGE[k]}: {run.stderr[-300:]}")]
    verdict, peak, seconds = run.stdout.split()
    text = f"{LARGE[k]}: {verdict}, {peak} MB, {seconds} s"
    return [Outcome("right" if verdict == "equivalent" and int(peak) <= PEAK_MB else "wrong", text)]


def _file(paths: list[Path], k: int) -> list[Outcome]:
    return file_judged(paths[k])


def all_cells() -> list[Cell]:
    """The whole table, in the order in which it is printed."""
    cells = [Cell(name, 500, partial(_rewrite, name)) for name in REWRITES]
    cells.append(Cell("Tmix five of them in a row", 1000, _five))
    cells += [Cell(name, 450, partial(_break, name)) for name in BREAKS]
    cells.append(Cell("Mswap exchanges unseen from near by", 300, _exchange, few=15))
    pairs = 2 * len(regular.PAIRS)
    cells.append(Cell("pairs that colours cannot tell apart", pairs, _known_pair, few=0))
    cells.append(Cell("the same models with themselves", pairs, _self_pair, few=0))
    cells.append(Cell("random regular pairs", 300, _regular, few=15))
    laws = {"reflexive, with an empty diff": _reflexive, "symmetric": _symmetric, "transitive": _transitive}
    cells += [Cell(f"law: {name}", 300, judge, few=9) for name, judge in laws.items()]
    cells.append(Cell("law: the same answer twice", 300, _repeatable, few=9))
    cells += [Cell(f"files: {name}", len(found), partial(_file, found), few=4) for name, found in files().items()]
    cells.append(Cell("a million nonzeros, under 800 MB", len(LARGE), _large, few=0))
    return cells
