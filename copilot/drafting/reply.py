"""The typed reply that is asked of a language model; every field is bounded, and nothing in it is believed yet."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from copilot.drafting.formulation import ConstraintKind, Name, Relation

MAX_PROGRAM = 20_000
_GRAMMAR_LENGTH = 700  # servers that turn the schema into a grammar unroll lengths; long ones are checked here alone
_ERRORS_SHOWN = 6


def _clip(limit: int) -> BeforeValidator:
    """Prose that is too long is cut, not refused: a second call would cost more than the lost words."""
    return BeforeValidator(lambda value: value[:limit] if isinstance(value, str) else value)


Text = Annotated[str, _clip(600), Field(max_length=600)]
Short = Annotated[str, _clip(160), Field(max_length=160)]
Brief = Annotated[str, _clip(60), Field(max_length=60)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Quotes = Annotated[tuple[Text, ...], Field(max_length=8)]
Indices = Annotated[tuple[Name, ...], Field(max_length=4)]


class ReplyError(ValueError):
    """The reply cannot be used; the text is for the language model, and names the field; `told` is for a person.

    What the language model is asked to send instead stands in the text alone.
    """

    def __init__(self, text: str, *, told: str = "") -> None:
        super().__init__(text)
        self.told = told or text


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _null_means_left_out(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        nullable = {name for name, entry in cls.model_fields.items() if type(None) in get_args(entry.annotation)}
        return {key: value for key, value in given.items() if value is not None or key in nullable}


class ReplyTerm(_Part):
    """coefficient x variable."""

    coefficient: Number
    variable: Annotated[str, Field(max_length=120)]
    parameter: Short = ""


class _Item(_Part):
    # Words before numbers: a model that writes from left to right reads the request once more before it counts.
    name: Name
    label: Short = ""
    quotes: Quotes = ()
    sentence: Text = ""


class _Rule(_Item):
    terms: tuple[ReplyTerm, ...] = Field(default=(), max_length=60)
    latex: Text = ""
    unit: Brief = ""


class ReplySet(_Item):
    """Labels given, or taken from a table's column."""

    elements: tuple[Short, ...] = Field(default=(), max_length=300)
    table: Short = ""
    column: Short = ""


class KeyedValue(_Part):
    """One number of a family."""

    key: tuple[Short, ...] = Field(min_length=1, max_length=4)
    value: Number


class ReplyParameter(_Item):
    """One number, a family of numbers, or a table's column."""

    unit: Brief = ""
    indices: Indices = ()
    value: Number | None = None
    values: tuple[KeyedValue, ...] = Field(default=(), max_length=400)
    table: Short = ""
    column: Short = ""
    key_columns: tuple[Short, ...] = Field(default=(), max_length=4)


class ReplyVariable(_Item):
    """A decision."""

    indices: Indices = ()
    domain: Literal["continuous", "integer", "binary"] = "continuous"
    lower: Number | None = 0.0
    upper: Number | None = None
    unit: Brief = ""


class ReplyObjective(_Rule):
    """What is made largest or smallest."""

    name: Name = "objective"
    sense: Literal["maximize", "minimize"]
    constant: Number = 0.0


class ReplyConstraint(_Rule):
    """One rule of the request."""

    kind: ConstraintKind = "other"
    indices: Indices = ()
    relation: Relation | None = None
    limit: Number | None = None
    limit_parameter: Short = ""


class ReplyAssumption(_Part):
    """Something taken for granted; `about` names the item."""

    text: Text
    about: Brief = ""


class NotModelled(_Part):
    """A phrase of the request that the model leaves out."""

    quote: Text
    reason: Text


class ReplyQuestion(_Part):
    """A question whose answer changes the model."""

    text: Text
    options: tuple[Short, ...] = Field(default=(), max_length=6)
    default: Short = ""
    why: Text = ""


class FormulationReply(_Part):
    """A formulation, or questions, or the reason to abstain."""

    title: Annotated[str, _clip(120), Field(max_length=120)] = ""
    sets: tuple[ReplySet, ...] = Field(default=(), max_length=20)
    parameters: tuple[ReplyParameter, ...] = Field(default=(), max_length=80)
    variables: tuple[ReplyVariable, ...] = Field(default=(), max_length=60)
    objective: ReplyObjective | None = None
    constraints: tuple[ReplyConstraint, ...] = Field(default=(), max_length=80)
    assumptions: tuple[ReplyAssumption, ...] = Field(default=(), max_length=30)
    not_modelled: tuple[NotModelled, ...] = Field(default=(), max_length=30)
    questions: tuple[ReplyQuestion, ...] = Field(default=(), max_length=3)
    abstain_reason: Text = ""
    insights_used: tuple[Short, ...] = Field(default=(), max_length=20)


class ProgramReply(_Part):
    """The program of a settled formulation."""

    program: Annotated[str, Field(max_length=MAX_PROGRAM)] = ""
    tables_read: tuple[Short, ...] = Field(default=(), max_length=10)
    remark: Text = ""


class RepairReply(_Part):
    """A mended program, and the formulation anew where that was the wrong side."""

    cause: Text = ""
    program: Annotated[str, Field(max_length=MAX_PROGRAM)] = ""
    tables_read: tuple[Short, ...] = Field(default=(), max_length=10)
    formulation: FormulationReply | None = None


AnyReply = TypeVar("AnyReply", FormulationReply, ProgramReply, RepairReply)


def schema_of(kind: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a reply that a server is given, with the bounds that a grammar can bear."""
    schema = _slim(kind.model_json_schema())
    assert isinstance(schema, dict)
    return {
        **schema,
        "title": "Draft",
        "description": " ".join((kind.__doc__ or "").split()),
        # A weak model behind a grammar leaves out whatever it may: without this its reply is an empty object.
        "required": list(schema["properties"]),
    }


def parse_reply(text: str, kind: type[AnyReply]) -> AnyReply:
    """The reply in a text that should be one JSON object. Raises ReplyError with what is wrong, field by field."""
    found = extract_json(text)
    # In a reply that broke off, the longest complete object is an inner one.
    if found is None or not found.keys() & kind.model_fields.keys():
        raise ReplyError(
            "The reply holds no complete JSON object. Send one JSON object, and keep it short.",
            told="What it sent is not what was asked for, or only a piece of it.",
        )
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        faults = [
            f"- {'.'.join(str(part) for part in fault['loc']) or 'reply'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)[:_ERRORS_SHOWN]
        ]
        more = error.error_count() - _ERRORS_SHOWN
        tail = f"\n- and {more} more" if more > 0 else ""
        parts = ", ".join(fault[2:].partition(": ")[0] for fault in faults) + (f" and {more} more" if more > 0 else "")
        told = f"Parts of what it sent have not the agreed form: {parts}."
        raise ReplyError("These fields do not follow the schema:\n" + "\n".join(faults) + tail, told=told) from error


def extract_json(text: str) -> dict[str, Any] | None:
    """The longest JSON object in a text, whatever stands around it: thoughts, a code fence, a farewell."""
    decoder = json.JSONDecoder()
    best: dict[str, Any] | None = None
    best_length = position = tries = 0
    while tries < 50 and (start := text.find("{", position)) >= 0:
        tries += 1
        position = start + 1
        try:
            found, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and end - start > best_length:
            best, best_length = found, end - start
        position = end
    return best


def _slim(node: object) -> object:
    if isinstance(node, list):
        return [_slim(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    kept: dict[str, Any] = {key: _slim(value) for key, value in node.items() if not _is_noise(key, value)}
    if kept.get("type") == "object" and "properties" in kept:
        kept["additionalProperties"] = False
        if "quotes" in kept["properties"]:
            kept["required"] = [*kept.get("required", ()), "quotes"]
    return kept


def _is_noise(key: str, value: object) -> bool:
    if key in ("title", "default") and not isinstance(value, dict):
        return True
    return key == "maxLength" and isinstance(value, int) and value > _GRAMMAR_LENGTH
