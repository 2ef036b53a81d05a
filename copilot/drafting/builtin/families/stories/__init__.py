"""Longer texts that tell their data in sentences: names, links and amounts are read as if they stood in lists."""
