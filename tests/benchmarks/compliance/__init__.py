"""A country for the benchmark of the compliance engine, and the ways of judging it that are compared."""
