"""What can be asked about a reading: one module for each kind of doubt, and answers as changes of the reading."""
