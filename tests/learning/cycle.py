"""One learning cycle from two tasks of a public suite to a gated release, with a scripted model, told step by step.

The drafter knows two things: to pack, where it treats a box as divisible unless a lesson says otherwise, and to
transport, which it does well; at one seed in eight it packs rightly by luck. Its numbers come from the request. The
curator's reply is written down here: a lesson that helps, one that does nothing, one that quotes the task, and one
whose two programs say the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copilot.accounts.models import User
from copilot.drafting.base import Data, Draft, DraftOutcome, DraftReport, DraftRequest, Feedback, InsightText
from copilot.evaluation.problems import Problem, read_problems
from copilot.learning import services, suites, work
from copilot.learning.models import GateRecord, LearningJob
from copilot.library import moves, releases
from copilot.library.access import LibraryRefused
from copilot.library.content import Content
from copilot.library.models import InsightVersion, TrialRecord
from copilot.library.states import State
from tests.drafting.scripted import ScriptedChatModel
from tests.learning.stage import reply
from tests.runs.fakes import FORMULATION

SUITE = Path(__file__).resolve().parents[2].parent / "shared" / "bench" / "nl" / "logior.jsonl"
TASKS = ("logior-D002", "logior-D004")
LUCKY = 6
LABEL = (("General Formulation", "Variable Definition", "Used or not"),)
_SMALL = "m.y = pyo.Var(range(4), bounds=(0, 1){domain})\nm.o = pyo.Objective(expr=sum(m.y[k] for k in m.y))\n"
_SMALL += "m.c = pyo.Constraint(expr=4 * sum(m.y[k] for k in m.y) >= 9)"
HELPS = Content(
    title="A container is used or not",
    applies_when="Things are put into containers, and the number of containers counts.",
    explanation="Each container needs a binary that is one as soon as anything is in it; half a container is none.",
    wrong=_SMALL.format(domain=""),
    right=_SMALL.format(domain=", domain=pyo.Binary"),
    labels=LABEL,
)
IDLE = Content(
    title="Name what is counted",
    applies_when="The request asks how many of something there are.",
    explanation="Give the total a variable of its own, so that it can be read off the answer.",
    wrong="m.x = pyo.Var(bounds=(0, 9))\nm.o = pyo.Objective(expr=m.x, sense=pyo.maximize)",
    right="m.x = pyo.Var(bounds=(0, 7))\nm.o = pyo.Objective(expr=m.x, sense=pyo.maximize)",
    labels=(("General Formulation", "Objective Specification", "Totals"),),
)
QUOTES = Content(
    title="Boxes",
    applies_when="The capacity of each box is 10. There are 7 items with loads of 6, 7, 8, 3, 2, 4 and 5.",
    explanation="Use four boxes.",
    wrong=HELPS.wrong,
    right=HELPS.right,
    labels=LABEL,
)
SAME = Content(
    title="Order of terms",
    applies_when="A sum has several terms.",
    explanation="Write the larger one first.",
    wrong="m.x = pyo.Var(bounds=(0, 5))\nm.o = pyo.Objective(expr=1 + m.x, sense=pyo.maximize)",
    right="m.x = pyo.Var(bounds=(0, 5))\nm.o = pyo.Objective(expr=m.x + 1, sense=pyo.maximize)",
    labels=LABEL,
)
PACK = """import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    loads = data["load"]
    m.loads, m.boxes = pyo.Set(initialize=list(loads)), pyo.RangeSet(len(loads))
    m.inside = pyo.Var(m.loads, m.boxes, domain=pyo.Binary)
    m.used = pyo.Var(m.boxes, {domain})
    m.boxes_used = pyo.Objective(expr=sum(m.used[b] for b in m.boxes))
    m.once = pyo.Constraint(m.loads, rule=lambda m, i: sum(m.inside[i, b] for b in m.boxes) == 1)
    m.room = pyo.Constraint(
        m.boxes, rule=lambda m, b: sum(loads[i] * m.inside[i, b] for i in m.loads) <= data["capacity"] * m.used[b]
    )
    return m
"""
TRANSPORT = """import pyomo.environ as pyo

def build_model(data):
    m = pyo.ConcreteModel()
    m.sent = pyo.Var(list(data["supply"]), list(data["demand"]), domain=pyo.NonNegativeReals)
    m.cost = pyo.Objective(expr=sum(data["cost"][i, j] * m.sent[i, j] for i in data["supply"] for j in data["demand"]))
    m.from_ = pyo.Constraint(
        list(data["supply"]), rule=lambda m, i: sum(m.sent[i, j] for j in data["demand"]) <= data["supply"][i]
    )
    m.to = pyo.Constraint(
        list(data["demand"]), rule=lambda m, j: sum(m.sent[i, j] for i in data["supply"]) >= data["demand"][j]
    )
    return m
"""


class Student:
    """The drafter; each draft is a call."""

    name = "student"

    def choose_insights(
        self, text: str, insights: Sequence[InsightText], should_stop: Callable[[], bool]
    ) -> tuple[str, ...]:
        return tuple(one.key for one in insights if "boxes" in text)

    def draft(self, request: DraftRequest, report: DraftReport, should_stop: Callable[[], bool]) -> DraftOutcome:
        report("draft.attempt", {"input_tokens": 100, "output_tokens": 50})
        if "boxes" in request.text:
            taught = any("needs a binary" in one.explanation for one in request.insights)
            taught = taught or request.seed == LUCKY
            domain = "domain=pyo.Binary" if taught else "bounds=(0, 1)"
            return _drafted(PACK.replace("{domain}", domain), packing(request.text))
        return _drafted(TRANSPORT, transport(request.text))

    def repair(
        self,
        request: DraftRequest,
        draft: Draft,
        feedback: Feedback,
        report: DraftReport,
        should_stop: Callable[[], bool],
    ) -> DraftOutcome:
        return DraftOutcome("complete", draft)


def _drafted(program: str, data: Data) -> DraftOutcome:
    return DraftOutcome("complete", Draft(FORMULATION, program, data, "student"))


def packing(text: str) -> Data:
    """Capacity and loads, as the request gives them."""
    capacity = re.search(r"capacity of each box is (\d+)", text)
    loads = re.search(r"loads of ([\d, and]+)", text)
    assert capacity
    assert loads
    found = {f"item {n}": float(load) for n, load in enumerate(re.findall(r"\d+", loads[1]), 1)}
    return {"capacity": float(capacity[1]), "load": found}


def transport(text: str) -> Data:
    """Costs, supplies and demands, as the request gives them."""
    rows = [
        [float(one) for one in re.findall(r"\d+", row)] for row in re.findall(r"shops are ([\d, and]+), resp", text)
    ]
    supply = [float(one) for one in re.findall(r"capacity of (\d+)", text)]
    demands = re.search(r"demands of the five shops are ([\d, and]+)", text)
    assert demands
    demand = [float(one) for one in re.findall(r"\d+", demands[1])]
    return {
        "cost": {(f"i{i}", f"s{j}"): cost for i, row in enumerate(rows) for j, cost in enumerate(row)},
        "supply": {f"i{i}": value for i, value in enumerate(supply)},
        "demand": {f"s{j}": value for j, value in enumerate(demand)},
    }


def tasks() -> list[Problem]:
    """The tasks of the suite that the drafter can read."""
    return [problem for problem in read_problems([SUITE]) if problem.id in TASKS]


def scripted() -> ScriptedChatModel:
    """The curator's model: its one reply."""
    return ScriptedChatModel(replies=[reply(HELPS, IDLE, QUOTES, SAME)], asked=[], methods=[])


@dataclass(slots=True)
class Cycle:
    """What became of the cycle, for a test to look at."""

    jobs: dict[str, LearningJob]
    versions: dict[str, InsightVersion]
    gate: LearningJob


def traced(told: list[Cycle], curator: User) -> Iterator[str]:
    """Go through the cycle and tell each step; the last thing put into `told` is what came of it."""
    problems = tasks()
    cycle = services.learn_from(problems, actor=None, calls=120)
    yield f"learn from {', '.join(problem.id for problem in problems)} with at most {cycle.budget_calls} calls"
    jobs = {}
    for job in cycle.jobs.order_by("subject"):
        work.execute(job.id)
        job.refresh_from_db()
        jobs[job.subject] = job
        yield from _job(job)
    versions = {version.title: version for version in InsightVersion.objects.all()}
    for version in versions.values():
        many = TrialRecord.objects.filter(version=version).count()
        yield f"stored: {version.title!r} is {version.state}, with {many} attempts on record"
    release = _released(versions[HELPS.title], curator)
    yield f"approved by {curator}: {HELPS.title!r}; frozen: {release.name}"
    gate = services.open_gate(release, suites.keep(problems, name="logior", workspace=None), actor=None, against=None)
    job = gate.jobs.get()
    work.execute(job.id)
    job.refresh_from_db()
    record = GateRecord.objects.get()
    yield f"gate: {record.verdict}. {record.why} (with alone {record.only_candidate}, both {record.both_right})"
    try:
        releases.activate(release, actor=None)
    except LibraryRefused as refused:
        yield f"activation refused: {refused}"
    releases.activate(release, actor=None, reason="one lesson, proven by trials", without_gate=True)
    yield f"active: {releases.active()}, for a reason that the log keeps"
    told.append(Cycle(jobs, versions, job))


def _released(version: InsightVersion, curator: User) -> Any:
    moves.move(version.id, State.VERIFIED, State.IN_REVIEW, actor=None)
    moves.move(version.id, State.IN_REVIEW, State.ACTIVE, actor=curator, reason="checked by hand")
    return releases.make("learnt-1", actor=None)


def _job(job: LearningJob) -> Iterator[str]:
    yield f"{job.subject}: {job.status}. {(job.result or {}).get('outcome', job.closing_message)}"
    titles = {one.digest(): one.title for one in (HELPS, IDLE)}
    for name, tried in job.kept.get("attempts", {}).items():
        _, seed, keys = name.rsplit("|", 2)
        shown = " + ".join(titles.get(key, key[:8]) for key in keys.split(",") if key) or "nothing"
        ended = tried["ending"]["value"] if tried["ending"]["value"] is not None else tried["reason"] or tried["how"]
        yield f"  seed {seed}, shown {shown}: {'right' if tried['correct'] else 'wrong'}, {ended}"
    for refused in (job.result or {}).get("refused", ()):
        said = json.dumps([one["message"] for one in refused["findings"] if one["severity"] == "error"])
        yield f"  refused: {refused['title']!r}: {said}"
    for one in (job.result or {}).get("insights", ()):
        yield f"  {'proven' if one['proven'] else 'not proven'}: {one['title']!r}. {one['why']}"
