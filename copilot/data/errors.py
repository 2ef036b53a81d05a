"""The one error of the data room."""

from __future__ import annotations


class DataError(ValueError):
    """A file cannot be used as it is; the text names file, line, column and rule, and says what to change."""
