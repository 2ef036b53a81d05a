"""A network of nodes and arcs from a list of links or a square matrix, and its sets, tables and balances in a model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.plan import Key, Place, Plan, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily
from copilot.drafting.builtin.nets.data import Ends, Links, Matrix, role_in
from copilot.drafting.builtin.nets.reading import Reading
from copilot.drafting.formulation import Relation

FAMILY = "network"
_MEANS = re.compile(r"(?P<a>\w+) ?[-–/] ?(?P<b>\w+) (?:means|is|stands for) (?:from )?(?P=a) (?:to|→) (?P=b)\b")


@dataclass(frozen=True, slots=True)
class Network:
    """Arcs with their numbers by measure; `told` where the text or the data say which way links lead."""

    nodes: tuple[str, ...]
    arcs: Mapping[Ends, Mapping[str, float]]
    measures: tuple[str, ...]
    two_way: bool
    told: bool
    place: Place
    words: str
    headed: bool = False

    def numbers(self, measure: str) -> dict[Ends, float]:
        """One measure of the arcs that have it, in both directions where links lead both ways."""
        found = {ends: values[measure] for ends, values in self.arcs.items() if measure in values}
        if self.two_way:
            found |= {(b, a): value for (a, b), value in found.items() if (b, a) not in found}
        return found


def network_of(reading: Reading, *, two_way: bool) -> Network:
    """The one network of the data; `two_way` where neither data nor text say which way links lead.

    Raises NotThisFamily where there is none or several.
    """
    data = reading.data
    if len(data.links) == 1 and not data.matrices:
        return _of_links(reading, data.links[0], two_way=two_way)
    if len(data.matrices) == 1 and not data.links:
        matrix = data.matrices[0]
        if matrix.is_square or not matrix.is_full:
            return _of_matrix(reading, matrix)
    raise NotThisFamily


def _of_links(reading: Reading, links: Links, *, two_way: bool) -> Network:
    if links.twice:
        raise InDoubt(
            f"The link from {links.twice[0][0]} to {links.twice[0][1]} is listed twice; keep the one that counts."
        )
    both, single = reading.heard(FAMILY, "both_ways"), reading.heard(FAMILY, "one_way") or _example(reading)
    if both and single:
        raise InDoubt("The text says of some links that they lead both ways, and of some that they do not.")
    back = any((b, a) in links.values for a, b in links.values)
    told = links.two_way is not None or both is not None or single is not None or back
    ways = (
        both is not None if (both or single) else links.two_way if links.two_way is not None else two_way and not back
    )
    measures = tuple(dict.fromkeys(name for numbers in links.values.values() for name in numbers))
    return Network(tuple(links.nodes), links.values, measures, bool(ways), told, links.place, links.words, links.headed)


def _example(reading: Reading) -> re.Match[str] | None:
    """ "0-1 means from 0 to 1"."""
    match = _MEANS.search(reading.marks.prose)
    if match:
        reading.account.explain(*match.span())
        reading.struck.append(match.span())
        for said in reading.numbers_in(*match.span()):
            reading.account.counts.append(reading.account.take(said))
    return match


def _of_matrix(reading: Reading, matrix: Matrix) -> Network:
    """Rows lead to columns; a half matrix, or one that is the same both ways, leads both ways."""
    single = reading.heard(FAMILY, "one_way") is not None
    arcs = {(a, b): {"": value} for (a, b), value in matrix.values.items() if a != b and value != 0}
    nodes = tuple(dict.fromkeys((*matrix.rows, *matrix.heads)))
    half = not any((b, a) in arcs for a, b in arcs)
    both = reading.heard(FAMILY, "both_ways") is not None
    told = single or both or not half
    return Network(nodes, arcs, ("",), half and both, told, matrix.place, matrix.words, headed=not told)


def measure(network: Network, kind: str, *, alone: bool) -> str | None:
    """The measure that is a cost or a limit; `alone`: the only one counts, whatever it is called."""
    if len(network.measures) == 1 and alone:
        return network.measures[0]
    if kind == "limit":
        found = [name for name in network.measures if role_in(name) in ("limit", "supply") or is_most(name)]
    else:
        found = [name for name in network.measures if role_in(name) == "measure" and not is_most(name)]
        found = found or [name for name in network.measures if not role_in(name)]
    return found[0] if len(found) == 1 else None


def is_most(name: str) -> bool:
    """Whether a heading speaks of the most that a link takes."""
    return bool({"max", "maximum", "most", "capacity", "limit", "cap"} & set(name.lower().split()))


@dataclass(frozen=True, slots=True)
class Written:
    """Names of what a network became in a plan."""

    nodes: str
    arcs: str
    labels: Mapping[Ends, str]
    flow: str
    incidence: str


def write_network(
    plan: Plan,
    network: Network,
    ends: Sequence[Ends],
    said: Place,
    *,
    binary: bool = False,
    name: str = "flow",
    unit: str = "",
) -> Written:
    """Sets of nodes and arcs, which node each arc leaves and enters, and the flow on each arc."""
    nodes = plan.index("nodes", network.nodes, network.place)
    labels = {(a, b): f"{a} → {b}" for a, b in ends}
    arcs = plan.index("arcs", labels.values(), network.place)
    full: dict[Key, float] = {
        (node, label): float((node == a) - (node == b)) for node in network.nodes for (a, b), label in labels.items()
    }
    incidence = plan.table(
        "incidence", (nodes, arcs), full, network.place, label="1 where the arc leaves the node, -1 where it enters"
    )
    flow = plan.variable(
        name, (arcs,), said, domain="binary" if binary else "continuous", label=f"{name} on each arc", unit=unit
    )
    return Written(nodes, arcs, labels, flow, incidence)


def balance(
    plan: Plan, written: Written, net: Mapping[str, float], relation: Relation, *places: Place, words: str = "net"
) -> None:
    """What leaves each node less what enters it; nodes without a number keep nothing."""
    values: dict[Key, float] = {node: net.get(node, 0.0) for node in _nodes(plan, written)}
    limit = plan.table(words, (written.nodes,), values, *places, label="what leaves each node less what enters it")
    plan.rule(
        "balance",
        [term(written.flow, written.incidence)],
        relation,
        limit,
        *places,
        kind="balance",
        indices=(written.nodes,),
    )


def per_arc(
    plan: Plan, written: Written, words: str, values: Mapping[Ends, float], place: Place, unit: str = ""
) -> str:
    """A table over the arcs."""
    keyed: dict[Key, float] = {label: values[ends] for ends, label in written.labels.items()}
    return plan.table(words, (written.arcs,), keyed, place, unit=unit, label=f"{words} of each arc")


def _nodes(plan: Plan, written: Written) -> tuple[str, ...]:
    return next(item.elements for item in plan.sets if item.name == written.nodes)
