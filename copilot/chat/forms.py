"""What a person may send: a message with tables, the solver, and a key that makes sending twice the same as once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from copilot.chat.words import solver_name
from copilot.data.reading import SUFFIXES
from copilot.data.services import Upload
from copilot.runs.services import METHODS, Solving
from solvers import registry
from solvers.registry import AUTO

SOLVERS = tuple((name, solver_name(name)) for name in (AUTO, *registry.SOLVERS))
FILES = 10


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class TablesField(forms.FileField):
    """Any number of uploaded files, as a list."""

    widget = _ManyFiles(attrs={"accept": ",".join(SUFFIXES), "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each file validated by itself; an empty one is kept, for the reader to name what is wrong with it."""
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"])
        if len(files) > FILES:
            raise forms.ValidationError(f"At most {FILES} files can be sent with one message.")
        return files


class PlansField(forms.IntegerField):
    """How many plans to keep, the best one among them; how many can be is judged by the service."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": "The number of plans to keep must be a whole number.",
    }

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> int:
        """One plan where nothing was said."""
        given = super().clean(value)
        return 1 if given is None else int(given)


class _Form(forms.Form):
    """A form that says its first fault as a sentence."""

    def sentence(self) -> str:
        """The first fault, for the line beside the form."""
        return next((str(error) for errors in self.errors.values() for error in errors), "")


class TablesForm(_Form):
    """Files alone, as the data page takes them."""

    tables = TablesField(required=True, error_messages={"required": "Choose one or more files first."})


def uploads_of(files: Iterable[UploadedFile[Any]]) -> list[Upload]:
    """The files with their contents; of one that is too large, only enough is read to see that it is."""
    most = settings.COPILOT["TABLE_MEGABYTES"] << 20
    return [Upload(file.name or "table", file.read(most + 1)) for file in files]


class MessageForm(_Form):
    """The composer. Length and emptiness are judged by the service, whose sentences are the same at every door."""

    text = forms.CharField(required=False, strip=False, widget=forms.Textarea)
    tables = TablesField(required=False)
    solver = forms.ChoiceField(choices=SOLVERS, required=False)
    pool_size = PlansField()
    idempotency_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def posted(self) -> dict[str, Any]:
        """Keyword arguments of `post_message`; only for a valid form."""
        given = self.cleaned_data
        return {
            "text": given["text"].replace("\r\n", "\n"),
            "uploads": uploads_of(given["tables"]),
            "solver": given["solver"] or "auto",
            "pool_size": given["pool_size"],
            "idempotency_key": given["idempotency_key"],
        }


class AnswerForm(_Form):
    """An answer: words of one's own before a picked option, or a skip."""

    asked = forms.IntegerField(
        min_value=1, error_messages={"required": "Reload the page: the answer names no question."}
    )
    own = forms.CharField(required=False)
    text = forms.CharField(required=False)
    skip = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Something must have been said, or skipped."""
        given = super().clean() or {}
        if not (given.get("own") or given.get("text") or given.get("skip")):
            raise forms.ValidationError("Pick an answer, write one, or skip the question.")
        return given

    def given(self) -> dict[str, Any]:
        """Keyword arguments of the service; only for a valid form."""
        said = self.cleaned_data["own"] or ("" if self.cleaned_data["skip"] else self.cleaned_data["text"])
        return {"asked": self.cleaned_data["asked"], "text": said}


class SolveAgainForm(_Form):
    """How to solve a version again; what the numbers may be is judged by the service."""

    solver = forms.ChoiceField(choices=SOLVERS)
    method = forms.ChoiceField(choices=METHODS, required=False)
    time_limit = forms.FloatField(error_messages={"invalid": "The time limit must be a number of seconds."})
    gap = forms.FloatField(error_messages={"invalid": "The gap must be a number, in per cent."})
    pool_size = PlansField()

    def asked(self) -> Solving:
        """What the service needs; only for a valid form."""
        given = self.cleaned_data
        return Solving(
            given["solver"],
            given["method"] or "choose",
            given["time_limit"],
            given["gap"] / 100,
            pool_size=given["pool_size"],
        )


def blank(*, text: str = "") -> MessageForm:
    """A composer with a fresh key."""
    return MessageForm(initial={"text": text, "solver": "auto", "pool_size": 1, "idempotency_key": uuid.uuid4().hex})
