"""The built-in drafter: deterministic, offline, and honest about what it did not understand."""

from copilot.drafting.builtin.drafter import BuiltinDrafter

__all__ = ["BuiltinDrafter"]
