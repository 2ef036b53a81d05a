"""The Django project: the straight line from a message to a checked, solved plan."""
