"""Whether to ask: one question at a time, at most three, and none whose answers all lead to the same plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.base import Draft, Drafter, DraftOutcome, DraftRequest, Question
from copilot.drafting.formulation import SETTLED, UNANSWERED, Assumption
from copilot.runs.answers import MOST, Answer, answers_of
from copilot.runs.events import EventType, Payload
from copilot.runs.readings import Reading, all_alike, explored
from copilot.runs.stage import NeedsInput, Stage

ALIKE = "Not asked, since every answer leads to the same ({words}): “{question}” Taken: {option}"
SKIPPED = UNANSWERED + "“{question}” Taken: {option}"
TOO_MANY = (
    "After {count} answers something is still open: {question} Say the whole problem anew, in short sentences or as "
    "lines of algebra; the answers so far are part of the request above."
)


def asked(stage: Stage, drafter: Drafter, request: DraftRequest, outcome: DraftOutcome) -> Draft:
    """The draft that makes a question needless. Raises NeedsInput with the question.

    Or with reasons: after three answers, and where no answer that could be offered would make the request understood.
    """
    question, readings = _weightiest(stage, drafter, request, outcome.questions)
    if readings and all_alike(readings):
        chosen = next((one for one in readings if one.option == question.default), readings[0])
        assert chosen.draft is not None
        text = ALIKE.format(words=chosen.words, question=question.text, option=chosen.option)
        return _assuming(chosen.draft, text)
    count = len(answers_of(stage.run.id))
    partial = outcome.partial.model_dump(mode="json") if outcome.partial else None
    reasons = readings[0].reasons if readings and all(one.reasons for one in readings) else ()
    if count >= MOST:
        reasons = (TOO_MANY.format(count=count, question=question.text),)
    if reasons:
        stage.record(EventType.DRAFT_ABSTAINED, {"reasons": list(reasons), "formulation": partial})
        raise NeedsInput(" ".join(reasons))
    told = _told(question, readings) | {"number": count + 1}
    payload: Payload = {"questions": [told], "reasons": list(outcome.reasons), "formulation": partial}
    stage.record(EventType.DRAFT_QUESTION, payload)
    raise NeedsInput(question.text)


def offer(stage: Stage, drafter: Drafter, request: DraftRequest, outcome: DraftOutcome) -> None:
    """Put the question of a complete draft beside its plan, where another answer leads to another plan.

    Nothing waits for it: its default is how the request was read.
    """
    for question in outcome.questions[:MOST]:
        readings = explored(stage, drafter, request, question)
        told = _told(question, readings)
        if len(told["options"]) > 1 and not (readings and all_alike(readings)):
            stage.record(EventType.DRAFT_OFFERED, {"questions": [told]})
            return


def with_skipped(stage: Stage, draft: Draft) -> Draft:
    """The draft with an assumption for each question that nobody answered."""
    for one in answers_of(stage.run.id):
        if one.skipped:
            draft = _unsettled(draft, one)
    return draft


def _unsettled(draft: Draft, one: Answer) -> Draft:
    """Nobody settled it: the assumption that says so takes the place of the one that says it was."""
    read, text = draft.formulation, skipped_text(one)
    noted = tuple(
        said.model_copy(update={"text": text}) if said.text == f"{SETTLED}{one.text}" else said
        for said in read.assumptions
    )
    return _assuming(replace(draft, formulation=read.model_copy(update={"assumptions": noted})), text)


def skipped_text(one: Answer) -> str:
    """A skipped question as an assumption."""
    return SKIPPED.format(question=one.question, option=one.text)[:600]


def _weightiest(
    stage: Stage, drafter: Drafter, request: DraftRequest, questions: Sequence[Question]
) -> tuple[Question, tuple[Reading, ...]]:
    """The question whose answers move the best value most, with what each of them leads to."""
    if not questions:
        return Question("Please say more."), ()
    found = [(question, explored(stage, drafter, request, question)) for question in questions[:MOST]]
    return max(found, key=lambda pair: _spread(pair[1]))


def _spread(readings: Sequence[Reading]) -> float:
    """How far apart the answers lead, relative to their size; a plan against none is farthest."""
    if not readings:
        return 0.0
    if len({one.termination_condition for one in readings}) > 1:
        return float("inf")
    values = [one.value for one in readings if one.value is not None]
    return (max(values) - min(values)) / max(1.0, *map(abs, values)) if values else 0.0


def _told(question: Question, readings: Sequence[Reading]) -> Payload:
    words = {one.option: one.words for one in readings}
    options = [option for option in question.options if not _is_dead(option, readings)]
    return {
        "text": question.text,
        "options": options,
        "outcomes": [words.get(option, "") for option in options],
        "default": question.default,
        "why": question.why,
        "trigger": question.trigger,
    }


def _is_dead(option: str, readings: Sequence[Reading]) -> bool:
    """Whether the request is not understood with this answer either: it is not offered."""
    return any(one.option == option and one.reasons for one in readings)


def _assuming(draft: Draft, text: str) -> Draft:
    read = draft.formulation
    if any(one.text == text for one in read.assumptions):
        return draft
    noted = read.model_copy(update={"assumptions": (*read.assumptions, Assumption(text=text[:600]))})
    return replace(draft, formulation=noted)
