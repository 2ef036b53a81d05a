"""Checks that need more than a look at formulation and instance: words, units, second readings, changed numbers."""
