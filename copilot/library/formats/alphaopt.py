"""AlphaOPT's JSON, both revisions: read into records, written back exactly as it came where nothing was edited."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from copilot.library.content import Content, ContentError, LabelPath, path_key
from copilot.library.formats.alphaopt_text import join_condition, join_example, split_condition, split_example
from copilot.library.formats.records import OUTCOMES, Problem, Reading, Record
from copilot.library.formats.strict_json import MOST_RECORDS

FORMAT = "alphaopt"
OURS = "wellposed"  # the one key under which our own fields travel
_GUROBI = re.compile(r"\bgurobi|\bGRB\b|\bgp\.|addConstr|addVar|setObjective|\bquicksum\(", re.IGNORECASE)
_TEXTS = ("condition", "explanation")


def read(value: Any) -> Reading:
    """The records of a parsed library file, or why it is none; every record is looked at, whatever the others say."""
    if not isinstance(value, list):
        return Reading(FORMAT, problems=(Problem("the file", "AlphaOPT's library is a list of records."),))
    if len(value) > MOST_RECORDS:
        return Reading(FORMAT, problems=(Problem("the file", f"It has more than {MOST_RECORDS:,} records."),))
    records, problems, places = [], [], dict[int, str]()
    for position, raw in enumerate(value, 1):
        place = f"record {position}"
        try:
            record = _record(raw, place)
        except ContentError as error:
            problems.append(Problem(place, str(error)))
            continue
        if record.legacy_id is not None and record.legacy_id in places:
            said = f"Its insight_id {record.legacy_id} is that of {places[record.legacy_id]} too."
            problems.append(Problem(place, said))
        elif record.legacy_id is not None:
            places[record.legacy_id] = place
        records.append(record)
    return Reading(FORMAT, tuple(records), tuple(problems))


def write(record: Record) -> dict[str, Any]:
    """A record in AlphaOPT's form. Fields that were not edited since it was read are written as they came."""
    raw = dict(record.raw)
    if not raw:
        return _written(record)
    came = _content(raw)
    now = record.content
    if (came.applies_when, came.not_when) != (now.applies_when, now.not_when):
        raw["condition"] = join_condition(now.applies_when, now.not_when)
    if came.explanation != now.explanation:
        raw["explanation"] = now.explanation
    if (came.wrong, came.right) != (now.wrong, now.right):
        raw["example"] = join_example(now.wrong, now.right)
    if sorted(map(path_key, came.labels)) != sorted(map(path_key, now.labels)):
        raw["taxonomy"] = taxonomy_of(now.labels)
    beyond = {"title": now.title, "solver_scope": now.solver_scope, "language": now.language}
    if beyond != {"title": came.title, "solver_scope": came.solver_scope, "language": came.language}:
        raw[OURS] = {**(raw.get(OURS) or {}), **beyond}
    return raw


def read_taxonomy(value: Any) -> dict[LabelPath, tuple[str, str]]:
    """The paths of a taxonomy file with definition and condition. Raises ContentError."""
    if not isinstance(value, dict) or not value:
        raise ContentError("A taxonomy is an object of stages.")
    return dict(_labels(value))


def is_taxonomy(value: Any) -> bool:
    """Whether a parsed file looks like a taxonomy rather than a library."""
    return isinstance(value, dict) and all(isinstance(below, dict) for below in value.values())


def taxonomy_of(labels: Sequence[LabelPath]) -> dict[str, dict[str, list[str]]]:
    """Paths as the nested object of a record."""
    tree: dict[str, dict[str, list[str]]] = {}
    for path in labels:
        below = tree.setdefault(path[0], {})
        if len(path) > 1:
            names = below.setdefault(path[1], [])
            names.extend(path[2:])
    return tree


def _record(raw: Any, place: str) -> Record:
    if not isinstance(raw, dict):
        raise ContentError("It is no object.")
    legacy_id = raw.get("insight_id")
    if legacy_id is not None and (
        isinstance(legacy_id, bool) or not isinstance(legacy_id, int) or abs(legacy_id) > 1 << 62
    ):
        raise ContentError(f"Its insight_id {str(legacy_id)[:40]!r} is no whole number.")
    content = _content(raw)
    own = _own(raw)
    return Record(
        place=place,
        content=content,
        legacy_id=legacy_id,
        key=str(own.get("key", ""))[:80],
        licence=str(own.get("licence", ""))[:60],
        tasks=_tasks(raw.get("task_id")),
        evidence=tuple(_evidence(raw.get("distribution"))),
        label_notes={path: note for path, note in _labels(raw.get("taxonomy") or {}) if any(note)},
        raw=raw,
    )


def _content(raw: Mapping[str, Any]) -> Content:
    for name in _TEXTS:
        if not isinstance(raw.get(name), str) or not raw[name].strip():
            raise ContentError(f"Its {name} is missing or no text.")
    example = raw.get("example") or ""
    if not isinstance(example, str):
        raise ContentError("Its example is no text.")
    applies, excluded = split_condition(raw["condition"])
    wrong, right = split_example(example)
    own = _own(raw)
    gurobi = bool(_GUROBI.search(" ".join((example, raw["condition"], raw["explanation"]))))
    return Content(
        applies_when=applies,
        not_when=excluded,
        explanation=raw["explanation"],
        wrong=wrong,
        right=right,
        title=str(own.get("title", "")),
        labels=tuple(path for path, _ in _labels(raw.get("taxonomy") or {})),
        solver_scope=str(own.get("solver_scope", "gurobi" if gurobi else "any")),
        language=str(own.get("language", "en")),
    ).cleaned()


def _own(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    own = raw.get(OURS) or {}
    return own if isinstance(own, dict) else {}


def _labels(taxonomy: Any) -> Iterator[tuple[LabelPath, tuple[str, str]]]:
    """Paths of {stage: {level 1: [level 2]}}, where the innermost may be a list, a name, or an object with notes."""
    if not isinstance(taxonomy, dict):
        raise ContentError("Its taxonomy is no object of stages.")
    for stage, firsts in taxonomy.items():
        if not isinstance(firsts, dict):
            raise ContentError(f"The stage {str(stage)[:60]!r} of its taxonomy is no object of labels.")
        for first, seconds in firsts.items():
            yield from _below((str(stage), str(first)), seconds)


def _below(path: LabelPath, seconds: Any) -> Iterator[tuple[LabelPath, tuple[str, str]]]:
    if isinstance(seconds, str):
        seconds = [seconds]
    if not seconds:
        yield path, ("", "")
        return
    if not isinstance(seconds, list | dict):
        raise ContentError(f"The label {path[-1][:60]!r} has neither a list nor an object of labels below it.")
    for second in seconds:
        if not isinstance(second, str):
            raise ContentError(f"A label below {path[-1][:60]!r} is no text.")
        notes = seconds[second] if isinstance(seconds, dict) else None
        notes = notes if isinstance(notes, dict) else {}
        yield (*path, second), (str(notes.get("definition") or ""), str(notes.get("condition") or ""))


def _tasks(value: Any) -> tuple[str, ...]:
    """Task identifiers as texts: a scalar or a list, of texts or numbers."""
    several = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(str(task)[:120] for task in several if isinstance(task, str | int))


def _evidence(value: Any) -> Iterator[tuple[str, str]]:
    buckets = value if isinstance(value, dict) else {}
    for outcome in OUTCOMES:
        tasks = buckets.get(outcome)
        for task in dict.fromkeys(_tasks(tasks if isinstance(tasks, list) else [])):
            yield task, outcome


def _written(record: Record) -> dict[str, Any]:
    content = record.content
    buckets = {outcome: [task for task, said in record.evidence if said == outcome] for outcome in OUTCOMES}
    return {
        "insight_id": record.legacy_id,
        "taxonomy": taxonomy_of(content.labels),
        "condition": join_condition(content.applies_when, content.not_when),
        "explanation": content.explanation,
        "example": join_example(content.wrong, content.right),
        "iteration": 0,
        "version": 1,
        "task_id": list(record.tasks),
        "occurrence": 0,
        "distribution": buckets,
        OURS: {
            "key": record.key,
            "title": content.title,
            "solver_scope": content.solver_scope,
            "language": content.language,
            "licence": record.licence,
        },
    }
