"""Pages of what runs found: the solution's tables, downloads, the whole log, and two solutions side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from copilot.chat import downloads
from copilot.chat.access import signed_in, user_of
from copilot.chat.comparison import Side, differences_of, facts_of, verdict_of
from copilot.chat.milestones import milestones_of, solutions_of, usual_of
from copilot.chat.models import Message
from copilot.chat.panels import Fact
from copilot.chat.plans import distance_text, place_of, plans_of, points_of
from copilot.chat.solutions import SORTS, Point, point_of, table_of
from copilot.chat.tables import figure, look_of
from copilot.chat.words import seconds_text
from copilot.runs.events import EventType
from copilot.runs.instances import known_of
from copilot.runs.models import Run, RunEvent, Solution, Verification
from copilot.runs.pool import Pool, pool_of
from copilot.runs.solutions import UnreadableVector
from solvers.instance import InstanceError
from solvers.kkt import residuals

LARGE = ("instance", "formulation", "program", "data", "request_text", "checks", "diff")
HEAVY = tuple(f"{version}__{name}" for version in ("version", "base") for name in LARGE)
FORMS = {"csv": downloads.csv_of, "json": downloads.json_of}


@require_safe
@vary_on_headers("HX-Request")
@signed_in
def solution(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The variables or the rules of one solution of a run: filtered, sorted, a page at a time."""
    run = _run(request, run_id)
    found = solutions_of(run)
    chosen = _chosen(request.GET, found)
    show = _shown(request.GET)
    context: dict[str, Any] = {"run": run, "message": _message(run), "solutions": milestones_of(found), "show": show}
    context |= {"place": chosen and place_of(chosen, found)}
    if chosen is None:
        return render(request, "chat/solution.html", context)
    try:
        point = _point(run, chosen)
    except (UnreadableVector, InstanceError) as error:
        return render(request, "chat/solution.html", context | {"sentence": str(error)})
    look = look_of(request.GET, sorts=SORTS[show], kept=_kept(show, chosen))
    context |= {"chosen": chosen, "table": table_of(point, show, look)}
    if request.headers.get("HX-Request"):  # somebody types into the filter
        return render(request, "chat/solution/_variables.html", context)
    pool = pool_of(run) if run.pool_size > 1 else None
    context |= {"plans": plans_of(pool, point.known.variables), "facts": _facts(chosen, point, pool)}
    return render(request, "chat/solution.html", context)


@require_safe
@signed_in
def download(request: HttpRequest, run_id: UUID, form: str) -> HttpResponseBase:
    """Everything that matches the look of the table, as CSV or JSON, streamed."""
    run = _run(request, run_id)
    chosen = _chosen(request.GET, solutions_of(run))
    if chosen is None:
        raise Http404("No solution of this run is kept.")
    show = _shown(request.GET)
    try:
        point = _point(run, chosen)
    except (UnreadableVector, InstanceError) as error:
        raise Http404(str(error)) from error
    look = look_of(request.GET, sorts=SORTS[show])
    return downloads.streamed(request, FORMS[form](point, show, look), name=f"{show}-{str(run.id)[:8]}.{form}")


@require_safe
@signed_in
def plans(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """All plans that a run keeps beside its final one, and that one, as CSV: a column each, the best first."""
    run = _run(request, run_id)
    try:
        points = points_of(run)
    except (UnreadableVector, InstanceError) as error:
        raise Http404(str(error)) from error
    if not points:
        raise Http404("This run keeps no other plans.")
    return downloads.streamed(request, downloads.plans_csv(points), name=f"plans-{str(run.id)[:8]}.csv")


@require_safe
@signed_in
def log(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The solver's whole log as text; of a solve that still runs, what it has said so far."""
    run = _run(request, run_id)
    events = RunEvent.objects.filter(run=run)
    finished = events.filter(type=EventType.SOLVE_FINISHED).order_by("-sequence").first()
    if finished is not None:
        text = str(finished.payload.get("log", ""))
    else:
        payloads = events.filter(type=EventType.SOLVE_PROGRESS).order_by("sequence").values_list("payload", flat=True)
        text = "".join(str(payload.get("log", "")) for payload in payloads)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="log-{str(run.id)[:8]}.txt"'
    return response


@require_safe
@vary_on_headers("HX-Request")
@signed_in
def compare(request: HttpRequest) -> HttpResponse:
    """Two runs side by side, or two solutions of one: `a`, `b` are runs, `a_solution`, `b_solution` numbers."""
    left, right = (_side(request, letter) for letter in "ab")
    kept = [(name, request.GET[name]) for name in ("a", "b", "a_solution", "b_solution") if request.GET.get(name)]
    look = look_of(request.GET, sorts=(), kept=kept)
    table = differences_of(left, right, look)
    if request.headers.get("HX-Request") and table:
        return render(request, "chat/solution/_differences.html", {"table": table})
    context = {
        "sides": (left, right),
        "right": right,
        "message": _message(right.run),
        "facts": facts_of(left, right),
        "verdict": verdict_of(left, right),
        "table": table,
    }
    return render(request, "chat/compare.html", context)


def _side(request: HttpRequest, letter: str) -> Side:
    try:
        run = _run(request, UUID(request.GET.get(letter, "")))
    except ValueError:
        raise Http404("The address names no two runs to compare.") from None
    found = solutions_of(run)
    chosen = _chosen({"solution": request.GET.get(f"{letter}_solution", "")}, found)
    try:
        if chosen is None:
            return Side(run, None, known_of(run), None)
        point = _point(run, chosen)
    except (UnreadableVector, InstanceError):
        return Side(run, None, None, None)
    return Side(run, chosen, point.known, point, place_of(chosen, found))


def _run(request: HttpRequest, run_id: UUID) -> Run:
    found = Run.objects.visible_to(user_of(request)).filter(id=run_id)
    run = found.select_related("version", "base").defer(*HEAVY).first()
    if run is None:
        raise Http404("There is no such run.")
    return run


def _message(run: Run) -> Message | None:
    return Message.objects.filter(run=run).select_related("conversation").first()


def _chosen(query: Mapping[str, str], found: Sequence[Solution]) -> Solution | None:
    """The solution asked for by number, else the usual one."""
    wanted = query.get("solution", "")
    return next((one for one in found if str(one.number) == wanted), usual_of(found))


def _shown(query: Mapping[str, str]) -> str:
    return "rules" if query.get("show") == "rules" else "variables"


def _kept(show: str, chosen: Solution) -> list[tuple[str, str]]:
    return [("solution", str(chosen.number)), ("show", show)]


def _point(run: Run, chosen: Solution) -> Point:
    known = known_of(run)
    if known is None:
        raise UnreadableVector("The model version of this solution is gone.")
    return point_of(Solution.objects.get(id=chosen.id), known)


def _facts(chosen: Solution, point: Point, pool: Pool | None) -> list[Fact]:
    checked = residuals(point.known.instance, point.x)
    worst = max(checked.max_row_violation, checked.max_bound_violation)
    where = checked.worst_row if checked.max_row_violation >= checked.max_bound_violation else checked.worst_column
    facts = [
        Fact("Objective", figure(checked.objective_value), "recomputed from the model"),
        *_of_the_search(chosen, pool),
        Fact("Largest violation", figure(worst), f"in {where}" if where and worst else "of a rule or bound"),
    ]
    if point.known.instance.is_mip:
        facts.append(Fact("Largest fraction", figure(checked.max_integrality_violation), "where whole numbers are due"))
    return facts


def _of_the_search(chosen: Solution, pool: Pool | None) -> list[Fact]:
    """What the solve says of a point; of a plan kept beside the final one it says neither a bound nor when."""
    if chosen.kind == Solution.Kind.POOLED:
        check = Verification(chosen.verification).label
        distance = distance_text(pool.distance(chosen) if pool else None)
        return [Fact("Distance to plan 1", distance, "relative to its objective"), Fact("Our check of it", check)]
    return [
        Fact("Bound", figure(chosen.objective_bound)),
        Fact("Gap", "–" if chosen.relative_gap is None else f"{chosen.relative_gap:.2%}"),
        Fact("Found after", seconds_text(chosen.elapsed_seconds) or "–"),
    ]
