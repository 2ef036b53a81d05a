"""Tables and lists of one kind of thing, read as sheets, with the sentences around them."""
