"""The rules that make legs between places one round trip."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.families.plan import Place, Plan, term


def one_round(plan: Plan, places: Sequence[str], go: str, *, here: str, place: Place, said: Place) -> str:
    """Positions along the trip, so that no part of it is a round of its own; the variable of positions.

    `go` is the variable of legs over (place, next place), `here` the index of places, `place` where the text lists
    them and `said` where it asks for the trip. The lifted rules of Desrochers and Laporte (1991) on those of Miller,
    Tucker and Zemlin (1960).
    """
    later, after = plan.index("later places", places[1:], place), plan.index("places after", places[1:], place)
    order = plan.variable("position", (here,), said, label="how many legs after the start the place is reached")
    name, leg, count = order.partition("[")[0], go.partition("[")[0], len(places)
    legs, back, most = (
        plan.number("legs before the last", count - 1, place),
        plan.number("legs before the last but two", count - 3, place),
        plan.number("most apart", count - 2, place),
    )
    apart = [term(f"{name}[{later}]"), term(f"{name}[{after}]", minus=True)]
    apart += [term(f"{leg}[{later},{after}]", legs), term(f"{leg}[{after},{later}]", back)]
    plan.rule("one round", apart, "<=", most, said, kind="logical", indices=(later, after))
    plan.rule("position at most", [term(f"{name}[{here}]")], "<=", legs, said, kind="bound", indices=(here,))
    return name
