"""Evidence before argument: a month in one file that anybody can recompute without trusting us."""
