"""Registers the room with Django."""

from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """The room `library`."""

    name = "copilot.library"
    verbose_name = "Experience library"
