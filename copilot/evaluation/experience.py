"""The experience that an attempt is drafted with: a release's insights, by the way on which a run comes to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from copilot.accounts.models import Workspace
from copilot.drafting.base import Drafter, DraftingError, InsightText, ReadsInsights
from copilot.library import serving
from copilot.library.models import LibraryRelease
from copilot.library.retrieval import Asker
from copilot.library.serving import Lesson
from copilot.runs.experience import solvers_of, text_of

READS_NONE = (
    "The drafter {name} reads no insights, so a library would change nothing. Connect a language model with "
    "COPILOT_LLM and choose --drafter llm, or say --library none."
)


@dataclass(frozen=True, slots=True)
class Experience:
    """Pinned releases and the drafter that reads them; `asked` is told of each call of the language model."""

    releases: tuple[LibraryRelease, ...]
    drafter: Drafter
    workspace: Workspace | None = None
    solver: str = "auto"
    should_stop: Callable[[], bool] = lambda: False
    asked: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        """Raise DraftingError for a drafter that reads no insights."""
        if self.releases and not isinstance(self.drafter, ReadsInsights):
            raise DraftingError(READS_NONE.format(name=self.drafter.name))

    def insights(self, text: str) -> tuple[InsightText, ...]:
        """What a run with this request would be shown; nothing where the language model vouches for none."""
        if not self.releases or not isinstance(self.drafter, ReadsInsights):
            return ()
        reader: ReadsInsights = self.drafter

        def check(request: str, lessons: Sequence[Lesson]) -> Sequence[str]:
            self.asked()
            return reader.choose_insights(request, [text_of(lesson) for lesson in lessons], self.should_stop)

        asker = Asker(self.workspace, None, solvers_of(self.solver))
        return tuple(text_of(one) for one in serving.rehearse(text, asker, self.releases, check=check))
