"""What changed between two instances, and whether they say the same."""

from solvers.equivalence.diff import Entry, FamilyDiff, ModelDiff, diff

__all__ = ["Entry", "FamilyDiff", "ModelDiff", "diff"]
