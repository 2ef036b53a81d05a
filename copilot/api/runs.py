"""Doors of runs: watch one, answer it, stop it, take its result, and solve its version in another way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponseBase
from django.urls import reverse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from copilot.api.doors import PAGES, check_may_write, given, listed, run_of, user_of
from copilot.api.serializers import AnswerInput, CancelInput, SolveInput
from copilot.api.shapes import told_event, told_run
from copilot.chat import downloads, services
from copilot.chat.milestones import solutions_of, usual_of
from copilot.chat.models import Message
from copilot.chat.plans import points_of
from copilot.chat.solutions import SORTS, point_of
from copilot.chat.tables import look_of
from copilot.runs import events, questions
from copilot.runs import services as runs
from copilot.runs.instances import known_of
from copilot.runs.models import Run, Solution
from copilot.runs.reports import answer_of
from copilot.runs.services import RunConflict, Solving
from copilot.runs.solutions import UnreadableVector
from solvers.instance import InstanceError

MOST_EVENTS = 500
LARGEST = 2**31 - 1
FORMS = {"json": downloads.json_of, "csv": downloads.csv_of}
NO_CONVERSATION = "This run belongs to no conversation, so nothing can be asked of it here."


class Runs(APIView):
    """The runs of the user's workspaces."""

    query = {"status": "only runs of this lifecycle", **PAGES}

    def get(self, request: Request) -> Response:
        """The newest first; `?status=running` narrows."""
        rows = Run.objects.visible_to(user_of(request)).select_related("version", "base")
        if status := request.query_params.get("status", ""):
            rows = rows.filter(lifecycle=status)
        return listed(request, rows, told_run)


class OneRun(APIView):
    """One run."""

    def get(self, request: Request, run_id: UUID) -> Response:
        """How it stands, and the question it waits for, if any."""
        return Response(told_run(run_of(request, run_id)))


class Events(APIView):
    """What happened to a run: complete, in order, without gaps."""

    query = {"after": "the sequence number of the last event you have; 0: none", "limit": "at most so many, up to 500"}

    def get(self, request: Request, run_id: UUID) -> Response:
        """Those after `?after=N` (0: from the first), `?limit=` at most; ask again with `next` for what follows."""
        run = run_of(request, run_id)
        after = _whole(request, "after", 0, least=0, most=LARGEST)
        found = events.after(run.id, after, limit=_whole(request, "limit", MOST_EVENTS, least=1, most=MOST_EVENTS))
        last = found[-1].sequence if found else after
        now = runs.run_state(run.id) or run
        return Response(
            {
                "status": now.lifecycle,
                "is_active": now.is_active,
                "last_sequence": now.last_sequence,
                "events": [told_event(event) for event in found],
                "next": f"{reverse('api-events', args=[run.id])}?after={last}",
                "is_complete": not now.is_active and last >= now.last_sequence,
            }
        )


class Result(APIView):
    """What a run came to."""

    def get(self, request: Request, run_id: UUID) -> Response:
        """Statuses, plan, binding rules, residuals, checks; 202 while something may still happen."""
        run = run_of(request, run_id)
        if run.is_active:
            return Response(told_run(run), status=202, headers={"Retry-After": "1"})
        return Response(answer_of(run))


class SolutionFile(APIView):
    """A solution that a run found, with every variable or every rule."""

    query = {
        "show": "variables, or rules",
        "solution": "the number of a solution; without: the newest",
        "q": "only names with this text",
        "family": "only this family",
        "only": "1: without zeros, or without rules that leave room",
        "sort": "name, value, price, level or slack; with - before it: largest first",
    }

    def get(self, request: Request, run_id: UUID, form: str) -> HttpResponseBase:
        """Streamed as JSON or CSV; `show`, `solution`, `q`, `family`, `only`, `sort` as on the page."""
        run = run_of(request, run_id)
        query = request.query_params
        wanted, kept = query.get("solution", ""), solutions_of(run)
        chosen = next((one for one in kept if str(one.number) == wanted), None if wanted else usual_of(kept))
        if chosen is None or form not in FORMS:
            raise Http404("There is no such solution of this run.")
        show = "rules" if query.get("show") == "rules" else "variables"
        look = look_of(query, sorts=SORTS[show])
        try:
            known = known_of(run)
            if known is None:
                raise UnreadableVector("The model version of this solution is gone.")
            point = point_of(Solution.objects.get(id=chosen.id), known)
        except (UnreadableVector, InstanceError) as error:
            raise Http404(str(error)) from error
        pieces = FORMS[form](point, show, look)
        return downloads.streamed(request._request, pieces, name=f"{show}-{str(run.id)[:8]}.{form}")


class PlansFile(APIView):
    """The plans that a run keeps beside its final one."""

    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """All of them with the final one as CSV: a line per variable, a column per plan, the best first."""
        run = run_of(request, run_id)
        try:
            points = points_of(run)
        except (UnreadableVector, InstanceError) as error:
            raise Http404(str(error)) from error
        if not points:
            raise Http404("This run keeps no other plans.")
        return downloads.streamed(request._request, downloads.plans_csv(points), name=f"plans-{str(run.id)[:8]}.csv")


class Answer(APIView):
    """The answer to a run's question."""

    takes = AnswerInput

    def post(self, request: Request, run_id: UUID) -> Response:
        """Answer or skip; the run goes on. 409 when another answer came first."""
        run = _writing(request, run_id)
        said = given(AnswerInput, request)
        text = "" if said["skip"] else said["text"]
        questions.answer(run=run, actor=user_of(request), asked=said["asked"], text=text)
        return Response(told_run(run_of(request, run_id)))


class Cancel(APIView):
    """The end of a run."""

    takes = CancelInput

    def post(self, request: Request, run_id: UUID) -> Response:
        """Ask it to stop; asking twice, or asking a finished run, changes nothing."""
        run = _writing(request, run_id)
        runs.cancel_run(run=run, actor=user_of(request), keep_best=given(CancelInput, request)["keep_best"])
        return Response(told_run(run_of(request, run_id)))


class Retry(APIView):
    """The same message again."""

    def post(self, request: Request, run_id: UUID) -> Response:
        """A new run from the same base; 201."""
        run = _in_conversation(request, run_id)
        return _started(request, services.retry(run=run, actor=user_of(request)))


class Solve(APIView):
    """The version of a run, solved once more."""

    takes = SolveInput

    def post(self, request: Request, run_id: UUID) -> Response:
        """Another solver, method, limit, gap or count of plans; nothing is drafted anew. 201 with the new run."""
        run = _in_conversation(request, run_id)
        said = given(SolveInput, request)
        seconds = said.pop("time_limit_seconds") or settings.COPILOT["SOLVE_SECONDS"]
        asked = Solving(**said, time_limit_seconds=seconds)
        return _started(request, services.solve_again(run=run, actor=user_of(request), asked=asked))


def _writing(request: Request, run_id: UUID) -> Run:
    run = run_of(request, run_id)
    check_may_write(request, run.workspace)
    return run


def _in_conversation(request: Request, run_id: UUID) -> Run:
    run = _writing(request, run_id)
    if not Message.objects.filter(run=run).exists():
        raise RunConflict(NO_CONVERSATION)
    return run


def _started(request: Request, message: Message) -> Response:
    headers: dict[str, Any] = {"Location": reverse("api-run", args=[message.run_id])}
    return Response(told_run(run_of(request, message.run_id)), status=201, headers=headers)


def _whole(request: Request, name: str, usual: int, *, least: int, most: int) -> int:
    """A whole number of the query; 400 with a sentence for anything else."""
    text = request.query_params.get(name, str(usual))
    if not (text.isascii() and text.isdecimal() and len(text) < 12 and least <= int(text) <= most):
        raise ValidationError({name: [f"Give a whole number from {least} to {most}."]})
    return int(text)
