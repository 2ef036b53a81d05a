"""Tables in disguise: bulleted records and markdown tables read as a known family of problems, or not at all."""
