"""The experience library: insights that reach a draft from a pinned release."""
