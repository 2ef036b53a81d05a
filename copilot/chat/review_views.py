"""What the page of a comparison shows once there is an answer: the review, the selected family, tables and files."""

from __future__ import annotations

import csv
import json
import math
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from copilot.chat.reviewing import Entry, Family, entry_of, review_of, selected
from copilot.chat.samples import as_before, family_names, samples_of, unchanged_names, written_of
from copilot.review import services
from copilot.review.contract import FIELDS, as_json, changes_of, lacks_step, told
from copilot.review.models import Comparison
from copilot.review.sides import title_of

PAGE = 50  # differences of a family on one page
LOOK_NONZEROS = 200_000  # beyond, the page does not open the models to show rows of them
EXPLORING = timedelta(seconds=20)  # after so long, other data are looked at on request only
UNDONE = 6  # families in one message
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a text that begins so


def answered(request: HttpRequest, comparison: Comparison) -> dict[str, Any]:
    """The context of the page: the review, and the selected family in detail."""
    review = review_of(told(comparison))
    family = selected(review, request.GET.get("family", "")[:300])
    sides = comparison.first, comparison.second
    context: dict[str, Any] = {"review": review, "family": family}
    searched = float(comparison.options.get("seconds", 0)) >= services.LONG_SECONDS
    context["further"] = not searched and (review.is_undecided or review.is_different)
    finished = comparison.finished_at
    context["unexplored"] = lacks_step(comparison)
    context["exploring"] = lacks_step(comparison) and finished and timezone.now() - finished < EXPLORING
    opens = comparison.nonzeros <= LOOK_NONZEROS
    if opens:
        context["unchanged"] = unchanged_names(sides, review.changed)
        context["families"] = [family_names(side) for side in sides]
    if family is None:
        return context
    context["written"] = [
        written_of(side, title_of(side), family, which) for side, which in zip(sides, ("before", "after"), strict=True)
    ]
    if request.GET.get("show") == "all":
        return context | _table(request, comparison, family)
    return context | {"samples": samples_of(sides, family, review.renames) if opens else ()}


def undo_text(comparison: Comparison, key: str) -> str:
    """The message that asks for a change to be undone: what was said before, where the formulation says it."""
    review = review_of(told(comparison))
    chosen = [one for one in review.changed if one.key == key] or list(review.changed)
    noun = "this change" if len(chosen) == 1 else "these changes"
    return f"Undo {noun}: {'; '.join(as_before(comparison.first, one) for one in chosen[:UNDONE])}."


def exported(comparison: Comparison, form: str) -> HttpResponse:
    """The download: every kept change as CSV, or the whole answer with them as JSON."""
    rows = changes_of(comparison)
    name = f"comparison-{str(comparison.id)[:8]}.{form}"
    if form == "csv":
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        writer = csv.writer(response)
        writer.writerow(FIELDS)
        writer.writerows([_cell(value) for value in row] for row in rows)
    else:
        body = as_json(comparison) | {"changes": [dict(zip(FIELDS, row, strict=True)) for row in rows]}
        response = HttpResponse(json.dumps(body, ensure_ascii=False), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _table(request: HttpRequest, comparison: Comparison, family: Family) -> dict[str, Any]:
    """One page of the family's differences."""
    rows: list[Entry] = [
        entry_of(subject, field, old, new)
        for kind, name, subject, field, old, new in changes_of(comparison)
        if f"{kind}:{name}" == family.key
    ]
    pages = max(1, math.ceil(len(rows) / PAGE))
    asked = request.GET.get("page", "")
    page = min(max(int(asked), 1), pages) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 1
    shown = rows[(page - 1) * PAGE : page * PAGE]
    first = (page - 1) * PAGE + 1
    words = f"{first:,}–{first + len(shown) - 1:,} of {family.count:,} differences"
    return {"table": shown, "page": page, "pages": pages, "words": words, "kept": len(rows)}


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
