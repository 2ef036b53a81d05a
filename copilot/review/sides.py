"""The two models of a comparison: found by who may see them, hashed, measured, and named for people."""

from __future__ import annotations

import hashlib
from uuid import UUID

from copilot.accounts.models import Viewer
from copilot.review.models import ModelFile
from copilot.runs.instances import known
from copilot.runs.models import ModelVersion
from solvers.instance import Instance

Side = ModelVersion | ModelFile


def side_of(user: Viewer, side_id: UUID) -> Side | None:
    """The version or the file of that id, when the user may see it."""
    version = ModelVersion.objects.visible_to(user).filter(id=side_id).first()
    return version or ModelFile.objects.visible_to(user).filter(id=side_id).first()


def digest_of(side: Side) -> str:
    """A hash of the instance as it is kept, names and order included."""
    return side.digest if isinstance(side, ModelFile) else _hashed(bytes(side.instance))


def nonzeros_of(side: Side) -> int:
    """Coefficients of the model's rows."""
    if isinstance(side, ModelFile):
        return side.nonzeros
    counted = side.instance_summary.get("nonzeros")
    return int(counted) if counted is not None else Instance.from_bytes(bytes(side.instance)).nonzero_count


def title_of(side: Side) -> str:
    """What people call it: `Version 3` or the file's name."""
    return side.name if isinstance(side, ModelFile) else f"Version {side.number}"


def instance_of(side: Side) -> Instance:
    """The model itself; of a version it is kept in memory for a while."""
    return Instance.from_bytes(bytes(side.instance)) if isinstance(side, ModelFile) else known(side.id).instance


def _hashed(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
