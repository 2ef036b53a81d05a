"""A stand-in for cuOpt's gRPC clients: only a place for them, as in the real package."""
