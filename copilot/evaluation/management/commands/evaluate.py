"""`manage.py evaluate PATH…`: how a drafter does on problems whose optimum is known.

Exit code 0 when every problem was tried, whatever came out; 2 where the problems cannot be read.
"""

from __future__ import annotations

import json
import logging
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from copilot.drafting.base import DraftingError
from copilot.drafting.gate import CallsModels
from copilot.evaluation.attempt import Attempt, Tools, attempt, rejudged
from copilot.evaluation.counting import OUTCOMES, paired
from copilot.evaluation.errata import corrected, read_errata
from copilot.evaluation.experience import Experience
from copilot.evaluation.problems import Problem, ProblemError, read_problems
from copilot.evaluation.report import grouped, markdown, page, summary
from copilot.evaluation.session import Record, carry_out, read_record
from copilot.library import releases
from copilot.library.access import LibraryRefused
from copilot.library.models import LibraryRelease
from copilot.llm.meter import Meter
from copilot.runs import engines
from solvers.registry import AUTO, SOLVERS
from solvers.result import SolveOptions


class Command(BaseCommand):
    """Try a drafter on every problem, and tell right, wrong, disputed, unproven, abstained and error apart."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Paths are .jsonl files, problem folders, or folders of both."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a .jsonl file or a folder of problems")
        parser.add_argument("--drafter", choices=("auto", "builtin", "llm"), default="builtin")
        parser.add_argument("--library", default="none", metavar="RELEASE", help="experience to draft with, or none")
        parser.add_argument("--solver", choices=(AUTO, *SOLVERS), default=AUTO)
        parser.add_argument("--time-limit", type=float, default=60.0, metavar="S", help="seconds of one solve")
        parser.add_argument("--limit", type=_positive, metavar="N", help="at most N problems")
        parser.add_argument(
            "--seed", type=int, default=0, metavar="S", help="of the choice with --limit, and of drafts"
        )
        parser.add_argument(
            "--repeats", type=_positive, default=1, metavar="K", help="tries of each, at seeds S, S+1, …"
        )
        parser.add_argument("--workers", type=_positive, default=1, metavar="K", help="attempts side by side")
        parser.add_argument("--errata", type=Path, metavar="FILE", help="corrections of disputed labels, as JSON lines")
        parser.add_argument("--out", type=Path, metavar="FILE.jsonl", help="record to write, and to go on from")
        parser.add_argument(
            "--against", type=Path, metavar="FILE.jsonl", help="record of another setting to compare with"
        )
        parser.add_argument("--markdown", type=Path, metavar="FILE.md")
        parser.add_argument("--html", type=Path, metavar="FILE.html")
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Try, tell, and write the reports that were asked for."""
        logging.getLogger().setLevel(logging.WARNING)
        try:
            problems = read_problems(options["paths"], limit=options["limit"], seed=options["seed"])
            self._noted(problems)
            errata = read_errata(options["errata"]) if options["errata"] else None
            against = read_record(options["against"])[1] if options["against"] else None
            release = releases.named(options["library"]) if options["library"] != "none" else None
            tools, experience = _tools(options, release)
            used = _settings(options, tools, release)
            record = Record(options["out"], used)
        except (ProblemError, DraftingError, LibraryRefused) as error:
            raise CommandError(str(error), returncode=2) from error
        tries = [(problem, options["seed"] + again) for again in range(options["repeats"]) for problem in problems]
        try:
            attempts = self._tried(tries, lambda problem, seed: _try(problem, tools, experience, seed), record, options)
        finally:
            engines.close()
        judged = None if errata is None else rejudged(attempts, corrected(problems, errata))
        self._told(attempts, judged, against, options, used)

    def _noted(self, problems: list[Problem]) -> None:
        """Say on the side what of the files was mended or is missing: it bears on the figures."""
        for problem in problems:
            for note in problem.notes:
                self.stderr.write(f"{problem.suite}/{problem.id}: {note}")

    def _tried(
        self,
        tries: list[tuple[Problem, int]],
        work: Callable[[Problem, int], Attempt],
        record: Record,
        options: dict[str, Any],
    ) -> list[Attempt]:
        wanted = {(problem.suite, problem.id, seed) for problem, seed in tries}
        known = [one for one in record.attempts if (one.suite, one.id, one.seed) in wanted]
        bar = _Bar(self.stderr, len(tries), len(known))
        for one in carry_out(tries, work, record, workers=options["workers"]):
            known.append(one)
            bar.tell(one)
        bar.end()
        place = {(problem.suite, problem.id, seed): at for at, (problem, seed) in enumerate(tries)}
        return sorted(known, key=lambda one: place[one.suite, one.id, one.seed])

    def _told(
        self,
        attempts: list[Attempt],
        judged: list[Attempt] | None,
        against: list[Attempt] | None,
        options: dict[str, Any],
        used: dict[str, Any],
    ) -> None:
        pair = paired(against, attempts) if against is not None else None
        text = markdown(used, attempts, judged, pair)
        for name, content in (("markdown", text), ("html", page(used, attempts, judged, pair))):
            if options[name]:
                options[name].write_text(content, encoding="utf-8")
        if not options["json"]:
            print(text)
            return
        found = {"settings": used, **summary(attempts)}
        found["suites"] = {name: summary(group) for name, group in grouped(attempts, lambda one: one.suite).items()}
        found |= {} if judged is None else {"with_errata": summary(judged)}
        found |= {} if pair is None else {"against": pair.to_json()}
        print(json.dumps(found, ensure_ascii=False))


class _Bar:
    """One line that is rewritten on a terminal; one line per fifty elsewhere."""

    def __init__(self, stream: Any, total: int, done: int) -> None:
        self._stream, self._total, self._done = stream, total, done
        self._counts = dict.fromkeys(OUTCOMES, 0)
        self._live = sys.stderr.isatty()

    def tell(self, one: Attempt) -> None:
        self._done += 1
        self._counts[one.outcome] += 1
        if self._live or not self._done % 50:
            told = ", ".join(f"{count} {name}" for name, count in self._counts.items() if count)
            self._stream.write(f"\r{self._done} of {self._total}: {told}  ", ending="" if self._live else "\n")

    def end(self) -> None:
        if self._live:
            self._stream.write("")


def _tools(options: dict[str, Any], release: LibraryRelease | None) -> tuple[Tools, Experience]:
    drafter = engines.drafter_for(options["drafter"])
    if isinstance(drafter, CallsModels):
        drafter.through(Meter(None))  # on record, and nobody's: no workspace's budget holds it back
    experience = Experience((release,) if release else (), drafter, solver=options["solver"])
    tools = Tools(
        drafter=drafter,
        sandbox=engines.sandbox(),
        limits=engines.build_limits(),
        solver=options["solver"],
        options=replace(SolveOptions(), time_limit_seconds=options["time_limit"], proof_seconds=0.0),
    )
    return tools, experience


def _try(problem: Problem, tools: Tools, experience: Experience, seed: int) -> Attempt:
    """One attempt in a thread of its own, which leaves no connection to the database behind; choosing is a call too."""
    asked: list[int] = []
    counting = replace(experience, asked=lambda: asked.append(1))
    try:
        made = attempt(problem, replace(tools, insights=counting.insights), seed=seed)
        return replace(made, calls=made.calls + len(asked))
    finally:
        connections.close_all()


def _settings(options: dict[str, Any], tools: Tools, release: LibraryRelease | None) -> dict[str, Any]:
    """What an attempt depends on; a record goes on only with the same."""
    used = {name: options[name] for name in ("library", "solver", "time_limit")}
    model = settings.COPILOT["LLM"] if tools.drafter.name != "builtin" else None
    pinned = {"library_hash": release.manifest_hash[:16]} if release else {}
    return {"drafter": tools.drafter.name, "model": model, **used, **pinned}


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError("must be a whole number of at least 1")
    return int(text)
