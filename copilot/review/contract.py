"""A comparison as both doors tell it: the stored answer, with what the line knows of the step between two versions."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from copilot.review.models import Comparison, ModelFile
from copilot.review.sides import Side, title_of

Row = tuple[str, str, str, str, float | str | None, float | str | None]
FIELDS = ("kind", "family", "subject", "field", "before", "after")
STEP = ("lines", "phrase", "requested", "unrequested")  # what the line says of a family that a message changed
CERTIFICATE_BYTES = 1 << 20


def told(comparison: Comparison) -> dict[str, Any]:
    """The stored answer; between a version and its child, with the draws and the words that the line has of it."""
    result: dict[str, Any] = dict(comparison.result or {})
    step = _step(comparison)
    if not result or not step:
        return result
    known = {(one.get("kind"), one.get("family")): one for one in step.get("families", ())}
    families = [_with_step(one, known) for one in result["diff"]["families"]]
    return result | {
        "parametric": result.get("parametric") or step.get("parametric"),
        "diff": result["diff"] | {"families": families},
    }


def is_step(comparison: Comparison) -> bool:
    """Whether a version is compared with the one that it revises, so that the line has said all of it before."""
    after = comparison.second_version
    return after is not None and after.parent_id is not None and after.parent_id == comparison.first_version_id


def lacks_step(comparison: Comparison) -> bool:
    """Whether two versions have not been compared on other data."""
    both = comparison.first_version_id is not None and comparison.second_version_id is not None
    return both and not _step(comparison).get("parametric")


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Everything that the API says of a comparison."""
    accepted = comparison.accepted_at and {
        "by": comparison.accepted_by.get_username() if comparison.accepted_by else "",
        "at": comparison.accepted_at.isoformat(),
    }
    answer = told(comparison)
    if answer.get("certificate"):
        answer["certificate"] = answer["certificate"] | _arrays(bytes(comparison.certificate))
    return {
        "id": str(comparison.id),
        "status": comparison.status,
        "message": comparison.closing_message,
        "progress": comparison.progress,
        "a": _side(comparison.first),
        "b": _side(comparison.second),
        "options": comparison.options,
        "accepted": accepted,
        **answer,
    }


def changes_of(comparison: Comparison) -> list[Row]:
    """Every change that is kept, family by family, riskiest first."""
    packed = bytes(comparison.changes)
    return [tuple(row) for row in json.loads(zlib.decompress(packed))] if packed else []


def _step(comparison: Comparison) -> Mapping[str, Any]:
    after = comparison.second_version
    stored = after.diff if after and is_step(comparison) else None
    return comparison.step or stored or {}


def _with_step(family: Mapping[str, Any], known: Mapping[tuple[Any, Any], Mapping[str, Any]]) -> dict[str, Any]:
    found = known.get((family["kind"], family["family"]), {})
    return {**family, **{name: found[name] for name in STEP if name in found}}


def _arrays(packed: bytes) -> dict[str, Any]:
    encoding = "base64 of zlib of: uint32 length of a JSON list of [name, type, count], the list, the arrays"
    fits = len(packed) <= CERTIFICATE_BYTES
    return {"encoding": encoding, "bytes": len(packed), "data": base64.b64encode(packed).decode() if fits else None}


def _side(side: Side) -> dict[str, str]:
    return {"id": str(side.id), "title": title_of(side), "kind": "file" if isinstance(side, ModelFile) else "version"}
