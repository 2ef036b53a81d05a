"""Evolution of an insight: what its failed uses say, a better condition by measurement, and who else says the same.

A job does the three in turn. What it asks the curator is kept, so that a second worker asks only for the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from copilot.learning.checks import examine
from copilot.learning.conditions import FEWEST, Choice, Score, StoredUses, choose
from copilot.learning.curator import Condition, Merge
from copilot.learning.diagnosis import diagnose, open_failures
from copilot.learning.learn import Desk, Learnt
from copilot.learning.replay import Replay, changed_content
from copilot.learning.storing import content_from, content_json, label_mates
from copilot.library import insights, moves
from copilot.library.content import Content
from copilot.library.insights import Provenance, content_of
from copilot.library.lint import near_duplicates
from copilot.library.models import Insight, InsightUse, InsightVersion, Lineage, Origin
from copilot.library.states import State

MERGED_MOST = 5  # label-mates that are asked about beside the insight
DIAGNOSED_MOST = 5  # failed uses that one job looks into
ALIKE = 0.3  # likeness of words from which on a label-mate is asked about
_STORED = 40  # newest uses of each outcome
Outcome = InsightUse.Outcome


def stored_uses(insight: Insight) -> StoredUses:
    """Texts of the tasks on which the insight, in any version, helped, misled and was missed."""

    def texts(*outcomes: Outcome) -> tuple[str, ...]:
        found = InsightUse.objects.filter(insight=insight, outcome__in=outcomes).exclude(episode__text="")
        return tuple(found.order_by("-created_at").values_list("episode__text", flat=True)[:_STORED])

    return StoredUses(texts(Outcome.POSITIVE), texts(Outcome.NEGATIVE), texts(Outcome.UNRETRIEVED))


def needs_work(insight: Insight) -> bool:
    """Whether a use of it failed and nobody has said why, or its condition misled or missed on enough uses to measure
    another one."""
    found = stored_uses(insight)
    return (bool(found.misled or found.missed) and found.many >= FEWEST) or bool(open_failures(insight, most=1))


def evolve(insight: Insight, desk: Desk) -> Learnt:
    """Diagnose, refine, and look for what says the same; what comes of it are new drafts, tried like any."""
    version = insight.versions.exclude(state=State.RETIRED).order_by("-number").first()
    if version is None:
        return Learnt({"outcome": "Nothing to refine: every version is retired."})
    diagnosed = _diagnosed(insight, desk)
    refined, union = _refined(version, desk), _united(version, desk)
    told = {**refined.result, "diagnosed": diagnosed, "merge": union.result["outcome"]}
    return Learnt(told, lambda: {**refined.write(), **union.write()})


def _diagnosed(insight: Insight, desk: Desk) -> int:
    """Say of failed uses what the insight did there, each written down at once; returns how many."""
    failures = open_failures(insight, most=DIAGNOSED_MOST)
    for number, (episode, case) in enumerate(failures, 1):
        desk.tell(f"Looking into failed use {number} of {len(failures)}")
        diagnose(episode, case, desk.curator)
    return len(failures)


def _refined(version: InsightVersion, desk: Desk) -> Learnt:
    """Another condition for the newest version, where the measured score on stored uses rises."""
    found = stored_uses(version.insight)
    if not (found.misled or found.missed) or found.many < FEWEST:
        return Learnt({"outcome": "Nothing to refine: it neither misled nor was missed on enough known uses."})
    content = content_of(version)
    mates = [mate for one, mate in label_mates(content, desk.reach) if one.insight_id != version.insight_id]
    present = Condition(content.applies_when, content.not_when, content.labels)
    desk.tell("Asking for other conditions")
    asked = _kept(desk, "conditions", lambda: [asdict(one) for one in _conditions(content, found, desk)])
    others = [one for one in map(_condition, asked) if one != present]
    desk.tell(f"Measuring {len(others)} conditions on {found.many} uses")
    asking = _Asking(Replay(content, mates, desk.curator, desk.reach, version.insight_id.bytes), desk)
    choice = choose(present, others, found, asking.retrieves)
    told = {"outcome": choice.why, "before": _score(choice.before), "after": _score(choice.after)}
    if choice.accepted is None:
        return Learnt(told)
    changed, by = changed_content(content, choice.accepted), desk.curator.model_id
    return Learnt(told, lambda: {"version": str(_refinement(version, changed, choice, by).id)})


@dataclass(slots=True)
class _Asking:
    """A replay whose answers are kept with the job."""

    replay: Replay
    desk: Desk
    known: dict[str, bool] = field(default_factory=dict)

    def retrieves(self, condition: Condition, text: str, repeat: int) -> bool:
        """As `Replay.retrieves`, once for each question."""
        key = hashlib.blake2b(repr((condition, text, repeat)).encode(), digest_size=8).hexdigest()
        known: dict[str, bool] = self.desk.kept.setdefault("retrieved", {})
        if key not in known:
            known[key] = self.replay.retrieves(condition, text, repeat)
            self.desk.keep(self.desk.kept)
        return known[key]


def _united(version: InsightVersion, desk: Desk) -> Learnt:
    """A draft that says what the version and some of its label-mates say, where the curator finds that they agree."""
    near = mergeable(version, desk)
    if not near:
        return Learnt({"outcome": "No label-mate is near enough to ask about."})
    desk.tell(f"Asking whether {len(near)} label-mates say the same")
    versions = [version, *near]
    asked = _kept(desk, "merge", lambda: _merge_json(desk.curator.merge([content_of(one) for one in versions])))
    merge = Merge(tuple(asked["places"]), content_from(asked["content"])) if asked else None
    if merge is None or 0 not in merge.places:
        return Learnt({"outcome": f"It says something else than {len(near)} label-mates."})
    parents = [versions[place] for place in merge.places]
    content = checked(merge, parents, desk)
    if content is None:
        return Learnt({"outcome": "A merged text was written, and the checks found an error in it."})
    told = {"outcome": f"A draft says what {len(parents)} insights say."}
    return Learnt(told, lambda: {"merged": str(united(content, parents, desk).id)})


def mergeable(version: InsightVersion, desk: Desk) -> list[InsightVersion]:
    """Label-mates with similar words that no merge has joined it with, the most similar first."""
    content = content_of(version)
    joined = set(Lineage.objects.filter(kind=Lineage.Kind.MERGE, parent=version).values_list("child", flat=True))
    family = set(Lineage.objects.filter(child__in=joined).values_list("parent__insight", flat=True))
    mates = [
        (one, mate)
        for one, mate in label_mates(content, desk.reach)
        if one.insight_id != version.insight_id and one.insight_id not in family and one.id not in joined
    ]
    pairs = near_duplicates([content, *(mate for _, mate in mates)], alike=ALIKE)
    alike = {later - 1: likeness for first, later, likeness in pairs if first == 0}
    ranked = sorted(alike, key=lambda place: -alike[place])
    return [mates[place][0] for place in ranked[:MERGED_MOST]]


def merged(versions: Sequence[InsightVersion], desk: Desk) -> InsightVersion | None:
    """A draft that says what several versions say, or None; each is read in full, and all stay until it is active."""
    merge = desk.curator.merge([content_of(version) for version in versions])
    if merge is None:
        return None
    parents = [versions[place] for place in merge.places]
    content = checked(merge, parents, desk)
    return united(content, parents, desk) if content else None


def checked(merge: Merge, parents: Sequence[InsightVersion], desk: Desk) -> Content | None:
    """The merged text, where no error speaks against it; its parents are not held against it."""
    ids = {parent.insight_id for parent in parents}
    mates = [mate for one, mate in label_mates(merge.content, desk.reach) if one.insight_id not in ids]
    return examine(merge.content, source="", mates=mates, bench=desk.bench)[0]


def united(content: Content, parents: Sequence[InsightVersion], desk: Desk) -> InsightVersion:
    """The draft of a merge, with its parents as ancestors."""
    provenance = Provenance(origin=Origin.MERGED, model_id=desk.curator.model_id)
    return insights.derive(content, provenance, parents=parents, kind=Lineage.Kind.MERGE, reach=desk.reach)


def retire_parents(child: InsightVersion) -> int:
    """Retire what an active merge stands for: its parents, and nothing else. Returns how many."""
    if child.state != State.ACTIVE:
        return 0
    links = Lineage.objects.filter(child=child, kind=Lineage.Kind.MERGE, parent__state=State.ACTIVE)
    told = f"Merged into {child}."
    return sum(moves.move(link.parent_id, State.ACTIVE, State.RETIRED, actor=None, reason=told) for link in links)


def retire_merged() -> int:
    """Retire the parents of every merge that has become active, and is in the release that serves them."""
    waiting = Lineage.objects.filter(kind=Lineage.Kind.MERGE, parent__state=State.ACTIVE, child__state=State.ACTIVE)
    children = InsightVersion.objects.filter(id__in=waiting.values("child"), releases__pointed_at_by__name="active")
    return sum(retire_parents(child) for child in children.distinct())


def _kept(desk: Desk, name: str, ask: Callable[[], Any]) -> Any:
    """What a job has asked for before, or asks now and keeps."""
    if name not in desk.kept:
        desk.kept[name] = ask()
        desk.keep(desk.kept)
    return desk.kept[name]


def _conditions(content: Content, found: StoredUses, desk: Desk) -> tuple[Condition, ...]:
    return desk.curator.conditions(content, found.misled, found.missed)


def _condition(raw: dict[str, Any]) -> Condition:
    return Condition(raw["applies_when"], raw["not_when"], tuple(tuple(path) for path in raw["labels"]))


def _merge_json(merge: Merge | None) -> dict[str, Any] | None:
    return {"places": list(merge.places), "content": content_json(merge.content)} if merge else None


def _refinement(version: InsightVersion, content: Content, choice: Choice, model_id: str) -> InsightVersion:
    source = {"before": _score(choice.before), "after": _score(choice.after), "why": choice.why}
    provenance = Provenance(origin=Origin.REFINED, model_id=model_id, licence=version.licence, source=source)
    return insights.add_version(version.insight, content, provenance, parents=[version])


def _score(score: Score | None) -> dict[str, float] | None:
    return {"score": round(score.value, 4), "kept": round(score.kept, 4)} if score else None
