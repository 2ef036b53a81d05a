"""Uploaded tables: read, typed, validated, bound to parameters."""
