"""A normal form that was kept gives the answer of a fresh one; a foreign, stale or damaged one is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solvers.equivalence import kept
from solvers.equivalence.compare import Equivalence, equivalence
from solvers.equivalence.normal import normal_form
from solvers.instance import Instance
from tests.solvers import instances
from tests.solvers.equivalence.breaking import BREAKS
from tests.solvers.equivalence.models import FAMILIES, put_together
from tests.solvers.equivalence.rewriting import rewritten


def again(instance: Instance) -> bytes:
    return kept.encode(normal_form(instance), instance)


def answer(found: Equivalence) -> tuple[object, ...]:
    mapping = found.mapping
    maps = None if mapping is None else (mapping.column.tolist(), mapping.row.tolist(), mapping.factor.tolist())
    return (replace(found, mapping=None, seconds=0), maps)


@pytest.mark.parametrize("family", FAMILIES)
def test_kept_and_fresh_forms_give_the_same_answer(family: str) -> None:
    rng = np.random.default_rng(11)
    model = FAMILIES[family](rng)
    broken = next(edit for edit in (edit(model.copy(), rng) for edit in BREAKS.values()) if edit is not None)
    first = put_together(model)
    for other in (model, broken):
        second = put_together(rewritten(other, rng, steps=3), stem="other_")
        works = kept.decode(again(first), first), kept.decode(again(second), second)
        for known in (works, (works[0], None), (None, works[1])):
            assert answer(equivalence(first, second, works=known)) == answer(equivalence(first, second))


def test_a_form_of_another_model_another_engine_or_with_damage_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    workshop = instances.workshop()
    data = again(workshop)
    assert again(replace(workshop, name="other")) == data
    cheaper = replace(workshop, cost=workshop.cost + 1)
    for instance, wrong in ((cheaper, data), (workshop, data[:-1]), (workshop, data + b"0"), (workshop, b"WPFORM1\n")):
        with pytest.raises(kept.FormError):
            kept.decode(wrong, instance)
    monkeypatch.setattr(kept, "ENGINE", kept.ENGINE + 1)
    with pytest.raises(kept.FormError, match="another engine"):
        kept.decode(data, workshop)


def test_too_little_memory_and_a_wish_to_stop_are_undecided_with_the_reason() -> None:
    workshop, other = instances.workshop(), replace(instances.workshop(), row_names=("a", "b"))
    found = equivalence(workshop, other, memory=10.0)
    assert found.verdict == "undecided"
    assert "memory" in found.reason
    assert "stopped" in equivalence(workshop, other, should_stop=lambda: True).reason


def test_stages_are_reported_in_order() -> None:
    heard: list[tuple[str, float]] = []
    other = replace(instances.workshop(), row_names=("a", "b"))
    equivalence(instances.workshop(), other, report=lambda stage, share: heard.append((stage, share)))
    assert [stage for stage, _ in heard][-3:] == ["graph", "matching", "check"]
    shares = [share for _, share in heard]
    assert shares == sorted(shares)
