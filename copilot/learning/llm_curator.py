"""The curator that asks the connected language model, within the budget of the cycle."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from copilot.drafting.asking import Asker
from copilot.drafting.base import DraftingError, InsightText
from copilot.drafting.calling import Call, Stopped
from copilot.drafting.choosing import choosing_messages, chosen_keys
from copilot.drafting.gate import Gate
from copilot.drafting.llm import LlmSettings, MethodRefused
from copilot.drafting.prompting import Message, block, refused_messages
from copilot.drafting.reply import ReplyError
from copilot.learning.budget import Budget
from copilot.learning.cases import Case
from copilot.learning.curator import Condition, CuratorError, Merge, Verdict
from copilot.learning.replies import read_conditions, read_insights, read_merge, read_verdicts
from copilot.library.content import Content

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

_PROMPTS = Path(__file__).parent / "prompts"
_SHOWN = 8_000
_TASKS_SHOWN = 8
_Read = TypeVar("_Read")


class LlmCurator:
    """Asks at most twice; the second time it shows the reply and says what was wrong with it."""

    def __init__(
        self,
        settings: LlmSettings,
        budget: Budget,
        should_stop: Callable[[], bool],
        chat_model: BaseChatModel | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._asker = Asker(settings, chat_model, gate)
        self.model_id = settings.model
        self._budget = budget
        self._should_stop = should_stop

    def extract(self, case: Case) -> tuple[Content, ...]:
        """Candidates from one call."""
        asked = _case(case)
        if case.problem:
            asked += "\n\n" + block("REFUSED", f"Your last proposals were refused:\n{case.problem}")
        return self._ask([_rules("extract"), ("human", asked)], read_insights)

    def diagnose(self, case: Case, insights: Sequence[InsightText]) -> Mapping[str, Verdict]:
        """Verdicts from one call."""
        keys = [insight.key for insight in insights]
        asked = f"{_case(case)}\n\n{block('LESSONS', _numbered([_lesson(insight) for insight in insights]))}"
        return self._ask([_rules("diagnose"), ("human", asked)], lambda reply: read_verdicts(reply, keys))

    def conditions(self, content: Content, misled: Sequence[str], missed: Sequence[str]) -> tuple[Condition, ...]:
        """Conditions from one call."""
        blocks = [block("LESSON", _text(content))]
        for name, texts in (("MISLED", misled), ("MISSED", missed)):
            blocks.append(block(name, _numbered([text[:_SHOWN] for text in texts[:_TASKS_SHOWN]]) or "none"))
        return self._ask([_rules("conditions"), ("human", "\n\n".join(blocks))], read_conditions)

    def applies(self, text: str, insights: Sequence[InsightText]) -> tuple[str, ...]:
        """The question that the line asks before it shows an insight."""
        return self._ask(choosing_messages(text, insights), lambda reply: chosen_keys(reply, insights))

    def merge(self, contents: Sequence[Content]) -> Merge | None:
        """A merge from one call; every lesson is shown in full."""
        asked = block("LESSONS", _numbered([_text(content) for content in contents]))
        return self._ask([_rules("merge"), ("human", asked)], lambda reply: read_merge(reply, len(contents)))

    def _ask(self, messages: Sequence[Message], read: Callable[[str], _Read]) -> _Read:
        first = self._call(messages)
        try:
            return read(first.text)
        except (CuratorError, ReplyError) as error:
            again = self._call([*messages, *refused_messages(first.text, str(error))])
        try:
            return read(again.text)
        except ReplyError as error:
            raise CuratorError(error.told) from error

    def _call(self, messages: Sequence[Message]) -> Call:
        self._budget.require(1)
        try:
            call = self._asker.once("curate", list(messages), self._should_stop)
        except (DraftingError, MethodRefused, Stopped) as error:
            self._budget.spend(1, 0)
            raise CuratorError(str(error) or "Stopped.") from error
        self._budget.spend(1, (call.input_tokens or 0) + (call.output_tokens or 0))
        return call


def prompts_hash() -> str:
    """Sixteen hexadecimal digits over the prompts of the curator: what a learned insight was asked with."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(_PROMPTS.glob("*.md")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _rules(name: str) -> Message:
    return "system", (_PROMPTS / f"{name}.md").read_text(encoding="utf-8").strip()


def _case(case: Case) -> str:
    blocks = [
        block("REQUEST", case.text[:_SHOWN]),
        block("ATTEMPT", case.failed[:_SHOWN]),
        block("FAILED", case.reason[:_SHOWN]),
        block("RIGHT", case.right[:_SHOWN]),
    ]
    if case.correction:
        blocks.append(block("CORRECTION", case.correction[:_SHOWN]))
    return "\n\n".join(blocks)


def _text(content: Content) -> str:
    labels = "; ".join(" → ".join(path) for path in content.labels)
    return "\n".join(
        (
            f"title: {content.title}",
            f"labels: {labels}",
            f"applies when: {content.applies_when}",
            f"not when: {content.not_when}",
            f"explanation: {content.explanation}",
            f"wrong:\n{content.wrong}",
            f"right:\n{content.right}",
        )
    )


def _lesson(insight: InsightText) -> str:
    return f"{insight.taxonomy}\napplies when: {insight.condition}\n{insight.explanation}\n{insight.example}"


def _numbered(texts: Sequence[str]) -> str:
    return "\n\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))
