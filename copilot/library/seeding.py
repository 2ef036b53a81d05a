"""Installs the seed library: its insights, approved by the product itself, and the release that holds them."""

from __future__ import annotations

from django.db import transaction

from copilot.library import insights, moves, releases, taxonomy
from copilot.library.insights import Provenance, label_path
from copilot.library.models import Insight, InsightVersion, LibraryRelease, Lineage, Origin, TaxonomyLabel
from copilot.library.prepared import prepare
from copilot.library.seeds import LICENCE, RELEASE, Seed, seeds
from copilot.library.states import State

PROVENANCE = Provenance(origin=Origin.SEED, licence=LICENCE, source={"release": RELEASE})


@transaction.atomic
def install() -> LibraryRelease | None:
    """Install what is not there yet and release it; None when this seed library was released before.

    An insight that a person has written a newer version of is left as it is. The release becomes the active one only
    where none is active.
    """
    if LibraryRelease.objects.filter(workspace=None, name=RELEASE).exists():
        return None
    versions = [_installed(seed) for seed in seeds()]
    _approve_labels()
    release = releases.make(RELEASE, actor=None, versions=versions, note="The insights that come with the product.")
    prepare(release)
    if releases.active() is None:
        reason = "First start: each example was built and solved in the product's own tests."
        releases.activate(release, actor=None, reason=reason, without_gate=True)
    return release


def _installed(seed: Seed) -> InsightVersion:
    insight = Insight.objects.filter(workspace=None, key=seed.key).first()
    if insight is None:
        return _approved(insights.create(seed.content, PROVENANCE, key=seed.key))
    mine = insight.versions.filter(origin=Origin.SEED, state=State.ACTIVE).order_by("-number").first()
    if mine is not None and mine.content_hash == seed.content.digest():
        return mine
    parents = [mine] if mine else []
    return _approved(insights.add_version(insight, seed.content, PROVENANCE, parents=parents, kind=Lineage.Kind.IMPORT))


def _approved(version: InsightVersion) -> InsightVersion:
    reason = f"Seed library {RELEASE}"
    moves.move(version.id, State.DRAFT, State.IN_REVIEW, actor=None, reason=reason)
    moves.move(version.id, State.IN_REVIEW, State.ACTIVE, actor=None, reason=reason)
    return version


def _approve_labels() -> None:
    wanted = {path for seed in seeds() for path in seed.content.labels}
    for label in TaxonomyLabel.objects.filter(workspace=None, status=TaxonomyLabel.Status.PROPOSED).select_related(
        "parent__parent"
    ):
        if label_path(label) in wanted:
            taxonomy.approve(label, actor=None)
