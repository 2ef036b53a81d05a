"""The forms in which a curator writes what an insight says, chooses for whom, and narrows the queue."""

from __future__ import annotations

from typing import Any

from django import forms

from copilot.accounts.models import User, Workspace
from copilot.library.access import may_curate, owned_workspaces
from copilot.library.content import Content
from copilot.library.models import Origin, SolverScope, TaxonomyLabel
from copilot.library.models.insights import VersionQuerySet

BETWEEN = " > "  # between the names of a label's path, one path a line


class ContentForm(forms.Form):
    """What a version says; labels one a line, names from the stage down with > between."""

    title = forms.CharField(max_length=160, required=False)
    applies_when = forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}))
    not_when = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    explanation = forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), label="Why")
    wrong = forms.CharField(widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}), required=False)
    right = forms.CharField(widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}), required=False)
    labels = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text="One a line, such as Domain Modeling > Network Flow > Flow Conservation. A new one is proposed.",
    )
    solver_scope = forms.ChoiceField(choices=SolverScope.choices, label="Holds for")
    language = forms.CharField(max_length=12, initial="en")

    def content(self) -> Content:
        """As the library's verbs take it."""
        fields = {name: self.cleaned_data[name] for name in ContentForm.base_fields}
        lines = [line for line in fields.pop("labels").splitlines() if line.strip()]
        return Content(labels=tuple(tuple(name.strip() for name in line.split(">")) for line in lines), **fields)


class ReachForm(forms.Form):
    """For whom: everyone, where the curator may, or a workspace of theirs."""

    workspace = forms.ModelChoiceField(queryset=Workspace.objects.none(), label="For")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["workspace"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = owned_workspaces(user)
        if may_curate(user, None):
            field.required, field.empty_label = False, "Everyone"
        else:
            field.initial = field.queryset.first()


class NewInsightForm(ReachForm, ContentForm):
    """An insight from its beginning."""

    field_order = ["workspace"]


class QueueForm(forms.Form):
    """Which of the waiting versions a reviewer wants to see; every field may stay empty."""

    q = forms.CharField(required=False, max_length=200, label="Words")
    origin = forms.ChoiceField(required=False, choices=[("", "Any"), *Origin.choices])
    label = forms.ModelChoiceField(queryset=TaxonomyLabel.objects.none(), required=False, empty_label="Any")

    def __init__(self, waiting: VersionQuerySet, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        carried = TaxonomyLabel.objects.filter(versions__in=waiting.order_by().values("id")).distinct()
        field = self.fields["label"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = carried.order_by("path")


def as_form(content: Content) -> dict[str, str]:
    """What a version says, as the form shows it."""
    fields = {name: getattr(content, name) for name in ContentForm.base_fields if name != "labels"}
    return fields | {"labels": "\n".join(BETWEEN.join(path) for path in content.labels)}
