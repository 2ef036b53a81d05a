"""What changed between two instances, and whether they say the same."""

from solvers.equivalence.diff import Entry, FamilyDiff, ModelDiff, diff

ENGINE = "1"  # stored with every answer that is kept: raise it when the same two models may be answered differently

__all__ = ["ENGINE", "Entry", "FamilyDiff", "ModelDiff", "diff"]
