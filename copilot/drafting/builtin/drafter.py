"""The drafter without a language model: picks a route, and abstains where no route reads the whole request."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pydantic import ValidationError

from copilot.drafting.base import Draft, DraftingError, DraftOutcome, DraftReport, DraftRequest, Feedback, Question
from copilot.drafting.builtin import algebra, followup, pasted, prose, tables
from copilot.drafting.builtin.algebra_tokens import AlgebraError
from copilot.drafting.builtin.families import route
from copilot.drafting.builtin.families.stories import networks
from copilot.drafting.builtin.languages import NOT_ENGLISH, foreign_language
from copilot.drafting.builtin.nets import route as nets
from copilot.drafting.builtin.sanity import doubt_of
from copilot.drafting.builtin.sheets import route as sheets
from copilot.drafting.builtin.wholeness import contrary_to
from copilot.drafting.formulation import Formulation
from copilot.drafting.program import data_of, write_program

_LONGEST = 20_000
_MOST_IN_PROSE = 24  # numbers: where a family is in doubt, a text with more of them is no word problem either
_NUMBER = re.compile(r"(?<![A-Za-z_{])\d+(?:[.,]\d+)*")
_ESCAPED = re.compile(
    r"\\n(?!(?:eq?|u|i|ot|otin|abla|mid|leq|geq|less|gtr|ewline|olimits|onumber)(?![a-z]))(?P<row>(?=\s*\|))?"
)
_EMPTY = "The message is empty. Write what can be chosen, what it brings or takes, and what limits it."
_TOO_LARGE = (
    "The plan is too large for the built-in drafter: it has too many {what} to show one by one. Attach the numbers as "
    "a table and say the rules over its columns."
)
_TOO_GREAT = (
    "The text has a number that is too great to compute with, more than 1.8e308. Write it in another unit, such as "
    "millions, or leave out a limit that never binds."
)
_TOO_LONG = (
    "The message has {length:,} characters and the built-in drafter reads at most {longest:,}. "
    "Keep the problem in the text and attach the numbers as a table."
)


class BuiltinDrafter:
    """Deterministic: algebra lines, tables, records of known families, small word problems; no network, no model."""

    name = "builtin"

    def draft(self, request: DraftRequest, report: DraftReport, should_stop: Callable[[], bool]) -> DraftOutcome:
        """Write a draft, ask, or abstain with reasons in words; never raises for what a user may write."""
        del report, should_stop  # a draft takes milliseconds: there is nothing to tell or to stop in between
        request = replace(request, text=_lined(request.text))
        try:
            outcome = self._route(request)
            if outcome.draft is None or request.previous is not None or algebra.is_algebra(request.text):
                return outcome  # an edit and a formula mean what they say
            return _doubted(outcome, request.text)
        except (AlgebraError, DraftingError) as error:
            return DraftOutcome(status="abstained", reasons=(str(error),))
        except OverflowError:
            return DraftOutcome(status="abstained", reasons=(_TOO_GREAT,))
        except ValidationError as error:
            what = str(error.errors()[0]["loc"][0])
            return DraftOutcome(status="abstained", reasons=(_TOO_LARGE.format(what=what),))

    def repair(
        self,
        request: DraftRequest,
        draft: Draft,
        feedback: Feedback,
        report: DraftReport,
        should_stop: Callable[[], bool],
    ) -> DraftOutcome:
        """Abstain: the same text read again by the same rules gives the same draft."""
        del request, report, should_stop
        reason = (
            f"The built-in drafter reads a text in one way only, and its program was refused at the {feedback.stage} "
            f"step: {feedback.message} Say the problem in other words, or as algebra lines."
        )
        return DraftOutcome(status="abstained", reasons=(reason,), partial=draft.formulation)

    def _route(self, request: DraftRequest) -> DraftOutcome:
        text = request.text
        if not text.strip():
            return DraftOutcome(status="abstained", reasons=(_EMPTY,))
        if len(text) > _LONGEST:
            reason = _TOO_LONG.format(length=len(text), longest=_LONGEST)
            return DraftOutcome(status="abstained", reasons=(reason,))
        is_algebra = algebra.is_algebra(text)
        if not is_algebra and (language := foreign_language(text[request.revision_start :])):
            return DraftOutcome(status="abstained", reasons=(NOT_ENGLISH.format(language=language),))
        if request.tables and request.previous is not None and _took_its_numbers(request):
            return self._revised(request, request.previous)
        if request.tables:
            return self._tabled(request)
        if is_algebra:
            return self._by_algebra(text)
        if request.previous is not None:
            return self._revised(request, request.previous)
        return self._unlabelled(text)

    def _pasted(self, text: str) -> DraftOutcome | None:
        """The reading of a text with tables in it as if they were attached; None where there is none."""
        found = pasted.taken_out(text)
        if found is None:
            return None
        if found.limits:
            with contextlib.suppress(DraftingError):
                return self._complete(found.told(tables.formulate(found.text, found.tables, limits=found.limits)))
            return None
        apart = self._tabled(DraftRequest(found.text, tables=found.tables))
        if apart.draft is None:
            return None
        return self._complete(found.told(apart.draft.formulation))

    def _by_algebra(self, text: str) -> DraftOutcome:
        """Algebra lines; a text that only holds a formula among its sentences is read as prose."""
        try:
            return self._complete(algebra.formulate(text))
        except AlgebraError:
            prosaic = self._unlabelled(text)
            if prosaic.status == "complete":
                return prosaic
            raise

    def _tabled(self, request: DraftRequest) -> DraftOutcome:
        """A known family over the tables, else sentences over the columns of one table of options."""
        family: tuple[str, ...] = ()
        for read in () if request.previous else (route.formulate, nets.formulate):
            found = read(request.text, request.tables)
            if isinstance(found, Formulation):
                return self._complete(found)
            family = family or found or ()
        try:
            formulation = tables.formulate(request.text, request.tables, revision_start=request.revision_start)
        except DraftingError as error:
            if family and len(request.tables) > 1:
                return DraftOutcome(status="abstained", reasons=family)
            return DraftOutcome(status="abstained", reasons=(str(error), *(family or ())))
        return self._complete(formulation)

    def _unlabelled(self, text: str) -> DraftOutcome:
        """A sheet, a family, a network, a story, a table, else prose; a doubt says why where nothing is read."""
        doubts: tuple[str, ...] = ()
        without = sheets.BETTER if sheets.has_table(text) else frozenset[str]()
        for read in (partial(route.formulate, without=without), sheets.formulate, nets.formulate, networks.formulate):
            found = read(text)
            if isinstance(found, Formulation):
                return self._complete(found)
            doubts = doubts or found or ()
        apart = self._pasted(text) if not sheets.is_doubted(text) else None
        if apart is not None:
            return apart
        if doubts and len(_NUMBER.findall(text)) > _MOST_IN_PROSE:
            return DraftOutcome(status="abstained", reasons=doubts)
        said = prose.outcome_of_text(text)
        if isinstance(said, prose.Read):
            return self._complete(said.formulation, said.questions)
        return DraftOutcome(status="abstained", reasons=doubts) if doubts else said

    def _revised(self, request: DraftRequest, previous: Draft) -> DraftOutcome:
        """Answers about the draft before, or edits of it; a message that is a whole problem of its own starts anew."""
        start = request.revision_start
        if answered := prose.revised_by_answer(previous.formulation, text=request.text, start=start):
            return self._complete(answered.formulation, answered.questions)
        try:
            return self._complete(
                followup.revise(previous.formulation, text=request.text, start=request.revision_start)
            )
        except DraftingError as error:
            anew = self._unlabelled(" " * request.revision_start + request.text[request.revision_start :])
            if anew.status == "complete":
                return anew
            return DraftOutcome(status="abstained", reasons=(str(error),), partial=previous.formulation)

    def _complete(self, formulation: Formulation, questions: tuple[Question, ...] = ()) -> DraftOutcome:
        draft = Draft(formulation, write_program(formulation), data_of(formulation), drafter=self.name)
        return DraftOutcome(status="complete", draft=draft, questions=questions)


def _lined(text: str) -> str:
    """The text with line breaks for those that an export wrote as a backslash and an n, as long as before."""
    return _ESCAPED.sub(lambda found: "\n\n" if found["row"] is None else "\n ", text)


def _doubted(outcome: DraftOutcome, text: str) -> DraftOutcome:
    """The outcome, unless its draft has no best plan or is not as whole as the text says: then it was misread."""
    formulation = outcome.draft.formulation if outcome.draft else None
    reason = doubt_of(formulation) if formulation and formulation.sets else ""  # prose has doubts of its own
    reason = reason or (contrary_to(formulation, text) if formulation else "")
    return DraftOutcome(status="abstained", reasons=(reason,), partial=formulation) if reason else outcome


def _took_its_numbers(request: DraftRequest) -> bool:
    """Whether the version before was read from text, and the tables only gave its numbers since: it is revised as text.

    Tables that it took no number from are new, and are read.
    """
    previous = request.previous
    if previous is None or not all(item.spans for item in previous.formulation.parameters):
        return False
    sources = tuple(item.source for item in previous.formulation.parameters)
    return all(any(source.startswith(f"table:{table.name}.") for source in sources) for table in request.tables)
