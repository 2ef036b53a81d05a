"""The stages of drafting with a language model: each is a function, typed values in, a typed value out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from copilot.drafting.asking import Ask, Asker
from copilot.drafting.assembly import assemble, with_program
from copilot.drafting.base import Draft, DraftOutcome, DraftReport, DraftRequest, Feedback, Formulated
from copilot.drafting.hearing import Hearing
from copilot.drafting.prompting import program_message, repair_message, request_message
from copilot.drafting.reply import FormulationReply, ProgramReply, RepairReply, ReplyError, parse_reply, schema_of


@dataclass(frozen=True, slots=True)
class Line:
    """The endpoint, and the two callbacks of the line that asks."""

    asker: Asker
    report: DraftReport
    should_stop: Callable[[], bool]
    drafter: str = "llm"


def formulate(request: DraftRequest, line: Line) -> Formulated | DraftOutcome:
    """The formulation of a request, told piece by piece while it arrives; an outcome where it asks or abstains."""

    def read(text: str) -> Formulated | DraftOutcome:
        return assemble(parse_reply(text, FormulationReply), request)

    hearing = Hearing("formulate", line.report)
    schema = schema_of(FormulationReply)
    ask = Ask("formulate", request_message(request), schema, line.report, line.should_stop, hearing)
    return line.asker.ask(ask, read)


def program(request: DraftRequest, formulated: Formulated, line: Line) -> Draft:
    """The draft of a settled formulation."""

    def read(text: str) -> Draft:
        reply = parse_reply(text, ProgramReply)
        return with_program(formulated, reply.program, reply.tables_read, request, drafter=line.drafter)

    question = program_message(request, formulated)
    ask = Ask("program", question, schema_of(ProgramReply), line.report, line.should_stop)
    return line.asker.ask(ask, read)


def repair(request: DraftRequest, draft: Draft, feedback: Feedback, line: Line) -> Draft:
    """The draft mended, knowing why it was refused: its program, and its formulation where that was wrong."""

    def read(text: str) -> Draft:
        reply = parse_reply(text, RepairReply)
        settled: Formulated | DraftOutcome = Formulated(draft.formulation, draft.insights_adopted)
        if reply.formulation is not None and reply.formulation.objective is not None:
            settled = assemble(_without_questions(reply.formulation), request)
        if not isinstance(settled, Formulated):
            raise ReplyError(
                "formulation: give the whole formulation, or null.", told="The formulation it sent is not whole."
            )
        if not reply.program.strip():
            raise ReplyError("program: it is empty. Send the whole program.", told="The program it sent is empty.")
        adopted = tuple(dict.fromkeys((*draft.insights_adopted, *settled.insights_adopted)))
        settled = replace(settled, insights_adopted=adopted)
        tables = {name for name in draft.data if name in {table.name for table in request.tables}}
        read_tables = (*sorted(tables), *reply.tables_read)
        return with_program(settled, reply.program, read_tables, request, drafter=line.drafter)

    question = repair_message(request, draft, feedback)
    return line.asker.ask(Ask("repair", question, schema_of(RepairReply), line.report, line.should_stop), read)


def _without_questions(reply: FormulationReply) -> FormulationReply:
    """A repair does not ask: its questions are left out."""
    return reply.model_copy(update={"questions": ()})
