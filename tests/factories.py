"""One factory per table, with values that mean something."""

from __future__ import annotations

from typing import Any

import factory
import numpy as np
from factory.django import DjangoModelFactory

from copilot.accounts.models import Membership, User, Workspace
from copilot.chat.models import Conversation, Message
from copilot.data.models import Dataset
from copilot.runs.models import ModelVersion, Run, RunEvent, Solution
from copilot.runs.solutions import packed
from tests.solvers import instances

PASSWORD = "a long enough password"


class UserFactory(DjangoModelFactory[User]):
    """A person who can sign in with PASSWORD."""

    username = factory.Sequence(lambda n: f"user{n}")
    password = factory.django.Password(PASSWORD)

    class Meta:
        model = User
        django_get_or_create = ("username",)


class WorkspaceFactory(DjangoModelFactory[Workspace]):
    """A workspace without members."""

    name = "Furniture"

    class Meta:
        model = Workspace


class MembershipFactory(DjangoModelFactory[Membership]):
    """A planner of a workspace."""

    workspace = factory.SubFactory(WorkspaceFactory)
    user = factory.SubFactory(UserFactory)
    role = Membership.Role.PLANNER

    class Meta:
        model = Membership


class ConversationFactory(DjangoModelFactory[Conversation]):
    """An empty conversation."""

    workspace = factory.SubFactory(WorkspaceFactory)
    created_by = factory.SubFactory(UserFactory)
    title = "Desks and chairs"

    class Meta:
        model = Conversation


class RunFactory(DjangoModelFactory[Run]):
    """A queued run without events."""

    workspace = factory.SubFactory(WorkspaceFactory)
    created_by = factory.SubFactory(UserFactory)
    request_text = "maximize 70 desks + 40 chairs"

    class Meta:
        model = Run


class VersionFactory(DjangoModelFactory[ModelVersion]):
    """A version whose instance is the workshop."""

    workspace = factory.SubFactory(WorkspaceFactory)
    number = 1
    request_text = "maximize 70 desks + 40 chairs"
    formulation: Any = factory.Dict({})
    program = "def build_model(data): ..."
    drafter = "builtin"
    instance = factory.LazyFunction(lambda: instances.workshop().to_bytes())
    fingerprint = "f" * 64

    class Meta:
        model = ModelVersion


class EventFactory(DjangoModelFactory[RunEvent]):
    """An event; the run's own counter is the caller's business."""

    run = factory.SubFactory(RunFactory)
    sequence = factory.Sequence(lambda n: n + 1)
    type = "run.queued"

    class Meta:
        model = RunEvent


class SolutionFactory(DjangoModelFactory[Solution]):
    """The best plan of the workshop, found at the end."""

    run = factory.SubFactory(RunFactory)
    number = factory.Sequence(lambda n: n + 1)
    kind = Solution.Kind.FINAL
    objective_value = 3700.0
    values = factory.LazyFunction(lambda: packed(np.array([30.0, 40.0])))

    class Meta:
        model = Solution


class MessageFactory(DjangoModelFactory[Message]):
    """A message with a queued run."""

    conversation = factory.SubFactory(ConversationFactory)
    author = factory.SubFactory(UserFactory)
    text = "maximize 70 desks + 40 chairs"
    run = factory.SubFactory(RunFactory)

    class Meta:
        model = Message


class DatasetFactory(DjangoModelFactory[Dataset]):
    """A stored table."""

    workspace = factory.SubFactory(WorkspaceFactory)
    created_by = factory.SubFactory(UserFactory)
    name = "products.csv"
    content = b"product,profit\ndesk,70\nchair,40\n"
    content_hash = factory.Sequence(lambda n: f"{n:064d}")
    columns: Any = factory.LazyFunction(lambda: ["product", "profit"])
    row_count = 2

    class Meta:
        model = Dataset
