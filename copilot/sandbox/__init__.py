"""Builds programs behind a wall; knows no web framework."""
