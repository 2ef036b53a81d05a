"""Whether a change of the model was asked for: what the newest message names, and which numbers it implies.

Careful on purpose: `no` only where the message neither quotes, nor names, nor implies what changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from copilot.drafting.formulation import Constraint, Formulation, Objective, Parameter, Span, Variable
from copilot.drafting.said import Said

Answer = Literal["yes", "no", "unknown"]
Item = Variable | Constraint | Objective
_NAME = re.compile(r"[A-Za-z]\w*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_SENTENCE_END = re.compile(r"[.;?!](?=\s)|\n\s*\n")
PHRASE = 200
COMPONENT_SUFFIXES = ("_amount", "_rule", "_goal")  # what a program's name has behind the formulation's


@dataclass(frozen=True, slots=True)
class Revision:
    """Two formulations and the newest message, `text[start:]`, that should explain what differs between them."""

    before: Formulation | None
    after: Formulation | None
    text: str
    start: int

    @property
    def message(self) -> str:
        """The newest message."""
        return self.text[self.start :]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a family's change was asked for; the phrase of the message that it is linked to; what was not."""

    requested: Answer
    phrase: str = ""
    unrequested: tuple[str, ...] = ()


def judge(families: Sequence[Mapping[str, Any]], revision: Revision) -> list[Judgement]:
    """One judgement per family of a diff, in its order."""
    judge = _Judge(revision)
    found = [judge.family(family) for family in families]
    asked = {
        str(family["family"])
        for family, one in zip(families, found, strict=True)
        if family["kind"] == "variables" and family["change"] != "changed" and one.requested == "yes"
    }
    found = [
        Judgement("yes", one.phrase) if asked and _only_carries(family, asked) else one
        for family, one in zip(families, found, strict=True)
    ]
    said = _one_line(revision.message)
    return [replace(one, phrase=one.phrase or said) if one.requested == "yes" else one for one in found]


def item_of(formulation: Formulation | None, kind: str, family: str) -> Item | None:
    """The item of a formulation that a component of the program stands for."""
    if formulation is None:
        return None
    if kind == "objective":
        return formulation.objective
    items: Sequence[Item] = formulation.variables if kind == "variables" else formulation.constraints
    named = {item.name: item for item in items}
    shortened = (family.removesuffix(suffix) for suffix in COMPONENT_SUFFIXES)
    return named.get(family) or next((named[name] for name in shortened if name in named), None)


@dataclass(slots=True)
class _Judge:
    revision: Revision
    message: Said = field(init=False)
    parameters: Mapping[str, Parameter] = field(init=False)
    earlier: Mapping[str, Parameter] = field(init=False)

    def __post_init__(self) -> None:
        self.message = Said(self.revision.message)
        self.parameters = _parameters(self.revision.after)
        self.earlier = _parameters(self.revision.before)

    def family(self, family: Mapping[str, Any]) -> Judgement:
        kind, name, change = str(family["kind"]), str(family["family"]), str(family["change"])
        before = item_of(self.revision.before, kind, name)
        after = item_of(self.revision.after, kind, str(family.get("renamed") or name))
        entries: Sequence[Mapping[str, Any]] = family.get("entries", ())
        is_whole = all(entry["field"] == change for entry in entries)  # else it is paired with one of another name
        if change == "removed" and is_whole:
            return Judgement(self._removed(name, before))
        phrase = self._phrase(after, before)
        if change == "added" and is_whole:
            answer: Answer = "yes" if phrase else self._added(name, after, family)
            return Judgement(answer, phrase, (name,) if answer == "no" else ())
        own = bool(after and self._linked(after.spans) and (before is None or before.spans != after.spans))
        answers = {id(entry): self._entry(entry, name, after, own=own) for entry in entries}
        refused = [_subject(entry) for entry in entries if answers[id(entry)] == "no"]
        if refused:
            return Judgement("no", phrase, tuple(dict.fromkeys(refused))[:5])
        complete = len(entries) == family.get("entry_count", len(entries))
        is_yes = complete and bool(answers) and set(answers.values()) == {"yes"}
        return Judgement("yes" if is_yes else "unknown", phrase)

    def _removed(self, name: str, item: Item | None) -> Answer:
        named, said = self.message.names(_vocabulary(name, item)), self.message.says("removed")
        if named and said:
            return "yes"
        return "unknown" if named or said or not self.revision.start else "no"

    def _added(self, name: str, item: Item | None, family: Mapping[str, Any]) -> Answer:
        named = self.message.names(_vocabulary(name, item))
        texts = " ".join(str(entry.get("new", "")) for entry in family.get("entries", ())[:5])
        numbers = [float(match) for match in _NUMBER.findall(texts) if float(match) not in (0.0, 1.0)]
        implied = any(self.message.implies(None, number) for number in numbers)
        if named and implied:
            return "yes"
        return "unknown" if named or implied else "no"

    def _entry(self, entry: Mapping[str, Any], family: str, item: Item | None, *, own: bool) -> Answer:
        field_name, subject = str(entry["field"]), str(entry["subject"])
        named = self.message.names(_concerned(entry, family, item, self.revision.after))
        if field_name in ("added", "removed"):  # a row or column of a family that stays, such as a label of a table
            return "yes" if own else "unknown"
        if field_name == "sense" and isinstance(item, Objective):
            return self._direction(item, named=named, own=own)
        if field_name in ("sense", "integrality"):
            return self._kind_of_change(field_name, named=named, own=own)
        old, new = _float(entry.get("old")), _float(entry.get("new"))
        implied = self.message.implies(old, new)
        sources = self._sources(item, subject, field_name)
        linked = any(self._linked(source.spans) for source in sources) if sources else own
        certain = linked and all(isinstance(source.value, int | float) for source in sources)
        if certain or ((named or linked) and implied):
            return "yes"
        from_table = any(source.source.startswith("table:") for source in sources)
        return "unknown" if named or implied or from_table else "no"

    def _direction(self, goal: Objective, *, named: bool, own: bool) -> Answer:
        opposite = "minimize" if goal.sense == "maximize" else "maximize"
        if self.message.says(goal.sense) or (own and not self.message.says(opposite)):
            return "yes"
        return "unknown" if named or own else "no"

    def _kind_of_change(self, kind: str, *, named: bool, own: bool) -> Answer:
        said = self.message.says(kind)
        if own or (said and (named or kind != "sense")):
            return "yes"
        return "unknown" if named or said else "no"

    def _sources(self, item: Item | None, subject: str, field_name: str) -> list[Parameter]:
        """Parameters that the changed number may come from, if they are not what they were."""
        if isinstance(item, Variable) or item is None:
            return []
        column = field_name.removeprefix("coefficient of ") if field_name.startswith("coefficient of ") else subject
        variable = column.partition("[")[0]
        texts = [term.parameter for term in item.terms if term.variable.partition("[")[0] == variable]
        if isinstance(item, Constraint) and not field_name.startswith("coefficient"):
            texts = [item.limit_parameter]
        return self._changed(texts)

    def _changed(self, texts: Iterable[str]) -> list[Parameter]:
        names = {name for text in texts for name in _NAME.findall(text)}
        return [self.parameters[n] for n in names if n in self.parameters and self.parameters[n] != self.earlier.get(n)]

    def _linked(self, spans: Iterable[Span]) -> bool:
        return any(self._in_message(span) for span in spans)

    def _in_message(self, span: Span) -> bool:
        """Whether a phrase stands in the newest message; of two like phrases, the first may have been found."""
        if span.start >= self.revision.start:
            return True
        phrase = self.revision.text[span.start : span.end].strip()
        return len(phrase.split()) > 1 and phrase.lower() in self.message.text.lower()

    def _phrase(self, after: Item | None, before: Item | None) -> str:
        """The phrase of the newest message that the item, or a number of it that changed, is linked to."""
        if after is None:
            return ""
        texts = [] if isinstance(after, Variable) else [term.parameter for term in after.terms]
        if isinstance(after, Constraint):
            texts.append(after.limit_parameter)
        own = after.spans if before is None or before.spans != after.spans else ()
        changed = [span for parameter in self._changed(texts) for span in parameter.spans]
        found = [span for span in (*own, *changed) if self._in_message(span)]
        if not found:
            return ""
        text, start = self.revision.text, self.revision.start
        if max(span.end for span in found) <= start:
            return _one_line(text[found[0].start : found[0].end])
        inside = [span for span in found if span.end > start]
        return _widened(text, max(start, min(span.start for span in inside)), max(span.end for span in inside))


def _widened(text: str, start: int, end: int) -> str:
    """A phrase of one or two words with the sentence around it."""
    if len(text[start:end].split()) < 3:
        start = max([0, *(match.end() for match in _SENTENCE_END.finditer(text, 0, start))])
        following = _SENTENCE_END.search(text, end)
        end = following.start() + 1 if following else len(text)
    return _one_line(text[start:end])


def _one_line(text: str) -> str:
    return " ".join(text.split())[:PHRASE]


def _only_carries(family: Mapping[str, Any], asked: set[str]) -> bool:
    """Whether a changed family differs in coefficients of variables alone that were asked for."""
    entries: Sequence[Mapping[str, Any]] = family.get("entries", ())
    if family["change"] != "changed" or not entries:
        return False
    columns = [
        str(entry["subject"] if entry["field"] == "objective coefficient" else entry["field"]) for entry in entries
    ]
    return all(column.removeprefix("coefficient of ").partition("[")[0] in asked for column in columns)


def _parameters(formulation: Formulation | None) -> Mapping[str, Parameter]:
    return {item.name: item for item in formulation.parameters} if formulation else {}


def _vocabulary(name: str, item: Item | None) -> list[str]:
    words = [name]
    if item is not None:
        words += [item.name, item.label]
    return words


def _concerned(entry: Mapping[str, Any], family: str, item: Item | None, after: Formulation | None) -> list[str]:
    """The words for the one number that changed: of its column where there is one, else of its family."""
    field_name, subject = str(entry["field"]), str(entry["subject"])
    column = field_name.removeprefix("coefficient of ") if field_name.startswith("coefficient of ") else ""
    column = subject if field_name == "objective coefficient" else column
    if not column:
        return [*_vocabulary(family, item), subject]
    name = column.partition("[")[0]
    return [*_vocabulary(name, item_of(after, "variables", name)), column]


def _subject(entry: Mapping[str, Any]) -> str:
    field_name = str(entry["field"])
    return str(entry["subject"]) if field_name == "objective coefficient" else f"{entry['subject']}: {field_name}"


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
