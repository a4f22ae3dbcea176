"""HTTP in, HTML out: find, ask, do, show."""
