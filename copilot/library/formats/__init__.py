"""File formats of insights, read and written without any framework."""
