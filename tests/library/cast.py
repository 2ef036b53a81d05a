"""Insights, releases and trials that tests need, made through the same verbs as in real life."""

from __future__ import annotations

import uuid
from dataclasses import replace

from copilot.accounts.models import User, Workspace
from copilot.library import insights, moves, releases
from copilot.library.content import Content
from copilot.library.insights import Provenance, Reach
from copilot.library.models import InsightVersion, LibraryRelease, Origin, TrialRecord
from copilot.library.states import State

CONSERVATION = Content(
    title="What comes in goes out",
    applies_when="Goods, water or messages travel through a network of nodes and arcs.",
    not_when="Nodes may store something from one period to the next.",
    explanation="Write one balance per node: inflow minus outflow equals demand minus supply.",
    wrong="m.sink = Constraint(expr=m.inflow >= 0)",
    right="m.sink = Constraint(expr=m.inflow - m.outflow == demand)",
    labels=(("Domain Modeling", "Network Flow", "Flow Conservation"),),
)
KNAPSACK = Content(
    title="One scalar capacity",
    applies_when="Items are chosen or not, and share one capacity such as weight or budget.",
    explanation="A binary per item, and one row that sums what the chosen ones take.",
    labels=(("Domain Modeling", "Packaging", "Knapsack Constraints"),),
)


def curator(user: User) -> User:
    """The same user with the permission to curate for everyone."""
    from django.contrib.auth.models import Permission

    user.user_permissions.add(Permission.objects.get(codename="curate_library"))
    return User.objects.get(id=user.id)


def draft(
    content: Content = CONSERVATION, *, workspace: Workspace | None = None, owner: User | None = None, **changes: str
) -> InsightVersion:
    """A draft that the product made."""
    provenance = Provenance(origin=Origin.SEED)
    return insights.create(replace(content, **changes), provenance, reach=Reach(workspace, owner))


def approved(content: Content = CONSERVATION, *, workspace: Workspace | None = None, **changes: str) -> InsightVersion:
    """An active version."""
    version = draft(content, workspace=workspace, **changes)
    moves.move(version.id, State.DRAFT, State.IN_REVIEW, actor=None)
    moves.move(version.id, State.IN_REVIEW, State.ACTIVE, actor=None)
    version.refresh_from_db()
    return version


def released(name: str, *versions: InsightVersion, workspace: Workspace | None = None) -> LibraryRelease:
    """The active release, of these versions or of all that are active."""
    release = releases.make(name, actor=None, workspace=workspace, versions=versions or None)
    releases.activate(release, actor=None, reason="for a test", without_gate=True)
    return release


def tried(version: InsightVersion, *arms: str, seed: int = 1, trial: uuid.UUID | None = None) -> uuid.UUID:
    """One attempt per arm on the same task and seed."""
    trial = trial or uuid.uuid4()
    for arm in arms:
        TrialRecord.objects.create(trial=trial, version=version, arm=arm, task_key="logior:1", seed=seed, correct=True)
    return trial
