"""Finished runs to ask about: small instances with the words of their request, solved by the line itself."""

from __future__ import annotations

from dataclasses import replace

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.drafting.formulation import Constraint, Formulation, Variable
from copilot.runs import pipeline
from copilot.runs.models import Lifecycle, Run
from solvers.instance import Instance
from tests.factories import MessageFactory, RunFactory, VersionFactory
from tests.runs.fakes import FORMULATION, terms
from tests.solvers import instances
from tests.solvers.instances import INF, make

NAMES = ("desks", "chairs")
ORDERS = Constraint(
    name="orders", label="orders", terms=terms(desks=1, chairs=1), relation=">=", limit=90, unit="pieces"
)
LINEAR = FORMULATION.model_copy(
    update={"variables": tuple(Variable(name=name, label=name, domain="continuous") for name in NAMES)}
)
ORDERED = LINEAR.model_copy(update={"constraints": (*LINEAR.constraints, ORDERS)})


def workshop(*, whole: bool = False) -> Instance:
    """Desks and chairs with the names of the formulation: 30 and 40 bring 3700."""
    named = replace(instances.workshop(), row_names=("carpentry", "finishing"), column_names=NAMES)
    return replace(named, integrality=[1, 1]) if whole else named  # type: ignore[arg-type]


def overbooked() -> Instance:
    """The same with 90 orders: at most 80 pieces can be made, so carpentry and orders contradict each other."""
    found = make(
        cost=[70, 40],
        rows=[[4, 3], [2, 1], [1, 1]],
        row_lower=[-INF, -INF, 90],
        row_upper=[240, 100, INF],
        sense=workshop().sense,
    )
    return replace(found, row_names=("carpentry", "finishing", "orders"), column_names=NAMES)


def unlimited() -> Instance:
    """Nothing limits chairs."""
    named = make(cost=[70, 40], rows=[[1, 0]], row_lower=[-INF], row_upper=[50], sense=workshop().sense)
    return replace(named, row_names=("carpentry",), column_names=NAMES)


def waiting(owner: User, instance: Instance, formulation: Formulation = LINEAR) -> Run:
    """A queued run whose version is saved: the line goes on with the solve."""
    workspace = workspace_of(owner)
    version = VersionFactory(
        workspace=workspace, formulation=formulation.model_dump(mode="json"), instance=instance.to_bytes()
    )
    run: Run = RunFactory(workspace=workspace, created_by=owner, version=version)
    MessageFactory(conversation__workspace=workspace, conversation__created_by=owner, author=owner, run=run)
    return run


def finished(owner: User, instance: Instance, formulation: Formulation = LINEAR) -> Run:
    """The run after the line has solved and explained it."""
    return walk(waiting(owner, instance, formulation))


def walk(run: Run) -> Run:
    """Walk the line to its end and read the row again."""
    pipeline.execute(run.id)
    found = Run.objects.select_related("version", "base", "base_run").get(id=run.id)
    assert found.lifecycle not in (Lifecycle.RUNNING, Lifecycle.QUEUED)
    return found
