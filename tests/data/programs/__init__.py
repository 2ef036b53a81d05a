"""Hand-written programs for published industrial problems: all numbers come from the folder that they read."""
