"""What a verdict is worth: right, undecided for a reason that is expected, or wrong, by opinions from outside.

BLISS decides on a normal form of its own (`second_form`), HiGHS on optima carried over by the mapping.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from solvers.equivalence.compare import Equivalence, equivalence
from tests.solvers.equivalence.models import Model, Rng, put_together
from tests.solvers.equivalence.oracles import edit_has_no_effect, is_infeasible, optima_agree, same_form, within

SECONDS = 60.0
Kind = Literal["right", "null edit", "contradictory", "undecided", "unread", "wrong"]
Opinion = Callable[[Model, Model], bool | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case of the table; `text` explains all but `right`. `silent` counts opinions that could not be had."""

    kind: Kind
    text: str = ""
    silent: int = 0


def compared(first: Model, second: Model, *, seconds: float = SECONDS) -> Equivalence:
    """The verdict on two models that have no name in common."""
    return equivalence(put_together(first), put_together(second, stem="other_"), seconds=seconds)


def rewrite_judged(
    model: Model, other: Model, rng: Rng, *, looks: int = 2, relaxed: bool = False, patience: float | None = None
) -> Outcome:
    """Whether a rewrite is called equivalent, without a shift, by a mapping that keeps best values.

    Best values are those of the relaxations where `relaxed`; an opinion that takes longer than `patience` is none.
    """
    found = compared(model, other)
    early = _without_verdict(found, model, other, relaxed=relaxed)
    if early is not None:
        return early
    if found.verdict != "equivalent" or found.shift:
        return Outcome("wrong", f"{found.verdict} {found.shift:g}: {found.witness or found.reason}")
    agree = _keeps_optima(found, model, other, rng, looks=looks, relaxed=relaxed, patience=patience)
    if agree is False:
        return Outcome("wrong", "The mapping does not keep best values.")
    return Outcome("right", silent=int(agree is None))


def break_judged(
    model: Model,
    broken: Model,
    hidden: Model,
    rng: Rng,
    *,
    looks: int = 2,
    relaxed: bool = False,
    patience: float | None = None,
    opinion: Opinion | None = None,
) -> Outcome:
    """Whether a broken model, rewritten, is called different; equivalent only if both opinions say so."""
    found = compared(model, hidden)
    early = _without_verdict(found, model, hidden, relaxed=relaxed)
    if early is not None:
        return early
    same = within(patience, partial(opinion or same_form, model, hidden))
    if found.verdict == "different":
        if same:
            return Outcome("wrong", f"different, but BLISS has a mapping: {found.witness}")
        if not found.witness.endswith("."):
            return Outcome("wrong", f"different, with no sentence for a witness: {found.witness!r}")
        return Outcome("right", silent=int(same is None))
    if not same and not within(patience, partial(edit_has_no_effect, *_looked_at(model, broken, relaxed=relaxed))):
        return Outcome("wrong", "equivalent, but neither BLISS nor HiGHS agrees.")
    if _keeps_optima(found, model, hidden, rng, looks=looks, relaxed=relaxed, patience=patience) is False:
        return Outcome("wrong", "equivalent, but the mapping does not keep best values.")
    return Outcome("null edit")


def _without_verdict(found: Equivalence, first: Model, second: Model, *, relaxed: bool) -> Outcome | None:
    if found.verdict == "undecided":
        return Outcome("undecided", found.reason)
    if found.verdict == "invalid":
        empty = all(is_infeasible(one) for one in _looked_at(first, second, relaxed=relaxed))
        return Outcome("contradictory" if empty else "wrong", found.reason)
    if found.verdict in ("equivalent", "identical") and found.mapping is None:
        return Outcome("wrong", f"{found.verdict} without a mapping")
    return None


def _looked_at(first: Model, second: Model, *, relaxed: bool) -> tuple[Model, Model]:
    pair = first.copy(), second.copy()
    for one in pair if relaxed else ():
        one.integer = np.zeros(one.shape[1], dtype=bool)
    return pair


def _keeps_optima(
    found: Equivalence, first: Model, second: Model, rng: Rng, *, looks: int, relaxed: bool, patience: float | None
) -> bool | None:
    assert found.mapping is not None
    pair = _looked_at(first, second, relaxed=relaxed)
    return within(patience, partial(optima_agree, *pair, found.mapping, rng, times=looks)) if looks else None


def pair_judged(first: Model, second: Model, *, same: bool) -> Outcome:
    """Whether two models are told apart, or matched, as is known of them."""
    found = compared(first, second)
    if found.verdict == "undecided":
        return Outcome("undecided", found.reason)
    if found.verdict != ("equivalent" if same else "different"):
        return Outcome("wrong", f"{found.verdict}: {found.witness or found.reason}")
    return Outcome("right")
