"""The page of the tokens by which programs sign in as the reader."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from copilot.accounts import tokens
from copilot.accounts.models import ApiToken, User


class TokenForm(forms.Form):
    """What a new token is for, and how long it lasts; the service judges both."""

    name = forms.CharField(required=False, max_length=200)
    days = forms.IntegerField(required=False, error_messages={"invalid": "Give the days as a whole number."})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def api_tokens(request: HttpRequest) -> HttpResponse:
    """The reader's tokens; a new one is shown with its secret, this one time."""
    if request.method != "POST":
        return _page(request, {"form": TokenForm()})
    form = TokenForm(request.POST)
    if not form.is_valid():
        sentence = next(str(error) for errors in form.errors.values() for error in errors)
        return _page(request, {"form": form, "sentence": sentence}, status=422)
    try:
        made, secret = tokens.issue(user=_reader(request), **form.cleaned_data)
    except tokens.TokenRefused as error:
        return _page(request, {"form": form, "sentence": str(error)}, status=422)
    return _page(request, {"form": TokenForm(), "made": made, "secret": secret})


@require_POST
@login_required
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """End one of the reader's tokens at once."""
    if not tokens.revoke(user=_reader(request), token_id=token_id):
        raise Http404("There is no such token.")
    return redirect("api-tokens")


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    context["tokens"] = ApiToken.objects.visible_to(_reader(request))[: 2 * tokens.MOST_TOKENS]
    return render(request, "accounts/api_tokens.html", context, status=status)


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
