"""The library in the admin: what a curator reads, edits, approves and releases."""

from copilot.library.admin import evidence, insights, queue, releases, taxonomy, versions

__all__ = ["evidence", "insights", "queue", "releases", "taxonomy", "versions"]
