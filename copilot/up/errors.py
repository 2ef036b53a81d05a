"""The one error of this room."""

from __future__ import annotations


class UpError(Exception):
    """The product cannot start or go on; the message is a sentence for the person at the terminal."""
