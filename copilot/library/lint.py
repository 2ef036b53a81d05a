"""What can be said against an insight by reading it: no model, no solver. Building both examples is another check."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from copilot.library.content import Content, path_key
from copilot.library.ranking.words import terms

ALIKE = 0.6  # cosine of term weights from which two insights under one label are called near-duplicates
_LEAK = re.compile(
    r"\b(?:failed (?:mathematical )?(?:model|program|formulation|attempt)|model failed to|gold(?:en)?[- ]standard|"
    r"ground[- ]truth|(?:gold|reference) (?:program|solution|model)|correct[_ ]program|"
    r"the (?:given|original|provided) (?:code|model) (?:was|had|used))",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all |any |the |your |previous |prior |above |earlier )+"
    r"(?:instruction|prompt|rule|message)|\bsystem prompt\b|\b(?:api[_ ]?key|password)s?\b"
    r"|\byou are (?:now )?(?:an? )?(?:assistant|ai|chatgpt|language model)"
    r"|<\|[a-z_]+\|>|>>>\w+ [0-9a-f]{8}",
    re.IGNORECASE,
)
_HTML = re.compile(
    r"<\s*/?\s*(?:script|iframe|img|svg|style|link|meta|object|embed|form|a|div|span|p|br)\b|javascript:", re.IGNORECASE
)
_GUROBI = re.compile(r"\bgurobi|\bGRB\b|\bgp\.|\baddConstrs?\b|\baddVars?\b", re.IGNORECASE)
_NEUTRAL = re.compile(r"\bpyomo\b|\bConcreteModel\b|\bpyo\.|\bhighs\b", re.IGNORECASE)
_COMMENT = re.compile(r"#[^\n]*|//[^\n]*")
_TOKEN = re.compile(r"\d+(?:\.\d+)?|\w+|[^\w\s]")
_FORMULA = re.compile(r"\\(?:sum|forall|text|min|max|in|cdot)\b|[∑∀∈≤≥]|\w_\{")
_CALL = re.compile(r"\w\.\w+\(|\b(?:Constraint|Objective|Var)\(|\bfor \w+ in\b|^\s*def ", re.MULTILINE)
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")
_WORD = re.compile(r"\w+")
QUOTED, LISTED = 8, 4
_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][a-z]{2,}\w*(?: [A-Z][a-z]+)*")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at; nothing with an error becomes active: someone writes a new version first."""

    code: str
    severity: str  # error or warning
    message: str

    def to_json(self) -> dict[str, Any]:
        """As it is stored beside the version."""
        return asdict(self)


def lint(content: Content, *, known: Callable[[tuple[str, ...]], bool] | None = None) -> tuple[Finding, ...]:
    """Findings about one insight; `known` tells whether the taxonomy has a label."""
    found = [*_labels(content, known), *_example(content), *_words(content)]
    return tuple(found)


def leaked(content: Content, source: str) -> tuple[Finding, ...]:
    """What an insight shares with the task it was learnt from: numbers of three or more digits, decimals, names,
    QUOTED words in a row, and LISTED numbers in a row."""
    said = " ".join((content.applies_when, content.not_when, content.explanation, content.wrong, content.right))
    shared = sorted(_numbers(said) & _numbers(source))
    names = sorted(set(_NAME.findall(source)) & set(_NAME.findall(said)))
    found = []
    if shared:
        found.append(
            Finding("leaked_numbers", "error", f"It repeats numbers of its source task: {', '.join(shared[:8])}.")
        )
    if names:
        found.append(Finding("leaked_names", "error", f"It repeats names of its source task: {', '.join(names[:8])}."))
    if quoted := _runs(_WORD.findall(said.lower()), QUOTED) & _runs(_WORD.findall(source.lower()), QUOTED):
        found.append(Finding("leaked_words", "error", f"It quotes its source task: “{' '.join(min(quoted))}”."))
    if listed := _lists(said) & _lists(source):
        told = ", ".join(min(listed))
        found.append(Finding("leaked_list", "error", f"It repeats a list of numbers of its source task: {told}."))
    return tuple(found)


def near_duplicates(contents: Sequence[Content], *, alike: float = ALIKE) -> list[tuple[int, int, float]]:
    """Pairs of positions that say nearly the same, with their likeness: under each label, and exact twins overall."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    twins: defaultdict[str, list[int]] = defaultdict(list)
    for position, content in enumerate(contents):
        twins[content.digest()].append(position)
        for path in content.labels:
            groups[path_key(path)].append(position)
    pairs = {(first, later): 1.0 for same in twins.values() for first, later in pairwise(same)}
    weights = _weights(contents)
    for members in groups.values():
        for index, first in enumerate(members[:GROUP_MOST]):
            for later in members[index + 1 : GROUP_MOST]:
                if (likeness := _cosine(weights[first], weights[later])) >= alike:
                    pairs.setdefault((first, later), likeness)
    return sorted((first, later, round(likeness, 3)) for (first, later), likeness in pairs.items())


def alike_to(content: Content, others: Sequence[Content], *, alike: float = ALIKE) -> list[tuple[int, float]]:
    """Positions of the label-mates `others` that say nearly the same, with their likeness, the highest first."""
    mine, *weights = _weights([content, *others])
    digest = content.digest()
    found = [
        (place, 1.0 if other.digest() == digest else round(_cosine(mine, weight), 3))
        for place, (other, weight) in enumerate(zip(others, weights, strict=True))
    ]
    return sorted((pair for pair in found if pair[1] >= alike), key=lambda pair: -pair[1])


GROUP_MOST = 300  # members of one label that are compared with each other


def same_example(wrong: str, right: str) -> bool:
    """Whether both halves are the same but for comments, blanks, and the sides of a relation."""
    first, second = _canonical(wrong), _canonical(right)
    return bool(first) and first == second


def _labels(content: Content, known: Callable[[tuple[str, ...]], bool] | None) -> Iterable[Finding]:
    if not content.labels:
        yield Finding("no_label", "warning", "It has no label, so the taxonomy never leads to it.")
    for path in content.labels:
        if known is not None and not known(path):
            yield Finding("unreachable_label", "warning", f"The taxonomy has no label {' → '.join(path)}.")


def _example(content: Content) -> Iterable[Finding]:
    if not content.wrong or not content.right:
        missing = "wrong" if content.right else "right" if content.wrong else "wrong and right"
        yield Finding("half_example", "warning", f"The example lacks its {missing} half.")
    elif same_example(content.wrong, content.right):
        yield Finding("wrong_equals_right", "error", "The wrong and the right half of the example say the same.")
    elif bool(_CALL.search(content.wrong)) != bool(_CALL.search(content.right)) and _FORMULA.search(
        f"{content.wrong}\n{content.right}"
    ):
        yield Finding(
            "two_notations", "warning", "One half is a formula, the other a program: they cannot be compared."
        )
    said = f"{content.wrong}\n{content.right}\n{content.explanation}"
    if _GUROBI.search(said) and not _NEUTRAL.search(said):
        yield Finding("gurobi_only", "warning", "It is written for Gurobi's interface alone.")


def _words(content: Content) -> Iterable[Finding]:
    prose = "\n".join((content.title, content.applies_when, content.not_when, content.explanation))
    if leak := _LEAK.search(prose):
        yield Finding("training_context", "warning", f"It speaks of how it was learnt: “{leak[0]}”.")
    if order := _ORDER.search(f"{prose}\n{content.wrong}\n{content.right}"):
        yield Finding("instruction", "error", f"It reads like an order to a language model: “{order[0][:60]}”.")
    if markup := _HTML.search(prose):
        yield Finding("markup", "error", f"It contains markup: “{markup[0][:30]}”.")


def _canonical(code: str) -> tuple[str, ...]:
    """Tokens without comments; `a >= b` reads as `b <= a`."""
    lines = []
    for line in _COMMENT.sub("", code).splitlines():
        sides = re.fullmatch(r"([^<>=]+)>=?([^<>=]+)", line.strip())
        turned = f"{sides[2]} <= {sides[1]}" if sides else line
        lines.append(" ".join(_TOKEN.findall(turned)))
    return tuple(line for line in lines if line)


def _numbers(text: str) -> set[str]:
    found = {match.replace(",", "").rstrip(".") for match in _NUMBER.findall(text)}
    return {number for number in found if len(number.replace(".", "")) >= 3 or "." in number}


def _runs(words: Sequence[str], length: int) -> set[tuple[str, ...]]:
    """Every run of so many words."""
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def _lists(text: str) -> set[tuple[str, ...]]:
    """Runs of numbers that tell something: three different ones at least, and not one after the other."""
    runs = _runs(re.findall(r"(?<![\w.])\d+(?:\.\d+)?", text), LISTED)
    steps = {run: {float(b) - float(a) for a, b in pairwise(run)} for run in runs}
    return {run for run in runs if len(set(run)) > 2 and steps[run] not in ({1.0}, {-1.0})}


def _weights(contents: Sequence[Content]) -> list[Mapping[str, float]]:
    """Term weights of each text, of length one; words that most texts share weigh little."""
    counted = [Counter(terms(f"{content.applies_when} {content.explanation} {content.right}")) for content in contents]
    spread = Counter(term for counts in counted for term in counts)
    many = len(contents)
    weighted: list[Mapping[str, float]] = []
    for counts in counted:
        raw = {term: count * (1.0 - spread[term] / (many + 1.0)) for term, count in counts.items()}
        norm = sum(value * value for value in raw.values()) ** 0.5 or 1.0
        weighted.append({term: value / norm for term, value in raw.items()})
    return weighted


def _cosine(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    small, large = sorted((first, second), key=len)
    return sum(value * large.get(term, 0.0) for term, value in small.items())
