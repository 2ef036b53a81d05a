"""What insights did in a run whose draft was wrong, once somebody knows what is right."""

from __future__ import annotations

from dataclasses import replace

from copilot.drafting.base import InsightText
from copilot.learning.cases import Case
from copilot.learning.curator import VERDICTS, Curator
from copilot.learning.models import Correction
from copilot.library import uses
from copilot.library.models import Episode, Insight, InsightUse
from copilot.library.serving import lesson_of
from copilot.runs.experience import text_of
from copilot.runs.models import ModelVersion, Run, Verification

CORRECTED = "A user has corrected it."
NOT_SHOWN = "NOT SHOWN"
_UNSHOWN = 8  # of the candidates that were not shown, the best are asked about too
Outcome, Role = InsightUse.Outcome, InsightUse.Role


def diagnose(episode: Episode, case: Case, curator: Curator) -> dict[str, str]:
    """Say what each insight that was shown for a run did, and which that was not shown would have helped, and write it
    down; those not judged, and those held out by lot, stay unknown. Raises CuratorError and BudgetSpent."""
    related = episode.uses.select_related("version").order_by("rank")
    shown = list(related.filter(role=Role.SHOWN))
    unshown = list(related.filter(role=Role.CANDIDATE)[:_UNSHOWN])
    texts = [_asked(use) for use in (*shown, *unshown)]
    verdicts = curator.diagnose(case, texts) if texts else {}
    assert set(VERDICTS) <= set(Outcome.values)
    known = {}
    for use in (*shown, *unshown):
        word = verdicts.get(str(use.version_id))
        if word is not None and (word == "unretrieved") == (use.role != Role.SHOWN):
            known[use.version_id] = Outcome(word)
    if episode.run_id is not None:
        uses.settle(episode.run_id, accepted=False, outcomes=known)
    return {str(key): word.value for key, word in known.items()}


def open_failures(insight: Insight, *, most: int) -> list[tuple[Episode, Case]]:
    """Runs that a person has corrected, at which the insight was shown and nobody has said what it did."""
    open_uses = InsightUse.objects.filter(insight=insight, role=Role.SHOWN, outcome=Outcome.UNKNOWN)
    episodes = Episode.objects.filter(uses__in=open_uses, accepted=False, run_id__isnull=False)
    found = []
    for episode in episodes.order_by("-created_at")[: 4 * most]:
        case = case_of_correction(episode)
        if case is not None:
            found.append((episode, case))
    return found[:most]


def case_of_correction(episode: Episode) -> Case | None:
    """What was wrong and what is right, where a correction of the run has led to a version that passed its checks."""
    if episode.run_id is None:
        return None
    before = Run.objects.filter(id=episode.run_id, kind=Run.Kind.DRAFT).values("version")
    corrections = Correction.objects.filter(before__in=before, run__verification=Verification.PASSED)
    correction = corrections.exclude(run__version=None).select_related("before", "run__version").last()
    return _case(correction.before, correction.run.version, correction.words) if correction else None


def _case(before: ModelVersion, after: ModelVersion | None, words: str) -> Case:
    assert after is not None
    return Case(before.request_text, before.program, CORRECTED, after.program, words)


def _asked(use: InsightUse) -> InsightText:
    text = text_of(lesson_of(use.version))
    return text if use.role == Role.SHOWN else replace(text, taxonomy=f"{NOT_SHOWN}. {text.taxonomy}")
