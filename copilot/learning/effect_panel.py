"""The effect of a version in words and bars, for its page in the library."""

from __future__ import annotations

from copilot.learning.effect import FEWEST_ARM, HALF_LIFE_DAYS, HARM, Effect, effect_of
from copilot.learning.posterior import Rate
from copilot.library.models import InsightVersion
from copilot.library.panels import Bar, Panel

TITLE = "Effect in runs"


def effect_panel(version: InsightVersion) -> Panel:
    """What the version did in real runs; counts are weighted by age."""
    effect = effect_of(version)
    if not effect.shown.many and not effect.held_out.many and not effect.verdicts.many:
        return Panel(TITLE, ("No run with a known result has met it yet.",))
    return Panel(TITLE, tuple(_sentences(effect)), tuple(_bars(effect)))


def _bars(effect: Effect) -> list[Bar]:
    arms = [
        ("Accepted where it was shown", effect.shown),
        ("Accepted where it was held out", effect.held_out),
        ("Helped, where it helped or misled", effect.verdicts),
    ]
    return [_bar(label, rate) for label, rate in arms if rate.many]


def _bar(label: str, rate: Rate) -> Bar:
    low, high = rate.interval()
    text = f"{rate.mean:.0%} ({low:.0%} to {high:.0%}), of {_runs(rate.many)}"
    return Bar(label, text, low, rate.mean, high)


def _sentences(effect: Effect) -> list[str]:
    said = []
    if effect.shown.many and effect.held_out.many:
        lift = effect.lift
        said.append(
            f"Shown against held out: {_points(lift.mean)} ({_points(lift.low)} to {_points(lift.high)}). "
            f"The probability that drafts do better with it is {lift.probability:.0%}."
        )
        if min(effect.shown.many, effect.held_out.many) < FEWEST_ARM:
            said.append(f"That rests on fewer than {FEWEST_ARM:.0f} runs on one side, so it decides nothing yet.")
    elif effect.shown.many:
        said.append("It has not been held out yet, so there is nothing to compare with.")
    if effect.verdicts.many:
        said.append(f"Verdicts: helped {_plain(effect.helped)}, misled {_plain(effect.hurt)}.")
    if harm := effect.harm():
        said.append(f"At least {HARM:.0%} likely to do harm. {harm}")
    said.append(f"Intervals hold 90 % of the posterior. A run counts half after {HALF_LIFE_DAYS:.0f} days.")
    return said


def _points(share: float) -> str:
    return f"{100 * share:+.0f} points".replace("-", "−")


def _runs(many: float) -> str:
    return "1 run" if _plain(many) == "1" else f"{_plain(many)} runs"


def _plain(many: float) -> str:
    return f"{many:.1f}".removesuffix(".0")
