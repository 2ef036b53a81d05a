"""The mapping of a version's parameters to the columns of a conversation's datasets, as a form shows and sends it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from copilot.accounts.models import User
from copilot.chat import attachments
from copilot.chat.models import Conversation, Message
from copilot.chat.words import plural
from copilot.data.errors import DataError
from copilot.data.mapping import Option, Wanted, options_for, propose, set_option, succeeded
from copilot.data.models import Dataset
from copilot.data.services import table_of
from copilot.data.table import DataTable
from copilot.data.template import template
from copilot.drafting.base import Data
from copilot.drafting.wire import data_from_json
from copilot.runs import newdata, rebinds
from copilot.runs.models import ModelVersion, Run
from copilot.runs.rebinds import Mapped
from copilot.runs.services import RunConflict, RunError
from copilot.runs.wants import wanted_of
from copilot.runs.words import number

FIELD = "map-"
OPTIONS = 40
KEEP = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a field: its value in the form, and its words."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One thing the program reads: what it is, its present value, and the columns it can come from."""

    name: str
    field: str
    label: str
    shape: str
    unit: str
    now: str
    reason: str
    choices: tuple[Choice, ...]
    is_mapped: bool
    follows: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A version's wants beside the tables at hand."""

    version: ModelVersion
    datasets: tuple[Dataset, ...]
    wanted: tuple[Wanted, ...]
    data: Data
    tables: Mapping[str, DataTable]
    proposed: Mapping[str, Option]

    def mapped(self, asked: Mapping[str, str] | None) -> list[Mapped]:
        """What a form asks for, or what is proposed where there is none; sets follow their parameters.

        Raises RunError for a column that is no longer there: keeping the present value instead would be a surprise.
        """
        self._check(asked or {})
        chosen = {one.name: option for one in self.wanted if (option := self._option(one, asked))}
        for one in self.wanted:
            if (
                one.kind == "labels"
                and one.name not in chosen
                and (option := set_option(one.name, self.wanted, chosen))
            ):
                chosen[one.name] = option
        ids = {dataset.name: str(dataset.id) for dataset in self.datasets}
        return [Mapped(option.binding, ids[option.table]) for option in chosen.values()]

    def fields(self, asked: Mapping[str, str] | None) -> tuple[Field, ...]:
        """The form: every want with its options."""
        return tuple(self._field(one, asked) for one in self.wanted)

    def _check(self, asked: Mapping[str, str]) -> None:
        wanted = {FIELD + one.name: one for one in self.wanted}
        for name, value in asked.items():
            if name.startswith(FIELD) and name not in wanted:
                raise RunError(f"The program reads nothing named {name.removeprefix(FIELD)[:40]}. Map the data again.")
            if name in wanted and value != KEEP and self._option(wanted[name], asked) is None:
                one, column = wanted[name], " · ".join(value.split("|")[:3:2])
                raise RunError(
                    f"The column chosen for {one.label or one.name} ({column[:80]}) is not in the tables in use: they "
                    "were replaced, or it is not of the right form. Choose another."
                )

    def _option(self, one: Wanted, asked: Mapping[str, str] | None) -> Option | None:
        if asked is None:
            return None if one.kind == "labels" else self.proposed.get(one.name)
        value = asked.get(FIELD + one.name, KEEP)
        return next((option for option in self._options(one) if option.key == value), None)

    def _options(self, one: Wanted) -> list[Option]:
        return options_for(one, list(self.tables.values()))[:OPTIONS]

    def _field(self, one: Wanted, asked: Mapping[str, str] | None) -> Field:
        option = self._option(one, asked)
        keep = "as its parameters have them" if one.kind == "labels" else "keep the present value"
        choices = [Choice(KEEP, keep, option is None)]
        choices += [Choice(each.key, _words(one, each), each == option) for each in self._options(one)]
        reason = option.reason if option and option == self.proposed.get(one.name) else ""
        return Field(
            name=one.name,
            field=FIELD + one.name,
            label=one.label or one.name,
            shape=_shape(one),
            unit=one.unit,
            now=_now(one, self.data),
            reason=f"proposed for {reason}" if reason and not reason.startswith(("the ", "has ", "a ")) else reason,
            choices=tuple(choices),
            is_mapped=option is not None,
            follows=one.kind == "labels",
        )


def board_of(run: Run, datasets: Iterable[Dataset]) -> Board:
    """What the run's version reads, with the tables of these datasets; raises RunError with a sentence."""
    version = run.version or run.base
    if version is None:
        raise RunConflict(newdata.NO_VERSION)
    held = tuple(datasets)
    try:
        formulation = rebinds.formulation_of(version)
        tables = {dataset.name: replace(table_of(dataset), name=dataset.name) for dataset in held}
    except DataError as error:
        raise RunError(str(error)) from error
    data = data_from_json(version.data)
    newest = sorted((one for one in held if one.created_at > version.created_at), key=lambda one: one.created_at)
    wanted = succeeded(
        wanted_of(formulation, data), list(tables.values()), [dataset.name for dataset in reversed(newest)]
    )
    return Board(version, held, wanted, data, tables, propose(wanted, list(tables.values())))


@transaction.atomic
def solve_with_data(*, run: Run, actor: User, mapped: Sequence[Mapped], datasets: Sequence[Dataset]) -> Message:
    """Solve the run's version with the mapped data, as a turn of its own in the same conversation; raises RunError."""
    original = Message.objects.select_related("conversation").get(run=run)
    started = newdata.solve_with(run=run, actor=actor, mapped=mapped, datasets=datasets)
    if twin := Message.objects.filter(run=started).first():
        return twin
    used = {one.dataset for one in mapped}
    told = ", ".join(f"{one.name} (version {one.version})" for one in datasets if str(one.id) in used)
    base = started.base.number if started.base else 0
    message = Message.objects.create(
        conversation=original.conversation,
        author=actor,
        text=f"Solve version {base} with new data: {told}.",
        run=started,
    )
    original.conversation.save()  # moves it to the top of the list
    return message


def template_of(run: Run) -> tuple[str, bytes]:
    """File name and bytes of a workbook with what the run's version reads; raises RunError with a sentence."""
    version = run.version or run.base
    if version is None:
        raise RunConflict(newdata.NO_VERSION)
    try:
        data = data_from_json(version.data)
        content = template(wanted_of(rebinds.formulation_of(version), data), data)
    except DataError as error:
        raise RunError(str(error)) from error
    return f"version-{version.number}-data.xlsx", content


def with_content(conversation: Conversation) -> list[Dataset]:
    """The datasets in use, with their contents."""
    ids = [dataset.id for dataset in attachments.in_use(conversation)]
    return list(Dataset.objects.filter(id__in=ids).order_by("name"))


def _words(one: Wanted, option: Option) -> str:
    binding = option.binding
    if binding.role == "rows":
        return f"{option.table}, all rows"
    if binding.role == "cell":
        return f"{option.table} · {binding.column} in the row {binding.at}"
    if binding.role == "matrix":
        return f"{option.table}, a column for each of {one.indices[1]}, by {binding.keys[0]}"
    by = f", by {' and '.join(binding.keys)}" if binding.keys else ""
    return f"{option.table} · {binding.column}{by}"


def _shape(one: Wanted) -> str:
    if one.kind == "labels":
        return plural(len(one.labels.get(one.name, ())), "label")
    if one.kind == "rows":
        return f"a table with {', '.join(one.columns[:6])}"
    return f"by {' and '.join(one.indices)}" if one.indices else "a number"


def _now(one: Wanted, data: Data) -> str:
    value = data.get(one.name)
    if one.kind == "labels":
        labels = one.labels.get(one.name, ())
        return ", ".join(labels[:4]) + (", …" if labels[4:] else "")
    if isinstance(value, int | float):
        return number(float(value), one.unit)
    if isinstance(value, Mapping):
        numbers = [float(each) for each in value.values()]
        low, high = (min(numbers), max(numbers)) if numbers else (0.0, 0.0)
        return f"{plural(len(numbers), 'number')} from {number(low)} to {number(high, one.unit)}"
    return plural(len(value), "row") if isinstance(value, Sequence) and not isinstance(value, str) else ""
