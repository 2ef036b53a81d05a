"""The library's tables, by subject."""

from copilot.library.models.evidence import AuditEntry, Episode, InsightUse, TrialRecord
from copilot.library.models.insights import (
    Immutable,
    Insight,
    InsightVersion,
    Lineage,
    Origin,
    SolverScope,
    VersionLabel,
)
from copilot.library.models.releases import LibraryRelease, ReleaseItem, ReleaseLabel, ReleaseMove, SearchIndex
from copilot.library.models.reviews import ReviewLease
from copilot.library.models.scopes import Scope, scope_filter
from copilot.library.models.taxonomy import LabelAlias, TaxonomyLabel

__all__ = [
    "AuditEntry",
    "Episode",
    "Immutable",
    "Insight",
    "InsightUse",
    "InsightVersion",
    "LabelAlias",
    "LibraryRelease",
    "Lineage",
    "Origin",
    "ReleaseItem",
    "ReleaseLabel",
    "ReleaseMove",
    "ReviewLease",
    "Scope",
    "SearchIndex",
    "SolverScope",
    "TaxonomyLabel",
    "TrialRecord",
    "VersionLabel",
    "scope_filter",
]
