"""Registers the room with Django."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """The room `runs`."""

    name = "copilot.runs"
