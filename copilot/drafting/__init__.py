"""From a request to a typed formulation and its program; knows no web framework."""
