"""One instance in, honest progress and one honest result out; imports no web framework."""
