"""Everything at once on one library, over and over: curators, a learner, releases, a rollback, two imports."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from django.db.models import Count

from copilot.accounts.models import User
from copilot.library import importing, insights, moves, prepared, releases, reviewing, taxonomy
from copilot.library.access import LibraryRefused
from copilot.library.insights import Provenance
from copilot.library.models import (
    AuditEntry,
    Insight,
    InsightVersion,
    LibraryRelease,
    ReleaseItem,
    ReleaseLabel,
    ReleaseMove,
    ReviewLease,
    TaxonomyLabel,
)
from copilot.library.states import State
from tests.factories import UserFactory
from tests.library.cast import CONSERVATION, KNAPSACK, approved, curator, released
from tests.library.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
ROUNDS, WAITING = 4, 6
LABELS = [["Domain Modeling", "Network Flow", f"Label {number}"] for number in range(6)]


def rows(order: int, many: int = 12) -> bytes:
    """A file of insights whose labels come in an order of its own."""
    numbers = list(range(many))
    random.Random(order).shuffle(numbers)
    return json.dumps([_row(number) for number in numbers]).encode()


def _row(number: int) -> dict[str, Any]:
    stage, first, second = LABELS[number % len(LABELS)]
    return {
        "insight_id": number,
        "taxonomy": {stage: {first: [second]}},
        "condition": f"This applies when case {number} of a network is met.",
        "explanation": f"Balance every node of case {number}.",
        "example": "### Wrong\nx = 1\n### Correct\nx = 2",
        "task_id": f"T{number}",
        "distribution": {"positive": [f"T{number}"]},
    }


def waiting(author: User, number: int) -> InsightVersion:
    content = replace(CONSERVATION, explanation=f"Balance {number} at every node.")
    version = insights.create(content, Provenance(author=author))
    moves.move(version.id, State.DRAFT, State.IN_REVIEW, actor=author)
    return version


def review(user: User, decide: Callable[[InsightVersion, User], None]) -> list[str]:
    """Work through the queue as a curator does: take the next, decide, until there is none."""
    decided, last = [], None
    for _ in range(4 * WAITING):
        version = reviewing.take_next(user, after=last)
        last = None
        if version is None:
            break
        try:
            decide(version, user)
            decided.append(str(version.id))
        except LibraryRefused:
            last = version
    return decided


def cut(name: str) -> str:
    release = releases.make(name, actor=None)
    prepared.prepare(release)
    releases.activate(release, actor=None, reason="now", without_gate=True)
    return name


def suspend_and_bring_back(version: InsightVersion) -> None:
    for _ in range(3):
        moves.move(version.id, State.ACTIVE, State.SUSPENDED, actor=None)
        moves.move(version.id, State.SUSPENDED, State.IN_REVIEW, actor=None)
        moves.move(version.id, State.IN_REVIEW, State.ACTIVE, actor=None)


def learn(round_: int) -> str:
    labels = tuple(tuple(path) for path in reversed(LABELS))
    content = replace(KNAPSACK, explanation=f"Learnt in round {round_}.", labels=labels)
    return str(insights.create(content, Provenance(model_id="scripted")).id)


def test_everything_at_once_leaves_a_library_that_fits_together(alice: User) -> None:
    alice, bob = curator(alice), curator(UserFactory(username="bob"))
    restless = approved(replace(KNAPSACK, explanation="Suspended now and then."))
    released("r0")
    released("r1", approved(), restless)
    for round_ in range(ROUNDS):
        for number in range(WAITING):
            waiting((alice, bob)[number % 2], 10 * round_ + number)
        data = rows(1)
        answers = at_once(
            lambda: review(alice, reviewing.approve),
            lambda: review(bob, reviewing.approve),
            lambda round_=round_: learn(round_),
            lambda round_=round_: cut(f"cut {round_}"),
            lambda: suspend_and_bring_back(restless),
            lambda: releases.rollback(actor=None, reason="back"),
            lambda data=data: importing.import_file("one.json", data, actor=None),
            lambda data=data: importing.import_file("one.json", data, actor=None),
        )
        assert isinstance(answers[2], str)
        assert set(answers[0]).isdisjoint(answers[1])  # type: ignore[call-overload, arg-type]
        later = [*review(alice, reviewing.approve), *review(bob, reviewing.approve)]  # what the other one held
        mine = {*answers[0], *answers[1], *later} - {str(restless.id)}  # type: ignore[misc]
        assert len(mine) == WAITING
        imports = [answer.to_json() for answer in answers[6:]]  # type: ignore[attr-defined]
        assert all(not told["problems"] and told["records"] == 12 for told in imports)
        assert sum(told["stored"] for told in imports) == (12 if round_ == 0 else 0)
        assert sum(told["already_there"] for told in imports) == (12 if round_ == 0 else 24)
        fits_together()
    assert Insight.objects.count() == 2 + ROUNDS * (WAITING + 1) + 12
    assert LibraryRelease.objects.count() == 2 + ROUNDS


def fits_together() -> None:
    """What holds of every library, whatever was done to it and in which order."""
    assert not InsightVersion.objects.values("insight", "number").annotate(many=Count("id")).filter(many__gt=1)
    assert not TaxonomyLabel.objects.values("workspace", "path").annotate(many=Count("id")).filter(many__gt=1)
    legacy = Insight.objects.exclude(legacy_id=None).values("legacy_id").annotate(many=Count("id"))
    assert not legacy.filter(many__gt=1)
    assert not ReviewLease.objects.exclude(version__state=State.IN_REVIEW).exists()
    states: dict[str, str] = {}
    released_with: dict[str, dict[str, str]] = {}
    for entry in AuditEntry.objects.order_by("id"):
        if entry.subject == "insightversion" and entry.verb == "created":
            states[entry.subject_id] = State.DRAFT
        elif entry.verb.startswith("moved to"):
            assert states[entry.subject_id] == entry.details["before"], "a move is missing from the log, or in it twice"
            states[entry.subject_id] = entry.details["after"]
            if entry.details["after"] == State.ACTIVE and entry.actor_id:
                assert entry.actor_id != InsightVersion.objects.get(id=entry.subject_id).author_id
        elif entry.verb == "released":
            released_with[entry.subject_id] = dict(states)
    now = {str(key): state for key, state in InsightVersion.objects.values_list("id", "state")}
    assert states == now, "the log tells of another state"
    for release_id, version_id in ReleaseItem.objects.values_list("release_id", "version_id"):
        assert released_with[str(release_id)][str(version_id)] == State.ACTIVE, "a version that was not active"
    label = ReleaseLabel.objects.get()
    chain = list(ReleaseMove.objects.order_by("id").values_list("before", "after"))
    assert all(first[1] == later[0] for first, later in pairwise(chain))
    assert label.release_id == chain[-1][1]
    told = Counter(AuditEntry.objects.filter(verb__in=("activated", "rolled back to")).values_list("verb", flat=True))
    assert told.total() == len(chain)


def test_labels_proposed_in_another_order_at_once_wait_for_nobody_for_ever(alice: User) -> None:
    paths = [tuple(path) for path in LABELS]
    for _ in range(ROUNDS):
        at_once(
            lambda: insights.create(replace(KNAPSACK, labels=tuple(paths)), Provenance()),
            lambda: insights.create(replace(KNAPSACK, labels=tuple(reversed(paths))), Provenance()),
            lambda: [taxonomy.find_or_propose(path) for path in reversed(paths)],
        )
        assert TaxonomyLabel.objects.count() == 2 + len(LABELS)
        TaxonomyLabel.objects.filter(level=2, version_labels=None).delete()
        InsightVersion.objects.all().delete()
        for level in (2, 1, 0):
            TaxonomyLabel.objects.filter(level=level).delete()
