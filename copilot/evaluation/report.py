"""What an evaluation found, as one JSON object, as markdown and as a page."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from copilot.evaluation.attempt import Attempt
from copilot.evaluation.counting import OUTCOMES, Paired, Share, shares_of

SHOWN = 200  # attempts that are not right, listed one by one
Rows = Sequence[Sequence[str]]
Titled = tuple[str, Sequence[str], Rows]


def summary(attempts: Sequence[Attempt]) -> dict[str, Any]:
    """Counts, shares with intervals, seconds and tokens of a set of attempts."""
    shares = shares_of(attempts)
    spent = sorted(one.draft_seconds for one in attempts)
    readings = [one.reading for one in attempts if one.reading]
    return {
        "total": len(attempts),
        **{outcome: shares[outcome].count for outcome in OUTCOMES},
        "shares": {outcome: shares[outcome].to_json() for outcome in OUTCOMES},
        "wrong_by_integrality_alone": len(readings),
        "verified_but_wrong": sum(one.outcome == "wrong" and one.verification == "passed" for one in attempts),
        "draft_seconds_median": round(median(spent), 4) if spent else None,
        "draft_seconds_p95": round(spent[int(0.95 * (len(spent) - 1))], 4) if spent else None,
        "seconds": round(sum(one.draft_seconds + one.build_seconds + one.solve_seconds for one in attempts), 3),
        "tokens": sum(one.tokens for one in attempts),
        "calls": sum(one.calls for one in attempts),
        "with_insights": sum(bool(one.insights) for one in attempts),
        "insights_shown": sum(len(one.insights) for one in attempts),
    }


def grouped(attempts: Sequence[Attempt], key: Callable[[Attempt], str]) -> dict[str, list[Attempt]]:
    """The attempts by suite, class or seed, in the order in which they first come."""
    groups: dict[str, list[Attempt]] = {}
    for one in attempts:
        groups.setdefault(key(one), []).append(one)
    return groups


def markdown(
    settings: Mapping[str, Any], attempts: Sequence[Attempt], corrected: Sequence[Attempt] | None, pair: Paired | None
) -> str:
    """The report as markdown."""
    lines = ["# Evaluation", "", *(f"- {name}: {value}" for name, value in settings.items()), ""]
    for title, head, rows in _tables(attempts, corrected, pair):
        lines += [f"## {title}", "", _bar(head), _bar(["---"] * len(head)), *(_bar(row) for row in rows), ""]
    return "\n".join(lines)


def page(
    settings: Mapping[str, Any], attempts: Sequence[Attempt], corrected: Sequence[Attempt] | None, pair: Paired | None
) -> str:
    """The report as one HTML file that needs nothing else."""
    facts = "".join(f"<dt>{html.escape(str(k))}</dt><dd>{html.escape(str(v))}</dd>" for k, v in settings.items())
    parts = [f"<h1>Evaluation</h1><dl>{facts}</dl>"]
    for title, head, rows in _tables(attempts, corrected, pair):
        parts.append(f"<h2>{html.escape(title)}</h2><div class='wide'><table>{_row(head, 'th')}")
        parts.append("".join(_row(row, "td") for row in rows) + "</table></div>")
    return f"<!doctype html><html lang='en'><meta charset='utf-8'><title>Evaluation</title>{_STYLE}{''.join(parts)}"


def _tables(attempts: Sequence[Attempt], corrected: Sequence[Attempt] | None, pair: Paired | None) -> list[Titled]:
    head = ("", "total", *OUTCOMES, "right, 95 %", "wrong, 95 %", "wrong but verified", "draft p50 ms")
    suites = grouped(attempts, lambda one: one.suite)
    found: list[Titled] = [
        ("By suite", head, [*(_line(name, group) for name, group in suites.items()), _line("all", attempts)])
    ]
    if corrected is not None:
        again = grouped(corrected, lambda one: one.suite)
        rows = [*(_line(name, group) for name, group in again.items()), _line("all", corrected)]
        found.append(("By suite, with disputed labels corrected", head, rows))
    classes = grouped([one for one in attempts if one.group], lambda one: f"{one.suite}: {one.group}")
    if classes:
        found.append(("By class", head, [_line(name, group) for name, group in classes.items()]))
    if any(one.insights for one in attempts):
        shown = grouped(attempts, lambda one: "with insights" if one.insights else "none was shown")
        found.append(("By the experience that was shown", head, [_line(name, group) for name, group in shown.items()]))
    if pair is not None:
        found.append(("Against the other setting, on the same problems", ("what", "count"), _pair_rows(pair)))
    found.append(("Not right", ("id", "outcome", "how", "value", "answer", "other reading", "why"), _misses(attempts)))
    return found


def _line(name: str, attempts: Sequence[Attempt]) -> list[str]:
    found = summary(attempts)
    shares = shares_of(attempts)
    milliseconds = "–" if found["draft_seconds_median"] is None else f"{1e3 * found['draft_seconds_median']:.0f}"
    counts = [str(found[outcome]) for outcome in OUTCOMES]
    told = [_share_text(shares["right"]), _share_text(shares["wrong"])]
    return [name, str(found["total"]), *counts, *told, str(found["verified_but_wrong"]), milliseconds]


def _share_text(share: Share) -> str:
    low, high = share.interval
    return f"{share.value:.1%} ({low:.1%} to {high:.1%})"


def _pair_rows(pair: Paired) -> list[list[str]]:
    return [[name.replace("_", " "), f"{value:.4g}"] for name, value in pair.to_json().items()]


def _misses(attempts: Sequence[Attempt]) -> list[list[str]]:
    missed = [one for one in attempts if one.outcome != "right"]
    rows = [
        [one.id, one.outcome, one.how, _figure(one.value), _figure(one.answer), one.reading, one.reason[:300]]
        for one in missed[:SHOWN]
    ]
    return rows + ([[f"… and {len(missed) - SHOWN} more", *[""] * 6]] if len(missed) > SHOWN else [])


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.8g}"


def _bar(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _row(cells: Sequence[Any], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"


_STYLE = """<style>:root{color-scheme:light dark}
body{font:15px/1.45 system-ui,sans-serif;max-width:78rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}td,th{padding:.3rem .6rem;border-bottom:1px solid #8885;text-align:left;
vertical-align:top}.wide{overflow-x:auto}dt{font-weight:600}dl{display:grid;grid-template-columns:max-content 1fr;
gap:.2rem 1rem}</style>"""
