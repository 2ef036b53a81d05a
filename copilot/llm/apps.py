"""Django's description of the room."""

from django.apps import AppConfig


class LlmConfig(AppConfig):
    """Endpoints, budgets, and the record of calls."""

    name = "copilot.llm"
