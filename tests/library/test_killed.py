"""A process killed by the system in the middle: of an import, a release or an activation nothing is left, or all."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.library import importing, releases
from copilot.library.models import (
    AuditEntry,
    Episode,
    Insight,
    InsightVersion,
    LibraryRelease,
    ReleaseItem,
    ReleaseLabel,
    ReleaseMove,
    TaxonomyLabel,
)
from tests.library.cast import KNAPSACK, approved, released
from tests.library.processes import killed_half_way
from tests.library.test_everything_at_once import rows

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
IMPORT = """
from pathlib import Path
from copilot.library import importing, insights

store, stored = insights._store, []

def some(*given):
    stored.append(given)
    return store(*given) if len(stored) < 7 else stop_here()

insights._store = some
importing.import_file("one.json", Path(sys.argv[1]).read_bytes(), actor=None)
"""
RELEASE = """
from copilot.library import audit, releases
from copilot.library.models import LibraryRelease

verb, name = sys.argv[1:]
note = audit.note
audit.note = lambda told, *given, **more: stop_here() if told == verb else note(told, *given, **more)
if verb == "released":
    releases.make(name, actor=None)
elif verb == "activated":
    releases.activate(LibraryRelease.objects.get(name=name), actor=None, reason="now", without_gate=True)
else:
    releases.rollback(actor=None, reason="back")
"""
TABLES = (
    AuditEntry,
    Episode,
    Insight,
    InsightVersion,
    LibraryRelease,
    ReleaseItem,
    ReleaseLabel,
    ReleaseMove,
    TaxonomyLabel,
)


def everything() -> dict[str, list[dict[str, object]]]:
    """Every row of the library."""
    return {table.__name__: list(table._base_manager.order_by("pk").values()) for table in TABLES}


def test_an_import_killed_half_way_has_stored_nothing_and_is_done_again(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_bytes(rows(1))
    approved()
    before = everything()
    killed_half_way(IMPORT, str(path))
    assert everything() == before
    report = importing.import_file("one.json", path.read_bytes(), actor=None)
    assert (report.stored, report.already_there, report.problems) == (12, 0, [])


@pytest.mark.parametrize("verb", ["released", "activated", "rolled back to"])
def test_a_release_killed_half_way_leaves_the_one_before(verb: str) -> None:
    approved()
    first = released("r1")
    approved(KNAPSACK)
    second = releases.make("r2", actor=None) if verb == "activated" else released("r2")
    active, before = releases.active(), everything()
    killed_half_way(RELEASE, verb, "r3" if verb == "released" else "r2")
    assert everything() == before
    assert releases.active() == active
    if verb == "released":
        assert releases.make("r3", actor=None).items.count() == 2
    elif verb == "activated":
        releases.activate(second, actor=None, reason="now", without_gate=True)
        assert releases.active() == second
    else:
        assert releases.rollback(actor=None, reason="back") == first
    assert ReleaseMove.objects.count() == AuditEntry.objects.filter(verb__in=("activated", "rolled back to")).count()
