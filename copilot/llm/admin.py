"""Budgets, endpoints and the record of calls in the admin; calls and tests are looked at, not changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse

from copilot.llm import services
from copilot.llm.models import LlmBudget, LlmCall, LlmEndpoint


class _Looked(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Rows that only the product writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(LlmBudget)
class LlmBudgetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # likewise
    """What each workspace may spend."""

    list_display = ["workspace", "tokens_per_day", "tokens_per_month", "money_per_day", "money_per_month"]
    search_fields = ["workspace__name"]
    autocomplete_fields = ["workspace"]


@admin.register(LlmEndpoint)
class LlmEndpointAdmin(_Looked):
    """What the endpoints can do, with a button that tests them."""

    list_display = ["model", "base_url", "method", "sentence", "seconds", "tokens", "asked_at", "tested_at"]
    change_list_template = "admin/llm/endpoints.html"

    def get_urls(self) -> list[Any]:
        """One more address: the test."""
        return [path("test/", self.admin_site.admin_view(self.test), name="llm-test"), *super().get_urls()]

    def test(self, request: HttpRequest) -> HttpResponse:
        """Have a worker test every part's connection."""
        if request.method == "POST" and self.has_view_permission(request):
            messages.info(request, services.ask_for_test(None))
        return redirect(reverse("admin:llm_llmendpoint_changelist"))


@admin.register(LlmCall)
class LlmCallAdmin(_Looked):
    """The record of calls."""

    list_display = ["created_at", "workspace", "stage", "model", "outcome", "counted_tokens", "counted_cost", "seconds"]
    list_filter = ["outcome", "stage", "model"]
    search_fields = ["run_id", "digest"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LlmCall]:
        """Calls of the user's workspaces; nobody reads another's messages, staff included."""
        return LlmCall.objects.visible_to(request.user).defer("messages", "reply")
