"""Evolution of an insight: its stored uses, other conditions, a measured choice; merges, and what they retire."""

from __future__ import annotations

from copilot.drafting.base import InsightText
from copilot.learning.cases import Case
from copilot.learning.checks import examine
from copilot.learning.conditions import FEWEST, Choice, Score, StoredUses, choose
from copilot.learning.curator import VERDICTS, Condition, Curator
from copilot.learning.learn import Desk, Learnt
from copilot.learning.replay import Replay, changed_content
from copilot.learning.storing import label_mates
from copilot.library import insights, moves, uses
from copilot.library.content import Content
from copilot.library.insights import Provenance, content_of
from copilot.library.models import Episode, Insight, InsightUse, InsightVersion, Lineage, Origin
from copilot.library.serving import lesson_of
from copilot.library.states import State

_STORED = 40  # newest uses of each outcome
Outcome = InsightUse.Outcome


def stored_uses(insight: Insight) -> StoredUses:
    """Texts of the tasks on which the insight, in any version, helped, misled and was missed."""

    def texts(*outcomes: Outcome) -> tuple[str, ...]:
        found = InsightUse.objects.filter(insight=insight, outcome__in=outcomes).exclude(episode__text="")
        return tuple(found.order_by("-created_at").values_list("episode__text", flat=True)[:_STORED])

    return StoredUses(texts(Outcome.POSITIVE), texts(Outcome.NEGATIVE), texts(Outcome.UNRETRIEVED))


def needs_work(insight: Insight) -> bool:
    """Whether its condition misled or missed, on enough uses to measure another one."""
    found = stored_uses(insight)
    return bool(found.misled or found.missed) and found.many >= FEWEST


def evolve(insight: Insight, desk: Desk) -> Learnt:
    """Refine the condition of the newest version; a better one becomes a new draft, tried like any."""
    version = insight.versions.exclude(state=State.RETIRED).order_by("-number").first()
    found = stored_uses(insight)
    if version is None or not needs_work(insight):
        return Learnt({"outcome": "Nothing to refine: it neither misled nor was missed on enough known uses."})
    content = content_of(version)
    mates = [mate for one, mate in label_mates(content, desk.reach) if one.insight_id != insight.id]
    present = Condition(content.applies_when, content.not_when, content.labels)
    desk.tell("Asking for other conditions")
    others = [one for one in desk.curator.conditions(content, found.misled, found.missed) if one != present]
    desk.tell(f"Measuring {len(others)} conditions on {found.many} uses")
    replay = Replay(content, mates, desk.curator, desk.reach, insight.id.bytes)
    choice = choose(present, others, found, replay.retrieves)
    told = {"outcome": choice.why, "before": _score(choice.before), "after": _score(choice.after)}
    if choice.accepted is None:
        return Learnt(told)
    changed, by = changed_content(content, choice.accepted), desk.curator.model_id
    return Learnt(told, lambda: {"version": str(_refined(version, changed, choice, by).id)})


def diagnose(episode: Episode, case: Case, curator: Curator) -> dict[str, str]:
    """Say what each insight that was shown for a run did, and write it down; those not judged stay unknown."""
    shown = episode.uses.filter(role=InsightUse.Role.SHOWN).select_related("version")
    lessons = [lesson_of(use.version.id, content_of(use.version)) for use in shown]
    texts = [InsightText(one.key, one.taxonomy, one.condition, one.explanation, one.example) for one in lessons]
    verdicts = curator.diagnose(case, texts) if texts else {}
    known = {use.version_id: Outcome(verdicts[str(use.version_id)]) for use in shown if str(use.version_id) in verdicts}
    assert set(VERDICTS) <= set(Outcome.values)
    if episode.run_id is not None:
        uses.settle(episode.run_id, accepted=False, outcomes=known)
    return {str(key): word.value for key, word in known.items()}


def merged(versions: list[InsightVersion], desk: Desk) -> InsightVersion | None:
    """A draft that says what several versions say, or None; each is read in full, and all stay until it is active."""
    contents = [content_of(version) for version in versions]
    merge = desk.curator.merge(contents)
    if merge is None:
        return None
    parents = [versions[place] for place in merge.places]
    ids = {parent.insight_id for parent in parents}
    mates = [mate for one, mate in label_mates(merge.content, desk.reach) if one.insight_id not in ids]
    content, _ = examine(merge.content, source="", mates=mates, bench=desk.bench)
    if content is None:
        return None
    provenance = Provenance(origin=Origin.MERGED, model_id=desk.curator.model_id)
    return insights.derive(content, provenance, parents=parents, kind=Lineage.Kind.MERGE, reach=desk.reach)


def retire_parents(child: InsightVersion) -> int:
    """Retire what an active merge stands for: its parents, and nothing else. Returns how many."""
    if child.state != State.ACTIVE:
        return 0
    links = Lineage.objects.filter(child=child, kind=Lineage.Kind.MERGE, parent__state=State.ACTIVE)
    told = f"Merged into {child}."
    return sum(moves.move(link.parent_id, State.ACTIVE, State.RETIRED, actor=None, reason=told) for link in links)


def _refined(version: InsightVersion, content: Content, choice: Choice, model_id: str) -> InsightVersion:
    source = {"before": _score(choice.before), "after": _score(choice.after), "why": choice.why}
    provenance = Provenance(origin=Origin.REFINED, model_id=model_id, licence=version.licence, source=source)
    return insights.add_version(version.insight, content, provenance, parents=[version])


def _score(score: Score | None) -> dict[str, float] | None:
    return {"score": round(score.value, 4), "kept": round(score.kept, 4)} if score else None
