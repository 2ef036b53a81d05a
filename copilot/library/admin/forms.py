"""The form in which a person writes what an insight says."""

from __future__ import annotations

from django import forms

from copilot.library.content import Content
from copilot.library.models import SolverScope

BETWEEN = " > "  # between the names of a label's path, one path a line


class ContentForm(forms.Form):
    """What a version says; labels one a line, names from the stage down with > between."""

    title = forms.CharField(max_length=160, required=False)
    applies_when = forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}))
    not_when = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    explanation = forms.CharField(widget=forms.Textarea(attrs={"rows": 5}))
    wrong = forms.CharField(widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}), required=False)
    right = forms.CharField(widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}), required=False)
    labels = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text="One a line, such as Domain Modeling > Network Flow > Flow Conservation.",
    )
    solver_scope = forms.ChoiceField(choices=SolverScope.choices)
    language = forms.CharField(max_length=12)

    def content(self) -> Content:
        """As the library's verbs take it."""
        fields = dict(self.cleaned_data)
        lines = [line for line in fields.pop("labels").splitlines() if line.strip()]
        return Content(labels=tuple(tuple(name.strip() for name in line.split(">")) for line in lines), **fields)


def as_form(content: Content) -> dict[str, str]:
    """What a version says, as the form shows it."""
    fields = {name: getattr(content, name) for name in ContentForm.base_fields if name != "labels"}
    return fields | {"labels": "\n".join(BETWEEN.join(path) for path in content.labels)}
