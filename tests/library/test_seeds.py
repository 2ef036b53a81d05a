"""The seed library: each wrong and each right example is built and solved, and they differ; it is installed once."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.library import insights, lint, past, prepared, releases, seeding
from copilot.library.content import name_key
from copilot.library.insights import Provenance, content_of
from copilot.library.models import Insight, InsightVersion, LibraryRelease, TaxonomyLabel
from copilot.library.retrieval import Asker, candidates
from copilot.library.seeds import RELEASE, Seed, program, seeds
from solvers.base import SolveOptions
from solvers.from_pyomo import to_instance
from solvers.highs import Highs

SOLVED = "optimal"
DOMAINS = {"scheduling", "inventory management", "network flow", "routing", "facility location", "production planning"}


def answer(body: str) -> tuple[str, float | None]:
    """How a program ends: the solver's word with the objective, or the error that it raised."""
    scope: dict[str, Any] = {}
    exec(program(body), scope)
    try:
        instance = to_instance(scope["build_model"]({}))
    except Exception as error:
        return type(error).__name__, None
    result = Highs().solve(instance, options=SolveOptions(), report=lambda _: None, should_stop=lambda: False)
    value = result.objective_value
    return str(result.termination_condition), None if value is None else round(value, 6)


@pytest.mark.parametrize("seed", seeds(), ids=lambda seed: seed.key)
def test_the_right_example_is_solved_and_the_wrong_one_ends_otherwise(seed: Seed) -> None:
    logging.getLogger("pyomo").setLevel(logging.CRITICAL)  # the wrong ones are told off at length
    right = answer(seed.content.right)
    assert right[0] == SOLVED
    assert answer(seed.content.wrong) != right


@pytest.mark.parametrize("seed", seeds(), ids=lambda seed: seed.key)
def test_nothing_is_found_against_it(seed: Seed) -> None:
    assert not lint.lint(seed.content)
    assert seed.content.title


def test_they_are_about_forty_each_different_over_the_domains_that_matter() -> None:
    assert len(seeds()) >= 40
    assert len({seed.key for seed in seeds()}) == len({seed.content.digest() for seed in seeds()}) == len(seeds())
    assert {name_key(path[1]) for seed in seeds() for path in seed.content.labels if len(path) > 1} >= DOMAINS
    assert not lint.near_duplicates([seed.content for seed in seeds()])


@pytest.mark.django_db
def test_installing_is_done_once_and_leaves_what_a_person_changed(alice: User) -> None:
    past.forget()
    prepared.forget()
    release = seeding.install()
    assert release
    assert releases.active() == release
    assert release.items.count() == len(seeds())
    assert set(InsightVersion.objects.values_list("state", "origin")) == {("active", "seed")}
    assert not TaxonomyLabel.objects.filter(status="proposed").exists()
    assert seeding.install() is None
    found = candidates(
        "Plan production over twelve months with stock at the end of each month and a holding cost.",
        Asker(workspace_of(alice), alice),
        [release],
    )
    assert {one.version.insight.key for one in found[:8]} & {"stock-carries-over", "holding-cost-on-what-stays"}
    edited = Insight.objects.get(key="no-subtours")
    insights.add_version(edited, content_of(edited.versions.get()), Provenance(licence="mine"))
    LibraryRelease.objects.filter(name=RELEASE).update(name="seed-0")
    assert seeding.install()
    assert [version.origin for version in edited.versions.order_by("number")] == ["seed", "written"]
    assert releases.active() == release
