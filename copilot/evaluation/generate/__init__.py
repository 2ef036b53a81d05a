"""Fresh problems of known classes: a text, tables, a program that is right by construction, and the optimum."""
