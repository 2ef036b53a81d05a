"""A learning job with a scripted model, whose attempts are written down, in this process or in another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from copilot.drafting.agent import LlmDrafter
from copilot.drafting.base import InsightText
from copilot.drafting.llm import LlmSettings
from copilot.learning import learn, work
from copilot.learning.cases import Task, Tried
from tests.learning.stage import DecidedBench
from tests.learning.test_work import Routed


class Logged(DecidedBench):
    """Attempts that are decided here, with a line in a file for each."""

    log: Path
    stop_at: str = ""
    stop: Callable[[], None]
    budget: Any

    def attempt(self, task: Task, insights: Sequence[InsightText], seed: int) -> Tried:
        self.budget.require(1)
        with self.log.open("a") as file:
            file.write(f"{task.key} {len(insights)} {seed} {task.problem.answer}\n")
        if self.stop_at == f"attempt {attempts_of(self.log).total()}":
            self.stop()
        self.budget.spend(1, 100)
        return super().attempt(task, insights, seed)


def attempts_of(log: Path) -> Counter[str]:
    return Counter(log.read_text().splitlines()) if log.exists() else Counter()


def install(
    log: Path, *, stop_at: str = "", stop: Callable[[], None] = lambda: None, patch: Callable[..., None] = setattr
) -> None:
    """Let the work in this process go on with scripted replies."""
    model = Routed(replies=[], asked=[], methods=[])

    def made(drafter: Any, sandbox: Any, limits: Any, budget: Any, **kwargs: Any) -> Logged:
        bench = Logged(lambda shown, seed: bool(shown) or seed == model.lucky - 1)
        bench.log, bench.stop_at, bench.stop, bench.budget = log, stop_at, stop, budget
        return bench

    settings = LlmSettings("scripted:model", timeout_seconds=5, max_retries=0, method="prompt_only")
    patch(work, "LineBench", made)
    patch(work, "drafter", lambda: LlmDrafter(settings, model))
    patch(work, "chat_model", lambda: model)
    if stop_at == "store":
        store = learn.store

        def half(*given: Any, **more: Any) -> Any:
            written = store(*given, **more)
            stop()
            return written

        patch(learn, "store", half)
