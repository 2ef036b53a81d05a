"""Networks and matchings: their data in tables, lists and sentences, and the models that they ask for."""
