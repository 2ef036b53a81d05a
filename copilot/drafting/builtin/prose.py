"""The word-problem route: reads the text once per list of items and keeps the reading with the emptiest ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from copilot.drafting.base import DraftOutcome, Question
from copilot.drafting.builtin.asking import offers_of, questions_of, reasons_of
from copilot.drafting.builtin.candidates import candidate_lists, is_statement
from copilot.drafting.builtin.compose import compose, same_model
from copilot.drafting.builtin.compounds import compounded
from copilot.drafting.builtin.expressions import says_sum
from copilot.drafting.builtin.formulas import UNREAD
from copilot.drafting.builtin.letters.names import lettered, unlettered
from copilot.drafting.builtin.letters.reader import read_letters
from copilot.drafting.builtin.plans import best_value, finite, is_idle, is_whole
from copilot.drafting.builtin.questions.said import answered, parted
from copilot.drafting.builtin.reading import Reading, read
from copilot.drafting.builtin.scales import unscaled
from copilot.drafting.builtin.silent import silent_rules
from copilot.drafting.builtin.statements.naming import namings
from copilot.drafting.builtin.statements.reader import read_statements
from copilot.drafting.builtin.symbols import says_negative, says_whole, symbolic
from copilot.drafting.builtin.tokens import Sentence, sentences_of
from copilot.drafting.formulation import Formulation

_MOST_SUMMED = 6
_MOST_FIGURES = 200  # numbers read over all lists of things; a text with more of them is a table in prose
_FEW_FIGURES = 40
_MOST_NAMED = 8
_LONGEST_STATED = 4_000  # characters
_NOT_READ = (
    "This text does not say a decision the built-in drafter can read. Say what to choose between, what each choice "
    "brings or takes, what limits it, and what to maximize or minimize."
)
_UNBOUNDED = (
    "Nothing stops “{label}” from growing without end, because no rule limits it. "
    "Say what there is to spend, or how many at most."
)
_AT_ODDS = (
    "As I read the text, no plan can meet all of its limits, so I have probably misread one. {notes}"
    "Say those limits with “at most” or “at least”."
)
_IDLE = (
    "As I read the text, choosing nothing at all is best for “{label}”, so I have probably misread a limit. "
    "Say what is needed with “at least”."
)
_CONFLICT = "As I read the text, no plan can meet all of its limits at once."
_STRICT = "“{phrase}” is read so that {value} itself is allowed."
_NOTHING = "No rule asks for anything, so choosing nothing at all is best for “{label}”; is something needed?"


@dataclass(frozen=True, slots=True)
class Read:
    """A complete formulation, and what may be asked about it: its default is how it was read."""

    formulation: Formulation
    questions: tuple[Question, ...] = ()


def outcome_of_text(text: str) -> Read | DraftOutcome:
    """The formulation of a word problem, or the outcome that asks or abstains with reasons."""
    reading = read_with_answers(text)
    if reading is None:
        return DraftOutcome(status="abstained", reasons=(_NOT_READ,))
    if not reading.gaps:
        refusal = _refusal(reading)
        if refusal:
            return DraftOutcome(status="abstained", reasons=(refusal,))
        _remark(reading)
        return Read(formulation_of(reading, text), offers_of(reading, text))
    partial = formulation_of(reading, text) if reading.goal is not None else None
    questions: tuple[Question, ...] = questions_of(reading)
    if questions:
        return DraftOutcome(status="question", questions=questions, reasons=reasons_of(reading), partial=partial)
    return DraftOutcome(status="abstained", reasons=reasons_of(reading), partial=partial)


def revised_by_answer(previous: Formulation, *, text: str, start: int) -> Read | None:
    """The formulation as answers to questions about it change it, where text[start:] holds nothing else.

    None where it does not, and where `previous` is not what text[:start] says: then it was changed in other ways.
    """
    said = parted(text)
    if not said.answers or said.text[start:].strip():
        return None
    before = read_with_answers(text[:start])
    if before is None or before.gaps or not same_model(formulation_of(before, text), previous):
        return None
    read = outcome_of_text(text)
    return read if isinstance(read, Read) else None


def read_with_answers(text: str) -> Reading | None:
    """The best reading, with the answers to its questions that stand in the text; other paragraphs are read as text."""
    said = parted(text)
    reading = best_reading(said.text) if said.answers else None
    settled = answered(reading, said) if reading is not None else None
    return settled if settled is not None else best_reading(text)


def _refusal(reading: Reading) -> str:
    """Why a reading without gaps is no plan all the same, or nothing.

    A text may well contradict itself, and its conflict is then explained; where the reading rests on guesses, though,
    the guesses are the likelier cause.
    """
    assert reading.goal is not None
    outcome = finite(reading)
    if outcome == "unbounded":
        return _UNBOUNDED.format(label=reading.goal.label)
    if outcome == "infeasible" and (reading.notes or any(row.said_as_sum for row in reading.rows)):
        said = f"I assumed: {' '.join(reading.notes)} " if reading.notes else ""
        return _AT_ODDS.format(notes=said)
    if is_idle(reading):
        if reading.notes:
            return _IDLE.format(label=reading.goal.label)
        reading.notes.append(_NOTHING.format(label=reading.goal.label))
    return ""


def _remark(reading: Reading) -> None:
    """What a complete reading must say of itself: that its limits conflict, and that "more than 30" allows 30."""
    if finite(reading) == "infeasible":
        reading.notes.append(_CONFLICT)
    for limit in reading.limits:
        if limit.strict and limit.quantity is not None and limit.kind != "comparison":
            value = limit.quantity.part.text
            word = "more than" if limit.sign == ">=" else "less than"
            reading.notes.append(_STRICT.format(phrase=f"{word} {value}", value=value))


def formulation_of(reading: Reading, text: str) -> Formulation:
    """The reading as a formulation with offsets into the text."""
    return compose(reading, text=text, sentences=reading.offsets, whole=is_whole(reading))


def best_reading(text: str) -> Reading | None:
    """The reading that explains most of the text, or None where nothing to choose between was found."""
    written, text = text, unscaled(text)
    sentences = compounded(sentences_of(text))
    by_letters = _symbolic(text)
    figures = sum(token.kind == "number" for sentence in sentences for token in sentence)
    lists = [] if by_letters else candidate_lists(sentences)[: max(1, _MOST_FIGURES // max(figures, 1))]
    readings = [by_letters] if by_letters else [read(sentences, items) for items in lists]
    if not readings:
        return _stated(written, figures)
    if not by_letters and figures <= _FEW_FIGURES:
        readings.extend(_named(text, readings) or _summed(sentences, readings))
    for reading in readings:
        reading.gaps.extend(silent_rules(reading, written))
    ranked = sorted(readings, key=lambda reading: (reading.weight, len(reading.notes), -len(reading.context.items)))
    complete = [reading for reading in ranked if not reading.gaps]
    for reading in complete:
        if finite(reading) == "bounded" and not is_idle(reading):
            return reading
    if complete and not complete[0].notes and finite(complete[0]) == "infeasible":
        return complete[0]  # the text contradicts itself, and another reader would only lose a rule of it
    if any(gap.kind == "gate" for gap in ranked[0].gaps):  # the text itself says too little or too much
        return ranked[0]
    return _stated(written, figures) or ranked[0]


def _stated(text: str, figures: int) -> Reading | None:
    """The reading by statements over named amounts, where the text has one only, and it has a best plan."""
    if figures > _FEW_FIGURES or len(text) > _LONGEST_STATED or UNREAD.search(text):
        return None
    found = [read_statements(*named, whole=says_whole(named[0])) for named in namings(text)]
    for reading in found:
        reading.gaps.extend(silent_rules(reading, text))
    complete = [reading for reading in found if not reading.gaps]
    fine = [reading for reading in complete if finite(reading) == "bounded" and not is_idle(reading)]
    return fine[0] if fine and len({best_value(reading) for reading in complete}) == 1 else None


def _named(text: str, readings: Sequence[Reading]) -> list[Reading]:
    """Where no reading explains everything, those that do once every rule is read as a sum over the named things."""
    if any(not reading.gaps for reading in readings):
        return []
    sentences = unlettered(text)
    lists = [items for items in candidate_lists(sentences) if not any(is_statement(item) for item in items)]
    found = [read_letters(sentences, items, whole=says_whole(sentences)) for items in lists[:_MOST_NAMED]]
    complete = [reading for reading in found if not reading.gaps]
    return complete if len({best_value(reading) for reading in complete}) == 1 else []


def _summed(sentences: Sequence[Sentence], readings: Sequence[Reading]) -> list[Reading]:
    """Where no reading explains everything, those that do once sums said in words are read too."""
    if any(not reading.gaps for reading in readings) or not says_sum(sentences):
        return []
    again = [read(sentences, reading.context.items, sums=True) for reading in readings[:_MOST_SUMMED]]
    return [reading for reading in again if not reading.gaps and any(row.said_as_sum for row in reading.rows)]


def _symbolic(text: str) -> Reading | None:
    """The reading of a text that names its choices by letters, or None where it names none so."""
    named = lettered(text)
    strict = read_letters(*named, whole=says_whole(named[0])) if named else None
    if strict and not strict.gaps:
        return strict
    found = None if says_negative(text) else symbolic(text)
    if found is None:
        return None
    sentences, items = found
    reading = read(sentences, items, sums=True)
    reading.context = replace(reading.context, whole=says_whole(sentences))
    return reading
