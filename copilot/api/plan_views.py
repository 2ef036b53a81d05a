"""The REST door to solving again, and to the plans that a run keeps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from copilot.api.serializers import SolveInput
from copilot.api.views import Door, user_of
from copilot.runs import plans
from copilot.runs import services as runs
from copilot.runs.models import Run
from copilot.runs.services import RunError, Solving


class Solves(Door):
    """Solving the version of a run once more."""

    def post(self, request: Request, run_id: UUID) -> Response:
        """Queue it as a run of its own: 202 with its id, and the address of its plans."""
        run = _run(request, run_id)
        given = SolveInput(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            asked = Solving.of(run, **given.validated_data)
            again = runs.solve_again(run=run, actor=user_of(request), asked=asked)
        except RunError as error:
            raise ValidationError({"detail": str(error)}) from error
        return Response(_told(again), status=202, headers={"Location": reverse("api-pool", args=[again.id])})


class Pool(Door):
    """The plans that a run keeps."""

    def get(self, request: Request, run_id: UUID) -> Response:
        """The plans with what is promised of them, or 202 while the run goes on."""
        run = _run(request, run_id)
        if run.is_active:
            return Response(_told(run), status=202, headers={"Retry-After": "2"})
        return Response(_told(run) | {"pool": plans.answer_of(run)})


def _told(run: Run) -> dict[str, Any]:
    return {"run_id": str(run.id), "status": run.lifecycle, "pool_size": run.pool_size}


def _run(request: Request, run_id: UUID) -> Run:
    run = runs.visible_run(user_of(request), run_id)
    if run is None:
        raise Http404("There is no such run.")
    return run
